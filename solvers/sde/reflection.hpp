/// Reflection at the ends of a box by folding.
#pragma once

#include "core/potential.hpp"

namespace sgdlimits {

/// Maps a point that left [l, u] back by mirroring at the ends until it is inside: x -> 2l - x, x -> 2u - x, ...,
/// coordinate by coordinate. Points inside keep their bits; infinite coordinates with two finite ends become NaN,
/// NaN stays NaN. A step of a scheme followed by this is the symmetrised scheme (Bossy, Gobet, Talay 2004).
class Reflection {
 public:
  explicit Reflection(Box box) : box_(std::move(box)), everywhere_(box_.is_everywhere()) {}
  void apply(Eigen::Map<Points> x) const {
    if (!everywhere_) fold(x);
  }

 private:
  void fold(Eigen::Map<Points> x) const;

  Box box_;
  bool everywhere_;
};

}  // namespace sgdlimits
