/// Functions of (point, sample), averaged over samples or picked by sample, as tapes around one loop over samples.
#pragma once

#include <vector>

#include "core/points.hpp"
#include "core/scratch.hpp"
#include "models/formula/tape.hpp"

namespace sgdlimits::formula {

/// The samples: one row a sample, one column a symbol; inputs variables .. variables + columns - 1 of the graph.
struct Samples {
  int variables = 0;
  Points values;        ///< n x symbols, or empty
  Values weights = {};  ///< length n, sum 1; empty: equal
};

/// The mean over the samples of each root at each point.
///
/// At construction: factors without sample leave the mean, factors of samples alone are averaged. What is left runs
/// in three tapes: `before` the loop (functions of x that the loop reads), `inside`, and `after` (means to results).
class MeanProgram {
 public:
  MeanProgram() = default;
  MeanProgram(Graph& graph, const std::vector<int>& roots, const Samples& samples);
  int outputs() const { return after_.outputs(); }
  /// outputs[k]: N doubles
  void run(PointsView x, double* const* outputs, Scratch& scratch) const;

 private:
  void block(double* const* in, double* const* out, int n, Scratch& scratch) const;
  Tape before_, inside_, after_;
  int variables_ = 0;
  Points table_;    ///< n x functions of the sample alone that the loop reads
  Values weights_;  ///< of the samples; empty: equal
};

/// Each root at (point, chosen sample).
class TermProgram {
 public:
  TermProgram() = default;
  TermProgram(Graph& graph, const std::vector<int>& roots, const Samples& samples);
  int outputs() const { return inside_.outputs(); }
  /// outputs[k][p] = mean over b of root k at (x_p, sample indices(p,b)).
  void run(PointsView x, IndicesView indices, double* const* outputs, Scratch& scratch) const;

 private:
  void block(double* const* in, const Index* const* picks, Index batch, double* const* out, int n,
             Scratch& scratch) const;
  Tape before_, inside_;
  int variables_ = 0;
  Points table_;
};

}  // namespace sgdlimits::formula
