/// [sweep] and [[fit]] of an experiment file: which runs of the file there are, and which lines go through their
/// numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/points.hpp"
#include "validation/claims/claim.hpp"

namespace sgdlimits {

/// A piece of the file and where it stands; lines and columns count from 1, 0 means the whole file.
struct Placed {
  std::string text;
  std::string file{};
  int line = 0, column = 0;
};

/// One swept key with its values, in the order of the file.
struct SweptKey {
  std::string key;             ///< the path, as in an override: "dynamics.learning_rate", "study.langevin.step"
  std::string name;            ///< the same in expressions: every character outside [A-Za-z0-9_.] is "_"
  std::vector<Placed> values;  ///< TOML literals
};

/// Each point is one run of the file with the swept keys overridden.
struct Sweep {
  std::vector<SweptKey> keys;
  bool zip = false;                    ///< k-th value with k-th value instead of each with each
  Index replicates = 1;                ///< runs of each combination, each with random numbers of its own
  bool common_random_numbers = false;  ///< equal replicates of different combinations share their random numbers
  bool arrays = false;                 ///< keep arrays.nc of every point
};

/// One run of a sweep.
struct SweepPoint {
  std::vector<std::size_t> choice;  ///< for each key, the place of its value
  Index replicate = 1;              ///< from 1
  /// "dynamics.learning_rate=0.25,replicate=1": unique, and the same however the sweep is extended.
  std::string name;
};

/// A slope that a theory predicts.
struct FitExpectation {
  Placed slope;                     ///< a number or an expression in measured names
  std::optional<double> tolerance;  ///< of the equality; 5 % of the predicted slope unless said
  Verdict verdict = Verdict::consistent;
};

/// A straight line y = slope x + intercept through the points of a sweep.
struct FitSpec {
  std::string name;
  Placed y, x;                    ///< expressions in measured names and swept keys
  std::optional<double> at;       ///< time of quantities that have one; the last unless said
  bool replicate_errors = false;  ///< errors from the scatter of the replicates instead of the measurements' own
  std::vector<std::string> by;    ///< swept keys: a line of its own for each combination of their values
  std::optional<FitExpectation> expect;
};

/// All points: combinations in the order of the file, the last key fastest, replicates innermost.
std::vector<SweepPoint> sweep_points(const Sweep& sweep);

/// "KEY=LITERAL" for each key, as --set takes them.
std::vector<std::string> assignments(const Sweep& sweep, const SweepPoint& point);

/// The seed of a point: the leading 63 bits of SHA-256 of the file's seed, the replicate and, unless
/// common_random_numbers, the assignments; so it depends on nothing that an extension of the sweep changes. Where
/// run.seed is itself swept, that value.
std::uint64_t point_seed(const Sweep& sweep, const SweepPoint& point, std::uint64_t file_seed);

/// Study, quantity or key as it stands in expressions: runs of characters outside [A-Za-z0-9] become one "_", and
/// none stands at an end. "mean w[0]^2" -> "mean_w_0_2".
std::string plain_name(const std::string& text);

}  // namespace sgdlimits
