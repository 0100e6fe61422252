#include "apps/experiment/run_sweep.hpp"

#include <fmt/format.h>

#include <fstream>
#include <new>
#include <sstream>

#include "apps/build_info.hpp"
#include "apps/experiment/output_folder.hpp"
#include "apps/experiment/path_statistics.hpp"
#include "apps/experiment/run_fit.hpp"
#include "apps/report/sweep_report.hpp"
#include "core/text.hpp"

namespace sgdlimits {

namespace {

namespace fs = std::filesystem;
using namespace experiment;

std::string slurp(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Everything that the numbers of a point depend on.
std::string point_key(const Experiment& experiment) {
  return sha256(build_info().version + "\n" + build_info().git_hash + "\n" + resolved_toml(experiment));
}

std::string distance_name(const DistanceRow& row) {
  return fmt::format("{}, {} against {}, t = {}", row.measure, row.first, row.second, shortest(row.time));
}

void take(PointOutcome& outcome, const RunResults& results) {
  outcome.rows = results.measurements;
  for (const StudyOutcome& study : results.studies)
    outcome.studies.push_back({study.name, study.report.status, study.report.why});
  for (const ClaimReport& claim : results.claims) {
    outcome.verdicts.push_back({fmt::format("{} on {}", claim.id, claim.subject), claim.verdict, claim.expected});
    for (const ClaimReport& control : claim.controls)
      outcome.verdicts.push_back(
          {fmt::format("{} on {}, {}", claim.id, claim.subject, control.subject), control.verdict, Verdict::refuted});
  }
  for (const DistanceRow& row : results.distances)
    outcome.verdicts.push_back({distance_name(row), row.verdict, row.expected});
  for (const StudyOutcome& study : results.studies)
    for (const EscapeRate& escape : study.escapes)
      if (escape.expected)
        outcome.verdicts.push_back({"escape rate of " + escape.motion, escape.verdict, *escape.expected});
}

class Runner {
 public:
  Runner(const ExperimentSource& source, const RunOptions& options, const Execution& execution,
         const SweepProgress& progress)
      : source_(source),
        options_(options),
        execution_(execution),
        progress_(progress),
        file_(load_experiment(source)),
        points_(sweep_points(*file_.sweep)) {
    for (const SweepPoint& point : points_) keys_.push_back(point_key(load_point(source_, *file_.sweep, point)));
  }

  Result<SweepResults> run() {
    const OutputFolder folder = OutputFolder::open(options_.out, options_.force);
    if (!options_.resume) fs::remove_all(folder.path() / "points");
    results_.title = file_.title;
    results_.potential = file_.problems.front().potential->description();
    results_.seed = file_.seed;
    results_.sweep = *file_.sweep;
    std::vector<std::optional<PointOutcome>> found;
    for (std::size_t k = 0; k < points_.size(); ++k) {
      found.push_back(finished(folder, k));
      if (!found.back()) ++left_;
    }
    for (std::size_t k = 0; k < points_.size(); ++k) {
      if (!found[k]) found[k] = compute(folder, k);
      if (!found[k]) {
        folder.write("sweep.csv", sweep_csv(results_));
        return Result<SweepResults>::failure(Status::interrupted, fmt::format("stopped in point {} of {}, {}", k + 1,
                                                                              points_.size(), points_[k].name));
      }
      results_.points.push_back(std::move(*found[k]));
      for (const FitSpec& fit : file_.fits) check_names(fit, *file_.sweep, results_.points.back());
    }
    for (const FitSpec& fit : file_.fits) run_fit(fit, results_);
    folder.write("experiment.toml", resolved_toml(file_));
    folder.write("sweep.csv", sweep_csv(results_));
    folder.write("points.csv", points_csv(results_));
    folder.write("claims.json", sweep_claims_json(results_));
    return std::move(results_);
  }

 private:
  std::string folder_of(std::size_t k) const { return "points/" + points_[k].name; }

  std::optional<PointOutcome> finished(const OutputFolder& folder, std::size_t k) const {
    const fs::path file = folder.path() / folder_of(k) / "point.json";
    if (!options_.resume || !fs::exists(file)) return std::nullopt;
    std::optional<PointOutcome> outcome = read_point(slurp(file), keys_[k]);
    if (outcome) describe(*outcome, k);
    return outcome;
  }

  /// What follows from the sweep alone.
  void describe(PointOutcome& outcome, std::size_t k) const {
    outcome.point = points_[k];
    outcome.folder = folder_of(k);
    outcome.seed = point_seed(*file_.sweep, points_[k], file_.seed);
    outcome.values.clear();
    for (std::size_t j = 0; j < file_.sweep->keys.size(); ++j) {
      const SweptKey& key = file_.sweep->keys[j];
      outcome.values.push_back(key.values[points_[k].choice[j]].text);
      if (key.key == "run.seed") outcome.seed = std::stoull(outcome.values.back());
    }
  }

  /// None if it was interrupted.
  std::optional<PointOutcome> compute(const OutputFolder& folder, std::size_t k) {
    const Experiment experiment = load_point(source_, *file_.sweep, points_[k]);
    if (point_key(experiment) != keys_[k]) {
      throw DataError(source_.file.string(), 0, 0, "reads a data file that changed while the sweep ran",
                      "restore it and go on with --resume");
    }
    const OutputFolder own = prepare(folder, k, experiment);
    PointOutcome outcome;
    describe(outcome, k);
    RunOptions options{own.path(), options_.resume, true, file_.sweep->arrays};
    bool lasting = true;
    try {
      const Result<RunResults> result =
          run_experiment(experiment, options, execution_,
                         [&](const std::string& study, double fraction) { report(experiment, k, study, fraction); });
      if (!result.ok()) return std::nullopt;
      take(outcome, result.value());
      outcome.correlations = row_correlations(experiment, result.value(), *execution_.pool);
    } catch (const InvalidArgument& error) {
      outcome.refused = error.what();
    } catch (const std::bad_alloc&) {
      outcome.refused = "out of memory";
      lasting = false;
    }
    if (lasting) own.write("point.json", point_json(outcome, keys_[k]));
    ++done_;
    return outcome;
  }

  /// The point's folder, without what an earlier, different run of the same name has left.
  OutputFolder prepare(const OutputFolder& folder, std::size_t k, const Experiment& experiment) const {
    const fs::path path = folder.path() / folder_of(k);
    if (slurp(path / "experiment.toml") != resolved_toml(experiment)) fs::remove_all(path);
    OutputFolder own = OutputFolder::open(path, true);
    own.write("experiment.toml", resolved_toml(experiment));
    return own;
  }

  void report(const Experiment& experiment, std::size_t k, const std::string& part, double fraction) const {
    if (!progress_) return;
    std::size_t place = 0;  // of the study; comparisons and claims come last
    while (place < experiment.studies.size() && experiment.studies[place].name != part) ++place;
    const double inside =
        (static_cast<double>(place) + fraction) / static_cast<double>(experiment.studies.size() + 1);
    progress_(fmt::format("point {} of {}: {}", k + 1, points_.size(), part),
              (static_cast<double>(done_) + inside) / static_cast<double>(left_));
  }

  const ExperimentSource& source_;
  const RunOptions& options_;
  const Execution& execution_;
  const SweepProgress& progress_;
  Experiment file_;
  std::vector<SweepPoint> points_;
  std::vector<std::string> keys_;
  SweepResults results_;
  std::size_t done_ = 0, left_ = 0;
};

}  // namespace

Result<SweepResults> run_sweep(const ExperimentSource& source, const RunOptions& options, const Execution& execution,
                               const SweepProgress& progress) {
  return Runner(source, options, execution, progress).run();
}

}  // namespace sgdlimits
