/// SGD's invariant measures, gap and escape time on one grid; internal to solvers/transfer.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "solvers/spectrum/critical_points.hpp"
#include "solvers/transfer/transfer_operator.hpp"

namespace sgdlimits::transfer {

struct MeshMeasure {
  double weight = 1;
  Values mass;  ///< on all cells, sum 1
  Values mean, variance;
  double gap = 0;  ///< of the chain on the class
  Box support;
};

struct SgdMesh {
  std::vector<MeshMeasure> measures;
  double escape = std::numeric_limits<double>::quiet_NaN();  ///< NaN: no two wells; infinite: never
  double stretch = 0;                                        ///< on the closed classes
  double leak = 0;

  /// 0 if there are several measures.
  double gap() const { return measures.size() == 1 ? measures.front().gap : 0; }
};

/// Means and variances of a mass on the centres of a grid.
void set_moments(const Grid& grid, MeshMeasure& measure);

Result<SgdMesh> sgd_on_mesh(const TransferOperator& transfer, const FiniteSum& sum,
                            const std::optional<Barrier>& barrier);

}  // namespace sgdlimits::transfer
