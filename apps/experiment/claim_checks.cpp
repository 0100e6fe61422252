/// Which claims a run's studies allow, and their judgement.
#include <algorithm>
#include <cmath>
#include <set>

#include "apps/experiment/run_context.hpp"
#include "core/text.hpp"
#include "validation/claims/a2_langevin_law/langevin_law.hpp"
#include "validation/claims/a3_gibbs_stationary/gibbs_stationary.hpp"
#include "validation/claims/a4_chi_decay/chi_decay.hpp"
#include "validation/claims/a6_poincare_inequality/poincare_inequality.hpp"

namespace sgdlimits::experiment {

namespace {

std::string subject_of(const Study& study) {
  return study.kind == StudyKind::langevin || study.kind == StudyKind::sgd ||
                 study.kind == StudyKind::sgd_modified_equation
             ? study.name + " (" + motion_name(study) + ")"
             : study.name;
}

class Judge {
 public:
  Judge(RunContext& context, const std::map<std::string, ModeSeries>& series) : context_(context), series_(series) {}

  std::vector<ClaimReport> all() {
    if (checks().controls) evolve_hotter(part_of(context_.execution, 0, 0.8));
    const Execution judging = part_of(context_.execution, 0.8, 1);
    const auto pairs = static_cast<double>(checks().check.size() * context_.experiment.studies.size());
    double done = 0;
    for (const std::string& id : checks().check) {
      for (const Study& study : context_.experiment.studies) {
        if (judging.progress) judging.progress(done++ / pairs);
        const auto found = context_.done.find(study.name);
        if (found == context_.done.end() || found->second.outcome.report.status != Status::ok) continue;
        const std::size_t before = reports_.size();
        judge(id, study, found->second);
        for (std::size_t k = before; k < reports_.size(); ++k) reports_[k].expected = expected(study.name, id);
      }
    }
    return std::move(reports_);
  }

 private:
  const ClaimChecks& checks() const { return context_.experiment.claims; }

  Verdict expected(const std::string& study, const std::string& id) const {
    const auto found = checks().expect.find(study);
    if (found == checks().expect.end()) return Verdict::consistent;
    const auto verdict = found->second.find(id);
    return verdict == found->second.end() ? Verdict::consistent : verdict->second;
  }

  void judge(const std::string& id, const Study& study, const StudyRecord& record) {
    const Problem& problem = context_.experiment.problem(study.problem);
    const StudyRecord* grid = context_.grid_record(problem.name);
    const StudyRecord* spectrum = context_.spectrum_record(problem, problem.temperature->value());
    const bool ensemble = record.outcome.ensemble != nullptr;
    // positions of underdamped motion share the Gibbs measure, not the way to it
    const bool overdamped = ensemble && study.motion != Motion::underdamped;
    if (id == "A2" && overdamped && grid) judge_law(study, record, problem, *grid);
    if (id == "A3" && ensemble && grid) judge_stationary(study, record, problem, *grid);
    if (id == "A4" && record.outcome.evolution && spectrum) judge_grid_decay(study, record, problem, *spectrum);
    if (id == "A4" && overdamped && spectrum) judge_ensemble_decay(study, problem, grid, *spectrum);
    if (id == "A6" && record.outcome.spectrum) judge_poincare(study, record);
  }

  void judge_law(const Study& study, const StudyRecord& record, const Problem& problem, const StudyRecord& grid) {
    const double error = *std::max_element(grid.grids.l1.begin(), grid.grids.l1.end());
    const LangevinLawMaterial material{*problem.potential,
                                       *grid.generator,
                                       grid.outcome.evolution->snapshots,
                                       error,
                                       record.outcome.ensemble->times,
                                       record.outcome.ensemble->snapshots,
                                       subject_of(study),
                                       step_bias(context_, study),
                                       checks().tolerance,
                                       grid.grids.means,
                                       context_.execution.pool,
                                       hotter_[&grid]};
    reports_.push_back(judge_langevin_law(material, checks().controls));
  }

  /// A2's control, once for all ensembles beside one grid. What fails here, judge_langevin_law tries again and says.
  void evolve_hotter(const Execution& execution) {
    if (std::ranges::find(checks().check, "A2") == checks().check.end()) return;
    std::set<const StudyRecord*> grids;
    for (const auto& [name, record] : context_.done) {
      const StudyRecord* grid = context_.grid_record(record.outcome.problem);
      if (record.outcome.ensemble && grid) grids.insert(grid);
    }
    double done = 0;
    const auto count = static_cast<double>(grids.size());
    for (const StudyRecord* grid : grids) {
      auto found = hotter_densities(*grid->generator, grid->outcome.evolution->snapshots,
                                    part_of(execution, done / count, (done + 1) / count));
      if (found.ok()) hotter_[grid] = std::make_shared<const std::vector<DensitySnapshot>>(std::move(found).value());
      ++done;
    }
  }

