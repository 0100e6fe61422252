/// Law against law: distances of marginals, chi squared by modes, means.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/experiment/run_context.hpp"
#include "core/text.hpp"
#include "validation/distances/one_dimensional.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits::experiment {

namespace {

/// One end of a comparison at one time: a density on three grids or a sample.
struct End {
  const StudyRecord* record = nullptr;
  std::size_t place = 0;                     ///< of the time among the study's
  const DensitySnapshot* density = nullptr;  ///< on the finest grid
  const Points* sample = nullptr;
  const ModeSnapshot* modes = nullptr;
  double step_bias = 0;  ///< of the sample, in standard deviations

  /// Bound on the error of a distribution function, and in units of the standard deviation of W1 and W2.
  double law_error() const { return density ? record->grids.l1[place] / 2 : step_bias; }
};

std::optional<End> end_at(const RunContext& context, const std::map<std::string, ModeSeries>& series,
                          const std::string& study, double time) {
  const auto found = context.done.find(study);
  if (found == context.done.end()) return std::nullopt;
  End end;
  end.record = &found->second;
  const StudyOutcome& outcome = found->second.outcome;
  if (outcome.evolution) {
    for (std::size_t k = 0; k < outcome.evolution->snapshots.size(); ++k) {
      if (outcome.evolution->snapshots[k].time != time) continue;
      end.density = &outcome.evolution->snapshots[k];
      end.place = k;
      return end;
    }
  }
  if (outcome.ensemble) {
    const std::vector<double>& times = outcome.ensemble->times;
    const auto place = std::find(times.begin(), times.end(), time);
    if (place == times.end()) return std::nullopt;
    end.place = static_cast<std::size_t>(place - times.begin());
    end.sample = &outcome.ensemble->snapshots[end.place];
    if (const auto projected = series.find(study); projected != series.end())
      end.modes = &projected->second.snapshots[end.place];
    // no step has been made at time 0
    end.step_bias = time > 0 ? step_bias(context, *context.experiment.find_study(study)) : 0;
    return end;
  }
  return std::nullopt;
}

LineLaw marginal(const End& end, Index j) {
  return end.density ? LineLaw::from_density(end.density->density.marginal(j))
                     : LineLaw::from_sample(end.sample->col(j));
}

/// sum over the computed modes of (int rho u_k)^2.
double projected(const Density& density, const SpectralGapEstimate& spectrum) {
  Points u(density.grid().size(), spectrum.eigenfunctions.cols());
  interpolated_modes(spectrum)(density.grid().centers(), u);
  double sum = 0;
  for (Index k = 0; k < u.cols(); ++k) sum += std::pow(density.expectation(u.col(k)), 2);
  return sum;
}

Measurement chi_squared_by_modes(const RunContext& context, const Problem& problem, const End& end) {
  if (end.modes) {
    const Measurement& m = end.modes->chi_squared;
    return {m.value(), m.standard_error(), chi_squared_bias(*end.modes, end.sample->rows(), end.step_bias),
            m.side(),  m.grade(),          m.how()};
  }
  const StudyRecord* spectrum = context.spectrum_record(problem, problem.temperature->value());
  const SpectralGapEstimate& found = *spectrum->outcome.spectrum;
  const RefinedNumber sum = refine(projected(end.density->density, found),
                                   projected(end.record->middle->snapshots[end.place].density, found),
                                   projected(end.record->coarse->snapshots[end.place].density, found));
  const double time_error = end.record->outcome.evolution->time_errors[end.place];
  const double root = std::sqrt(std::max(0.0, sum.value));
  return sum.measurement("projection of the density", 2 * time_error * root * std::max(1.0, root));
}

Measurement mean_of(const RunContext& context, const Observable& observable, const End& end) {
  if (end.sample) {
    const SampleMean mean = sample_means(*end.sample, {observable}, *context.execution.pool).front();
    return {mean.mean,       mean.standard_error(), end.step_bias * std::sqrt(mean.variance),
            Side::two_sided, Grade::estimate,       "sample mean"};
  }
  const StudyRecord& record = *end.record;
  return refined_mean(observable, end.density->density, record.middle->snapshots[end.place].density,
                      record.coarse->snapshots[end.place].density, record.outcome.evolution->time_errors[end.place]);
}

/// Judges one pair at one time; `level` is that of a single test.
class Pair {
 public:
  Pair(const RunContext& context, const Problem& problem, const End& a, const End& b, double time, double tolerance,
       double level)
      : context_(context), problem_(problem), a_(a), b_(b), time_(time), tolerance_(tolerance), level_(level) {}

