#include "apps/experiment/run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "apps/commands/interruption.hpp"
#include "apps/commands/progress.hpp"
#include "apps/commands/sub_commands.hpp"
#include "apps/experiment/output_folder.hpp"
#include "apps/experiment/run_sweep.hpp"
#include "apps/report/figures.hpp"
#include "apps/report/json.hpp"
#include "apps/report/page.hpp"
#include "apps/report/plots.hpp"
#include "apps/report/sweep_report.hpp"
#include "apps/report/tables.hpp"

namespace sgdlimits {

namespace {

/// The worst of studies, distances, claims, and escapes of which something is expected.
ExitStatus status_of(const RunResults& results) {
  ExitStatus status = status_of(results.claims);
  for (const StudyOutcome& study : results.studies) status = worse(status, sgdlimits::status_of(study.report.status));
  for (const DistanceRow& row : results.distances)
    status = worse(status, sgdlimits::status_of(row.verdict, row.expected));
  for (const StudyOutcome& study : results.studies)
    for (const EscapeRate& escape : study.escapes)
      if (escape.expected) status = worse(status, sgdlimits::status_of(escape.verdict, *escape.expected));
  return status;
}

/// The worst of points and fits. A point that a method refused has no answer.
ExitStatus status_of(const SweepResults& results) {
  ExitStatus status = ExitStatus::done;
  for (const PointOutcome& point : results.points) {
    if (!point.refused.empty()) status = worse(status, ExitStatus::not_converged);
    for (const PointStudy& study : point.studies) status = worse(status, sgdlimits::status_of(study.status));
    for (const PointVerdict& v : point.verdicts) status = worse(status, sgdlimits::status_of(v.verdict, v.expected));
  }
  for (const FitOutcome& fit : results.fits) {
    status = worse(status, sgdlimits::status_of(fit.report.status));
    if (fit.has_expectation) status = worse(status, sgdlimits::status_of(fit.verdict, fit.expected));
  }
  return status;
}

Execution execution_of(const RunArguments& arguments, const Interruption& interruption) {
  Execution execution = Execution::with_threads(thread_count(arguments));
  execution.block = padded(arguments.block);
  execution.stop = interruption.token();
  return execution;
}

Result<RunResults> compute(const Experiment& experiment, const RunOptions& options, const RunArguments& arguments) {
  const Interruption interruption;
  Progress progress(arguments.quiet);
  std::string current;
  return run_experiment(experiment, options, execution_of(arguments, interruption),
                        [&](const std::string& study, double fraction) {
                          if (study != current) {
                            progress.begin(study);
                            current = study;
                          }
                          progress.set(fraction);
                        });
}

/// One clock for all points, so that what is left is that of the sweep.
Result<SweepResults> compute(const ExperimentSource& source, const RunOptions& options,
                             const RunArguments& arguments) {
  const Interruption interruption;
  Progress progress(arguments.quiet);
  progress.begin("sweep");
  return run_sweep(source, options, execution_of(arguments, interruption),
                   [&](const std::string& label, double fraction) {
                     progress.label(label);
                     progress.set(fraction);
                   });
}

std::string resume_line(const RunArguments& arguments, const std::filesystem::path& out) {
  std::string line = "sgdlimits run " + shell_word(arguments.file.string());
  for (const std::string& set : arguments.set) line += " --set " + shell_word(set);
  if (arguments.seed) line += fmt::format(" --seed {}", *arguments.seed);
  return line + " --out " + shell_word(out.string()) + " --resume";
}

/// What a run and a sweep have in common at their end.
struct Finished {
  std::string page, tables;
  std::vector<Figure> figures;
  nlohmann::ordered_json json;
  std::uint64_t seed = 0;
  std::vector<std::pair<std::string, double>> study_seconds;
  ExitStatus status = ExitStatus::done;
};

Finished finished(const RunResults& results) {
  Finished f{report_page(results), run_tables(results), make_figures(results), to_json(results), results.seed, {},
             status_of(results)};
  for (const StudyOutcome& study : results.studies) f.study_seconds.emplace_back(study.name, study.seconds);
  return f;
}

Finished finished(const SweepResults& results) {
  return {sweep_page(results), sweep_tables(results), sweep_figures(results), to_json(results), results.seed, {},
          status_of(results)};
}

/// Page, plots and, last, the manifest.
void write_report(const Finished& f, const RunArguments& arguments, const OutputFolder& folder, double seconds) {
  folder.write("report.html", f.page);
  std::error_code error;
  std::filesystem::create_directories(folder.path() / "plots", error);
  if (error) throw OutputError((folder.path() / "plots").string() + " cannot be created: " + error.message(), false);
  PlotOutcome plots;
  try {
    plots = write_plots(f.figures, folder.path() / "plots");
  } catch (const DataError& refused) {
    throw OutputError(refused.what(), false);
  }
  if (!plots.warning.empty()) complain(plots.warning);
  ManifestFacts facts;
  facts.threads = thread_count(arguments);
  facts.block = padded(arguments.block);
  facts.seed = f.seed;
  facts.seconds = seconds;
  facts.study_seconds = f.study_seconds;
  facts.command_line = "sgdlimits " + arguments.command_line;
  facts.resumed = arguments.resume;
  facts.exit_status = static_cast<int>(f.status);
  write_manifest(facts, folder);
}

/// Computes, writes and prints.
template <class What>
ExitStatus run_and_tell(const What& what, const RunArguments& arguments) {
  const std::filesystem::path out =
      arguments.out.empty() ? std::filesystem::path(arguments.file.stem().string() + "-results") : arguments.out;
  const auto begin = std::chrono::steady_clock::now();
  const auto computed = compute(what, {out, arguments.resume, arguments.force}, arguments);
  if (!computed.ok()) {
    if (computed.status() == Status::interrupted) {
      complain(fmt::format("{}; go on with\n  {}", computed.why(), resume_line(arguments, out)));
      return ExitStatus::interrupted;
    }
    complain(fmt::format("{}: {}", to_string(computed.status()), computed.why()));
    return sgdlimits::status_of(computed.status());
  }
  Finished f = finished(computed.value());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  write_report(f, arguments, OutputFolder::open(out, arguments.force), seconds);
  if (arguments.json) {
    f.json["folder"] = out.string();
    f.json["seconds"] = seconds;
    f.json["exit_status"] = static_cast<int>(f.status);
    print(f.json.dump(2) + "\n");
    return f.status;
  }
  print(f.tables);
  print(fmt::format("\nWritten to {}; start with {}\n", out.string(), (out / "report.html").string()));
  return f.status;
}

/// The resolved file; for a sweep with a comment for every point, each of which is checked.
void print_dry_run(const Experiment& experiment, const ExperimentSource& source) {
  print(resolved_toml(experiment));
  if (!experiment.sweep) return;
  const std::vector<SweepPoint> points = sweep_points(*experiment.sweep);
  std::string text = fmt::format("\n# {} points:\n", points.size());
  for (const SweepPoint& point : points)
    text += fmt::format("# {}, seed {}\n", point.name, load_point(source, *experiment.sweep, point).seed);
  print(text);
}

}  // namespace

std::string shell_word(const std::string& text) {
  if (!text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,") ==
          std::string::npos) {
    return text;
  }
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

void write_report(const RunResults& results, const RunArguments& arguments, double seconds) {
  write_report(finished(results), arguments, OutputFolder::open(arguments.out, arguments.force), seconds);
}

ExitStatus run(const RunArguments& arguments, const PotentialFactories& user) {
  std::vector<std::string> overrides = arguments.set;
  if (arguments.seed) overrides.push_back(fmt::format("run.seed={}", *arguments.seed));
  const ExperimentSource source = read_source(arguments.file, overrides, user);
  const Experiment experiment = load_experiment(source);
  if (arguments.dry_run) {
    print_dry_run(experiment, source);
    return ExitStatus::done;
  }
  return experiment.sweep ? run_and_tell(source, arguments) : run_and_tell(experiment, arguments);
}

}  // namespace sgdlimits
