#include "apps/experiment/run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "apps/commands/interruption.hpp"
#include "apps/commands/progress.hpp"
#include "apps/commands/sub_commands.hpp"
#include "apps/experiment/output_folder.hpp"
#include "apps/report/figures.hpp"
#include "apps/report/json.hpp"
#include "apps/report/page.hpp"
#include "apps/report/plots.hpp"
#include "apps/report/tables.hpp"

namespace sgdlimits {

namespace {

/// The worst of studies, distances and claims.
ExitStatus status_of(const RunResults& results) {
  ExitStatus status = status_of(results.claims);
  for (const StudyOutcome& study : results.studies) status = worse(status, sgdlimits::status_of(study.report.status));
  for (const DistanceRow& row : results.distances)
    status = worse(status, sgdlimits::status_of(row.verdict, row.expected));
  return status;
}

Result<RunResults> compute(const Experiment& experiment, const RunOptions& options, const RunArguments& arguments) {
  const Interruption interruption;
  Progress progress(arguments.quiet);
  Execution execution = Execution::with_threads(thread_count(arguments));
  execution.block = padded(arguments.block);
  execution.stop = interruption.token();
  std::string current;
  return run_experiment(experiment, options, execution, [&](const std::string& study, double fraction) {
    if (study != current) {
      progress.begin(study);
      current = study;
    }
    progress.set(fraction);
  });
}

/// A word as a shell would take it back.
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

std::string resume_line(const RunArguments& arguments, const std::filesystem::path& out) {
  std::string line = "sgdlimits run " + shell_word(arguments.file.string());
  for (const std::string& set : arguments.set) line += " --set " + shell_word(set);
  if (arguments.seed) line += fmt::format(" --seed {}", *arguments.seed);
  return line + " --out " + shell_word(out.string()) + " --resume";
}

/// Page, plots and, last, the manifest.
void write_report(const RunResults& results, const RunArguments& arguments, const OutputFolder& folder,
                  double seconds, ExitStatus status) {
  folder.write("report.html", report_page(results));
  std::error_code error;
  std::filesystem::create_directories(folder.path() / "plots", error);
  if (error) throw OutputError((folder.path() / "plots").string() + " cannot be created: " + error.message(), false);
  PlotOutcome plots;
  try {
    plots = write_plots(make_figures(results), folder.path() / "plots");
  } catch (const DataError& refused) {
    throw OutputError(refused.what(), false);
  }
  if (!plots.warning.empty()) complain(plots.warning);
  ManifestFacts facts;
  facts.threads = thread_count(arguments);
  facts.block = padded(arguments.block);
  facts.seed = results.seed;
  facts.seconds = seconds;
  facts.command_line = "sgdlimits " + arguments.command_line;
  facts.resumed = arguments.resume;
  facts.exit_status = static_cast<int>(status);
  write_manifest(results, facts, folder);
}

}  // namespace

ExitStatus run(const RunArguments& arguments, const PotentialFactories& user) {
  std::vector<std::string> overrides = arguments.set;
  if (arguments.seed) overrides.push_back(fmt::format("run.seed={}", *arguments.seed));
  const Experiment experiment = read_experiment(arguments.file, overrides, user);
  if (arguments.dry_run) {
    print(resolved_toml(experiment));
    return ExitStatus::done;
  }
  const std::filesystem::path out =
      arguments.out.empty() ? std::filesystem::path(arguments.file.stem().string() + "-results") : arguments.out;
  const auto begin = std::chrono::steady_clock::now();
  const Result<RunResults> computed = compute(experiment, {out, arguments.resume, arguments.force}, arguments);
  if (!computed.ok()) {
    if (computed.status() == Status::interrupted) {
      complain(fmt::format("{}; go on with\n  {}", computed.why(), resume_line(arguments, out)));
      return ExitStatus::interrupted;
    }
    complain(fmt::format("{}: {}", to_string(computed.status()), computed.why()));
    return sgdlimits::status_of(computed.status());
  }
  const RunResults& results = computed.value();
  const ExitStatus status = status_of(results);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  write_report(results, arguments, OutputFolder::open(out, arguments.force), seconds, status);
  if (arguments.json) {
    nlohmann::ordered_json json = to_json(results);
    json["folder"] = out.string();
    json["seconds"] = seconds;
    json["exit_status"] = static_cast<int>(status);
    print(json.dump(2) + "\n");
    return status;
  }
  print(run_tables(results));
  print(fmt::format("\nWritten to {}; start with {}\n", out.string(), (out / "report.html").string()));
  return status;
}

}  // namespace sgdlimits