  void judge_stationary(const Study& study, const StudyRecord& record, const Problem& problem,
                        const StudyRecord& grid) {
    const DensitySnapshot& last = grid.outcome.evolution->snapshots.back();
    const std::optional<Measurement> chi = grid.grids.chi(grid.grids.log_chi.size() - 1);
    const GibbsStationaryMaterial material{*problem.potential,
                                           *grid.generator,
                                           grid.grids.gibbs_l1,
                                           record.outcome.ensemble->snapshots.back(),
                                           last.time,
                                           chi ? chi->upper() : std::sqrt(std::max(0.0, last.chi_squared)),
                                           subject_of(study),
                                           step_bias(context_, study),
                                           checks().tolerance,
                                           grid.grids.gibbs_means,
                                           context_.execution.pool};
    reports_.push_back(judge_gibbs_stationary(material, checks().controls));
  }

  static Measurement second_eigenvalue(const SpectralGapEstimate& spectrum) {
    const std::size_t k = spectrum.eigenvalues.size() > 1 ? 1 : 0;
    return spectrum.eigenvalues[k];
  }

  /// c_1 of a problem, once; null where the coarser eigenproblems failed.
  const FirstCoefficient* coefficient(const Problem& problem, const SpectralGapEstimate& spectrum) {
    const auto known = coefficients_.find(problem.name);
    if (known != coefficients_.end()) return known->second ? &*known->second : nullptr;
    const Result<FirstCoefficient> found =
        first_coefficient(*problem.potential, *problem.initial, spectrum, context_.execution);
    auto& kept = coefficients_[problem.name];
    if (found.ok()) kept = found.value();
    return kept ? &*kept : nullptr;
  }

  /// In place of an A4 that could not be computed.
  void fail_decay(const Study& study) {
    ClaimReport report;
    report.id = "A4";
    report.name = "chi-decay";
    report.subject = subject_of(study);
    report.why = "c_1 could not be computed on coarser grids";
    reports_.push_back(std::move(report));
  }

  void judge_grid_decay(const Study& study, const StudyRecord& record, const Problem& problem,
                        const StudyRecord& spectrum) {
    if (record.outcome.evolution->snapshots.size() < 4) return;
    const SpectralGapEstimate& found = *spectrum.outcome.spectrum;
    const FirstCoefficient* first = coefficient(problem, found);
    if (!first) return fail_decay(study);
    const ChiDecayMaterial material{record.outcome.evolution->snapshots,
                                    record.grids.log_chi_step,
                                    record.chi_squared_larger_box,
                                    found.eigenvalues.front(),
                                    second_eigenvalue(found),
                                    first->value,
                                    subject_of(study)};
    reports_.push_back(judge_chi_decay(material, checks().controls));
  }

  void judge_ensemble_decay(const Study& study, const Problem& problem, const StudyRecord* grid,
                            const StudyRecord& spectrum) {
    const auto series = series_.find(study.name);
    if (series == series_.end() || !problem.initial->has_density()) return;
    const SpectralGapEstimate& found = *spectrum.outcome.spectrum;
    const FirstCoefficient* first = coefficient(problem, found);
    if (!first) return fail_decay(study);
    std::vector<std::optional<Measurement>> chi_squared;
    if (grid && grid->grids.log_chi.size() == series->second.times.size()) {
      for (std::size_t k = 0; k < grid->grids.log_chi.size(); ++k) chi_squared.push_back(grid->grids.chi_squared(k));
    }
    const ModeDecayMaterial material{
        series->second, found.eigenvalues.front(), second_eigenvalue(found),   first->value,
        chi_squared,    subject_of(study),         step_bias(context_, study), first->eigenfunction_error};
    reports_.push_back(judge_mode_decay(material, checks().controls));
  }

  void judge_poincare(const Study& study, const StudyRecord& record) {
    const SpectralGapEstimate& found = *record.outcome.spectrum;
    const Values first = found.eigenfunctions.col(0);
    const PoincareMaterial material{*found.generator,         first,     found.eigenvalues.front(), 200,
                                    context_.experiment.seed, study.name};
    reports_.push_back(judge_poincare_inequality(material, checks().controls));
  }

  RunContext& context_;
  const std::map<std::string, ModeSeries>& series_;
  std::map<std::string, std::optional<FirstCoefficient>> coefficients_;  ///< by problem
  std::vector<ClaimReport> reports_;
  std::map<const StudyRecord*, std::shared_ptr<const std::vector<DensitySnapshot>>> hotter_;  // by grid
};

}  // namespace

std::vector<ClaimReport> run_claims(RunContext& context, const std::map<std::string, ModeSeries>& series) {
  return Judge(context, series).all();
}

}  // namespace sgdlimits::experiment
