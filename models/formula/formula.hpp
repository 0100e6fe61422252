/// Potentials given as formulas: parsed and differentiated exactly, evaluated in batches.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/errors.hpp"
#include "core/finite_sum.hpp"

namespace sgdlimits {

/// What a caller says about a formula; grammar and functions in docs/guide/formulas.md.
struct FormulaSpec {
  std::string expression;                    ///< e.g. "h*(x^2-1)^2 + c*x"
  std::vector<std::string> variables;        ///< coordinates in order; empty: free symbols in order of appearance
  std::map<std::string, double> parameters;  ///< symbols that stand for one finite number
  std::map<std::string, std::vector<double>> samples;  ///< symbols with n values each; f is the mean over the n
};

/// A mistake in a formula. The message shows the text, a caret below the place, what is wrong and the remedy:
///
///     (x^2-1)**2
///            ^ position 7: there is no operator "**"; write ^ for powers: "x^2"
class FormulaError : public Error {
 public:
  FormulaError(std::string expression, std::size_t position, std::string what, std::string remedy = "");

  const std::string& expression() const { return expression_; }
  /// 0-based place of the first wrong character; the length of the text where something is missing at its end
  std::size_t position() const { return position_; }
  const std::string& what_is_wrong() const { return what_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string expression_, what_, remedy_;
  std::size_t position_;
};

/// f(x) for x in R^d, d = number of variables, finite everywhere or not as the formula says (domain(): all of R^d).
///
/// Value, gradient, Hessian and Laplacian are exact derivatives (GiNaC), up to rounding; at a kink of abs, relu, min,
/// max the derivative is the mean of both sides. A FiniteSum when the formula has samples. The same formula gives the
/// same bits in every process, and a point the same bits in every batch, padded or not. Safe to share between
/// threads. Throws FormulaError (text of the formula) or InvalidArgument (a parameter or sample that is not finite).
std::shared_ptr<const Potential> formula_potential(const FormulaSpec& spec);

/// f(x) = (1/n) sum_i f_i(x), f_i the formula with the i-th value of every sample. Needs at least one sample symbol.
/// Work that depends on x alone is done once a point, work that depends on i alone once at construction, and a part
/// of the formula that is (function of x) * (function of the sample) is averaged at construction.
std::shared_ptr<const FiniteSum> formula_finite_sum(const FormulaSpec& spec);

}  // namespace sgdlimits
