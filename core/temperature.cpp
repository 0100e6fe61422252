#include "core/temperature.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {

Temperature::Temperature(double tau) : tau_(tau) {
  if (!(tau > 0) || std::isinf(tau)) throw InvalidArgument("temperature", tau, "positive and finite");
}

LearningRate::LearningRate(double s) : s_(s) {
  if (!(s > 0) || std::isinf(s)) throw InvalidArgument("learning rate", s, "positive and finite");
}

SpectralGap::SpectralGap(double lambda) : lambda_(lambda) {
  if (!(lambda >= 0) || std::isinf(lambda)) throw InvalidArgument("spectral gap", lambda, "nonnegative and finite");
}

PoincareConstant::PoincareConstant(double constant) : constant_(constant) {
  if (!(constant > 0)) throw InvalidArgument("Poincare constant", constant, "positive");
}

}  // namespace sgdlimits
