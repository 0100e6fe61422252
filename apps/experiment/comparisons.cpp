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

/// One end of a comparison at one time: a density on a grid or a sample.
struct End {
  const StudyRecord* record = nullptr;
  const DensitySnapshot* density = nullptr;
  double density_error = 0, chi_error = 0;  ///< L1, and relative of chi
  const Points* sample = nullptr;
  const ModeSnapshot* modes = nullptr;
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
      end.density_error = found->second.errors.l1[k];
      end.chi_error = found->second.errors.chi[k];
      return end;
    }
  }
  if (outcome.ensemble) {
    const std::vector<double>& times = outcome.ensemble->times;
    const auto place = std::find(times.begin(), times.end(), time);
    if (place == times.end()) return std::nullopt;
    const auto k = static_cast<std::size_t>(place - times.begin());
    end.sample = &outcome.ensemble->snapshots[k];
    if (const auto projected = series.find(study); projected != series.end())
      end.modes = &projected->second.snapshots[k];
    return end;
  }
  return std::nullopt;
}

LineLaw marginal(const End& end, Index j) {
  return end.density ? LineLaw::from_density(end.density->density.marginal(j))
                     : LineLaw::from_sample(end.sample->col(j));
}

/// sum over the computed modes of (int rho u_k)^2.
Measurement chi_squared_by_modes(const RunContext& context, const Problem& problem, const End& end) {
  if (end.modes) return end.modes->chi_squared;
  const StudyRecord* spectrum = context.spectrum_record(problem, problem.temperature->value());
  const SpectralGapEstimate& found = *spectrum->outcome.spectrum;
  const Density& density = end.density->density;
  Points u(density.grid().size(), found.eigenfunctions.cols());
  interpolated_modes(found)(density.grid().centers(), u);
  double sum = 0;
  for (Index k = 0; k < u.cols(); ++k) {
    const double mean = density.expectation(u.col(k));
    sum += mean * mean;
  }
  return Measurement::deterministic(sum, 2 * sum * end.chi_error, Grade::estimate, "projection of the density");
}

Measurement mean_of(const RunContext& context, const Observable& observable, const End& end) {
  if (end.sample) return sample_means(*end.sample, {observable}, *context.execution.pool).front().measurement();
  const double mean = grid_mean(end.density->density, observable);
  for (const MeasurementRow& row : end.record->rows) {
    if (row.quantity == "mean " + observable.name && row.time == end.density->time) return row.measurement;
  }
  return Measurement::deterministic(mean, 0, Grade::estimate, "finite volumes, no error bound");
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
      // relative to its size, since chi squared has no unit to measure it by
      add_difference(name, a, b, tolerance_ * std::max({1.0, a.value(), b.value()}), rows);
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
    const double cdf_error = (a_.density_error + b_.density_error) / 2;
    const std::string kind = measure.substr(0, measure.find('-'));
    ResamplingOptions resampling;
    resampling.seed = context_.experiment.seed;
    const Distance distance = kind == "w1"   ? wasserstein1(a, b)
                              : kind == "w2" ? wasserstein2(a, b, resampling, *context_.execution.pool)
                              : kind == "tv" ? total_variation(a, b)
                                             : kolmogorov_smirnov(a, b, cdf_error);
    const double unit = kind == "w1" || kind == "w2" ? std::sqrt(std::max(a.variance(), b.variance())) : 1;
    DistanceRow row{"", "", kind + " " + coordinate, time_, distance.value};
    row.significance = distance.p_value;
    row.verdict = verdict(distance.p_value, distance.value.value(), distance.value.upper() + cdf_error * unit,
                          tolerance_ * unit);
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
