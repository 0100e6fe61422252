/// Enclosed Taylor coefficients of a straight-line program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/line_program.hpp"
#include "solvers/proof/ball.hpp"

namespace sgdlimits::proof {

/// What f is on one cell, in the coordinate y that runs into the cell: f(x_0 + side y), 0 <= y <= length.
struct CellExpansion {
  BallSeries at_start;  ///< f(x_0 + side y) = sum_k a_k y^k near the cell's start: a_0, ..., a_{terms-1}
  Ball remainder;       ///< a_terms at every point of the cell (Lagrange)
};

/// Both expansions of f from one evaluation over the cell, which decides on which side of its kink every abs, relu,
/// max and min is, and one at the start. The argument g that changes sign at a kink is decided on a cell if its ball
/// there is, or if g is exactly 0 at one end of the cell and g' keeps its sign on it. sign and step must keep one
/// value on all cells: f may not jump. Empty where a branch is not decided or a function is not analytic; `why` then
/// says which.
///
/// x_0 and length must be exact (radius 0). bits: working precision.
class LineSeries {
 public:
  LineSeries(LineProgram program, int terms, int bits);
  int terms() const { return terms_; }
  std::optional<CellExpansion> expand(const Ball& start, int side, const Ball& length, std::string& why);
  /// f at a point.
  Ball value(const Ball& x);
  /// Points of (lower, upper) where an argument of abs, relu, max or min changes sign, to double precision,
  /// ascending: a lattice of 4096 intervals, bisected. Cells should end there; one that was missed is found by
  /// expand.
  std::vector<double> switches(double lower, double upper);

 private:
  enum class Branches { decide, keep };
  // Series of every instruction at `centre` in the direction `side`. False: see why.
  bool run(const Ball& centre, int side, int terms, Branches branches, std::string& why);
  bool branch(std::size_t k, const LineProgram::Instruction& i, Branches branches, std::string& why);
  int decided_sign(std::size_t k, const BallSeries& switching, LineOp op) const;
  bool function(std::size_t k, const LineProgram::Instruction& i, int terms, std::string& why);
  std::vector<int> switching_signs(double x);
  void note_zeros(const Ball& end, int which);

  LineProgram program_;
  int terms_, bits_;
  std::vector<BallSeries> values_;
  std::vector<signed char> branches_;  // +1 or -1, 0 undecided; of sign and step for good
  std::vector<signed char> zero_at_;   // whether the switching argument is exactly 0 at the cell's start (1), end (2)
  bool has_kinks_ = false;
};

}  // namespace sgdlimits::proof
