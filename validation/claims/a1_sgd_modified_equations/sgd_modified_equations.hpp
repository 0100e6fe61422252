/// A1: SGD is a weak approximation of its modified equations, of order 1 (SME-1) and 2 (SME-2).
///
/// Theorem. x_{k+1} = x_k - s f_i'(x_k), i uniform (batch 1), Sigma(x) the covariance of one term's gradient;
///
///     SME-1: dX = -grad f dt + sqrt(s Sigma) dB,     SME-2: dX = -grad(f + (s/4)|grad f|^2) dt + sqrt(s Sigma) dB.
///
/// For smooth h with growth conditions and ks <= T, |E h(x_k) - E h(X_s(ks))| is O(s) for SME-1 and O(s^2) for SME-2
/// (Li, Tai, E 2019; they write the order of the strong name one higher a step).
///
/// Rule: orders of the errors of E f and E x^2 at T on the ladder s_0, s_0/2, ..., fitted with intervals
/// (validation/rates/convergence_order.hpp): contain 1 (SME-1) and 2 (SME-2) and lie within +-1/2 of it. Twice:
///  * exactly, by closed forms: f_g = g x^2/2, E g = a, var g = v^2, second moments ((1 - s a)^2 + s^2 v^2)^k,
///    exp((-2a + s v^2) t), exp((-2a - s a^2 + s v^2) t), and f_g = (x - g)^2/2, g = +-1, where x_k has variance
///    s (1 - (1 - s)^{2k})/(2 - s);
///  * on the problem's own finite sum on a line, without sampling: SGD's operator over all terms, the equations by
///  fine
///    steps of weak order 2, extrapolated.
/// The operator is tied to what people run by paths of mini_batch_sgd at s_0, and the equations to ensembles of them
/// where there are some, what their step does taken off: no difference at level 1e-6, five per cent would be seen.
///
/// Control: SME-1 against order 2.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "solvers/sde/sgd_modified_equation.hpp"
#include "validation/claims/claim.hpp"
#include "validation/claims/registry.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

/// Means of one observable at T, one entry a learning rate.
struct ModifiedEquationMeans {
  std::string observable;
  std::vector<Measurement> sgd, first, second;
  const std::vector<Measurement>& of(ModifiedEquation equation) const {
    return equation == ModifiedEquation::sme1 ? first : second;
  }
};

/// An ensemble of Euler-Maruyama paths of one of the equations, as studies of experiment files have them.
struct EquationSteps {
  ModifiedEquation equation;
  double step;
};

/// What such an ensemble has found at rates[0], T: one mean for each of `means`.
struct EquationPaths {
  std::string name;
  ModifiedEquation equation;
  std::vector<Measurement> means;
};

struct ModifiedEquationMaterial {
  std::vector<double> rates;  ///< decreasing
  std::vector<ModifiedEquationMeans> means;
  std::vector<Measurement> path_means;  ///< of mini_batch_sgd at rates[0], one for each of `means`
  double time;
  std::string subject;
  std::vector<std::vector<double>> step_biases{};  ///< of each EquationSteps, one for each of `means`
  std::vector<EquationPaths> equation_paths{};     ///< compared with the equation's means
};

/// f and x^2.
std::vector<Observable> modified_equation_observables(const Potential& potential);

/// f_g = g x^2/2 with a = v = T = x_0 = 1, E x^2; and f_g = (x - g)^2/2 with x_0 = 1, E x^2; exact.
ModifiedEquationMaterial exact_modified_equations(int levels);

/// On a line: `levels` learning rates from s_0 = T/ceil(T/(2 tau)) down, f and x^2 observed. Failure: out_of_reach if
/// the potential is no finite sum, the dimension is not 1, the initial law has no density, or the law leaves the
/// interval of line_problem.hpp widened up to eightfold, or the batches are too many to enumerate; those of
/// gibbs_box. Batches as the problem says, of one sample unless it does. Without paths path_means is empty.
/// step_biases: of each of `studies`.
Result<ModifiedEquationMaterial> modified_equations_on_a_line(const ClaimProblem& problem, int levels, Index paths,
                                                              const Execution& execution,
                                                              const std::vector<EquationSteps>& studies = {});

ClaimReport judge_modified_equations(const ModifiedEquationMaterial& exact, const ModifiedEquationMaterial& own,
                                     bool controls);

ClaimEntry modified_equations_claim();

}  // namespace sgdlimits
