#include "solvers/markov/gibbs_averages.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "solvers/markov/scheme_law.hpp"
#include "solvers/spectrum/box.hpp"

namespace sgdlimits {
namespace {

/// n^d midpoints of a box, the first axis fastest.
struct MidpointGrid {
  const Box& box;
  Index cells;

  Index dimension() const { return box.lower.size(); }
  Index size() const {
    Index product = 1;
    for (Index j = 0; j < dimension(); ++j) product *= cells;
    return product;
  }
  /// Rows beyond the chunk repeat its last point.
  Points points(ChunkRange range) const {
    Points x(padded(range.size()), dimension());
    for (Index i = 0; i < x.rows(); ++i) {
      Index number = std::min(range.begin + i, range.end - 1);
      for (Index j = 0; j < dimension(); ++j) {
        const double place = (static_cast<double>(number % cells) + 0.5) / static_cast<double>(cells);
        x(i, j) = box.lower(j) + place * (box.upper(j) - box.lower(j));
        number /= cells;
      }
    }
    return x;
  }
};

struct Moments {
  Values mean, mean_square;
};

/// Sums over chunks in order: 1, h_k, h_k^2, weighted by exp(-(f - lowest)/tau).
Moments moments_on(const MidpointGrid& grid, const Potential& potential, double tau,
                   const std::vector<PointFunction>& functions, ThreadPool& pool) {
  const Index chunks = chunk_count(grid.size()), count = static_cast<Index>(functions.size());
  Values f(grid.size());
  pool.for_each_chunk(chunks, [&](Index c) {
    const ChunkRange range = chunk_range(grid.size(), c);
    Scratch scratch;
    const Points x = grid.points(range);
    Values value(x.rows());
    potential.value(x, value, scratch);
    f.segment(range.begin, range.size()) = value.head(range.size());
  });
  const double lowest = f.minCoeff();
  Points sums = Points::Zero(chunks, 1 + 2 * count);
  pool.for_each_chunk(chunks, [&](Index c) {
    const ChunkRange range = chunk_range(grid.size(), c);
    Scratch scratch;
    const Points x = grid.points(range);
    Values weight = Values::Zero(x.rows()), h(x.rows());
    for (Index i = 0; i < range.size(); ++i) weight(i) = std::exp(-(f(range.begin + i) - lowest) / tau);
    sums(c, 0) = weight.sum();
    for (Index k = 0; k < count; ++k) {
      functions[static_cast<std::size_t>(k)](x, h, scratch);
      h = (weight > 0).select(h, 0.0);
      sums(c, 1 + 2 * k) = (weight * h).sum();
      sums(c, 2 + 2 * k) = (weight * h * h).sum();
    }
  });
  Values total = Values::Zero(sums.cols());
  for (Index c = 0; c < chunks; ++c) total += sums.row(c).transpose();
  Moments moments{Values(count), Values(count)};
  for (Index k = 0; k < count; ++k) {
    moments.mean(k) = total(1 + 2 * k) / total(0);
    moments.mean_square(k) = total(2 + 2 * k) / total(0);
    if (!std::isfinite(moments.mean_square(k)))
      throw InvalidArgument("observable " + std::to_string(k), "infinite or NaN", "finite where the law lives");
  }
  return moments;
}

Values deviations(const Values& mean, const Values& mean_square) {
  return (mean_square - mean.square()).max(0.0).sqrt();
}

Result<GibbsAverages> on_a_line(const Potential& potential, Temperature temperature,
                                const std::vector<PointFunction>& functions) {
  std::vector<LineFunction> lines;
  for (const PointFunction& function : functions) {
    lines.push_back([function](ValuesView x, ValuesOut h) {
      Scratch scratch;
      function(x, h, scratch);
    });
  }
  // squares last, for the deviations: an observable's number stays its place
  for (const PointFunction& function : functions) {
    lines.push_back([function](ValuesView x, ValuesOut h) {
      Scratch scratch;
      function(x, h, scratch);
      h = h.square();
    });
  }
  Result<std::vector<Measurement>> all = gibbs_means(potential, temperature, lines);
  if (!all.ok()) return Result<GibbsAverages>(all.report());
  const auto count = static_cast<Index>(functions.size());
  Values mean(count), square(count);
  for (Index k = 0; k < count; ++k) {
    mean(k) = all.value()[static_cast<std::size_t>(k)].value();
    square(k) = all.value()[static_cast<std::size_t>(count + k)].value();
  }
  std::vector<Measurement> means(all.value().begin(), all.value().begin() + count);
  return GibbsAverages{std::move(means), deviations(mean, square)};
}

}  // namespace

Result<GibbsAverages> gibbs_averages(const Potential& potential, Temperature temperature,
                                     const std::vector<PointFunction>& functions, const Execution& execution) {
  const Index d = potential.dimension();
  if (d == 1) return on_a_line(potential, temperature, functions);
  const Result<Box> box = gibbs_box(potential, temperature, 1e-18);
  if (!box.ok()) return Result<GibbsAverages>(box.report());
  const Index last = d == 2 ? 1024 : 192;
  const double tau = temperature.value();
  const auto moments = [&](Index cells) {
    return moments_on({box.value(), cells}, potential, tau, functions, *execution.pool);
  };
  Index cells = d == 2 ? 64 : 24;
  Moments coarse, fine = moments(cells);
  Values change;
  do {
    if (execution.stop.stop_requested())
      return Result<GibbsAverages>::failure(Status::interrupted, "stopped during the quadrature");
    cells *= 2;
    coarse = std::move(fine);
    fine = moments(cells);
    change = (fine.mean - coarse.mean).abs();
  } while ((change > 1e-12 * fine.mean_square.sqrt()).any() && cells < last);
  GibbsAverages averages{{}, deviations(fine.mean, fine.mean_square)};
  for (Index k = 0; k < change.size(); ++k) {
    const double scale = std::sqrt(fine.mean_square(k));
    if (change(k) > 1e-3 * scale)
      return Result<GibbsAverages>::failure(
          Status::not_converged, "the Gibbs mean of observable " + std::to_string(k) +
                                     " moves by more than 0.1 % at " + std::to_string(cells) + " cells an axis");
    averages.means.push_back(Measurement::deterministic(fine.mean(k), change(k) + 1e-15 * scale, Grade::estimate,
                                                        "midpoint rule for the Gibbs measure"));
  }
  return averages;
}

}  // namespace sgdlimits
