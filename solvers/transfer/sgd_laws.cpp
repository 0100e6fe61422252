#include "solvers/transfer/sgd_laws.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/errors.hpp"
#include "solvers/spectrum/box.hpp"
#include "solvers/transfer/chain_spectrum.hpp"
#include "solvers/transfer/communicating_classes.hpp"
#include "solvers/transfer/diffusion_laws.hpp"
#include "solvers/transfer/invariant_box.hpp"
#include "solvers/transfer/sgd_mesh.hpp"
#include "solvers/transfer/two_meshes.hpp"
#include "solvers/transfer/well_core.hpp"

namespace sgdlimits {
namespace {

using transfer::MeshMeasure;
using transfer::SgdMesh;

constexpr const char* kHow = "transfer operator on two grids";
constexpr double kTail = 1e-7;  // mass that may be cut off
constexpr double kMargin = 3;   // cells of the coarser grid around what is needed

std::shared_ptr<const Grid> grid_on(const Box& box, const Box& domain, Index cells, double margin_cells) {
  std::vector<Axis> axes;
  for (Index j = 0; j < box.lower.size(); ++j) {
    const double margin = margin_cells * std::max(box.upper(j) - box.lower(j), 1e-12) / static_cast<double>(cells);
    axes.push_back(Axis::uniform(std::max(box.lower(j) - margin, domain.lower(j)),
                                 std::min(box.upper(j) + margin, domain.upper(j)), cells));
  }
  return std::make_shared<Grid>(std::move(axes));
}

Box empty_hull(Index d) {
  const double infinity = std::numeric_limits<double>::infinity();
  return {Eigen::ArrayXd::Constant(d, infinity), Eigen::ArrayXd::Constant(d, -infinity)};
}

void add_cell(const Grid& grid, Index cell, Box& hull) {
  for (Index j = 0; j < grid.dimension(); ++j) {
    const Index layer = cell / grid.stride(j) % grid.axis(j).cells();
    hull.lower(j) = std::min(hull.lower(j), grid.axis(j).edges()(layer));
    hull.upper(j) = std::max(hull.upper(j), grid.axis(j).edges()(layer + 1));
  }
}

/// The closed classes, and everything that the chain reaches from the critical points of f.
Box needed_box(const TransferOperator& transfer, const std::vector<CriticalPoint>& points) {
  const Grid& grid = transfer.grid();
  std::vector<bool> needed(static_cast<std::size_t>(grid.size()), false);
  std::vector<Index> front;
  const auto visit = [&](Index cell) {
    if (needed[static_cast<std::size_t>(cell)]) return;
    needed[static_cast<std::size_t>(cell)] = true;
    front.push_back(cell);
  };
  for (const std::vector<Index>& set : closed_classes(transfer.matrix()))
    for (const Index cell : set) visit(cell);
  for (const CriticalPoint& point : points) visit(nearest_cell(grid, point.x));
  Box hull = empty_hull(grid.dimension());
  while (!front.empty()) {
    const Index cell = front.back();
    front.pop_back();
    add_cell(grid, cell, hull);
    for (TransitionMatrix::InnerIterator to(transfer.matrix(), cell); to; ++to) visit(to.col());
  }
  return hull;
}

/// Hull of the cells that carry all but `tail` of each invariant measure, and of the critical points. Empty if a
/// stationary law was not found.
std::optional<Box> massive_box(const TransferOperator& transfer, const std::vector<CriticalPoint>& points,
                               double tail) {
  const Grid& grid = transfer.grid();
  Box hull = empty_hull(grid.dimension());
  for (const CriticalPoint& point : points) add_cell(grid, nearest_cell(grid, point.x), hull);
  for (const std::vector<Index>& set : closed_classes(transfer.matrix())) {
    const Result<Values> law = stationary_law(restricted(transfer.matrix(), set));
    if (!law.ok()) return std::nullopt;
    std::vector<std::size_t> order(set.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto mass = [&](std::size_t k) { return law.value()(static_cast<Index>(k)); };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return mass(a) < mass(b); });
    double left_out = 0;
    for (const std::size_t k : order)
      if ((left_out += mass(k)) > tail) add_cell(grid, set[k], hull);
  }
  return hull;
}

/// The largest stretch on the closed classes.
double class_stretch(const TransferOperator& transfer) {
  double largest = 0;
  for (const std::vector<Index>& set : closed_classes(transfer.matrix()))
    for (const Index cell : set) largest = std::max(largest, transfer.stretch()(cell));
  return largest;
}

const MeshMeasure& nearest(const std::vector<MeshMeasure>& measures, const MeshMeasure& one) {
  return *std::min_element(measures.begin(), measures.end(), [&](const MeshMeasure& a, const MeshMeasure& b) {
    return (a.mean - one.mean).square().sum() < (b.mean - one.mean).square().sum();
  });
}

MotionLaws joined(const SgdMesh& coarse, const SgdMesh& fine, const std::shared_ptr<const Grid>& grid,
                  bool enclosed) {
  MotionLaws laws{.name = "SGD"};
  for (const MeshMeasure& one : fine.measures) {
    const MeshMeasure& other = nearest(coarse.measures, one);
    InvariantMeasure measure;
    measure.weight = one.weight;
    for (Index j = 0; j < grid->dimension(); ++j) {
      measure.mean.push_back(transfer::extrapolated(other.mean(j), one.mean(j), kHow));
      measure.variance.push_back(transfer::extrapolated(other.variance(j), one.variance(j), kHow));
    }
    if (grid->dimension() == 2) measure.covariance = transfer::extrapolated(other.covariance, one.covariance, kHow);
    measure.gap = transfer::extrapolated(other.gap, one.gap, kHow);
    measure.support = one.support;
    measure.density = std::make_shared<Density>(grid, one.mass / grid->volumes());
    laws.measures.push_back(std::move(measure));
  }
  if (fine.measures.size() > 1) {
    laws.gap =
        Measurement::deterministic(0, coarse.gap(), enclosed && coarse.gap() == 0 ? Grade::bound : Grade::estimate,
                                   fmt::format("{} closed classes of the chain", fine.measures.size()));
  } else {
    laws.gap = transfer::extrapolated(coarse.gap(), fine.gap(), kHow);
  }
  transfer::set_well_change(coarse.wells, fine.wells, grid, kHow, laws);
  laws.never_escapes = std::isinf(fine.wells.escape);
  if (std::isfinite(fine.wells.escape) != std::isfinite(coarse.wells.escape))
    laws.remark = "only one of the two grids lets SGD change wells: take more cells";
  return laws;
}

Result<Box> starting_box(const FiniteSum& sum, LearningRate s, const SgdLawsOptions& options) {
  if (options.start) return *options.start;
  return gibbs_box(sum, s.temperature(), 1e-6);
}

void check(const FiniteSum& sum, const SgdLawsOptions& options) {
  if (options.cells != 0 && options.cells < 16)
    throw InvalidArgument("cells", std::to_string(options.cells), "at least 16");
  if (options.start && (options.start->lower.size() != sum.dimension() || options.start->is_everywhere() ||
                        !(options.start->lower < options.start->upper).all()))
    throw InvalidArgument("starting box", "empty, infinite or of another dimension", "a finite box");
}

void add_diffusions(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, Index cells,
                    const Execution& execution, SgdLaws& laws) {
  Box box = Box::everywhere(sum.dimension());
  for (Index j = 0; j < sum.dimension(); ++j) {
    box.lower(j) = laws.grid->axis(j).lower();
    box.upper(j) = laws.grid->axis(j).upper();
  }
  if (sum.dimension() == 1) {
    for (const DiffusionModel model : {DiffusionModel::sme1, DiffusionModel::sme2, DiffusionModel::gibbs})
      laws.motions.push_back(transfer::diffusion_on_line(sum, s, batches, model, box, cells, laws.barrier));
    return;
  }
  for (const DiffusionModel model : {DiffusionModel::sme1, DiffusionModel::sme2})
    laws.motions.push_back(transfer::diffusion_in_plane(sum, s, batches, model, box, cells, laws.barrier, execution));
  laws.motions.push_back(transfer::gibbs_in_plane(sum, s, cells, laws.barrier, execution));
}

}  // namespace

