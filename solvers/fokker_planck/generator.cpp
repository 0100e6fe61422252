#include "solvers/fokker_planck/generator.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/errors.hpp"
#include "core/parallel.hpp"
#include "solvers/fokker_planck/bernoulli.hpp"

namespace sgdlimits {
namespace {

// In padded blocks, so that scratch stays small for potentials that are nets and bits do not depend on the grid's
// size.
Values potential_at_centers(const Potential& potential, const Grid& grid) {
  if (potential.dimension() != grid.dimension())
    throw InvalidArgument("dimension of the grid", std::to_string(grid.dimension()),
                          "that of the potential, " + std::to_string(potential.dimension()));
  const Index block = kChunk;
  const Points centers = grid.centers();
  Points x(block, grid.dimension());
  Values f(grid.size()), out(block);
  Scratch scratch;
  for (Index begin = 0; begin < grid.size(); begin += block) {
    const Index count = std::min(block, grid.size() - begin);
    for (Index i = 0; i < block; ++i) x.row(i) = centers.row(begin + std::min(i, count - 1));
    potential.value(x, out, scratch);
    f.segment(begin, count) = out.head(count);
  }
  return f;
}

// Differences of f to its minimum, in units of the temperature: every later number depends on these alone.
Values scaled(const Values& f, Temperature temperature, const Grid& grid) {
  if (f.size() != grid.size())
    throw InvalidArgument("number of potential values", std::to_string(f.size()),
                          "the number of cells, " + std::to_string(grid.size()));
  for (Index i = 0; i < f.size(); ++i)
    if (!std::isfinite(f(i)))
      throw InvalidArgument("potential at the centre of cell " + std::to_string(i), f(i), "finite",
                            "take a box inside the domain of the potential");
  Values g = (f - f.minCoeff()) / temperature.value();
  if (!g.isFinite().all())
    throw InvalidArgument("range of the potential over the temperature", "infinite", "finite", "take a smaller box");
  return g;
}

// Gain of mass of the cells of one axis with rates up, down and stride s, from masses rho vol. Rates vanish on the
// last layer, so neighbours across the end of a line contribute nothing.
struct AxisRates {
  const double* up;
  const double* down;
  Index stride;
};

void add_gain(const AxisRates& rates, const double* rho, const double* vol, double* gain, Index begin, Index end,
              Index cells) {
  const Index s = rates.stride;
  const double* up = rates.up;
  const double* down = rates.down;
  const Index inner_begin = std::clamp(s, begin, end), inner_end = std::clamp(cells - s, begin, end);
  const auto above = [&](Index i) { return down[i] * rho[i + s] * vol[i + s] - up[i] * rho[i] * vol[i]; };
  const auto below = [&](Index i) { return up[i - s] * rho[i - s] * vol[i - s] - down[i - s] * rho[i] * vol[i]; };
  for (Index i = begin; i < std::min(inner_begin, cells - s); ++i) gain[i] += above(i);
  for (Index i = inner_begin; i < inner_end; ++i) gain[i] += above(i) + below(i);
  for (Index i = std::max({inner_end, begin, s}); i < end; ++i) gain[i] += below(i);
}

void subtract_coupling(const double* c, const double* v, double* out, Index s, Index begin, Index end, Index cells) {
  for (Index i = begin; i < std::min(end, cells - s); ++i) out[i] -= c[i] * v[i + s];
  for (Index i = std::max(begin, s); i < end; ++i) out[i] -= c[i - s] * v[i - s];
}

// Cells that stay in cache while all axes pass over them.
constexpr Index kTile = 2048;

}  // namespace

Generator::Generator(const Potential& potential, std::shared_ptr<const Grid> grid, Temperature temperature)
    : Generator(potential_at_centers(potential, *grid), grid, temperature) {}

Generator::Generator(Values potential_at_centers, std::shared_ptr<const Grid> grid, Temperature temperature)
    : grid_(std::move(grid)),
      temperature_(temperature),
      potential_(std::move(potential_at_centers)),
      log_gibbs_(scaled(potential_, temperature, *grid_)),
      gibbs_(Density::from_log(grid_, -log_gibbs_)) {
  const Values scaled_potential = log_gibbs_;
  log_gibbs_ = -scaled_potential - std::log(((-scaled_potential).exp() * grid_->volumes()).sum());
  assemble(scaled_potential);
}

void Generator::assemble(const Values& scaled_potential) {
  const Index cells = grid_->size(), dimension = grid_->dimension();
  exit_rate_ = Values::Zero(cells);
  for (Index j = 0; j < dimension; ++j) {
    const Axis& axis = grid_->axis(j);
    const Index s = grid_->stride(j), n = axis.cells();
    Values up = Values::Zero(cells), down = Values::Zero(cells), coupling = Values::Zero(cells);
    for (Index first = 0; first < cells; first += s * n)
      for (Index layer = 0; layer + 1 < n; ++layer) {
        const double h = axis.centers()(layer + 1) - axis.centers()(layer);
        const double lower = axis.widths()(layer), upper = axis.widths()(layer + 1);
        const double scale = temperature_.value() / h;
        for (Index i = first + layer * s; i < first + (layer + 1) * s; ++i) {
          const BernoulliPair b = bernoulli_pair(scaled_potential(i + s) - scaled_potential(i));
          up(i) = scale / lower * b.forward;
          down(i) = scale / upper * b.backward;
          coupling(i) = scale / std::sqrt(lower * upper) * b.geometric_mean;
          exit_rate_(i) += up(i);
          exit_rate_(i + s) += down(i);
        }
      }
    up_.push_back(std::move(up));
    down_.push_back(std::move(down));
    coupling_.push_back(std::move(coupling));
  }
}

void Generator::apply(ValuesView rho, ValuesOut out) const {
  assert(rho.size() == grid_->size() && out.size() == grid_->size() && rho.data() != out.data());
  const Index cells = grid_->size();
  const Values& vol = grid_->volumes();
  for (Index begin = 0; begin < cells; begin += kTile) {
    const Index end = std::min(cells, begin + kTile);
    out.segment(begin, end - begin).setZero();
    for (Index j = 0; j < grid_->dimension(); ++j)
      add_gain({rate_up(j).data(), rate_down(j).data(), grid_->stride(j)}, rho.data(), vol.data(), out.data(), begin,
               end, cells);
    out.segment(begin, end - begin) /= vol.segment(begin, end - begin);
  }
}

void Generator::apply_symmetrised(ValuesView v, ValuesOut out) const {
  assert(v.size() == grid_->size() && out.size() == grid_->size() && v.data() != out.data());
  const Index cells = grid_->size();
  for (Index begin = 0; begin < cells; begin += kTile) {
    const Index end = std::min(cells, begin + kTile), count = end - begin;
    out.segment(begin, count) = exit_rate_.segment(begin, count) * v.segment(begin, count);
    for (Index j = 0; j < grid_->dimension(); ++j)
      subtract_coupling(coupling(j).data(), v.data(), out.data(), grid_->stride(j), begin, end, cells);
  }
}

Eigen::SparseMatrix<double> Generator::symmetrised_matrix() const {
  const Index cells = grid_->size(), dimension = grid_->dimension();
  Eigen::SparseMatrix<double> h(cells, cells);
  h.reserve(Eigen::VectorXi::Constant(cells, static_cast<int>(2 * dimension + 1)));
  for (Index i = 0; i < cells; ++i) {
    for (Index j = dimension - 1; j >= 0; --j) {
      const Index below = i - grid_->stride(j);
      if (below >= 0 && layer_of(below, j) + 1 < grid_->axis(j).cells()) h.insert(below, i) = -coupling(j)(below);
    }
    h.insert(i, i) = exit_rate_(i);
    for (Index j = 0; j < dimension; ++j)
      if (layer_of(i, j) + 1 < grid_->axis(j).cells()) h.insert(i + grid_->stride(j), i) = -coupling(j)(i);
  }
  h.makeCompressed();
  return h;
}

Index Generator::layer_of(Index cell, Index j) const { return cell / grid_->stride(j) % grid_->axis(j).cells(); }

double Generator::largest_eigenvalue_bound() const {
  Values row = exit_rate_;
  for (Index j = 0; j < grid_->dimension(); ++j) {
    const Index s = grid_->stride(j), rest = grid_->size() - s;
    row.head(rest) += coupling(j).head(rest);
    row.tail(rest) += coupling(j).head(rest);
  }
  return std::min(row.maxCoeff(), 2 * exit_rate_.maxCoeff());
}

}  // namespace sgdlimits
