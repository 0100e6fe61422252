#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "apps/experiment/path_statistics.hpp"
#include "apps/experiment/run_context.hpp"
#include "core/text.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/underdamped.hpp"

namespace sgdlimits::experiment {

namespace {

namespace fs = std::filesystem;

Ensemble initial_ensemble(const RunContext& context, const Study& study, const Problem& problem, const Scheme& scheme,
                          Index paths) {
  const std::uint64_t seed = context.experiment.seed;
  const std::uint32_t replicate = context.replicate(study);
  if (study.motion != Motion::underdamped)
    return at_rest(Ensemble::from_law(*problem.initial, paths, seed, replicate), scheme);
  return underdamped_ensemble(*problem.initial, underdamped_problem(problem, study), paths, seed, replicate);
}

/// What is observed: momenta are the scheme's own.
Points positions(const Ensemble& ensemble, const Problem& problem) {
  return ensemble.points.leftCols(problem.potential->dimension());
}

/// An ensemble on its way through the report times, and its checkpoint.
class Journey {
 public:
  Journey(RunContext& context, const Study& study, const Problem& problem, const Scheme& scheme)
      : context_(context), study_(study), problem_(problem), scheme_(scheme), statistics_(problem, study, scheme) {
    if (!resumed()) {
      ensemble_ = initial_ensemble(context, study, problem, scheme, study.paths);
      snapshots_ = {positions(ensemble_, problem)};
    }
  }

  /// To the end, or until stopped or blown up.
  Report travel() {
    Execution execution = context_.execution;
    const auto total = static_cast<double>(scheme_.steps_until(problem_.until));
    while (snapshots_.size() <= problem_.report_at.size()) {
      const std::int64_t target = scheme_.steps_until(problem_.report_at[snapshots_.size() - 1]);
      const auto begin = static_cast<double>(ensemble_.step);
      const auto length = static_cast<double>(target - ensemble_.step);
      execution.progress = [&, begin, length](double fraction) {
        if (context_.execution.progress) context_.execution.progress((begin + fraction * length) / total);
      };
      if (target > ensemble_.step) {
        const Report report = statistics_.advance_to(target, ensemble_, scheme_, execution);
        if (report.status == Status::interrupted) save();
        if (report.status != Status::ok) return report;
        if (ensemble_.step < target) continue;
      }
      snapshots_.push_back(positions(ensemble_, problem_));
      if (snapshots_.size() <= problem_.report_at.size()) save();
    }
    return {Status::ok, "", {{"steps", total}, {"paths", static_cast<double>(study_.paths)}}};
  }

  std::vector<Points> take_snapshots() { return std::move(snapshots_); }
  const PathStatistics& statistics() const { return statistics_; }

 private:
  fs::path points_file() const { return context_.folder->checkpoint() / (study_.name + ".points"); }
  fs::path snapshots_file() const { return context_.folder->checkpoint() / (study_.name + ".snapshots"); }
  fs::path statistics_file() const { return context_.folder->checkpoint() / (study_.name + ".statistics"); }
  std::string key() const { return context_.key + " " + study_.name; }

  /// Snapshots first: a crash between the files leaves more snapshots than the points need, never fewer, and
  /// statistics of a later step, which are not taken for those of the points.
  void save() const {
    if (!context_.folder) return;
    context_.folder->write("checkpoint/" + study_.name + ".snapshots", snapshot_bytes(snapshots_, key()));
    context_.folder->write("checkpoint/" + study_.name + ".statistics",
                           statistics_bytes(statistics_.bytes(ensemble_.step), key()));
    save_checkpoint(ensemble_, points_file());
  }

  static std::string bytes_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return bytes.str();
  }

  bool resumed() {
    if (!context_.resume || !context_.folder) return false;
    for (const fs::path& file : {points_file(), snapshots_file(), statistics_file()})
      if (!fs::exists(file)) return false;
    snapshots_ = read_snapshots(bytes_of(snapshots_file()), key(), snapshots_file().string());
    ensemble_ = load_checkpoint(points_file());
    std::size_t passed = 1;
    for (double t : problem_.report_at) passed += scheme_.steps_until(t) <= ensemble_.step;
    if (snapshots_.size() < passed || ensemble_.paths() != study_.paths) return false;
    snapshots_.resize(passed);
    return statistics_.restore(read_statistics(bytes_of(statistics_file()), key(), statistics_file().string()),
                               ensemble_.step);
  }