const MotionLaws* SgdLaws::find(const std::string& name) const {
  for (const MotionLaws& one : motions)
    if (one.name == name) return &one;
  return nullptr;
}

std::string SgdLaws::summary() const {
  const std::size_t fine = sgd().measures.size();
  std::string text = fmt::format(
      "SGD has {} invariant measure{} (closed classes of the chain on {} cells; {} on the "
      "coarser grid)",
      fine, fine == 1 ? "" : "s", grid->size(), coarse_measures);
  if (coarse_measures != static_cast<Index>(fine))
    return text + ". The grids differ: take more cells before you believe the number.";
  if (enclosed())
    return text + fmt::format(
                      ". Each class encloses a set that SGD never leaves (cells stretch at most {:.3g}-fold), so "
                      "there are at least as many.",
                      stretch);
  return text + (batches_exact ? fmt::format(". No enclosure: cells stretch {:.3g}-fold, mass {:.2g} leaks a step.",
                                             stretch, leak)
                               : ". No enclosure: a quadrature stands in for the batches, which are too many.");
}

namespace {

/// What SGD needs of the wide grid. Where no enclosure is possible and the law is spread thin in a plane, the grid is
/// cut to where the mass is, three times, since coarse cells spread it; the rest leaks, and is measured.
Box working_box(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, std::shared_ptr<const Grid> wide,
                const std::vector<CriticalPoint>& points, const Execution& execution) {
  const TransferOperator transfer(sum, s, batches, wide, execution);
  Box needed = needed_box(transfer, points);
  if (sum.dimension() == 1 || (batches.exact() && class_stretch(transfer) <= 2)) return needed;
  std::optional<Box> cut = massive_box(transfer, points, kTail);
  for (int round = 1; round < 3 && cut && !execution.stop.stop_requested(); ++round) {
    needed = *cut;
    const auto grid = grid_on(needed, sum.domain(), wide->axis(0).cells(), kMargin);
    cut = massive_box(TransferOperator(sum, s, batches, grid, execution), points, kTail);
  }
  return cut ? *cut : needed;
}

}  // namespace

