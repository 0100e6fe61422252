/// The potential f: R^d -> R, the function to be minimised.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/line_program.hpp"
#include "core/points.hpp"
#include "core/scratch.hpp"

namespace sgdlimits {

/// An axis-parallel box, lower and upper of length d, ends possibly infinite.
struct Box {
  Eigen::ArrayXd lower, upper;

  static Box everywhere(Index dimension);
  bool is_everywhere() const;
};

/// What is known exactly about a potential; every field may be empty, meaning "not known".
struct PotentialFacts {
  std::vector<Eigen::VectorXd> minima;   ///< local minima, the lowest first
  std::vector<Eigen::VectorXd> saddles;  ///< saddles of index one
  /// Hess f >= convexity * I everywhere (then lambda_1 >= convexity, Bakry-Emery 1985); NaN: not known.
  double convexity = std::numeric_limits<double>::quiet_NaN();
  /// f - (ridge/2) |x|^2 is bounded or of smaller growth; NaN: not known.
  double ridge = std::numeric_limits<double>::quiet_NaN();
};

/// f and its derivatives on batches.
///
/// Shapes: x is N x d, values length N, gradients N x d. Immutable after construction and safe to share
/// between threads; problems hold `std::shared_ptr<const Potential>`, solvers take `const Potential&`;
/// scratch belongs to the caller. A user's own class overrides dimension, value and gradient and nothing
/// else. An implementation must give a point the same bits in every batch that keeps the padding rule of
/// core/points.hpp.
class Potential {
 public:
  virtual ~Potential() = default;

  /// d
  virtual Index dimension() const = 0;
  /// f(x_i)
  virtual void value(PointsView x, ValuesOut f, Scratch& scratch) const = 0;
  /// grad f(x_i)
  virtual void gradient(PointsView x, PointsOut g, Scratch& scratch) const = 0;
  /// Both at once, for the potentials that save work by it.
  virtual void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const;

  /// Lap f(x_i). Unless overridden: the trace of `hessian`.
  virtual void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const;
  /// Hess f at one point (length d), d x d. Unless overridden: central differences of the gradient,
  /// relative error about 1e-9.
  virtual Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const;
  /// True where laplacian and hessian are exact up to rounding rather than differences.
  virtual bool has_exact_hessian() const { return false; }

  /// Where f is finite; motion reflects at its ends.
  virtual Box domain() const { return Box::everywhere(dimension()); }
  virtual PotentialFacts facts() const { return {}; }
  /// d = 1: f for rigorous arithmetic (solvers/proof), up to a constant; empty where f is not known in that form.
  virtual std::optional<LineProgram> line_program() const { return std::nullopt; }
  /// Coordinate names for axes of plots and for observables; x0, x1, ... unless overridden.
  virtual std::vector<std::string> coordinate_names() const;
  /// One line for reports, e.g. "(x^2-1)^2".
  virtual std::string description() const { return "user potential"; }
};

/// f on a batch, with scratch of its own: for code that is not in a loop.
Values values(const Potential& potential, PointsView x);
/// grad f on a batch, with scratch of its own: for code that is not in a loop.
Points gradients(const Potential& potential, PointsView x);

/// Largest absolute difference between the gradient and fourth-order central differences of the value over
/// the points, relative to 1 + |gradient|. Every run checks its potential with it: both ends of a claim
/// share the potential and nothing else.
double gradient_check(const Potential& potential, PointsView x);

}  // namespace sgdlimits
