#include "models/laws/point.hpp"

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {

PointLaw::PointLaw(Eigen::VectorXd x) : x_(std::move(x)) {
  if (x_.size() < 1) throw InvalidArgument("dimension of the point", "0", "at least 1");
  for (Index j = 0; j < x_.size(); ++j)
    if (!std::isfinite(x_(j))) throw InvalidArgument("coordinate " + std::to_string(j), x_(j), "finite");
}

void PointLaw::sample(const Noise&, Index, PointsOut out) const {
  for (Index j = 0; j < out.cols(); ++j) out.col(j).setConstant(x_(j));
}

void PointLaw::log_density(PointsView, ValuesOut, Scratch&) const {
  throw InvalidArgument("initial law", "a point", "a law with a density",
                        "take a narrow Gaussian or a Gibbs law, or start the comparison at a later time");
}

std::string PointLaw::description() const {
  std::string text = "point (";
  for (Index j = 0; j < x_.size(); ++j) text += (j == 0 ? "" : ", ") + shortest(x_(j));
  return text + ")";
}

}  // namespace sgdlimits
