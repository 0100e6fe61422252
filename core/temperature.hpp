/// Strong types for the noise scale and the constants that depend on it. Conversions are named, never
/// implicit: mixing two of these up does not compile.
#pragma once

namespace sgdlimits {

class LearningRate;
class PoincareConstant;

/// tau > 0 in dX = -grad f dt + sqrt(2 tau) dB; the Gibbs measure is exp(-f/tau)/Z.
class Temperature {
 public:
  /// Throws InvalidArgument unless 0 < tau < infinity.
  explicit Temperature(double tau);
  double value() const { return tau_; }
  /// s = 2 tau, the learning rate of Shi, Su, Jordan (2020): dX = -grad f dt + sqrt(s) dB.
  LearningRate learning_rate() const;
  /// beta = 1/tau
  double inverse() const { return 1 / tau_; }

 private:
  double tau_;
};

/// s > 0, the step of SGD; as a noise scale s = 2 tau (for gradient noise of unit covariance only).
class LearningRate {
 public:
  /// Throws InvalidArgument unless 0 < s < infinity.
  explicit LearningRate(double s);
  double value() const { return s_; }
  /// tau = s/2
  Temperature temperature() const { return Temperature(s_ / 2); }

 private:
  double s_;
};

/// lambda_1 >= 0, the smallest nonzero eigenvalue of -L, L h = tau Lap h - grad f . grad h: a rate.
class SpectralGap {
 public:
  /// Throws InvalidArgument unless 0 <= lambda < infinity.
  explicit SpectralGap(double lambda);
  double value() const { return lambda_; }
  /// C_P = tau/lambda_1, the best constant in Var_mu h <= C_P E_mu |grad h|^2. Infinite for gap 0.
  PoincareConstant poincare_constant(Temperature tau) const;

 private:
  double lambda_;
};

/// C_P in (0, infinity], a length squared.
class PoincareConstant {
 public:
  /// Throws InvalidArgument unless C_P > 0.
  explicit PoincareConstant(double constant);
  double value() const { return constant_; }
  /// lambda_1 = tau/C_P
  SpectralGap spectral_gap(Temperature tau) const { return SpectralGap(tau.value() / constant_); }

 private:
  double constant_;
};

inline LearningRate Temperature::learning_rate() const { return LearningRate(2 * tau_); }
inline PoincareConstant SpectralGap::poincare_constant(Temperature tau) const {
  return PoincareConstant(tau.value() / lambda_);
}

}  // namespace sgdlimits
