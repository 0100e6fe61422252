#include "models/laws/gaussian.hpp"

#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

std::string list(const Eigen::VectorXd& values) {
  std::string text = "(";
  for (Index j = 0; j < values.size(); ++j) text += (j == 0 ? "" : ", ") + shortest(values(j));
  return text + ")";
}

}  // namespace

GaussianLaw::GaussianLaw(Eigen::VectorXd mean, Eigen::VectorXd sd) : mean_(std::move(mean)), sd_(std::move(sd)) {
  if (mean_.size() < 1) throw InvalidArgument("length of the mean", "0", "at least 1");
  if (sd_.size() != mean_.size())
    throw InvalidArgument("length of sd", std::to_string(sd_.size()),
                          "the length of the mean, " + std::to_string(mean_.size()));
  for (Index j = 0; j < mean_.size(); ++j) {
    if (!std::isfinite(mean_(j))) throw InvalidArgument("mean[" + std::to_string(j) + "]", mean_(j), "finite");
    if (!(sd_(j) > 0 && std::isfinite(sd_(j))))
      throw InvalidArgument("sd[" + std::to_string(j) + "]", sd_(j), "positive and finite",
                            sd_(j) == 0 ? "for a fixed start take the law \"point\"" : "");
  }
}

GaussianLaw::GaussianLaw(Eigen::VectorXd mean, double sd)
    : GaussianLaw(mean, Eigen::VectorXd::Constant(mean.size(), sd)) {}

void GaussianLaw::sample(const Noise& noise, Index first, PointsOut out) const {
  noise.normals(first, 0, out);
  for (Index j = 0; j < out.cols(); ++j) out.col(j) = mean_(j) + sd_(j) * out.col(j);
}

void GaussianLaw::log_density(PointsView x, ValuesOut out, Scratch&) const {
  out.setZero();
  for (Index j = 0; j < x.cols(); ++j)
    out -= 0.5 * ((x.col(j) - mean_(j)) / sd_(j)).square() + std::log(sd_(j) * std::sqrt(2 * std::numbers::pi));
}

std::string GaussianLaw::description() const { return "Gaussian with mean " + list(mean_) + ", sd " + list(sd_); }

}  // namespace sgdlimits
