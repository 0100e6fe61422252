#include "solvers/sde/observers.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

// A plain loop: the order of Eigen's sum depends on the alignment of its argument.
template <class Term>
double mean_of(PointsView h, ThreadPool& pool, Term term) {
  const double sum = ordered_sum(pool, chunk_count(h.rows()), [&](Index c) {
    const ChunkRange range = chunk_range(h.rows(), c);
    double part = 0;
    for (Index i = range.begin; i < range.end; ++i) part += term(i);
    return part;
  });
  return sum / static_cast<double>(h.rows());
}

}  // namespace

MeanAndError ensemble_mean(PointsView h, const Execution& execution) {
  if (h.rows() < 2)
    throw InvalidArgument("paths", std::to_string(h.rows()), "at least 2", "one path has no standard error");
  MeanAndError result{Values(h.cols()), Values(h.cols())};
  for (Index j = 0; j < h.cols(); ++j) {
    const double mean = mean_of(h, *execution.pool, [&](Index i) { return h(i, j); });
    const double variance = mean_of(h, *execution.pool, [&](Index i) { return (h(i, j) - mean) * (h(i, j) - mean); });
    result.mean(j) = mean;
    result.standard_error(j) = std::sqrt(variance / static_cast<double>(h.rows() - 1));
  }
  return result;
}

}  // namespace sgdlimits
