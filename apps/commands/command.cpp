#include "apps/commands/command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <new>

#include "apps/build_info.hpp"
#include "apps/commands/sub_commands.hpp"
#include "apps/experiment/output_folder.hpp"
#include "core/text.hpp"
#include "models/formula/formula.hpp"

namespace sgdlimits {

namespace {

const std::vector<std::string> kCommands = {"run",      "gap",          "bias",   "order",
                                            "langevin", "sgd-operator", "verify", "list"};

/// "; did you mean X?" or nothing.
std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  const std::string near = nearest_name(name, known);
  return near.empty() ? "" : "; did you mean " + near + "?";
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::int64_t to_integer(const std::string& name, const std::string& text, std::int64_t lower, std::int64_t upper) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < lower || value > upper) {
    throw UsageError(fmt::format("{} is {} but must be a whole number from {} to {}", name, text, lower, upper));
  }
  return value;
}

template <class T>
void integer_option(CLI::App& app, const std::string& name, T& target, std::int64_t lower, std::int64_t upper,
                    const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [&target, name, lower, upper](const std::string& text) {
           target = static_cast<T>(to_integer(name, text, lower, upper));
         },
         help)
      ->type_name("N");
}

void number_option(CLI::App& app, const std::string& name, const std::function<void(double)>& store,
                   const std::string& type, const std::string& help) {
  app.add_option_function<std::string>(
         name, [store, name](const std::string& text) { store(to_number(name, text)); }, help)
      ->type_name(type);
}

void common_options(CLI::App& app, CommonOptions& options) {
  integer_option(app, "--threads", options.threads, 1, 1024, "threads; results do not depend on it");
  app.add_flag("--json", options.json, "one JSON object on stdout instead of tables");
  app.add_flag("--quiet", options.quiet, "no progress on stderr");
}

CLI::Option* repeated(CLI::App& app, const std::string& name, std::vector<std::string>& target,
                      const std::string& type, const std::string& help) {
  return app.add_option(name, target, help)
      ->type_name(type)
      ->type_size(1)
      ->expected(1, 1 << 20)
      ->take_all()
      ->allow_extra_args(false);
}

void seed_option(CLI::App& app, std::optional<std::uint64_t>& target, const std::string& help) {
  app.add_option_function<std::string>(
         "--seed",
         [&target](const std::string& text) {
           target =
               static_cast<std::uint64_t>(to_integer("--seed", text, 0, std::numeric_limits<std::int64_t>::max()));
         },
         help)
      ->type_name("N");
}

/// Where a run is written, and how it goes on.
void folder_options(CLI::App& app, std::filesystem::path& out, bool& resume, bool& force) {
  app.add_option("--out", out, "output folder")->type_name("DIR");
  app.add_flag("--resume", resume, "go on from the folder's checkpoint");
  app.add_flag("--force", force, "use a folder that is not empty and not ours");
}

CLI::App* add_run(CLI::App& app, RunArguments& a) {
  CLI::App* run = app.add_subcommand("run", "run an experiment file: studies, comparisons, claims, plots, report");
  run->add_option("file", a.file, "experiment file")->type_name("FILE.toml")->required();
  repeated(*run, "--set", a.set, "KEY=VALUE", "replace a value of the file, may be repeated");
  seed_option(*run, a.seed, "seed of all randomness, instead of the file's");
  integer_option(*run, "--block", a.block, 8, 1 << 20,
                 "paths that stay in cache together; results do not depend on it");
  folder_options(*run, a.out, a.resume, a.force);
  run->add_flag("--dry-run", a.dry_run, "check the file and print it with every default written out");
  common_options(*run, a);
  return run;
}

