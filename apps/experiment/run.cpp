#include "apps/experiment/run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "apps/experiment/run_context.hpp"
#include "core/noise.hpp"
#include "core/text.hpp"

namespace sgdlimits {

namespace experiment {

const StudyRecord* RunContext::spectrum_record(const Problem& problem, double temperature) const {
  for (const Study& study : experiment.studies) {
    const auto found = done.find(study.name);
    if (study.problem != problem.name || found == done.end() || !found->second.outcome.spectrum) continue;
    if (found->second.outcome.spectrum->generator->temperature().value() == temperature) return &found->second;
  }
  return nullptr;
}

const StudyRecord* RunContext::grid_record(const std::string& problem) const {
  for (const Study& study : experiment.studies) {
    const auto found = done.find(study.name);
    if (study.problem == problem && found != done.end() && found->second.outcome.evolution) return &found->second;
  }
  return nullptr;
}

std::uint32_t RunContext::replicate(const Study& study) const {
  std::uint32_t place = 0;
  while (experiment.studies[place].name != study.name) ++place;
  return place;
}

Execution part_of(const Execution& whole, double from, double to) {
  Execution part = whole;
  if (whole.progress) {
    part.progress = [progress = whole.progress, from, to](double done) { progress(from + (to - from) * done); };
  }
  return part;
}

Eigenfunctions interpolated_modes(const SpectralGapEstimate& spectrum) {
  std::vector<GridInterpolant> modes;
  for (Index k = 0; k < spectrum.eigenfunctions.cols(); ++k) {
    modes.emplace_back(spectrum.generator->shared_grid(), spectrum.eigenfunctions.col(k));
  }
  return [modes](PointsView x, PointsOut out) {
    for (std::size_t k = 0; k < modes.size(); ++k) modes[k].evaluate(x, out.col(static_cast<Index>(k)));
  };
}

std::shared_ptr<const Grid> uniform_grid(const Grid& box, Index cells) {
  std::vector<Axis> axes;
  for (Index j = 0; j < box.dimension(); ++j) {
    axes.push_back(Axis::uniform(box.axis(j).lower(), box.axis(j).upper(),
                                 box.dimension() == 1 ? std::max<Index>(2048, cells) : cells));
  }
  return std::make_shared<const Grid>(std::move(axes));
}

std::map<std::string, ModeSeries> project_ensembles(RunContext& context) {
  std::map<std::string, ModeSeries> all;
  for (auto& [name, record] : context.done) {
    if (!record.outcome.ensemble) continue;
    const Problem& problem = context.experiment.problem(record.outcome.problem);
    const StudyRecord* spectrum = context.spectrum_record(problem, problem.temperature->value());
    if (!spectrum) continue;
    auto ensemble = std::make_shared<EnsembleStudy>(*record.outcome.ensemble);
    ModeSeries series =
        mode_series(ensemble->times, ensemble->snapshots, interpolated_modes(*spectrum->outcome.spectrum),
                    spectrum->outcome.spectrum->eigenfunctions.cols(), *context.execution.pool);
    ensemble->chi_squared.clear(), ensemble->first_mode.clear();
    for (const ModeSnapshot& snapshot : series.snapshots) {
      ensemble->chi_squared.push_back(snapshot.chi_squared);
      ensemble->first_mode.push_back(snapshot.means.front());
      add_row(record.rows, name, "chi squared by modes", snapshot.time, snapshot.chi_squared);
      add_row(record.rows, name, "mean of the first eigenfunction", snapshot.time, snapshot.means.front());
    }
    const Result<DecayFit> rate = first_mode_rate(series);
    if (rate.ok()) add_row(record.rows, name, "rate of the first mode", std::nullopt, rate->rate);
    record.outcome.ensemble = ensemble;
    all.emplace(name, std::move(series));
  }
  return all;
}

void add_row(std::vector<MeasurementRow>& rows, const std::string& study, const std::string& quantity,
             std::optional<double> time, const Measurement& measurement) {
  if (!std::isfinite(measurement.value())) return;
  rows.push_back({study, quantity, time, measurement});
}

}  // namespace experiment

namespace {

using namespace experiment;

// Beyond so many coordinates the gradient is checked along random directions.
constexpr Index kManyCoordinates = 64;

/// The same as gradient_check along one random direction from each of a few points of the initial law.
double check_along_directions(const Problem& problem, const Noise& noise) {
  const Index d = problem.potential->dimension();
  Points x(2, d), direction(2, d), shifted(4, d);
  noise.normals(0, 0, direction);
  direction.colwise() /= direction.matrix().rowwise().norm().array();
  if (problem.initial) {
    problem.initial->sample(noise, 0, x);
  } else {
    noise.normals(2, 0, x);
  }
  const Points g = gradients(*problem.potential, x);
  double worst = 0;
  for (Index i = 0; i < 2; ++i) {
    const double h = 1e-3, slope = (g.row(i) * direction.row(i)).sum();
    for (Index k = 0; k < 4; ++k)
      shifted.row(k) = x.row(i) + h * (k % 2 == 0 ? 1 : -1) * (1 + k / 2) * direction.row(i);
    const Values f = values(*problem.potential, shifted);
    const double gap = std::abs((8 * (f(0) - f(1)) - (f(2) - f(3))) / (12 * h) - slope);
    worst = std::max(
        worst, std::isnan(gap) ? std::numeric_limits<double>::infinity() : gap / (1 + g.row(i).matrix().norm()));
  }
  return worst;
}

/// Gradient against differences at points of the initial law and of a box around the origin.
double check_gradients(const Experiment& experiment) {
  double worst = 0;
  for (const Problem& problem : experiment.problems) {
    if (problem.potential->dimension() > kManyCoordinates) {
      worst = std::max(worst, check_along_directions(problem, Noise(experiment.seed, Stream::test)));
      continue;
    }
    Points x(32, problem.potential->dimension());
    const Noise noise(experiment.seed, Stream::test);
    noise.normals(0, 0, x);
    if (problem.initial) {
      problem.initial->sample(noise, 0, x.topRows(16));
    } else {
      x.topRows(16) *= 0.3;
    }
    const Box domain = problem.potential->domain();
    for (Index j = 0; j < x.cols(); ++j) x.col(j) = x.col(j).max(domain.lower(j)).min(domain.upper(j));
    worst = std::max(worst, gradient_check(*problem.potential, x));
  }
  return worst;
}

std::filesystem::path record_file(const RunContext& context, const Study& study) {
  return context.folder->checkpoint() / (study.name + ".study");
}

std::optional<StudyRecord> resumed_record(const RunContext& context, const Study& study) {
  if (!context.resume || !context.folder) return std::nullopt;
  const std::filesystem::path file = record_file(context, study);
  if (!std::filesystem::exists(file)) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return read_record(bytes.str(), context.key + " " + study.name, file.string());
}

StudyRecord run_study(RunContext& context, const Study& study) {
  const auto begin = std::chrono::steady_clock::now();
  StudyRecord record;
  record.outcome.name = study.name;
  record.outcome.kind = to_string(study.kind);
  record.outcome.problem = study.problem;
  switch (study.kind) {
    case StudyKind::spectral_gap: run_spectral_gap(context, study, record); break;
    case StudyKind::fokker_planck: run_fokker_planck(context, study, record); break;
    case StudyKind::langevin:
    case StudyKind::sgd:
    case StudyKind::sgd_modified_equation: run_ensemble(context, study, record); break;
    case StudyKind::escape: run_escape(context, study, record); break;
    case StudyKind::sgd_operator: run_sgd_operator(context, study, record); break;
    case StudyKind::flow: run_flow(context, study, record); break;
  }
  if (record.outcome.report.status == Status::ok) check_risk(context, study, record);
  record.outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return record;
}

RunResults collect(RunContext& context, double gradients) {
  const Experiment& experiment = context.experiment;
  RunResults results;
  const Problem& own = experiment.problems.front();
  results.title = experiment.title;
  results.potential = own.potential->description();
  results.coordinates = own.potential->coordinate_names();
  results.temperature = own.temperature ? own.temperature->value() : 0;
  results.learning_rate = 2 * results.temperature;
  results.seed = experiment.seed;
  results.gradient_check = gradients;
  const Execution whole = context.execution;
  const std::map<std::string, ModeSeries> series = project_ensembles(context);
  context.execution = part_of(whole, 0.1, 0.4);
  results.distances = run_compares(context, series);
  context.execution = part_of(whole, 0.4, 1);
  results.claims = run_claims(context, series);
  context.execution = whole;
  for (const Study& study : experiment.studies) {
    StudyRecord& record = context.done.at(study.name);
    results.measurements.insert(results.measurements.end(), record.rows.begin(), record.rows.end());
    results.studies.push_back(std::move(record.outcome));
  }
  for (const DistanceRow& row : results.distances) {
    add_row(results.measurements, "compare", fmt::format("{}, {} against {}", row.measure, row.first, row.second),
            row.time, row.distance);
  }
  return results;
}

void write_results(const RunResults& results, const Experiment& experiment, const OutputFolder& folder, bool arrays) {
  folder.write("experiment.toml", resolved_toml(experiment));
  folder.write("measurements.csv", measurements_csv(results));
  folder.write("claims.json", claims_json(results));
  if (arrays) write_arrays(results, folder);
}

}  // namespace

Result<RunResults> run_experiment(const Experiment& experiment, const RunOptions& options, const Execution& execution,
                                  const StudyProgress& progress) {
  RunContext context{experiment, execution, std::nullopt, options.resume, sha256(resolved_toml(experiment)), {}, {}};
  if (!options.out.empty()) context.folder = OutputFolder::open(options.out, options.force);
  if (context.folder && !options.resume) std::filesystem::remove_all(context.folder->checkpoint());
  const double gradients = check_gradients(experiment);
  for (const Study& study : experiment.studies) {
    context.execution.progress = [&](double fraction) {
      if (progress) progress(study.name, fraction);
    };
    context.execution.progress(0);
    std::optional<StudyRecord> record = resumed_record(context, study);
    if (!record) {
      record = run_study(context, study);
      if (record->outcome.report.status == Status::interrupted || execution.stop.stop_requested()) {
        return Result<RunResults>::failure(Status::interrupted, fmt::format("stopped in study \"{}\"", study.name));
      }
      if (context.folder) {
        context.folder->write("checkpoint/" + study.name + ".study",
                              record_bytes(*record, context.key + " " + study.name));
      }
    }
    context.done.emplace(study.name, std::move(*record));
  }
  context.execution.progress = [&](double fraction) {
    if (progress) progress("comparisons and claims", fraction);
  };
  context.execution.progress(0);
  RunResults results = collect(context, gradients);
  if (execution.stop.stop_requested())
    return Result<RunResults>::failure(Status::interrupted, "stopped in comparisons and claims");
  if (context.folder) {
    write_results(results, experiment, *context.folder, options.arrays);
    std::filesystem::remove_all(context.folder->checkpoint());
  }
  context.execution.progress(1);
  return results;
}

}  // namespace sgdlimits
