/// Invariant measures, gap, escape time and committor on one grid; internal to solvers/transfer.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "solvers/spectrum/critical_points.hpp"
#include "solvers/transfer/communicating_classes.hpp"
#include "solvers/transfer/transfer_operator.hpp"

namespace sgdlimits::transfer {

struct MeshMeasure {
  double weight = 1;
  Values mass;  ///< on all cells, sum 1
  Values mean, variance;
  double covariance = 0;  ///< of the two coordinates of a plane
  double gap = 0;         ///< of the chain on the class
  Box support;
};

/// Between the wells of f.
struct WellChange {
  double escape = std::numeric_limits<double>::quiet_NaN();  ///< NaN: no two wells; infinite: never
  Values committor;                                          ///< of all cells; empty: no two wells
  double at_saddle = 0;                                      ///< the committor there

  bool known() const { return committor.size() > 0; }
};

struct SgdMesh {
  std::vector<MeshMeasure> measures;
  WellChange wells;
  double stretch = 0;  ///< on the closed classes
  double leak = 0;

  /// 0 if there are several measures.
  double gap() const { return measures.size() == 1 ? measures.front().gap : 0; }
};

/// Committor from the core of the worse well to that of the better one, the chain in discrete or continuous time.
/// Failure: that of committor; out_of_reach where the grid does not keep the cores apart.
Result<WellChange> committor_between_wells(const TransitionMatrix& chain, const Potential& potential,
                                           const Grid& grid, const Barrier& barrier);

/// Means, variances and covariance of a mass on the centres of a grid.
void set_moments(const Grid& grid, MeshMeasure& measure);

Result<SgdMesh> sgd_on_mesh(const TransferOperator& transfer, const FiniteSum& sum,
                            const std::optional<Barrier>& barrier);

}  // namespace sgdlimits::transfer