/// Which potential at which noise scale.
void problem_options(CLI::App& app, ProblemArguments& a) {
  app.add_option("file", a.file, "experiment file whose potential is meant")->type_name("FILE.toml");
  app.add_option_function<std::string>(
         "--formula", [&a](const std::string& text) { a.formula = text; }, "the potential, e.g. \"(x^2-1)^2\"")
      ->type_name("STR");
  app.add_option("--variables", a.variables, "coordinates in order; default: free symbols as they appear")
      ->type_name("x,y")
      ->delimiter(',');
  repeated(app, "--param", a.parameters, "NAME=VALUE", "value of a symbol, may be repeated");
  number_option(
      app, "--learning-rate", [&a](double v) { a.learning_rate = v; }, "S", "s = 2 tau");
  number_option(
      app, "--temperature", [&a](double v) { a.temperature = v; }, "T", "tau");
  repeated(app, "--set", a.set, "KEY=VALUE", "replace a value of the file, may be repeated");
}

void domain_option(CLI::App& app, ProblemArguments& a) {
  app.add_option("--domain", a.domain, "reflecting ends, e.g. \"x=-1:1\" or \"x=0:,y=-2:2\"")->type_name("BOX");
}

CLI::App* add_gap(CLI::App& app, GapArguments& a) {
  CLI::App* gap = app.add_subcommand("gap", "spectral gap and Poincare constant of a potential");
  problem_options(*gap, a);
  domain_option(*gap, a);
  integer_option(*gap, "--modes", a.modes, 1, 100, "nonzero eigenvalues wanted (5)");
  number_option(
      *gap, "--tolerance", [&a](double v) { a.tolerance = v; }, "EPS", "relative accuracy wanted (1e-6)");
  gap->add_flag("--prove", a.prove, "one dimension: an interval that is a theorem, by ball arithmetic");
  number_option(
      *gap, "--relative-width", [&a](double v) { a.relative_width = v; }, "W", "of the proved interval (1e-9)");
  gap->add_option("--certificate", a.certificate, "write what another program needs to check the proof")
      ->type_name("FILE");
  common_options(*gap, a);
  return gap;
}

CLI::App* add_bias(CLI::App& app, BiasArguments& a) {
  CLI::App* bias =
      app.add_subcommand("bias", "what a scheme's step does to the invariant law and the rate, no sampling");
  problem_options(*bias, a);
  domain_option(*bias, a);
  bias->add_option("--scheme", a.scheme, "the scheme (sgdlimits list schemes)")->type_name("NAME");
  repeated(*bias, "--observe", a.observe, "EXPR", "observable, e.g. \"x^2\"; may be repeated (loss)");
  bias->add_option("--steps", a.steps, "step sizes; three or more give orders")->type_name("H,H,...")->delimiter(',');
  common_options(*bias, a);
  return bias;
}

void optional_number(CLI::App& app, const std::string& name, std::optional<double>& target, const std::string& type,
                     const std::string& help) {
  number_option(
      app, name, [&target](double v) { target = v; }, type, help);
}

CLI::App* add_order(CLI::App& app, OrderArguments& a) {
  CLI::App* sub =
      app.add_subcommand("order", "the order of convergence of a scheme, measured, beside the declared one");
  problem_options(*sub, a);
  sub->add_option("--scheme", a.scheme, "the scheme (sgdlimits list schemes)")->type_name("NAME");
  sub->add_option("--kind", a.kind, "strong, weak or measure; default: the first that the scheme declares")
      ->type_name("KIND");
  sub->add_option("--problem", a.problem, "a test problem (sgdlimits list problems)")->type_name("NAME");
  sub->add_option("--drift", a.drift, "own equation: one formula a coordinate, apart by \";\"")->type_name("STR");
  repeated(*sub, "--diffusion", a.diffusion, "STR", "its noise, likewise; once for each noise");
  sub->add_option("--noise", a.noise, "scalar, diagonal, commutative or general")->type_name("CLASS");
  sub->add_option("--calculus", a.calculus, "ito or stratonovich (ito)")->type_name("WHICH");
  sub->add_option("--exact", a.exact, "its solution in t, w (w1, w2, ...), x0 for each coordinate x")
      ->type_name("STR");
  sub->add_option("--start", a.start, "where paths start")->type_name("X,Y,...");
  number_option(
      *sub, "--until", [&a](double v) { a.until = v; }, "T", "end of the paths (1)");
  sub->add_option("--steps", a.steps, "step sizes, each T over a whole number; four or more")
      ->type_name("H,H,...")
      ->delimiter(',');
  integer_option(*sub, "--paths", a.paths, 100, 100'000'000, "paths a step, where paths are sampled");
  integer_option(*sub, "--seed", a.seed, 0, std::numeric_limits<std::int64_t>::max(), "seed of the paths (1)");
  repeated(*sub, "--observe", a.observe, "EXPR", "observable of weak and measure orders; may be repeated");
  number_option(
      *sub, "--friction", [&a](double v) { a.friction = v; }, "GAMMA", "of underdamped motion (1)");
  number_option(
      *sub, "--mass", [&a](double v) { a.mass = v; }, "M", "of underdamped motion (1)");
  common_options(*sub, a);
  return sub;
}

