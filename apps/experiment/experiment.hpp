/// An experiment file, read and checked: problems, studies, comparisons and claims, every default filled in.
///
/// The format is TOML; docs/guide/experiment-file.md lists every key. Reading is strict: an unknown key, a wrong type
/// or a value out of range is an ExperimentError with file, line and column, and the nearest valid name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/experiment/sweep.hpp"
#include "core/errors.hpp"
#include "core/finite_sum.hpp"
#include "core/law.hpp"
#include "core/sampled_sum.hpp"
#include "core/temperature.hpp"
#include "solvers/sde/sgd.hpp"
#include "solvers/sde/sgd_modified_equation.hpp"
#include "validation/claims/claim.hpp"
#include "validation/claims/registry.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

/// A mistake in an experiment file or in an override. Lines and columns count from 1; 0 means the whole file. The
/// message reads "FILE:LINE:COLUMN: WHAT; REMEDY" (FILE is "--set KEY=VALUE" for an override).
class ExperimentError : public Error {
 public:
  ExperimentError(std::string file, int line, int column, const std::string& what, const std::string& remedy = "");

  const std::string& file() const { return file_; }
  int line() const { return line_; }
  int column() const { return column_; }
  /// The message without the place.
  const std::string& message() const { return message_; }

 private:
  std::string file_, message_;
  int line_, column_;
};

/// A user's potential, from the numbers in [potential] parameters.
using PotentialFactory = std::function<std::shared_ptr<const Potential>(const std::map<std::string, double>&)>;
/// By the name that stands in `kind`.
using PotentialFactories = std::map<std::string, PotentialFactory>;

/// What both ends of a comparison share: potential, temperature, initial law, clock and observables.
struct Problem {
  std::string name;  ///< "" for the file's own [potential] and [dynamics], else NAME of [problem.NAME]
  std::shared_ptr<const Potential> potential;
  std::shared_ptr<const FiniteSum> sum;       ///< the same object where it is a finite sum, else null
  std::shared_ptr<const SampledSum> sampled;  ///< the same object where it is a mean over a law of samples, else null
  std::optional<Temperature> temperature;
  std::shared_ptr<const Law> initial;  ///< null where no study needs one
  double until = 0;
  std::vector<double> report_at;    ///< increasing, positive, the last one is `until`
  std::vector<Observable> observe;  ///< "loss" or "f" is the potential itself
};

enum class StudyKind {
  spectral_gap,
  fokker_planck,
  langevin,
  sgd,
  escape,
  sgd_operator,
  sgd_modified_equation,
  flow
};
/// "spectral-gap", "fokker-planck", "langevin", "sgd", "escape", "sgd-operator", "sgd-modified-equation", "flow".
std::string to_string(StudyKind kind);

/// What moves the paths of a study that has paths.
enum class Motion {
  langevin,
  underdamped,
  isotropic_sgd,
  mini_batch_sgd,
  online_sgd,
  gradient_descent,
  modified_equation
};

struct Study {
  std::string name;
  StudyKind kind = StudyKind::spectral_gap;
  std::string problem;  ///< name of the Problem
  // spectral-gap
  Index modes = 5;
  double tolerance = 1e-6;
  // fokker-planck
  std::vector<Index> cells;  ///< along each axis, multiples of 4; empty: 2048 in 1-D, 192 in 2-D, 40 in 3-D
  double time_tolerance = 1e-5;
  // langevin, sgd, escape; of flow the starts are its paths, and tolerance is above
  Motion motion = Motion::langevin;
  std::string scheme;             ///< of Motion::langevin, a name of scheme_names()
  double friction = 1, mass = 1;  ///< of Motion::underdamped, scheme a name of underdamped_names()
  Index leapfrog_steps = 5;       ///< of scheme = "hmc"
  double step = 0;                ///< numerical step of everything but SGD
  Index paths = 0;
  Index batch = 1;
  Replacement replacement = Replacement::with;
  double learning_rate = 0;  ///< of sgd and escape; the problem's unless said
  Index sample_paths = 4;    ///< whole paths kept for pictures
  // sgd
  bool epochs = false;  ///< batches go through a fresh permutation of the samples in each epoch
  std::optional<LearningRateSchedule> schedule;  ///< constant at learning_rate unless said
  Momentum momentum;
  AddedNoise added_noise;
  // sgd-modified-equation
  ModifiedEquation equation = ModifiedEquation::sme1;
  bool exact_equation = false;  ///< instead of it: the one exact on quadratics
  // langevin
  std::optional<double> average_from;  ///< time averages and autocorrelation times over (average_from, until]
  std::int64_t observations = 1000;    ///< looks, at most about so many
  std::vector<double> quantiles;       ///< levels
  std::optional<Observable> exit;      ///< a path has left once it is positive
  // escape
  double until = 0;
  double discard = 0;               ///< passages before this time are not counted: relaxation inside the well
  double threshold = 0.9;           ///< arrived where q exceeds it
  std::optional<Verdict> expect{};  ///< of measured against predicted rate; empty: shown, and no more
  // sgd-operator
  Index operator_cells = 0;  ///< an axis; 0: as the method chooses
};

struct Compare {
  std::vector<std::string> of;            ///< names of studies of one problem
  std::vector<double> at;                 ///< times
  std::vector<std::string> measure;       ///< "w1-marginals", "chi_squared", "loss", "observables", ...
  std::map<std::string, Verdict> expect;  ///< by study; consistent unless said
};

struct ClaimChecks {
  std::vector<std::string> check;  ///< ids of claims/claim_rules.hpp
  bool controls = true;
  Effort effort = Effort::quick;  ///< of the claims that compute their own ends
  double tolerance = 0.05;        ///< of A2 and A3, in standard deviations of the observable
  /// expect[study][claim]; consistent unless said.
  std::map<std::string, std::map<std::string, Verdict>> expect;
};

struct Experiment {
  std::filesystem::path file;
  std::string title;
  std::uint64_t seed = 1;
  std::vector<Problem> problems;  ///< the file's own first
  std::vector<Study> studies;
  std::vector<Compare> compares;
  ClaimChecks claims;
  std::optional<Sweep> sweep;
  std::vector<FitSpec> fits;
  std::string resolved;  ///< see resolved_toml

  const Problem& problem(const std::string& name) const;
  const Study* find_study(const std::string& name) const;
};

/// Reads a file, applies the overrides in order ("key.path=value", value in TOML; studies by name:
/// "study.NAME.key=value") and checks everything that can be checked without computing. Throws ExperimentError, or
/// DataError for a data file. Data paths are relative to the experiment file.
Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides = {},
                           const PotentialFactories& user = {});

/// What load_experiment was given, with the text of the file as it was then: points of a sweep that runs for days do
/// not see later changes of it.
struct ExperimentSource {
  std::filesystem::path file;
  std::vector<std::string> overrides;
  PotentialFactories user;
  std::string text;

  static ExperimentSource read(const std::filesystem::path& file, const std::vector<std::string>& overrides = {},
                               const PotentialFactories& user = {});
};
Experiment load_experiment(const ExperimentSource& source);

/// The run of one point: the file without [sweep] and [[fit]], the swept keys overridden, and the seed of the point
/// (point_seed) for all randomness but that of the problem: data, teachers and outer weights that are drawn by law
/// stay those of the file, so that all points are about one problem. Throws ExperimentError at the value of the
/// sweep, or where the file does not go with it.
Experiment load_point(const ExperimentSource& source, const Sweep& sweep, const SweepPoint& point);

/// The same experiment with every default written out and its data inline: running it again reproduces the run.
std::string resolved_toml(const Experiment& experiment);

}  // namespace sgdlimits
