/// Expressions in measured numbers and swept keys, "log(gap.spectral_gap)"; internal to apps/experiment.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "models/formula/column_expression.hpp"

namespace sgdlimits::experiment {

/// A function of numbers with names OWNER.NAME; grammar and functions of formulas (docs/guide/formulas.md).
class MeasuredExpression {
 public:
  /// Throws FormulaError, places in `text`.
  static MeasuredExpression parse(const std::string& text);

  /// The names, each once, in order of first appearance.
  const std::vector<std::string>& names() const { return names_; }
  /// 0-based place of the first appearance of each.
  const std::vector<std::size_t>& places() const { return places_; }
  /// One value a name, in their order. Not finite where the function is not defined.
  double operator()(const std::vector<double>& values) const;

 private:
  MeasuredExpression(ColumnExpression body, std::vector<std::string> names, std::vector<std::size_t> places)
      : body_(std::move(body)), names_(std::move(names)), places_(std::move(places)) {}
  ColumnExpression body_;
  std::vector<std::string> names_;
  std::vector<std::size_t> places_;
};

/// Parses, and throws FormulaError at a name whose owner is not known: "gap." allows every name that begins so,
/// "dynamics.learning_rate" itself alone.
void check_expression(const std::string& text, const std::set<std::string>& owners);

/// A number whose error is to be carried through a function.
struct Uncertain {
  std::string name;
  double value = 0, standard_error = 0, bound = 0;
};
struct Carried {
  double value = 0, standard_error = 0, bound = 0;
  std::string why;  ///< not empty: there is no such number, and the others are NaN
};

/// Correlations of sampling errors, symmetric; NaN where one is not known.
using Correlations = Eigen::MatrixXd;
/// Of one owner (the part of a name before the dot: one study, whose numbers come from the same paths): not known;
/// of different owners, which have random numbers of their own: 0. What is said of "compare" comes from the paths of
/// the studies compared: not known.
Correlations correlations_by_owner(const std::vector<Uncertain>& inputs);

/// g and its error; correlations_by_owner where none are given.
///
/// Sampling errors by the second-order delta method: with a = (g(x + e) - g(x - e))/2, b = (g(x + e) + g(x - e))/2 -
/// g(x) an input alone has the variance a^2 + 2 b^2 (exact for quadratic g and Gaussian errors; a alone would give
/// abs(x) no error at its kink) and the bias b. Pairs add 2 a_i a_j rho_ij to the variance and rho_ij times the mixed
/// difference to the bias, or the largest that is possible where rho_ij is not known; the bias's size is added to the
/// bound. Bounds: the largest change along each input,
/// added up.
///
/// No number, with the reason: where g is not finite somewhere within 4.89 standard errors (the level 1e-6 of
/// verdicts) and the bounds, along the most likely direction; or where its slope there changes by more than a factor
/// of ten from its median, so that no standard error describes g: log(x) is so for x below 5.4 standard errors, and
/// log(abs(x - c)) across its pole. Within bounds alone a steep slope is allowed where g is monotone.
Carried carry(const std::function<double(const std::vector<double>&)>& g, const std::vector<Uncertain>& inputs);
Carried carry(const std::function<double(const std::vector<double>&)>& g, const std::vector<Uncertain>& inputs,
              const Correlations& correlations);

}  // namespace sgdlimits::experiment