CLI::App* add_langevin(CLI::App& app, LangevinArguments& a) {
  CLI::App* sub = app.add_subcommand("langevin", "means over Langevin paths beside those of the Gibbs measure");
  problem_options(*sub, a);
  sub->add_option("--scheme", a.scheme, "the scheme (sgdlimits list schemes; heun)")->type_name("NAME");
  optional_number(*sub, "--step", a.step, "H", "numerical step");
  optional_number(*sub, "--friction", a.friction, "GAMMA", "of the underdamped schemes (1)");
  optional_number(*sub, "--mass", a.mass, "M", "of the underdamped schemes (1)");
  integer_option(*sub, "--leapfrog-steps", a.leapfrog_steps, 1, 10000, "of a proposal of hmc (5)");
  integer_option(*sub, "--paths", a.paths, 2, (std::int64_t{1} << 32) - 1, "independent paths (10000)");
  optional_number(*sub, "--until", a.until, "T", "last time");
  sub->add_option("--initial", a.initial, "start: gibbs, gibbs:RATIO, \"x=0.5\" or \"x=0:1\" (mean:sd); the origin")
      ->type_name("LAW");
  repeated(*sub, "--observe", a.observe, "EXPR", "observable, e.g. \"x^2\"; may be repeated (loss)");
  optional_number(*sub, "--average-from", a.average_from, "T",
                  "also time averages and autocorrelation times from then on");
  integer_option(*sub, "--observations", a.observations, 1, 1'000'000'000, "looks for them, about (1000)");
  sub->add_option("--quantiles", a.quantiles, "levels, e.g. 0.05,0.5,0.95")->type_name("Q,Q,...")->delimiter(',');
  integer_option(*sub, "--histogram", a.histogram, 1, 100000, "bins of a histogram at the last time (JSON)");
  sub->add_option("--exit", a.exit, "when a path has left, e.g. \"x > 1\": rate of first exits")->type_name("EXPR");
  number_option(
      *sub, "--tolerance", [&a](double v) { a.tolerance = v; }, "EPS",
      "equality with the Gibbs mean, in standard deviations (0.05)");
  seed_option(*sub, a.seed, "seed of all randomness (1)");
  integer_option(*sub, "--block", a.block, 8, 1 << 20,
                 "paths that stay in cache together; results do not depend on it");
  folder_options(*sub, a.out, a.resume, a.force);
  sub->add_flag("--dry-run", a.dry_run, "print the experiment file that says the same");
  common_options(*sub, a);
  return sub;
}

CLI::App* add_sgd_operator(CLI::App& app, SgdOperatorArguments& a) {
  CLI::App* sub = app.add_subcommand(
      "sgd-operator", "SGD's own law without Monte Carlo: invariant measures, gap, escape, beside SME and Gibbs");
  sub->add_option("file", a.file, "experiment file whose potential is a mean over samples")->type_name("FILE.toml");
  number_option(
      *sub, "--learning-rate", [&a](double v) { a.learning_rate = v; }, "S", "step of SGD, instead of the file's");
  integer_option(*sub, "--batch", a.batch, 1, 1'000'000'000, "samples a step (1)");
  sub->add_option("--replacement", a.replacement, "with or without (with)")->type_name("HOW");
  integer_option(*sub, "--cells", a.cells, 16, 1'000'000, "cells an axis (2000 on a line, 128 in a plane)");
  repeated(*sub, "--set", a.set, "KEY=VALUE", "replace a value of the file, may be repeated");
  common_options(*sub, a);
  return sub;
}

CLI::App* add_verify(CLI::App& app, VerifyArguments& a) {
  CLI::App* verify = app.add_subcommand("verify", "check claims: prediction, measurement, interval, slack, verdict");
  verify->add_option("claims", a.claims, "ids or names (sgdlimits list claims)")->type_name("CLAIM");
  verify->add_flag("--all", a.all, "every claim");
  verify->add_option("--on", a.on, "the studies of an experiment file, or its potential, temperature and initial law")
      ->type_name("FILE.toml");
  verify->add_option("--effort", a.effort, "quick, standard or thorough (standard, or as the file says)")
      ->type_name("EFFORT");
  verify->add_flag("--controls", a.controls, "also the negative controls, which must be refuted");
  common_options(*verify, a);
  return verify;
}

/// Options whose values may begin with a minus sign are joined to them, or a formula "-x^2" would be read as options.
std::vector<std::string> joined_arguments(int argc, char** argv) {
  static const std::vector<std::string> kFree = {
      "--formula",      "--domain",    "--param", "--set",       "--observe", "--steps",
      "--initial",      "--step",      "--until", "--friction",  "--mass",    "--exit",
      "--average-from", "--quantiles", "--drift", "--diffusion", "--exact",   "--start"};
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (std::find(kFree.begin(), kFree.end(), argument) != kFree.end() && i + 1 < argc) {
      if (!*argv[i + 1]) throw UsageError(argument + " is empty");
      argument += std::string("=") + argv[++i];
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

std::string version_text() {
  return fmt::format("sgdlimits {} ({})\ncompiled by {}, {}\n", build_info().version, build_info().git_hash,
                     build_info().compiler, build_info().flags);
}

/// Extra words that no option took.
void refuse_extras(const CLI::App& sub) {
  const std::vector<std::string> extras = sub.remaining();
  if (extras.empty()) return;
  const std::string name = extras.front().substr(0, extras.front().find('='));
  if (!name.starts_with("-"))
    throw UsageError(fmt::format("{} takes no further argument \"{}\"", sub.get_name(), name));
  throw UsageError(fmt::format("{} has no option {}{}", sub.get_name(), name, did_you_mean(name, option_names(sub))));
}

/// The command or option that the line begins with; UsageError, with the nearest name, if there is none such.
std::string first_word(int argc, char** argv) {
  if (argc < 2)
    throw UsageError(
        "which command? run, gap, bias, order, langevin, sgd-operator, verify or list; sgdlimits --help says more");
  static const std::vector<std::string> kFlags = {"--version", "--help", "-h"};
  std::string first = argv[1];
  const bool option = first.starts_with("-");
  const std::vector<std::string>& known = option ? kFlags : kCommands;
  if (std::find(known.begin(), known.end(), first) == known.end())
    throw UsageError((option ? "there is no option " : "there is no command ") + first + did_you_mean(first, known));
  return first;
}

/// Whether a command is to be run: where help or the version is asked for, that is printed.
bool parse(CLI::App& app, const std::string& first, std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  try {
    app.parse(arguments);
    return true;
  } catch (const CLI::CallForHelp&) {
    print(app.help());
  } catch (const CLI::CallForVersion&) {
    print(version_text());
  } catch (const CLI::ParseError& error) {
    throw UsageError(first + ": " + error.what());
  }
  return false;
}

ExitStatus dispatch(int argc, char** argv, const PotentialFactories& user) {
  CLI::App app(
      "sgdlimits computes both ends of the limit theorems of neural-network training and tells you whether, and "
      "how sharply, they hold.",
      "sgdlimits");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  RunArguments run_arguments;
  GapArguments gap_arguments;
  BiasArguments bias_arguments;
  OrderArguments order_arguments;
  LangevinArguments langevin_arguments;
  SgdOperatorArguments sgd_operator_arguments;
  VerifyArguments verify_arguments;
  CLI::App* run_app = add_run(app, run_arguments);
  CLI::App* gap_app = add_gap(app, gap_arguments);
  CLI::App* bias_app = add_bias(app, bias_arguments);
  CLI::App* order_app = add_order(app, order_arguments);
  CLI::App* langevin_app = add_langevin(app, langevin_arguments);
  CLI::App* sgd_operator_app = add_sgd_operator(app, sgd_operator_arguments);
  CLI::App* verify_app = add_verify(app, verify_arguments);
  std::string topic;
  bool list_json = false;
  CLI::App* list_app =
      app.add_subcommand("list", "what there is: " + fmt::format("{}", fmt::join(list_topics(), ", ")));
  list_app->add_option("topic", topic, "one of them")->type_name("TOPIC")->required();
  list_app->add_flag("--json", list_json, "one JSON object");
  for (CLI::App* sub : {run_app, gap_app, bias_app, order_app, langevin_app, sgd_operator_app, verify_app, list_app})
    sub->allow_extras();

  const std::string first = first_word(argc, argv);
  const std::vector<std::string> arguments = joined_arguments(argc, argv);
  for (const std::string& argument : arguments) {
    run_arguments.command_line += (run_arguments.command_line.empty() ? "" : " ") + argument;
    langevin_arguments.command_line += (langevin_arguments.command_line.empty() ? "" : " ") + shell_word(argument);
  }
  if (!parse(app, first, arguments)) return ExitStatus::done;
  for (const CLI::App* sub :
       {run_app, gap_app, bias_app, order_app, langevin_app, sgd_operator_app, verify_app, list_app})
    refuse_extras(*sub);
  if (run_app->parsed()) return run(run_arguments, user);
  if (gap_app->parsed()) return gap(gap_arguments, user);
  if (bias_app->parsed()) return bias(bias_arguments, user);
  if (order_app->parsed()) return order(order_arguments, user);
  if (langevin_app->parsed()) return langevin(langevin_arguments, user);
  if (sgd_operator_app->parsed()) return sgd_operator(sgd_operator_arguments, user);
  if (verify_app->parsed()) return verify(verify_arguments, user);
  return list(topic, list_json);
}

/// What was thrown, as a message and an exit status.
ExitStatus guarded(int argc, char** argv, const PotentialFactories& user) {
  const auto fail = [](ExitStatus status, const std::string& what) {
    complain(what);
    return status;
  };
  try {
    return dispatch(argc, argv, user);
  } catch (const UsageError& error) {
    return fail(ExitStatus::usage, error.what());
  } catch (const FormulaError& error) {
    return fail(ExitStatus::usage, std::string("the formula cannot be read:\n") + error.what());
  } catch (const NoInput& error) {
    return fail(ExitStatus::no_input, error.what());
  } catch (const ExperimentError& error) {
    return fail(error.file().starts_with("--") ? ExitStatus::usage : ExitStatus::bad_experiment, error.what());
  } catch (const OutputError& error) {
    return fail(error.cannot_create() ? ExitStatus::cannot_create : ExitStatus::output_failed, error.what());
  } catch (const DataError& error) {
    std::error_code ignored;
    const bool there = std::filesystem::exists(error.file(), ignored);
    return fail(there ? ExitStatus::bad_data : ExitStatus::no_input, error.what());
  } catch (const InvalidArgument& error) {
    return fail(argc > 1 && std::string(argv[1]) == "run" ? ExitStatus::bad_experiment : ExitStatus::usage,
                error.what());
  } catch (const std::bad_alloc&) {
    return fail(ExitStatus::internal, "out of memory");
  } catch (const std::exception& error) {
    return fail(ExitStatus::internal, std::string("internal error: ") + error.what());
  }
}

}  // namespace

double to_number(const std::string& name, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw UsageError(fmt::format("{} is {} but must be a number", name, text.empty() ? "empty" : text));
  }
  return value;
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void complain(const std::string& text) { fmt::print(stderr, "sgdlimits: {}\n", text); }

int command(int argc, char** argv, const PotentialFactories& user) {
  ExitStatus status = guarded(argc, argv, user);
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    complain("stdout cannot be written");
    status = worse(status, ExitStatus::output_failed);
  }
  return static_cast<int>(status);
}

}  // namespace sgdlimits
