/// The schemes for dX = b(t, X) dt + sqrt(2 tau) dB by name: the one place that knows which exist.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "solvers/sde/scheme.hpp"

namespace sgdlimits {

/// What becomes of a scheme's long runs if abs(b) grows faster than linearly (every quartic well).
enum class SuperlinearDrift {
  no_invariant_measure,  ///< no step has one: runs are metastable, far starts and large steps blow up
  invariant_measure,     ///< under the hypotheses of `source`
  not_known,
};
/// "no", "yes", "not known"
std::string to_string(SuperlinearDrift behaviour);

struct SchemeRecord {
  std::string name;       ///< as in experiment files: "euler-maruyama"
  std::string statement;  ///< one step, in the names of docs/guide/schemes.md
  SchemeOrders additive_noise;
  int gradients_a_step;  ///< evaluations of b, the least where it depends on the state
  std::string source;    ///< author, year, theorem
  bool needs_gradient_drift = false, needs_potential_values = false, needs_hessian = false;
  /// Every random number of a step is one of the Gaussians that `advance` is handed, so a caller may prescribe them.
  bool takes_prescribed_normals = true;
  SuperlinearDrift superlinear_drift = SuperlinearDrift::not_known;
  /// Stationary variance on f = a x^2/2, times a/tau, as a function of z = a h in the stable range, +infinity beyond;
  /// null where there is no closed form.
  double (*harmonic_variance)(double z) = nullptr;
};

/// All records, in the order of the guide.
const std::vector<SchemeRecord>& scheme_catalogue();
std::vector<std::string> scheme_names();
/// Throws InvalidArgument for an unknown name, with the nearest valid one.
const SchemeRecord& scheme_record(const std::string& name);

/// What a scheme discretises. `drift` alone serves the schemes without needs.
struct OverdampedProblem {
  std::shared_ptr<const Drift> drift;
  std::shared_ptr<const Potential> potential;  ///< b = -grad f; null: b is no gradient, or f is not known
  Temperature tau;

  static OverdampedProblem of(std::shared_ptr<const Potential> potential, Temperature tau);
};

/// What single schemes may be told beside the step.
struct SchemeOptions {
  std::optional<Eigen::MatrixXd> linear_part;  ///< exponential-euler: A; reference_hessian(potential) if left out
  Index leapfrog_steps = 5;                    ///< hmc
};

/// The scheme of that name bound to the problem and step. Throws InvalidArgument for an unknown name, a problem
/// without what the scheme needs, and as the scheme's own factory.
std::unique_ptr<Scheme> make_scheme(const std::string& name, const OverdampedProblem& problem, double step,
                                    const SchemeOptions& options = {});

/// A scheme as a Markov chain Y_k that steps by fresh Gaussians alone, normals_per_step() a step, seen through
/// E h(X_k) = E h(Y_k + smoothing g), g ~ N(0, I) independent of Y_k. For most schemes Y = X, smoothing = 0;
/// a scheme whose steps share Gaussians is a function of such a chain (Vilmart 2015, postprocessed integrators).
struct MarkovForm {
  std::unique_ptr<Scheme> chain;
  double smoothing;
};
/// Throws InvalidArgument as make_scheme, where !takes_prescribed_normals, and for leimkuhler-matthews in a domain
/// with finite ends.
MarkovForm markov_form(const std::string& name, const OverdampedProblem& problem, double step,
                       const SchemeOptions& options = {});

}  // namespace sgdlimits
