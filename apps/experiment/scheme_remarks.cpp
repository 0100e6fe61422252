/// What a reader of an ensemble must know about its scheme: whether it has an invariant measure here, how often
/// proposals were accepted.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "apps/experiment/run_context.hpp"
#include "core/text.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/drift_growth.hpp"
#include "solvers/sde/metropolis.hpp"

namespace sgdlimits::experiment {

namespace {

std::string growth(double exponent) {
  return std::isinf(exponent) ? "faster than any power" : fmt::format("like |x|^{:.2g}", exponent);
}

}  // namespace

std::vector<std::string> invariant_measure_remarks(const Problem& problem, const Study& study) {
  // of SGD only the isotropic one without momentum and schedule is a scheme of the catalogue
  const bool isotropic =
      study.motion == Motion::isotropic_sgd && !study.schedule && study.momentum.kind == Momentum::Kind::none;
  if (study.motion != Motion::langevin && study.motion != Motion::underdamped && !isotropic) return {};
  const std::string scheme = isotropic ? "euler-maruyama" : study.scheme;
  // the splittings kick by b explicitly
  const SuperlinearDrift behaviour = study.motion == Motion::underdamped ? SuperlinearDrift::no_invariant_measure
                                                                         : scheme_record(scheme).superlinear_drift;
  if (behaviour == SuperlinearDrift::invariant_measure) return {};
  const double exponent = growth_exponent(GradientDrift(problem.potential));
  if (exponent < kSuperlinear) return {};
  std::vector<std::string> with_measure;
  for (const SchemeRecord& record : scheme_catalogue())
    if (record.superlinear_drift == SuperlinearDrift::invariant_measure) with_measure.push_back(record.name);
  const std::string what =
      behaviour == SuperlinearDrift::not_known
          ? "is not known to have an invariant measure"
          : "has no invariant measure at any step: long runs are metastable, far starts and large steps blow up";
  return {fmt::format("The drift grows {}, where {}{} {}. Schemes that have one: {}.", growth(exponent),
                      isotropic ? "isotropic-noise sgd, which is " : "", scheme, what,
                      fmt::join(with_measure, ", "))};
}

void add_acceptance(const RunContext& context, const Study& study, const Scheme& scheme, StudyRecord& record) {
  const auto* metropolis = dynamic_cast<const MetropolisScheme*>(&scheme);
  if (!metropolis) return;
  const EnsembleStudy& ensemble = *record.outcome.ensemble;
  for (std::size_t k = 0; k < ensemble.times.size(); ++k) {
    Ensemble now;
    now.points = ensemble.snapshots[k];
    now.step = std::llround(ensemble.times[k] / scheme.step_size());
    now.seed = context.experiment.seed;
    now.replicate = context.replicate(study);
    Execution execution;
    execution.pool = context.execution.pool;
    const MeanAndError rate = acceptance_rate(now, *metropolis, execution);
    add_row(
        record.rows, study.name, "acceptance rate", ensemble.times[k],
        Measurement::sampled(rate.mean(0), rate.standard_error(0), "mean over paths of the next step's acceptance"));
    if (k + 1 == ensemble.times.size()) {
      record.outcome.remarks.push_back(
          fmt::format("{} accepts {:.3g} of its proposals at t = {}. Its clock is a convention unless it is mala.",
                      scheme.name(), rate.mean(0), shortest(ensemble.times[k])));
    }
  }
}

}  // namespace sgdlimits::experiment
