#include "apps/experiment/path_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "apps/experiment/archive.hpp"
#include "core/text.hpp"
#include "solvers/sde/quantiles.hpp"
#include "validation/statistics/counts.hpp"

namespace sgdlimits::experiment {

namespace {

/// N x k values of the observables at the positions.
Points observed(PointsView positions, const std::vector<Observable>& observables, ThreadPool& pool) {
  return evaluate_in_chunks(
      positions, static_cast<Index>(observables.size()),
      [&](PointsView x, PointsOut out) {
        Scratch scratch;
        for (std::size_t k = 0; k < observables.size(); ++k)
          observables[k].evaluate(x, out.col(static_cast<Index>(k)), scratch);
      },
      pool);
}

}  // namespace

PathStatistics::PathStatistics(const Problem& problem, const Study& study, const Scheme& scheme)
    : problem_(problem), study_(study), step_size_(scheme.step_size()) {
  if (study.exit) {
    passage_.emplace();
    passage_->times = Values::Constant(study.paths, std::numeric_limits<double>::infinity());
  }
  if (!study.average_from) return;
  first_ = std::llround(*study.average_from / step_size_);
  const std::int64_t steps = std::llround(problem.until / step_size_) - first_;
  stride_ = std::max<std::int64_t>(1, steps / study.observations);
  averages_.emplace(study.paths, static_cast<Index>(problem.observe.size()));
  if (study.paths >= AutocorrelationTime::kGroups)
    correlations_.assign(problem.observe.size(), AutocorrelationTime(study.paths));
}

std::int64_t PathStatistics::next_look(std::int64_t step) const {
  if (stride_ == 0) return std::numeric_limits<std::int64_t>::max();
  return step < first_ ? first_ + stride_ : first_ + ((step - first_) / stride_ + 1) * stride_;
}

Report PathStatistics::move(std::int64_t steps, Ensemble& ensemble, const Scheme& scheme,
                            const Execution& execution) {
  if (!passage_) return advance(ensemble, scheme, steps, execution);
  const Index d = problem_.potential->dimension();
  const Indicator outside = [&](PointsView x, ValuesOut out, Scratch& scratch) {
    study_.exit->evaluate(x.leftCols(d), out, scratch);
    out = (out > 0).cast<double>();
  };
  const Result<FirstPassage> passage = first_passage(ensemble, scheme, steps, outside, execution);
  if (passage.has_value()) passage_->append(passage.value());
  return passage.report();
}

Report PathStatistics::advance_to(std::int64_t target, Ensemble& ensemble, const Scheme& scheme,
                                  const Execution& execution) {
  const std::int64_t next = next_look(ensemble.step);
  Report report = move(std::min(target, next) - ensemble.step, ensemble, scheme, execution);
  if (report.status == Status::ok && ensemble.step == next) look(ensemble, execution);
  return report;
}

void PathStatistics::look(const Ensemble& ensemble, const Execution& execution) {
  const Points h =
      observed(ensemble.points.leftCols(problem_.potential->dimension()), problem_.observe, *execution.pool);
  averages_->observe(h, execution);
  for (std::size_t k = 0; k < correlations_.size(); ++k)
    correlations_[k].observe(h.col(static_cast<Index>(k)), execution);
}

std::string PathStatistics::bytes(std::int64_t step) const {
  Archive archive;
  archive(step);
  std::vector<std::string> states;
  if (averages_) states.push_back(averages_->state());
  for (const AutocorrelationTime& correlation : correlations_) states.push_back(correlation.state());
  archive(states);
  Values times = passage_ ? passage_->times : Values();
  double until = passage_ ? passage_->until : 0;
  archive(times), archive(until);
  return archive.bytes();
}

bool PathStatistics::restore(const std::string& bytes, std::int64_t step) {
  Archive archive(bytes, "statistics of the checkpoint");
  std::int64_t found = 0;
  std::vector<std::string> states;
  Values times;
  double until = 0;
  archive(found), archive(states), archive(times), archive(until);
  if (found != step || states.size() != (averages_ ? 1 : 0) + correlations_.size()) return false;
  if (times.size() != (passage_ ? study_.paths : 0)) return false;
  if (averages_) averages_->restore(states[0]);
  for (std::size_t k = 0; k < correlations_.size(); ++k) correlations_[k].restore(states[k + 1]);
  if (passage_) *passage_ = {times, until};
  return true;
}

void PathStatistics::add_exits(StudyRecord& record) const {
  const double from = study_.average_from.value_or(0);
  const PassageCount count = count_passages(passage_->times, from, passage_->until);
  const std::string& name = record.outcome.name;
  if (count.exposure > 0)
    add_row(record.rows, name, "exit rate " + study_.exit->name, std::nullopt,
            poisson_measurement(count.events, count.exposure));
  const auto n = static_cast<double>(study_.paths);
  const double share = static_cast<double>(passage_->times.isFinite().count()) / n;
  add_row(record.rows, name, "exited share " + study_.exit->name, passage_->until,
          Measurement::sampled(share, std::sqrt(share * (1 - share) / n), "share of paths that have exited"));
}

void PathStatistics::add_rows(StudyRecord& record, const Execution& execution) const {
  if (passage_) add_exits(record);
  if (!averages_ || averages_->observations() == 0) return;
  const std::string& name = record.outcome.name;
  const MeanAndError means = averages_->mean(execution);
  const double between = static_cast<double>(stride_) * step_size_;
  for (std::size_t k = 0; k < problem_.observe.size(); ++k) {
    const auto column = static_cast<Index>(k);
    const std::string& observable = problem_.observe[k].name;
    add_row(record.rows, name, "time average " + observable, std::nullopt,
            Measurement::sampled(means.mean(column), means.standard_error(column),
                                 fmt::format("{} looks along {} paths", averages_->observations(), study_.paths)));
    if (correlations_.empty()) continue;
    const Result<IntegratedTime> time = correlations_[k].result();
    if (!time.ok()) {
      record.outcome.remarks.push_back(fmt::format("No autocorrelation time of {}: {}.", observable, time.why()));
      continue;
    }
    const Measurement& steps = time->time;
    add_row(record.rows, name, "autocorrelation time " + observable, std::nullopt,
            Measurement::sampled(between * steps.value(), between * steps.standard_error(),
                                 fmt::format("{}, looks every {}", steps.how(), shortest(between))));
  }
  if (correlations_.empty())
    record.outcome.remarks.push_back(
        fmt::format("No autocorrelation times: their errors need {} paths.", AutocorrelationTime::kGroups));
}

void add_quantiles(const Problem& problem, const Study& study, StudyRecord& record, ThreadPool& pool) {
  if (study.quantiles.empty()) return;
  const EnsembleStudy& ensemble = *record.outcome.ensemble;
  for (std::size_t k = 0; k < ensemble.times.size(); ++k) {
    const Points h = observed(ensemble.snapshots[k], problem.observe, pool);
    for (std::size_t j = 0; j < problem.observe.size(); ++j)
      for (const SampleQuantile& quantile : sample_quantiles(h.col(static_cast<Index>(j)), study.quantiles))
        add_row(record.rows, study.name,
                fmt::format("quantile {} of {}", shortest(quantile.level), problem.observe[j].name),
                ensemble.times[k], quantile.measurement());
  }
}

std::vector<RowCorrelations> row_correlations(const Experiment& experiment, const RunResults& results,
                                              ThreadPool& pool) {
  std::vector<RowCorrelations> all;
  for (const StudyOutcome& study : results.studies) {
    const std::vector<Observable>& observables = experiment.problem(study.problem).observe;
    if (!study.ensemble || observables.size() < 2) continue;
    for (std::size_t k = 0; k < study.ensemble->times.size(); ++k) {
      RowCorrelations found{study.name, study.ensemble->times[k], {}, {}};
      const Eigen::MatrixXd c =
          sample_covariance(observed(study.ensemble->snapshots[k], observables, pool), pool).covariance;
      for (Index i = 0; i < c.rows(); ++i) {
        found.quantities.push_back("mean " + observables[static_cast<std::size_t>(i)].name);
        for (Index j = 0; j < i; ++j) {
          const double scale = std::sqrt(c(i, i) * c(j, j));
          found.lower.push_back(scale > 0 ? std::clamp(c(i, j) / scale, -1.0, 1.0) : 0.0);
        }
      }
      all.push_back(std::move(found));
    }
  }
  return all;
}

}  // namespace sgdlimits::experiment