  RunContext& context_;
  const Study& study_;
  const Problem& problem_;
  const Scheme& scheme_;
  Ensemble ensemble_;
  std::vector<Points> snapshots_;
  PathStatistics statistics_;
};

/// The first paths of the same ensemble again, seen often: randomness belongs to the path, so they are the same.
void add_sample_paths(RunContext& context, const Study& study, const Problem& problem, const Scheme& scheme,
                      EnsembleStudy& ensemble) {
  if (study.sample_paths == 0) return;
  constexpr std::int64_t kTimes = 400;
  const std::int64_t total = scheme.steps_until(problem.until), stride = std::max<std::int64_t>(1, total / kTimes);
  Ensemble few = initial_ensemble(context, study, problem, scheme, study.sample_paths);
  std::vector<Points> seen = {positions(few, problem)};
  ensemble.path_times = {0.0};
  while (few.step + stride <= total) {
    if (advance(few, scheme, stride).status != Status::ok) break;
    seen.push_back(positions(few, problem));
    ensemble.path_times.push_back(scheme.elapsed(few.step));
  }
  for (Index path = 0; path < study.sample_paths; ++path) {
    Points whole(static_cast<Index>(seen.size()), problem.potential->dimension());
    for (std::size_t k = 0; k < seen.size(); ++k) whole.row(static_cast<Index>(k)) = seen[k].row(path);
    ensemble.sample_paths.push_back(std::move(whole));
  }
}

void add_covariances(const RunContext& context, const Study& study, const Problem& problem, StudyRecord& record) {
  const StudyRecord* spectrum = context.spectrum_record(problem, problem.temperature->value());
  const bool online = study.motion == Motion::online_sgd && problem.sampled->has_gradient_covariance();
  if (!online && (study.motion != Motion::mini_batch_sgd || study.epochs)) return;
  if (!spectrum) return;
  const auto search =
      uniform_grid(spectrum->outcome.spectrum->generator->grid(), problem.potential->dimension() == 3 ? 48 : 256);
  std::vector<std::pair<std::string, Eigen::VectorXd>> places;
  if (const auto barrier = largest_barrier(*problem.potential, *search)) {
    places = {
        {"worse minimum", barrier->other.x}, {"saddle", barrier->saddle.x}, {"better minimum", barrier->lowest.x}};
  } else if (!spectrum->outcome.critical_points.empty()) {
    places = {{"minimum", spectrum->outcome.critical_points.front().x}};
  }
  const double factor = online ? 1 / static_cast<double>(study.batch)
                               : batch_covariance_factor(problem.sum->terms(), study.batch, study.replacement);
  Scratch scratch;
  for (const auto& [place, x] : places) {
    const Eigen::MatrixXd sigma =
        online ? problem.sampled->gradient_covariance(x, scratch) : gradient_covariance(*problem.sum, x);
    record.outcome.covariances.push_back({place, x, sigma, factor * sigma});
    const Eigen::VectorXd diagonal = factor * sigma.diagonal();
    record.outcome.remarks.push_back(
        fmt::format("At the {} the gradient noise of a step has variances between {:.3g} and {:.3g}; the isotropic "
                    "theory takes 1 in every direction.",
                    place, diagonal.minCoeff(), diagonal.maxCoeff()));
  }
}

/// How far the report times are from the steps that stand for them, where steps vary.
void add_clock(const Problem& problem, const Scheme& scheme, StudyRecord& record) {
  if (scheme.has_constant_step()) return;
  double worst = 0;
  for (const double t : problem.report_at)
    worst = std::max(worst, std::abs(scheme.elapsed(scheme.steps_until(t)) - t));
  record.outcome.remarks.push_back(fmt::format(
      "{} steps until t = {}, whose clock is the sum of the rates; report times are met to within {:.2g}.",
      scheme.steps_until(problem.until), shortest(problem.until), worst));
}

void add_rows(const RunContext& context, const Problem& problem, StudyRecord& record) {
  const EnsembleStudy& ensemble = *record.outcome.ensemble;
  for (std::size_t k = 0; k < ensemble.times.size(); ++k) {
    for (const SampleMean& mean : sample_means(ensemble.snapshots[k], problem.observe, *context.execution.pool)) {
      add_row(record.rows, record.outcome.name, "mean " + mean.name, ensemble.times[k], mean.measurement());
    }
  }
}

}  // namespace

void run_ensemble(RunContext& context, const Study& study, StudyRecord& record) {
  const Problem& problem = context.experiment.problem(study.problem);
  const std::unique_ptr<Scheme> scheme = make_scheme(problem, study);
  Journey journey(context, study, problem, *scheme);
  record.outcome.report = journey.travel();
  if (record.outcome.report.status == Status::interrupted) return;
  auto ensemble = std::make_shared<EnsembleStudy>();
  ensemble->motion = motion_name(study);
  ensemble->paths = study.paths;
  ensemble->step_size = scheme->step_size();
  ensemble->snapshots = journey.take_snapshots();
  ensemble->times = {0.0};
  for (std::size_t k = 1; k < ensemble->snapshots.size(); ++k) ensemble->times.push_back(problem.report_at[k - 1]);
  add_sample_paths(context, study, problem, *scheme, *ensemble);
  record.outcome.ensemble = ensemble;
  add_rows(context, problem, record);
  journey.statistics().add_rows(record, context.execution);
  add_quantiles(problem, study, record, *context.execution.pool);
  add_covariances(context, study, problem, record);
  add_acceptance(context, study, *scheme, record);
  add_clock(problem, *scheme, record);
  for (std::string& remark : invariant_measure_remarks(problem, study))
    record.outcome.remarks.push_back(std::move(remark));
  if (problem.potential->dimension() > 3) {
    record.outcome.remarks.push_back(
        fmt::format("In {} dimensions no grid bound exists: only particles and SGD reach this problem, with sampling "
                    "intervals.",
                    problem.potential->dimension()));
  }
}

}  // namespace sgdlimits::experiment
