#include "solvers/spectrum/grid_family.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/spectrum/kinks.hpp"

namespace sgdlimits {
namespace {

Index scaled(Index cells, double factor) {
  return static_cast<Index>(std::lround(static_cast<double>(cells) * factor));
}

}  // namespace

GridFamily::GridFamily(const Potential& potential, const Box& box) : box_(box), d_(potential.dimension()) {
  coarsest_ = d_ == 1 ? 64 : d_ == 2 ? 32 : 12;
  if (d_ != 1) return;
  ends_.push_back(box.lower(0));
  for (const double kink : kinks(potential, box.lower(0), box.upper(0))) ends_.push_back(kink);
  ends_.push_back(box.upper(0));
}

std::shared_ptr<const Grid> GridFamily::at(double factor) const {
  std::vector<Axis> axes;
  if (d_ == 1 && ends_.size() > 2) {
    axes.push_back(pieces(factor));
  } else {
    for (Index j = 0; j < d_; ++j)
      axes.push_back(Axis::uniform(box_.lower(j), box_.upper(j), scaled(coarsest_, factor)));
  }
  return std::make_shared<Grid>(std::move(axes));
}

// Even numbers of cells on the coarsest grid.
Axis GridFamily::pieces(double factor) const {
  std::vector<double> edges{ends_.front()};
  for (std::size_t p = 0; p + 1 < ends_.size(); ++p) {
    const double share = (ends_[p + 1] - ends_[p]) / (ends_.back() - ends_.front());
    const Index even = 2 * std::lround(0.5 * share * static_cast<double>(coarsest_));
    const Index n = scaled(std::max<Index>(4, even), factor);
    for (Index i = 1; i <= n; ++i) {
      const double t = static_cast<double>(i) / static_cast<double>(n);
      edges.push_back((1 - t) * ends_[p] + t * ends_[p + 1]);
    }
  }
  return Axis(Eigen::Map<const Eigen::ArrayXd>(edges.data(), static_cast<Index>(edges.size())));
}

}  // namespace sgdlimits
