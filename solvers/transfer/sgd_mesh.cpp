#include "solvers/transfer/sgd_mesh.hpp"

#include <algorithm>

#include "solvers/transfer/chain_spectrum.hpp"
#include "solvers/transfer/hitting.hpp"
#include "solvers/transfer/well_core.hpp"

namespace sgdlimits::transfer {
namespace {

Box hull_of(const Grid& grid, const std::vector<Index>& cells) {
  const Index d = grid.dimension();
  Box hull{Eigen::ArrayXd::Constant(d, std::numeric_limits<double>::infinity()),
           Eigen::ArrayXd::Constant(d, -std::numeric_limits<double>::infinity())};
  for (const Index cell : cells)
    for (Index j = 0; j < d; ++j) {
      const Index layer = cell / grid.stride(j) % grid.axis(j).cells();
      hull.lower(j) = std::min(hull.lower(j), grid.axis(j).edges()(layer));
      hull.upper(j) = std::max(hull.upper(j), grid.axis(j).edges()(layer + 1));
    }
  return hull;
}

}  // namespace

void set_moments(const Grid& grid, MeshMeasure& measure) {
  const Points centers = grid.centers();
  measure.mean.resize(grid.dimension());
  measure.variance.resize(grid.dimension());
  for (Index j = 0; j < grid.dimension(); ++j) {
    measure.mean(j) = (measure.mass * centers.col(j)).sum();
    measure.variance(j) = (measure.mass * (centers.col(j) - measure.mean(j)).square()).sum();
  }
  if (grid.dimension() == 2)
    measure.covariance =
        (measure.mass * (centers.col(0) - measure.mean(0)) * (centers.col(1) - measure.mean(1))).sum();
}

Result<WellChange> committor_between_wells(const TransitionMatrix& chain, const Potential& potential,
                                           const Grid& grid, const Barrier& barrier) {
  const auto from = worse_core(potential, grid, barrier), to = well_core(potential, grid, barrier);
  if ((from && to).any())
    return Result<WellChange>::failure(Status::out_of_reach,
                                       "the grid does not keep the wells apart; take more cells");
  Result<Values> probability = committor(chain, from, to);
  if (!probability.ok()) return Result<WellChange>(probability.report());
  WellChange wells;
  wells.at_saddle = between_centers(grid, probability.value(), barrier.saddle.x);
  wells.committor = std::move(probability).value();
  return wells;
}

Result<SgdMesh> sgd_on_mesh(const TransferOperator& transfer, const FiniteSum& sum,
                            const std::optional<Barrier>& barrier) {
  const Grid& grid = transfer.grid();
  const double s = transfer.learning_rate().value();
  const std::vector<std::vector<Index>> classes = closed_classes(transfer.matrix());
  const Values weights = absorbed(transfer.matrix(), classes, grid.volumes() / grid.volumes().sum());
  SgdMesh mesh;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const TransitionMatrix chain = restricted(transfer.matrix(), classes[c]);
    const Result<Values> law = stationary_law(chain);
    if (!law.ok()) return Result<SgdMesh>(law.report());
    const Result<SecondEigenvalue> second = second_eigenvalue(chain, law.value());
    if (!second.ok()) return Result<SgdMesh>(second.report());
    MeshMeasure measure{weights(static_cast<Index>(c)), Values::Zero(grid.size()), {}, {}, 0, second->rate(s),
                        hull_of(grid, classes[c])};
    for (std::size_t k = 0; k < classes[c].size(); ++k) {
      const Index cell = classes[c][k];
      measure.mass(cell) = law.value()(static_cast<Index>(k));
      mesh.stretch = std::max(mesh.stretch, transfer.stretch()(cell));
      mesh.leak += measure.mass(cell) * transfer.leak()(cell);
    }
    set_moments(grid, measure);
    mesh.measures.push_back(std::move(measure));
  }
  if (barrier) {
    const Result<Values> steps = hitting_steps(transfer.matrix(), well_core(sum, grid, *barrier));
    if (!steps.ok()) return Result<SgdMesh>(steps.report());
    Result<WellChange> wells = committor_between_wells(transfer.matrix(), sum, grid, *barrier);
    if (!wells.ok()) return Result<SgdMesh>(wells.report());
    mesh.wells = std::move(wells).value();
    mesh.wells.escape = s * steps.value()(nearest_cell(grid, barrier->other.x));
  }
  return mesh;
}

}  // namespace sgdlimits::transfer
