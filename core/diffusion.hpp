/// Equations whose noise depends on the state.
///
///     Ito:           dX = b(t, X) dt + sum_j sigma_j(t, X) dW_j,    j = 1..m
///     Stratonovich:  dX = a(t, X) dt + sum_j sigma_j(t, X) o dW_j,  b = a + (1/2) sum_j L^j sigma_j
///
/// with L^j g = (sigma_j . grad) g. Which of the two is meant is a type: reading one as the other does not compile.
#pragma once

#include <functional>
#include <memory>

#include "core/points.hpp"
#include "core/scratch.hpp"

namespace sgdlimits {

/// Fills out for the points x at time t; called on padded tiles by many threads, so it must be pure.
using VectorField = std::function<void(double t, PointsView x, PointsOut out, Scratch& scratch)>;

/// What is known about the noise; said by the caller, measured by `noise_defect`.
enum class NoiseClass {
  additive,     ///< sigma_j does not depend on x
  scalar,       ///< m = 1
  diagonal,     ///< m = d, sigma_j has the coordinate j alone, which depends on x_j alone
  commutative,  ///< L^j sigma_k = L^k sigma_j
  general,      ///< needs Levy areas for strong order 1
};

struct DiffusionCoefficients {
  Index dimension = 1;  ///< d
  Index noises = 1;     ///< m
  NoiseClass noise_class = NoiseClass::scalar;
  VectorField drift;  ///< N x d
  VectorField noise;  ///< N x (d m): coordinate i of sigma_j is column j d + i
  /// N x (d m m): coordinate i of L^j sigma_k is column (j m + k) d + i. Empty: central differences of `noise` along
  /// sigma_j, relative error about 1e-10.
  VectorField noise_derivatives;
};

class StratonovichDiffusion;

/// dX = b dt + sum_j sigma_j dW_j. Immutable.
class ItoDiffusion {
 public:
  /// Throws InvalidArgument unless d, m >= 1, drift and noise are given, and m fits the class.
  explicit ItoDiffusion(DiffusionCoefficients coefficients);
  const DiffusionCoefficients& coefficients() const { return *coefficients_; }
  /// The same process: its drift is b - (1/2) sum_j L^j sigma_j.
  StratonovichDiffusion stratonovich() const;

 private:
  std::shared_ptr<const DiffusionCoefficients> coefficients_;
};

/// dX = a dt + sum_j sigma_j o dW_j. Immutable.
class StratonovichDiffusion {
 public:
  /// Throws as ItoDiffusion.
  explicit StratonovichDiffusion(DiffusionCoefficients coefficients);
  const DiffusionCoefficients& coefficients() const { return *coefficients_; }
  /// The same process: its drift is a + (1/2) sum_j L^j sigma_j.
  ItoDiffusion ito() const;

 private:
  std::shared_ptr<const DiffusionCoefficients> coefficients_;
};

/// L^j sigma_k as in `noise_derivatives`, exact or by differences.
void noise_derivatives(const DiffusionCoefficients& coefficients, double t, PointsView x, PointsOut out,
                       Scratch& scratch);

/// How far the noise is from the class it is said to be of, at the points x: the largest of |L^j sigma_k - L^k
/// sigma_j| (all classes but general), for diagonal of entries off the diagonal, for additive of |L^j sigma_k|;
/// relative to 1 + the largest entry. About 1e-9 or less where the class holds.
double noise_defect(const DiffusionCoefficients& coefficients, double t, PointsView x);

}  // namespace sgdlimits