  void measure(const std::string& name, std::vector<DistanceRow>& rows) const {
    if (name == "chi_squared") {
      if (!can_project(a_) || !can_project(b_)) return;
      const Measurement a = chi_squared_by_modes(context_, problem_, a_),
                        b = chi_squared_by_modes(context_, problem_, b_);
      add_chi(a, b, rows);
    } else if (name == "loss") {
      add_mean(mean_potential_observable(*problem_.potential), rows);
    } else if (name == "observables") {
      for (const Observable& observable : problem_.observe) add_mean(observable, rows);
    } else {
      const std::vector<std::string> coordinates = problem_.potential->coordinate_names();
      for (Index j = 0; j < problem_.potential->dimension(); ++j) {
        add_marginal(name, j, coordinates[static_cast<std::size_t>(j)], rows);
      }
    }
  }

 private:
  bool can_project(const End& end) const {
    return end.modes || (end.density && context_.spectrum_record(problem_, problem_.temperature->value()) != nullptr);
  }

  void add_marginal(const std::string& measure, Index j, const std::string& coordinate,
                    std::vector<DistanceRow>& rows) const {
    const LineLaw a = marginal(a_, j), b = marginal(b_, j);
    const double error = a_.law_error() + b_.law_error();
    const double unit = std::sqrt(std::max(a.variance(), b.variance()));
    const std::string kind = measure.substr(0, measure.find('-'));
    const bool transport = kind == "w1" || kind == "w2";
    ResamplingOptions resampling;
    resampling.seed = context_.experiment.seed;
    const Distance distance = kind == "w1"   ? wasserstein1(a, b, error * unit)
                              : kind == "w2" ? wasserstein2(a, b, resampling, *context_.execution.pool, error * unit)
                              : kind == "tv" ? total_variation(a, b, 50, error)
                                             : kolmogorov_smirnov(a, b, error);
    const double scale = transport ? unit : 1;
    DistanceRow row{"", "", kind + " " + coordinate, time_, distance.value};
    row.significance = distance.p_value;
    row.verdict =
        verdict(distance.p_value, distance.value.value(), distance.value.upper() + error * scale, tolerance_ * scale);
    rows.push_back(std::move(row));
  }

  void add_mean(const Observable& observable, std::vector<DistanceRow>& rows) const {
    double sd = 0;
    for (const End* end : {&a_, &b_}) {
      if (end->sample) {
        sd = std::max(sd,
                      std::sqrt(sample_means(*end->sample, {observable}, *context_.execution.pool).front().variance));
      }
    }
    add_difference("mean " + observable.name, mean_of(context_, observable, a_), mean_of(context_, observable, b_),
                   tolerance_ * (sd > 0 ? sd : 1), rows);
  }

  void add_difference(const std::string& name, const Measurement& a, const Measurement& b, double tolerance,
                      std::vector<DistanceRow>& rows) const {
    const MeanTest test = mean_test(a, b);
    const double bound = a.discretisation_bound() + b.discretisation_bound();
    const Measurement difference(a.value() - b.value(), test.standard_error, bound, Side::two_sided, Grade::estimate,
                                 "difference");
    DistanceRow row{"", "", name, time_, difference};
    row.significance = test.p_value;
    row.verdict = verdict(test.p_value, std::abs(difference.value()),
                          std::max(std::abs(difference.lower()), std::abs(difference.upper())), tolerance);
    rows.push_back(std::move(row));
  }

