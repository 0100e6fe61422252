#include "solvers/transfer/diffusion_laws.hpp"

#include "solvers/spectrum/spectral_gap.hpp"
#include "solvers/transfer/chain_spectrum.hpp"
#include "solvers/transfer/sgd_mesh.hpp"
#include "solvers/transfer/two_meshes.hpp"
#include "solvers/transfer/well_core.hpp"

namespace sgdlimits::transfer {
namespace {

constexpr const char* kHow = "finite volumes on two grids";

struct DiffusionMesh {
  MeshMeasure measure;
  double gap = 0, escape = 0;
};

InvariantMeasure joined(const MeshMeasure& coarse, const MeshMeasure& fine, std::shared_ptr<const Grid> grid) {
  InvariantMeasure measure;
  for (Index j = 0; j < grid->dimension(); ++j) {
    measure.mean.push_back(extrapolated(coarse.mean(j), fine.mean(j), kHow));
    measure.variance.push_back(extrapolated(coarse.variance(j), fine.variance(j), kHow));
  }
  measure.support = fine.support;
  const Values averages = fine.mass / grid->volumes();
  measure.density = std::make_shared<Density>(std::move(grid), averages);
  return measure;
}

Result<DiffusionMesh> line_mesh(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                                std::shared_ptr<const Grid> grid, const std::optional<Barrier>& barrier) {
  const Result<LineDiffusion> diffusion = line_diffusion(sum, s, batches, model, grid);
  if (!diffusion.ok()) return Result<DiffusionMesh>(diffusion.report());
  DiffusionMesh mesh;
  mesh.measure.mass = diffusion->mass;
  set_moments(*grid, mesh.measure);
  mesh.gap = lowest_eigenvalues(diffusion->rates, 1)(0);
  if (barrier) {
    const Values times = hitting_times(diffusion.value(), well_core(sum, *grid, *barrier));
    mesh.escape = times(nearest_cell(*grid, barrier->other.x));
  }
  return mesh;
}

/// Mean time from the worse minimum to the core of the better well under the rates of the generator.
double escape_time(const Generator& generator, const Potential& potential, const Barrier& barrier) {
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
  return hitting_times(rates, well_core(potential, grid, barrier))(nearest_cell(grid, barrier.other.x));
}

std::shared_ptr<const Grid> uniform_on(const Grid& box, Index cells) {
  std::vector<Axis> axes;
  for (Index j = 0; j < box.dimension(); ++j)
    axes.push_back(Axis::uniform(box.axis(j).lower(), box.axis(j).upper(), cells));
  return std::make_shared<Grid>(std::move(axes));
}

MeshMeasure gibbs_measure(const Generator& generator) {
  MeshMeasure measure;
  measure.mass = generator.gibbs().averages() * generator.grid().volumes();
  set_moments(generator.grid(), measure);
  return measure;
}

}  // namespace

MotionLaws diffusion_on_line(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                             const Box& start, Index cells, const std::optional<Barrier>& barrier) {
  MotionLaws laws{.name = to_string(model)};
  const Result<Box> box = diffusion_box(sum, s, batches, model, start);
  if (!box.ok()) {
    laws.remark = box.why();
    return laws;
  }
  const auto grid = [&](Index n) {
    return std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(box->lower(0), box->upper(0), n)});
  };
  const auto fine_grid = grid(cells);
  const Result<DiffusionMesh> coarse = line_mesh(sum, s, batches, model, grid(cells / 2), barrier);
  const Result<DiffusionMesh> fine = line_mesh(sum, s, batches, model, fine_grid, barrier);
  if (!coarse.ok() || !fine.ok()) {
    laws.remark = coarse.ok() ? fine.why() : coarse.why();
    return laws;
  }
  laws.measures.push_back(joined(coarse->measure, fine->measure, fine_grid));
  laws.measures.back().support = box.value();
  laws.gap = laws.measures.back().gap = extrapolated(coarse->gap, fine->gap, kHow);
  if (barrier) laws.escape_time = finer(coarse->escape, fine->escape, kHow);
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
  const Grid& box = spectrum->generator->grid();
  const Generator coarse(sum, uniform_on(box, cells / 2), s.temperature());
  const Generator fine(sum, uniform_on(box, cells), s.temperature());
  laws.measures.push_back(joined(gibbs_measure(coarse), gibbs_measure(fine), fine.shared_grid()));
  laws.gap = laws.measures.back().gap = spectrum->eigenvalues.front();
  Box& support = laws.measures.back().support;
  support = Box::everywhere(box.dimension());
  for (Index j = 0; j < box.dimension(); ++j) {
    support.lower(j) = box.axis(j).lower();
    support.upper(j) = box.axis(j).upper();
  }
  if (barrier) laws.escape_time = finer(escape_time(coarse, sum, *barrier), escape_time(fine, sum, *barrier), kHow);
  return laws;
}

}  // namespace sgdlimits::transfer
