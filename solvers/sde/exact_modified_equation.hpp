/// The diffusion that has exactly the mean and the covariance of SGD on a quadratic, beside SME-1 and SME-2 there.
///
/// SGD on f(x) = x.A x/2 - b.x whose gradient errors have one covariance C everywhere,
///   x_{k+1} = x_k - s (A x_k - b + e_k),   E e_k = 0, Cov e_k = C,
/// has mean (I - sA)^k m_0 + ... and V_{k+1} = (I - sA) V_k (I - sA) + s^2 C. The linear diffusion
///   dX = -R (A X - b) dt + D^(1/2) dB,   R = phi(sA), phi(u) = -log(1 - u)/u,
///   D = s C o h, h_ij = u_ij/(1 - exp(-u_ij)), u_ij = -log(1 - s a_i) - log(1 - s a_j),
/// o entry by entry in the eigenbasis of A, a_i its eigenvalues, has both at t = k s for every k and every initial
/// law: R A = -log(I - sA)/s is the matrix logarithm of the discrete propagator, and D solves
///   int_0^s exp(-RA u) D exp(-RA u) du = s^2 C.
/// R = I + sA/2 + O(s^2), so SME-1 and SME-2 are its first terms. In the sense of law, not of moments alone, it is
/// exact for Gaussian errors. Li, Shen, Zhang, He 2024 (arXiv 2405.18373): HA-SME, exact on quadratics.
///
/// It exists if s A < I and D is positive semidefinite. The second is no formality: h is not a positive kernel, so
/// errors that are strongly correlated between directions of different curvature have no such diffusion. With
/// distinct eigenvalues a_i the real logarithm is unique (Culver 1966), and then no linear diffusion has SGD's
/// covariance.
#pragma once

#include <functional>
#include <memory>

#include "core/potential.hpp"
#include "solvers/sde/sgd_modified_equation.hpp"

namespace sgdlimits {

/// What SGD on a quadratic is: A symmetric d x d, b = -grad f(0), C of one step's gradient (Sigma/B), s.
struct QuadraticSgd {
  Eigen::MatrixXd hessian;
  Eigen::VectorXd linear;
  Eigen::MatrixXd covariance;
  LearningRate rate;
};

/// Reads A, b and C = factor Sigma off a potential. Throws InvalidArgument, saying where, if the Hessian or Sigma at
/// 8 points around the origin differs from that at the origin by more than 1e-8 of its largest entry (1e-5 for a
/// Hessian by differences), or the domain has finite ends.
QuadraticSgd quadratic_sgd(const Potential& f, const std::function<Eigen::MatrixXd(const Eigen::VectorXd&)>& sigma,
                           double factor, LearningRate s);

/// dX = (c - K X) dt + D^(1/2) dB with K symmetric, of which D may be any covariance.
class LinearDiffusion {
 public:
  /// In an orthonormal basis (columns): rates k (length d), c, D (d x d).
  LinearDiffusion(Eigen::MatrixXd basis, Eigen::VectorXd rates, Eigen::VectorXd offset, Eigen::MatrixXd diffusion);

  Index dimension() const { return rates_.size(); }
  Eigen::MatrixXd drift_matrix() const;      ///< K
  Eigen::VectorXd offset() const;            ///< c
  Eigen::MatrixXd diffusion_matrix() const;  ///< D
  /// E X_t from E X_0, exactly, up to rounding; t >= 0.
  Eigen::VectorXd mean(const Eigen::VectorXd& start, double t) const;
  /// Cov X_t from Cov X_0.
  Eigen::MatrixXd covariance(const Eigen::MatrixXd& start, double t) const;

 private:
  Eigen::MatrixXd basis_;
  Eigen::VectorXd rates_, offset_;
  Eigen::MatrixXd diffusion_;
};

/// The equation above. Throws InvalidArgument unless the largest eigenvalue of s A is below 1 and the smallest of D
/// above -1e-10 of its largest, or for sizes that do not match.
LinearDiffusion exact_modified_equation(const QuadraticSgd& sgd);
/// SME-1 and SME-2 on the same quadratic: K = A or A + (s/2) A^2, D = s C.
LinearDiffusion linear_modified_equation(const QuadraticSgd& sgd, ModifiedEquation equation);

/// Its transition over the step, exact in law at any step: X <- E[X_h | X] + (Cov)^(1/2) g, d Gaussians a step, the
/// symmetric root. Throws InvalidArgument unless 0 < step < infinity.
std::unique_ptr<Scheme> exact_transition(const LinearDiffusion& diffusion, double step, std::string name);

}  // namespace sgdlimits
