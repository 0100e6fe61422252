#include "solvers/transfer/diffusion_laws.hpp"

#include <cmath>

#include "solvers/spectrum/spectral_gap.hpp"
#include "solvers/transfer/chain_spectrum.hpp"
#include "solvers/transfer/hitting.hpp"
#include "solvers/transfer/two_meshes.hpp"
#include "solvers/transfer/well_core.hpp"

namespace sgdlimits::transfer {
namespace {

constexpr const char* kHow = "finite volumes on two grids";
constexpr const char* kHowInPlane = "positive chains on two grids";
constexpr double kNegligible = 1e-6;  // mass where a chain may be of order 1

struct DiffusionMesh {
  MeshMeasure measure;
  double gap = 0;
  WellChange wells;
  bool second_order = true;
};

using Rule = Measurement (*)(double, double, const std::string&);

InvariantMeasure joined(const MeshMeasure& coarse, const MeshMeasure& fine, std::shared_ptr<const Grid> grid,
                        const std::string& how, Rule rule) {
  InvariantMeasure measure;
  for (Index j = 0; j < grid->dimension(); ++j) {
    measure.mean.push_back(rule(coarse.mean(j), fine.mean(j), how));
    measure.variance.push_back(rule(coarse.variance(j), fine.variance(j), how));
  }
  if (grid->dimension() == 2) measure.covariance = rule(coarse.covariance, fine.covariance, how);
  measure.support = fine.support;
  const Values averages = fine.mass / grid->volumes();
  measure.density = std::make_shared<Density>(std::move(grid), averages);
  return measure;
}

Result<WellChange> change_of_wells(const TransitionMatrix& rates, const Potential& potential, const Grid& grid,
                                   const Barrier& barrier) {
  Result<WellChange> wells = committor_between_wells(rates, potential, grid, barrier);
  if (!wells.ok()) return wells;
  WellChange change = std::move(wells).value();
  change.escape = hitting_times(rates, well_core(potential, grid, barrier))(nearest_cell(grid, barrier.other.x));
  return change;
}

/// `mass` is the stationary law of `rates`.
Result<DiffusionMesh> on_mesh(const TransitionMatrix& rates, Values mass, const Potential& potential,
                              const Grid& grid, const std::optional<Barrier>& barrier) {
  DiffusionMesh mesh;
  mesh.measure.mass = std::move(mass);
  set_moments(grid, mesh.measure);
  if (!barrier) return mesh;
  Result<WellChange> wells = change_of_wells(rates, potential, grid, *barrier);
  if (!wells.ok()) return Result<DiffusionMesh>(wells.report());
  mesh.wells = std::move(wells).value();
  return mesh;
}

Result<DiffusionMesh> line_mesh(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                                std::shared_ptr<const Grid> grid, const std::optional<Barrier>& barrier) {
  const Result<LineDiffusion> diffusion = line_diffusion(sum, s, batches, model, grid);
  if (!diffusion.ok()) return Result<DiffusionMesh>(diffusion.report());
  Result<DiffusionMesh> mesh = on_mesh(rates_of(diffusion.value()), diffusion->mass, sum, *grid, barrier);
  if (!mesh.ok()) return mesh;
  DiffusionMesh known = std::move(mesh).value();
  known.gap = lowest_eigenvalues(diffusion->rates, 1)(0);
  return known;
}

Result<DiffusionMesh> plane_mesh(const PlaneCoefficients& coefficients, const FiniteSum& sum,
                                 std::shared_ptr<const Grid> grid, const std::optional<Barrier>& barrier,
                                 const Execution& execution) {
  const PlaneChain chain = plane_chain(coefficients, grid, execution);
  const Result<Values> law = stationary_law(chain);
  if (!law.ok()) return Result<DiffusionMesh>(law.report());
  const Result<RelaxationRate> slowest = relaxation_rate(chain.rates, law.value());
  if (!slowest.ok()) return Result<DiffusionMesh>(slowest.report());
  Result<DiffusionMesh> mesh = on_mesh(chain.rates, law.value(), sum, *grid, barrier);
  if (!mesh.ok()) return mesh;
  DiffusionMesh known = std::move(mesh).value();
  known.gap = slowest->rate;
  known.second_order = chain.second_order.select(Values::Zero(grid->size()), law.value()).sum() <= kNegligible;
  return known;
}

TransitionMatrix rates_of(const Generator& generator) {
  const Grid& grid = generator.grid();
  std::vector<Eigen::Triplet<double>> entries;
  for (Index j = 0; j < grid.dimension(); ++j)
    for (Index i = 0; i + grid.stride(j) < grid.size(); ++i) {
      const auto lower = static_cast<int>(i), upper = static_cast<int>(i + grid.stride(j));
      if (generator.rate_up(j)(i) > 0) entries.emplace_back(lower, upper, generator.rate_up(j)(i));
      if (generator.rate_down(j)(i) > 0) entries.emplace_back(upper, lower, generator.rate_down(j)(i));
    }
  TransitionMatrix rates(grid.size(), grid.size());
  rates.setFromTriplets(entries.begin(), entries.end());
  return rates;
}

Result<DiffusionMesh> gibbs_mesh(const Generator& generator, const Potential& potential,
                                 const std::optional<Barrier>& barrier) {
  return on_mesh(rates_of(generator), generator.gibbs().averages() * generator.grid().volumes(), potential,
                 generator.grid(), barrier);
}

std::shared_ptr<const Grid> uniform_on(const Box& box, Index cells) {
  std::vector<Axis> axes;
  for (Index j = 0; j < box.lower.size(); ++j) axes.push_back(Axis::uniform(box.lower(j), box.upper(j), cells));
  return std::make_shared<Grid>(std::move(axes));
}

Box box_of(const Grid& grid) {
  Box box = Box::everywhere(grid.dimension());
  for (Index j = 0; j < grid.dimension(); ++j) {
    box.lower(j) = grid.axis(j).lower();
    box.upper(j) = grid.axis(j).upper();
  }
  return box;
}

/// The points between which wells are changed, and the middle of the box where there are no two wells.
Box needed_box(const Box& start, const std::optional<Barrier>& barrier) {
  const Eigen::ArrayXd middle = 0.5 * (start.lower + start.upper);
  if (!barrier) return {middle, middle};
  Box box{barrier->saddle.x.array(), barrier->saddle.x.array()};
  for (const CriticalPoint* point : {&barrier->lowest, &barrier->other}) {
    box.lower = box.lower.min(point->x.array());
    box.upper = box.upper.max(point->x.array());
  }
  return box;
}

/// Fills in measure, gap, escape and committor, or says why not.
void join(const Result<DiffusionMesh>& coarse, const Result<DiffusionMesh>& fine, std::shared_ptr<const Grid> grid,
          const std::string& how, MotionLaws& laws) {
  if (!coarse.ok() || !fine.ok()) {
    laws.remark = coarse.ok() ? fine.why() : coarse.why();
    return;
  }
  const bool second_order = coarse->second_order && fine->second_order;
  const Rule rule = second_order ? extrapolated : finer;
  if (!second_order) laws.remark = "order 1: the noise is degenerate, or weak beside the drift, for these cells";
  laws.measures.push_back(joined(coarse->measure, fine->measure, grid, how, rule));
  laws.measures.back().support = box_of(*grid);
  laws.gap = laws.measures.back().gap = rule(coarse->gap, fine->gap, how);
  set_well_change(coarse->wells, fine->wells, std::move(grid), how, laws);
}

}  // namespace

void set_well_change(const WellChange& coarse, const WellChange& fine, std::shared_ptr<const Grid> fine_grid,
                     const std::string& how, MotionLaws& laws) {
  if (!coarse.known() || !fine.known()) return;
  if (std::isfinite(coarse.escape) && std::isfinite(fine.escape))
    laws.escape_time = finer(coarse.escape, fine.escape, how);
  laws.committor = Committor{std::move(fine_grid), fine.committor, finer(coarse.at_saddle, fine.at_saddle, how)};
}

MotionLaws diffusion_on_line(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                             const Box& start, Index cells, const std::optional<Barrier>& barrier) {
  MotionLaws laws{.name = to_string(model)};
  const Result<Box> box = diffusion_box(sum, s, batches, model, start);
  if (!box.ok()) {
    laws.remark = box.why();
    return laws;
  }
  const auto fine_grid = uniform_on(box.value(), cells);
  const auto coarse = line_mesh(sum, s, batches, model, uniform_on(box.value(), cells / 2), barrier);
  join(coarse, line_mesh(sum, s, batches, model, fine_grid, barrier), fine_grid, kHow, laws);
  return laws;
}

MotionLaws diffusion_in_plane(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                              const Box& start, Index cells, const std::optional<Barrier>& barrier,
                              const Execution& execution) {
  MotionLaws laws{.name = to_string(model)};
  const PlaneCoefficients coefficients = plane_coefficients(sum, s, batches, model);
  const Result<Box> box =
      plane_diffusion_box(coefficients, start, sum.domain(), needed_box(start, barrier), execution);
  if (!box.ok()) {
    laws.remark = laws.name + ": " + box.why();
    return laws;
  }
  const auto fine_grid = uniform_on(box.value(), cells);
  const auto coarse = plane_mesh(coefficients, sum, uniform_on(box.value(), cells / 2), barrier, execution);
  join(coarse, plane_mesh(coefficients, sum, fine_grid, barrier, execution), fine_grid, kHowInPlane, laws);
  return laws;
}

MotionLaws gibbs_in_plane(const FiniteSum& sum, LearningRate s, Index cells, const std::optional<Barrier>& barrier,
                          const Execution& execution) {
  MotionLaws laws{.name = to_string(DiffusionModel::gibbs)};
  SpectralGapOptions options;
  options.modes = 1;
  options.tolerance = 1e-5;
  const Result<SpectralGapEstimate> spectrum = spectral_gap(sum, s.temperature(), options, execution);
  if (!spectrum.ok()) {
    laws.remark = spectrum.why();
    return laws;
  }
  const Box box = box_of(spectrum->generator->grid());
  const Generator coarse(sum, uniform_on(box, cells / 2), s.temperature());
  const Generator fine(sum, uniform_on(box, cells), s.temperature());
  join(gibbs_mesh(coarse, sum, barrier), gibbs_mesh(fine, sum, barrier), fine.shared_grid(), kHow, laws);
  if (laws.measures.empty()) return laws;
  laws.gap = laws.measures.back().gap = spectrum->eigenvalues.front();
  return laws;
}

}  // namespace sgdlimits::transfer
