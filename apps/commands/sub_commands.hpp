/// The sub-commands and what each is asked; internal to apps/commands.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/commands/exit_status.hpp"
#include "apps/experiment/experiment.hpp"
#include "apps/experiment/results.hpp"

namespace sgdlimits {

/// A mistake on the command line: exit status 64.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A file that is not there: exit status 66.
class NoInput : public Error {
 public:
  using Error::Error;
};

struct CommonOptions {
  int threads = 0;  ///< 0: as many as there are processors
  bool json = false, quiet = false;
};

struct RunArguments : CommonOptions {
  std::filesystem::path file, out;  ///< out empty: STEM-results beside the caller
  std::vector<std::string> set;
  std::optional<std::uint64_t> seed;
  Index block = 256;
  bool resume = false, force = false, dry_run = false;
  std::string command_line;
};

/// A potential and its noise scale on the command line.
struct ProblemArguments : CommonOptions {
  std::optional<std::string> formula;
  std::filesystem::path file;
  std::vector<std::string> variables, parameters, set;
  std::string domain;
  std::optional<double> learning_rate, temperature;
};

struct GapArguments : ProblemArguments {
  Index modes = 5;
  double tolerance = 1e-6;
  bool prove = false;
  double relative_width = 1e-9;
  std::filesystem::path certificate;  ///< empty: none is written
};

struct BiasArguments : ProblemArguments {
  std::string scheme;
  std::vector<std::string> steps, observe;
};

struct LangevinArguments : ProblemArguments {
  std::string scheme, initial;  ///< empty: heun; the file's, or the origin
  std::optional<double> step, friction, mass, until, average_from;
  std::optional<Index> leapfrog_steps;
  Index paths = 10000, histogram = 0, block = 256;  ///< histogram: bins, 0: none
  std::optional<Index> observations;
  std::vector<std::string> observe, quantiles;
  std::string exit;  ///< empty: not asked
  double tolerance = 0.05;
  std::optional<std::uint64_t> seed;
  std::filesystem::path out;  ///< empty: nothing is written
  bool resume = false, force = false, dry_run = false;
  std::string command_line;
};

struct OrderArguments : ProblemArguments {
  std::string scheme, kind, problem;  ///< kind empty: the first that the scheme declares
  std::string drift, exact, start;    ///< one formula a coordinate, apart by ";"; numbers apart by ","
  std::vector<std::string> diffusion, steps, observe;  ///< diffusion: one text a noise
  std::string noise, calculus = "ito";
  std::optional<double> until, friction, mass;
  std::optional<Index> paths;
  std::uint64_t seed = 1;
};

struct VerifyArguments : CommonOptions {
  std::vector<std::string> claims;
  std::filesystem::path on;
  std::optional<std::string> effort;  ///< empty: standard, or what the file of `on` says
  bool all = false, controls = false;
};

struct SgdOperatorArguments : CommonOptions {
  std::filesystem::path file;
  std::vector<std::string> set;
  std::optional<double> learning_rate;
  Index batch = 1, cells = 0;  ///< cells 0: as the method chooses
  std::string replacement = "with";
};

ExitStatus run(const RunArguments& arguments, const PotentialFactories& user);
ExitStatus gap(const GapArguments& arguments, const PotentialFactories& user);
ExitStatus bias(const BiasArguments& arguments, const PotentialFactories& user);
/// The order of convergence of a scheme, measured, beside the declared one.
ExitStatus order(const OrderArguments& arguments, const PotentialFactories& user);
/// An ensemble of Langevin paths, its means beside those of the Gibbs measure.
ExitStatus langevin(const LangevinArguments& arguments, const PotentialFactories& user);
/// Transfer operator of mini-batch SGD beside SME-1, SME-2 and Gibbs.
ExitStatus sgd_operator(const SgdOperatorArguments& arguments, const PotentialFactories& user);
ExitStatus verify(const VerifyArguments& arguments, const PotentialFactories& user);
/// `what` is one of list_topics().
ExitStatus list(const std::string& what, bool json);
std::vector<std::string> list_topics();

/// Reads an experiment file. Throws NoInput if it is not there, or is no file.
Experiment read_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                           const PotentialFactories& user);
/// The same, not yet read.
ExperimentSource read_source(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                             const PotentialFactories& user);

/// The number in a text. Throws UsageError "NAME is TEXT but must be a number".
double to_number(const std::string& name, const std::string& text);

int thread_count(const CommonOptions& options);

/// Report page, plots and manifest of a run whose other files run_experiment has written to arguments.out.
void write_report(const RunResults& results, const RunArguments& arguments, double seconds);
/// A word as a shell would take it back.
std::string shell_word(const std::string& text);

/// Text to stdout.
void print(const std::string& text);
/// "sgdlimits: TEXT" to stderr.
void complain(const std::string& text);

}  // namespace sgdlimits
