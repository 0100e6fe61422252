#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "apps/commands/asked_problem.hpp"
#include "apps/commands/interruption.hpp"
#include "apps/commands/langevin_answer.hpp"
#include "apps/commands/progress.hpp"
#include "apps/experiment/langevin_source.hpp"
#include "apps/experiment/resolved_text.hpp"
#include "apps/experiment/run.hpp"
#include "core/text.hpp"

namespace sgdlimits {

namespace {

using experiment::literal;

/// The pieces of a text between commas.
std::vector<std::string> pieces(const std::string& text) {
  std::vector<std::string> result;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    result.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return result;
}

const char* const kInitialForms = "gibbs, gibbs:RATIO, NAME=VALUE,... or NAME=MEAN:SD,...";

std::string gibbs_literal(const std::string& text) {
  const std::string ratio = text.size() > 6 ? text.substr(6) : "1";
  return "{kind = \"gibbs\", temperature_ratio = " + literal(to_number("--initial gibbs", ratio)) + "}";
}

/// "x=0.5,y=0" is a point, "x=0:1,y=0:1" a Gaussian.
std::string initial_literal(const std::string& text, const std::vector<std::string>& coordinates) {
  if (text == "gibbs" || text.starts_with("gibbs:")) return gibbs_literal(text);
  std::vector<std::optional<double>> values(coordinates.size());
  std::vector<double> spreads;
  for (const std::string& piece : pieces(text)) {
    const std::size_t equals = piece.find('=');
    if (equals == std::string::npos)
      throw UsageError(fmt::format("--initial is \"{}\" but must be {}", text, kInitialForms));
    const std::string name = piece.substr(0, equals), value = piece.substr(equals + 1);
    const auto known = std::find(coordinates.begin(), coordinates.end(), name);
    if (known == coordinates.end())
      throw UsageError(
          fmt::format("--initial names {}, but the coordinates are {}", name, fmt::join(coordinates, ", ")));
    std::optional<double>& place = values[static_cast<std::size_t>(known - coordinates.begin())];
    if (place) throw UsageError("--initial names " + name + " twice");
    const std::size_t colon = value.find(':');
    place = to_number("--initial " + name, value.substr(0, colon));
    if (colon == std::string::npos) continue;
    spreads.resize(coordinates.size());
    spreads[static_cast<std::size_t>(known - coordinates.begin())] =
        to_number("--initial " + name, value.substr(colon + 1));
  }
  std::vector<double> centre;
  for (std::size_t j = 0; j < values.size(); ++j) {
    if (!values[j]) throw UsageError("--initial does not name " + coordinates[j]);
    centre.push_back(*values[j]);
  }
  if (spreads.empty()) return "{kind = \"point\", x = " + literal(centre) + "}";
  return "{kind = \"gaussian\", mean = " + literal(centre) + ", sd = " + literal(spreads) + "}";
}

TomlKeys dynamics_of(const LangevinArguments& a, const AskedProblem& asked) {
  TomlKeys keys;
  const std::vector<std::string> coordinates = asked.potential->coordinate_names();
  if (a.learning_rate) keys.emplace_back("learning_rate", literal(*a.learning_rate));
  if (a.temperature) keys.emplace_back("temperature", literal(*a.temperature));
  if (a.until) {
    if (std::isfinite(*a.until)) keys.emplace_back("report_at", literal(std::vector<double>{*a.until}));
    keys.emplace_back("until", literal(*a.until));
  }
  if (!a.observe.empty()) keys.emplace_back("observe", literal(a.observe));
  if (!a.initial.empty()) {
    keys.emplace_back("initial", initial_literal(a.initial, coordinates));
  } else if (a.formula) {
    keys.emplace_back("initial",
                      "{kind = \"point\", x = " + literal(std::vector<double>(coordinates.size(), 0.0)) + "}");
  }
  return keys;
}

TomlKeys study_of(const LangevinArguments& a) {
  TomlKeys keys;
  if (!a.scheme.empty()) keys.emplace_back("scheme", literal(a.scheme));
  keys.emplace_back("step", literal(*a.step));
  if (a.friction) keys.emplace_back("friction", literal(*a.friction));
  if (a.mass) keys.emplace_back("mass", literal(*a.mass));
  if (a.leapfrog_steps) keys.emplace_back("leapfrog_steps", literal(static_cast<std::int64_t>(*a.leapfrog_steps)));
  keys.emplace_back("paths", literal(static_cast<std::int64_t>(a.paths)));
  keys.emplace_back("sample_paths", "0");
  if (a.average_from) keys.emplace_back("average_from", literal(*a.average_from));
  if (a.observations) keys.emplace_back("observations", literal(static_cast<std::int64_t>(*a.observations)));
  if (!a.quantiles.empty()) {
    std::vector<double> levels;
    for (const std::string& level : a.quantiles) levels.push_back(to_number("--quantiles", level));
    keys.emplace_back("quantiles", literal(levels));
  }
  if (!a.exit.empty()) keys.emplace_back("exit", literal(a.exit));
  return keys;
}

/// The keys of an experiment file as the options that they came from.
std::string as_options(const std::string& message) {
  std::string text = std::regex_replace(message, std::regex("\\[dynamics\\] has no until, which this study needs"),
                                        "langevin needs --until T");
  const std::regex key("(study\\." + kLangevinStudy + "|dynamics)\\.([a-z_]+)");
  for (std::smatch found; std::regex_search(text, found, key);) {
    std::string option = found[2];
    std::replace(option.begin(), option.end(), '_', '-');
    text = std::string(found.prefix()) + "--" + option + std::string(found.suffix());
  }
  return text;
}

ExperimentSource base_of(const LangevinArguments& a, const PotentialFactories& user) {
  if (!a.formula) return read_source(a.file, a.set, user);
  std::vector<std::pair<std::string, double>> parameters;
  for (const std::string& parameter : a.parameters) {
    const std::size_t equals = parameter.find('=');
    parameters.emplace_back(parameter.substr(0, equals), to_number("--param", parameter.substr(equals + 1)));
  }
  return {"langevin.toml", {}, user, formula_text(*a.formula, a.variables, parameters)};
}

Experiment experiment_of(const LangevinArguments& a, const PotentialFactories& user) {
  const AskedProblem asked = asked_problem(a, "langevin", user);
  if (!a.step) throw UsageError("langevin needs --step H, the numerical step");
  if (!a.until && a.formula) throw UsageError("langevin needs --until T, the last time");
  if (!(a.tolerance > 0) || std::isinf(a.tolerance))
    throw UsageError("--tolerance is " + shortest(a.tolerance) + " but must be positive and finite");
  for (const std::string& expression : a.observe)
    if (std::count(a.observe.begin(), a.observe.end(), expression) > 1)
      throw UsageError("--observe names " + expression + " twice");
  try {
    return load_experiment(langevin_source(base_of(a, user), dynamics_of(a, asked), study_of(a), a.seed));
  } catch (const ExperimentError& error) {
    throw UsageError(as_options(error.message()));
  }
}

/// What `write_report` and the line to go on with need.
RunArguments run_arguments(const LangevinArguments& a) {
  RunArguments run;
  run.threads = a.threads;
  run.block = a.block;
  run.out = a.out;
  run.resume = a.resume;
  run.force = a.force;
  run.command_line = a.command_line;
  return run;
}

ExitStatus tell_interrupted(const LangevinArguments& a, const std::string& why) {
  if (a.out.empty()) {
    complain(why + "; nothing is kept without --out DIR");
  } else {
    complain(fmt::format("{}; go on with\n  sgdlimits {}{}", why, a.command_line, a.resume ? "" : " --resume"));
  }
  return ExitStatus::interrupted;
}

}  // namespace

ExitStatus langevin(const LangevinArguments& arguments, const PotentialFactories& user) {
  if (arguments.resume && arguments.out.empty()) throw UsageError("--resume needs the --out DIR of the stopped run");
  const Experiment experiment = experiment_of(arguments, user);
  if (arguments.dry_run) {
    print(resolved_toml(experiment));
    return ExitStatus::done;
  }
  const auto begin = std::chrono::steady_clock::now();
  const Result<LangevinAnswer> answer = [&] {
    const Interruption interruption;
    Progress progress(arguments.quiet);
    progress.begin(kLangevinStudy);
    Execution execution = Execution::with_threads(thread_count(arguments));
    execution.block = padded(arguments.block);
    execution.stop = interruption.token();
    execution.progress = [&](double fraction) { progress.set(fraction); };
    return langevin_answer(experiment, {arguments.out, arguments.resume, arguments.force},
                           {arguments.tolerance, arguments.histogram}, execution);
  }();
  if (answer.status() == Status::interrupted) return tell_interrupted(arguments, answer.why());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!arguments.out.empty()) write_report(answer->results, run_arguments(arguments), seconds);
  if (arguments.json) {
    nlohmann::ordered_json json = to_json(answer.value());
    json["seconds"] = seconds;
    print(json.dump(2) + "\n");
  } else {
    print(langevin_text(answer.value()));
  }
  return status_of(answer.value().results.studies.front().report.status);
}

}  // namespace sgdlimits
