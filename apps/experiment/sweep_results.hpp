/// What a sweep has computed: its points, and the lines through them.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "apps/experiment/results.hpp"
#include "apps/experiment/sweep.hpp"
#include "validation/rates/weighted_regression.hpp"

namespace sgdlimits {

struct PointStudy {
  std::string name;
  Status status = Status::ok;
  std::string why;
};
/// A verdict of a point's claims, controls and distances.
struct PointVerdict {
  std::string what;  ///< "A4 on grid", "w1 x, grid against particles, t = 5"
  Verdict verdict = Verdict::undecided, expected = Verdict::consistent;
};

/// Correlations of the errors of means over the same paths.
struct RowCorrelations {
  std::string study;
  double time = 0;
  std::vector<std::string> quantities;
  std::vector<double> lower;  ///< of the matrix below the diagonal, by rows

  double at(std::size_t i, std::size_t j) const {
    return i == j ? 1 : lower[std::max(i, j) * (std::max(i, j) - 1) / 2 + std::min(i, j)];
  }
};

/// One run. What it has measured stands in `rows` also where some of its studies failed.
struct PointOutcome {
  SweepPoint point;
  std::vector<std::string> values;  ///< of the swept keys, as TOML
  std::uint64_t seed = 0;
  std::string folder;   ///< below the output folder
  std::string refused;  ///< why the run could not be made at all; empty otherwise
  std::vector<PointStudy> studies;
  std::vector<PointVerdict> verdicts;
  std::vector<MeasurementRow> rows;
  std::vector<RowCorrelations> correlations;  ///< of studies with two observables or more, at each report time

  /// The first study that failed; ok where none did.
  Status status() const;
  /// Why, in one line: every failed study.
  std::string why() const;
};

/// One point of a line, its errors carried through the expressions.
struct FitPoint {
  std::size_t run = 0;  ///< place in SweepResults::points
  double x = 0, y = 0, standard_error = 0, bound = 0;
};

/// One line.
struct FitOutcome {
  std::string name, y, x;
  std::vector<std::pair<std::string, std::string>> group;  ///< keys of `by` with their values
  std::vector<FitPoint> points;
  std::vector<std::string> left_out;  ///< "dynamics.learning_rate=0.1,replicate=1: why"
  Report report;                      ///< of the regression
  std::optional<RegressionFit> line;
  std::string remark;  ///< whether the points lie on a line
  std::vector<Hypothesis> hypotheses;
  std::optional<Comparison> comparison;  ///< of the slope, where one is expected
  bool has_expectation = false;
  Verdict verdict = Verdict::undecided, expected = Verdict::consistent;
};

struct SweepResults {
  std::string title, potential;
  std::uint64_t seed = 0;
  Sweep sweep;
  std::vector<PointOutcome> points;
  std::vector<FitOutcome> fits;
};

/// The number of a swept value; none for strings and lists, 0 or 1 for false and true.
std::optional<double> number_of(const std::string& literal);

/// The swept keys, replicate,study,quantity,time,value,standard_error,discretisation_bound,side,grade: one line a
/// measurement of a point.
std::string sweep_csv(const SweepResults& results);
/// The swept keys, replicate,seed,folder,status,why: one line a point.
std::string points_csv(const SweepResults& results);

/// A finished point as text and back to the same numbers. `key` names the run and the program; read_point gives none
/// where the text is of another one or damaged.
std::string point_json(const PointOutcome& outcome, const std::string& key);
std::optional<PointOutcome> read_point(const std::string& text, const std::string& key);

}  // namespace sgdlimits