Result<SgdLaws> sgd_laws(const FiniteSum& sum, LearningRate s, const SgdLawsOptions& options,
                         const Execution& execution) {
  check(sum, options);
  const Index d = sum.dimension();
  if (d > 2) return Result<SgdLaws>::failure(Status::out_of_reach, "the transfer operator needs dimension 1 or 2");
  const Index cells = options.cells > 0 ? options.cells / 2 * 2 : d == 1 ? 2000 : 128;
  const BatchLaw batches(sum.terms(), options.batch, options.replacement, options.max_atoms);
  const Result<Box> start = starting_box(sum, s, options);
  if (!start.ok()) return Result<SgdLaws>(start.report());
  const Result<Box> wide = forward_invariant_box(sum, s, start.value(), d == 1 ? 513 : 33);
  if (!wide.ok()) return Result<SgdLaws>(wide.report());

  SgdLaws laws;
  const auto wide_grid = grid_on(wide.value(), sum.domain(), cells / 2, kMargin);
  const auto search = grid_on(start.value(), sum.domain(), d == 1 ? 512 : 128, 0);
  laws.barrier = largest_barrier(sum, *search);
  const Box needed = working_box(sum, s, batches, wide_grid, critical_points(sum, *search), execution);
  if (execution.stop.stop_requested()) return Result<SgdLaws>::failure(Status::interrupted, "stopped on request");

  const auto coarse_grid = grid_on(needed, sum.domain(), cells / 2, kMargin);
  laws.grid = grid_on(needed, sum.domain(), cells, 2 * kMargin);
  const TransferOperator coarse(sum, s, batches, coarse_grid, execution);
  const TransferOperator fine(sum, s, batches, laws.grid, execution);
  const Result<SgdMesh> coarse_mesh = transfer::sgd_on_mesh(coarse, sum, laws.barrier);
  if (!coarse_mesh.ok()) return Result<SgdLaws>(coarse_mesh.report());
  const Result<SgdMesh> fine_mesh = transfer::sgd_on_mesh(fine, sum, laws.barrier);
  if (!fine_mesh.ok()) return Result<SgdLaws>(fine_mesh.report());
  if (execution.stop.stop_requested()) return Result<SgdLaws>::failure(Status::interrupted, "stopped on request");

  laws.batches_exact = batches.exact();
  laws.atoms = batches.atoms(d);
  laws.coarse_measures = static_cast<Index>(coarse_mesh->measures.size());
  laws.stretch = fine_mesh->stretch;
  laws.leak = fine_mesh->leak;
  laws.motions.push_back(joined(coarse_mesh.value(), fine_mesh.value(), laws.grid, laws.enclosed()));
  add_diffusions(sum, s, batches, cells, execution, laws);
  return laws;
}

}  // namespace sgdlimits
