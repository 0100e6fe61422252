/// The grids of a refinement: the same box and the same pieces, each cut finer and finer.
#pragma once

#include <memory>
#include <vector>

#include "core/grid.hpp"
#include "core/potential.hpp"

namespace sgdlimits {

/// Uniform cells on a finite box, 64, 32 an axis or 12 an axis on the coarsest grid of one, two, three dimensions. In
/// one dimension cell edges are put at jumps of f' (see `kinks`), and the cells of every piece between them stay in
/// proportion for every factor.
class GridFamily {
 public:
  /// Cells an axis relative to the coarsest grid: two interleaved sequences of doublings.
  static constexpr double kFactors[] = {1,  1.5, 2,  3,   4,   6,   8,   12,  16,  24,  32,
                                        48, 64,  96, 128, 192, 256, 384, 512, 768, 1024};

  GridFamily(const Potential& potential, const Box& box);
  std::shared_ptr<const Grid> at(double factor) const;
  bool has_kinks() const { return ends_.size() > 2; }

 private:
  Axis pieces(double factor) const;

  Box box_;
  Index d_, coarsest_;
  std::vector<double> ends_;
};

}  // namespace sgdlimits