  /// chi = (chi squared)^{1/2} is the distance, the norm of rho/mu - 1 in L2(mu): the tolerance belongs to it,
  /// relative where it is above 1. Equality is tested on chi squared, whose estimate has no bias; a difference D of
  /// chi squared is one of chi by |D|/(chi_a + chi_b), and by at most |D|^{1/2} however small both are.
  void add_chi(const Measurement& a, const Measurement& b, std::vector<DistanceRow>& rows) const {
    const auto root = [](double x) { return std::sqrt(std::max(0.0, x)); };
    const MeanTest test = mean_test(a, b);
    const double bound = a.discretisation_bound() + b.discretisation_bound();
    const Measurement squared(a.value() - b.value(), test.standard_error, bound, Side::two_sided, Grade::estimate,
                              "");
    const double largest = std::max(std::abs(squared.lower()), std::abs(squared.upper()));
    const double sum = root(a.value()) + root(b.value()), least = root(a.lower()) + root(b.lower());
    const double upper = least > 0 ? std::min(root(largest), largest / least) : root(largest);
    const auto of_chi = [&](double d) { return sum > 0 ? std::min(root(d), d / sum) : root(d); };
    DistanceRow row{"", "", "chi", time_,
                    Measurement(root(a.value()) - root(b.value()), of_chi(test.standard_error), of_chi(bound),
                                Side::two_sided, Grade::estimate, "difference of chi by modes")};
    row.significance = test.p_value;
    row.verdict = verdict(test.p_value, std::abs(row.distance.value()), upper,
                          tolerance_ * std::max({1.0, root(a.value()), root(b.value())}));
    rows.push_back(std::move(row));
  }

  /// Refuted if equality has become incredible; two grids have no chance in them and are refuted beyond the
  /// tolerance.
  Verdict verdict(double p_value, double value, double upper, double tolerance) const {
    const bool chance = a_.sample || b_.sample;
    if (chance ? p_value < level_ : value > tolerance) return Verdict::refuted;
    return upper <= tolerance ? Verdict::consistent : Verdict::undecided;
  }

  const RunContext& context_;
  const Problem& problem_;
  const End &a_, &b_;
  double time_, tolerance_, level_;
};

Verdict expected(const Compare& compare, const std::string& first, const std::string& second) {
  for (const std::string& study : {first, second}) {
    const auto found = compare.expect.find(study);
    if (found != compare.expect.end() && found->second != Verdict::consistent) return found->second;
  }
  return Verdict::consistent;
}

}  // namespace

std::vector<DistanceRow> run_compares(RunContext& context, const std::map<std::string, ModeSeries>& series) {
  std::vector<DistanceRow> rows;
  double done = 0, total = 0;  // pairs and times
  for (const Compare& compare : context.experiment.compares)
    total += static_cast<double>(compare.of.size() * (compare.of.size() - 1) / 2 * compare.at.size());
  for (const Compare& compare : context.experiment.compares) {
    const Problem& problem = context.experiment.problem(context.experiment.find_study(compare.of.front())->problem);
    const std::size_t pairs = compare.of.size() * (compare.of.size() - 1) / 2;
    std::size_t measures = 0;  // numbers a pair and time
    for (const std::string& measure : compare.measure) {
      measures += measure == "chi_squared" || measure == "loss" ? 1
                  : measure == "observables"                    ? problem.observe.size()
                                             : static_cast<std::size_t>(problem.potential->dimension());
    }
    const double level = kVerdictLevel / static_cast<double>(pairs * measures * compare.at.size());
    for (std::size_t i = 0; i < compare.of.size(); ++i) {
      for (std::size_t k = i + 1; k < compare.of.size(); ++k) {
        for (double time : compare.at) {
          if (context.execution.progress) context.execution.progress(done++ / total);
          const auto a = end_at(context, series, compare.of[i], time),
                     b = end_at(context, series, compare.of[k], time);
          if (!a || !b) continue;
          const Pair pair(context, problem, *a, *b, time, context.experiment.claims.tolerance, level);
          const std::size_t before = rows.size();
          for (const std::string& measure : compare.measure) pair.measure(measure, rows);
          for (std::size_t r = before; r < rows.size(); ++r) {
            rows[r].first = compare.of[i];
            rows[r].second = compare.of[k];
            rows[r].expected = expected(compare, compare.of[i], compare.of[k]);
          }
        }
      }
    }
  }
  return rows;
}

}  // namespace sgdlimits::experiment
