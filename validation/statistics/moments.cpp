#include "validation/statistics/moments.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

// Rows [begin, end) of x in a fresh aligned array of a multiple of kLanes rows, the last row repeated, so that an
// evaluation has the same bits wherever the chunk lies in x.
Points padded_rows(PointsView x, ChunkRange range) {
  Points block(padded(range.size()), x.cols());
  block.topRows(range.size()) = x.middleRows(range.begin, range.size());
  block.bottomRows(block.rows() - range.size()).rowwise() = x.row(range.end - 1);
  return block;
}

// Count, mean and sum of squared deviations of the columns of values.
struct Partial {
  double count = 0;
  Eigen::VectorXd mean;
  Eigen::MatrixXd deviations;
};

Partial partial_of(const Eigen::Ref<const Eigen::ArrayXXd>& values, bool whole_matrix) {
  Partial part;
  part.count = static_cast<double>(values.rows());
  part.mean = values.colwise().mean().transpose().matrix();
  const Eigen::MatrixXd centred = values.matrix().rowwise() - part.mean.transpose();
  if (whole_matrix)
    part.deviations = centred.transpose() * centred;
  else
    part.deviations = centred.colwise().squaredNorm().transpose();
  return part;
}

// Chan, Golub, LeVeque (1983), in the order of the parts.
Partial merged(const std::vector<Partial>& parts, bool whole_matrix) {
  Partial sum = parts.front();
  for (std::size_t c = 1; c < parts.size(); ++c) {
    const Partial& part = parts[c];
    const Eigen::VectorXd step = part.mean - sum.mean;
    const double count = sum.count + part.count, weight = sum.count * part.count / count;
    if (whole_matrix)
      sum.deviations += part.deviations + weight * step * step.transpose();
    else
      sum.deviations += part.deviations + weight * step.cwiseAbs2();
    sum.mean += step * (part.count / count);
    sum.count = count;
  }
  return sum;
}

void require_two_points(Index n) {
  if (n < 2) throw InvalidArgument("number of points", static_cast<double>(n), "at least 2");
}

void require_finite(bool finite, const std::string& name) {
  if (!finite) throw InvalidArgument(name, "not finite at a point of the ensemble", "finite");
}

}  // namespace

Observable mean_potential_observable(const Potential& potential) {
  return {"f", [&potential](PointsView x, ValuesOut out, Scratch& scratch) { potential.value(x, out, scratch); }};
}

std::vector<Observable> moment_observables(const Potential& potential) {
  std::vector<Observable> observables;
  const std::vector<std::string> names = potential.coordinate_names();
  for (Index j = 0; j < potential.dimension(); ++j) {
    const std::string& name = names[static_cast<std::size_t>(j)];
    observables.push_back({name, [j](PointsView x, ValuesOut out, Scratch&) { out = x.col(j); }});
    observables.push_back({name + "^2", [j](PointsView x, ValuesOut out, Scratch&) { out = x.col(j).square(); }});
  }
  return observables;
}

double SampleMean::standard_error() const { return std::sqrt(variance / static_cast<double>(count)); }

Measurement SampleMean::measurement() const {
  return Measurement::sampled(mean, standard_error(), "mean over " + std::to_string(count) + " points");
}

std::vector<SampleMean> sample_means(PointsView x, const std::vector<Observable>& observables, ThreadPool& pool) {
  require_two_points(x.rows());
  if (observables.empty()) return {};
  const auto m = static_cast<Index>(observables.size());
  std::vector<Partial> parts(static_cast<std::size_t>(chunk_count(x.rows())));
  pool.for_each_chunk(chunk_count(x.rows()), [&](Index c) {
    const ChunkRange range = chunk_range(x.rows(), c);
    const Points block = padded_rows(x, range);
    Points values(block.rows(), m);
    Scratch scratch;
    for (Index k = 0; k < m; ++k) {
      const Observable& observable = observables[static_cast<std::size_t>(k)];
      observable.evaluate(block, values.col(k), scratch);
      require_finite(values.col(k).isFinite().all(), observable.name);
    }
    parts[static_cast<std::size_t>(c)] = partial_of(values.topRows(range.size()), false);
  });
  const Partial total = merged(parts, false);
  std::vector<SampleMean> means;
  for (Index k = 0; k < m; ++k)
    means.push_back({observables[static_cast<std::size_t>(k)].name, x.rows(), total.mean(k),
                     total.deviations(k, 0) / static_cast<double>(x.rows() - 1)});
  return means;
}

Points evaluate_in_chunks(PointsView x, Index m, const VectorFunction& evaluate, ThreadPool& pool) {
  Points values(x.rows(), m);
  pool.for_each_chunk(chunk_count(x.rows()), [&](Index c) {
    const ChunkRange range = chunk_range(x.rows(), c);
    const Points block = padded_rows(x, range);
    Points out(block.rows(), m);
    evaluate(block, out);
    values.middleRows(range.begin, range.size()) = out.topRows(range.size());
  });
  require_finite(values.isFinite().all(), "function of the ensemble");
  return values;
}

SampleCovariance sample_covariance(PointsView values, ThreadPool& pool) {
  require_two_points(values.rows());
  std::vector<Partial> parts(static_cast<std::size_t>(chunk_count(values.rows())));
  pool.for_each_chunk(chunk_count(values.rows()), [&](Index c) {
    const ChunkRange range = chunk_range(values.rows(), c);
    const Points rows = values.middleRows(range.begin, range.size());
    parts[static_cast<std::size_t>(c)] = partial_of(rows, true);
  });
  const Partial total = merged(parts, true);
  return {values.rows(), total.mean, total.deviations / static_cast<double>(values.rows() - 1)};
}

double grid_mean(const Density& density, const Observable& observable) {
  return density.expectation(grid_values(density.grid(), observable));
}

Values grid_values(const Grid& grid, const Observable& observable) {
  const Points centers = padded_rows(grid.centers(), {0, grid.size()});
  Values values(centers.rows());
  Scratch scratch;
  observable.evaluate(centers, values, scratch);
  return values.head(grid.size());
}

}  // namespace sgdlimits
