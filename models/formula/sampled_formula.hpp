/// A loss given as a formula of the point and of fresh samples, and its population risk.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/column_law.hpp"
#include "core/potential.hpp"
#include "core/sampled_sum.hpp"

namespace sgdlimits {

/// F(x; Z): text as in FormulaSpec, Z the columns, independent of each other.
struct SampledFormulaSpec {
  std::string expression;                    ///< e.g. "(x - a*z)^2/2"
  std::vector<std::string> variables;        ///< coordinates in order; empty: free symbols in order of appearance
  std::map<std::string, double> parameters;  ///< symbols that stand for one finite number
  std::map<std::string, std::shared_ptr<const ColumnLaw>> columns;  ///< at least one
};

/// How far two rules are apart: the largest difference of a mean (of F, of a component of grad F) over points,
/// relative to the mean of its absolute value; infinite where one is not finite.
struct RiskError {
  double relative = 0;
  Eigen::VectorXd where;
};

/// f(x) = E F(x; Z) as a Potential and, by fresh samples, as a SampledSum. Value, gradient, Hessian and Laplacian are
/// means of the exact derivatives of F over one set of weighted nodes; so is Sigma(x) = Cov grad F(x; Z). Parts of F
/// that are (function of x)(function of Z) are averaged at construction, so polynomials in x cost as formulas do.
/// Samples: one Gaussian of Stream::sample for each of a column's normals_per_sample(), columns by name.
class SampledFormula : public Potential, public SampledSum {
 public:
  Index dimension() const override = 0;
  Box domain() const override { return Potential::domain(); }
  std::string description() const override = 0;
  bool has_gradient_covariance() const override { return true; }

  /// Of the mean over the nodes against the rule with half as many nodes a column, at the points; 0 for a test
  /// sample.
  virtual RiskError risk_error(PointsView x) const = 0;
  /// Nodes of the rule in a column (m of ColumnLaw::rule), or of the test sample.
  virtual Index nodes() const = 0;
  virtual bool is_test_sample() const = 0;
};

/// Two rules agree where risk_error is below.
inline constexpr double kRiskTolerance = 1e-9;

/// f by tensor products of the columns' rules. nodes = 0: the first m of 8, 16, ..., 256 with risk_error at most
/// kRiskTolerance at 25 points, the origin and Gaussian points of scales 0.3, 1 and 3; else m = nodes, even, without
/// that check. The rules grow as m^columns, so that three smooth columns end at 32 nodes each. Kinks of F in Z (abs,
/// relu, min, max) converge slowly and are refused by the check as are moments that do not exist. Throws
/// InvalidArgument where the check fails, if nodes is odd or there are more than 65536 nodes together, and as
/// formula_potential.
std::shared_ptr<const SampledFormula> quadrature_risk(const SampledFormulaSpec& spec, Index nodes = 0);

/// f on n samples that SGD never sees, drawn once from (seed, Stream::data): error of order n^{-1/2}, the same at all
/// points. Throws InvalidArgument unless n >= 1, and as formula_potential.
std::shared_ptr<const SampledFormula> test_sample_risk(const SampledFormulaSpec& spec, Index n, std::uint64_t seed);

}  // namespace sgdlimits
