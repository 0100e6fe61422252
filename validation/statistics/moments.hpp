/// Means of functions over an ensemble of independent points, with standard errors.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/grid.hpp"
#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "core/potential.hpp"

namespace sgdlimits {

/// A named function g: R^d -> R on batches (x is N x d, out has length N).
struct Observable {
  std::string name;
  std::function<void(PointsView x, ValuesOut out, Scratch& scratch)> evaluate;
};

/// f itself; x_j and x_j^2 for every coordinate, under the potential's coordinate names. `potential` must outlive
/// what is returned.
Observable mean_potential_observable(const Potential& potential);
std::vector<Observable> moment_observables(const Potential& potential);

/// Sample mean and variance of one observable.
struct SampleMean {
  std::string name;
  Index count = 0;
  double mean = 0;
  double variance = 0;  ///< unbiased, sum (g_i - mean)^2 / (N - 1)
  double standard_error() const;
  /// Value and standard error; z standard errors are an interval by the central limit theorem.
  Measurement measurement() const;
};

/// All observables in one pass. Chunks of kChunk points, evaluated in padded, aligned copies, merged in index
/// order (Chan, Golub, LeVeque 1983): the same bits for any number of threads. Throws InvalidArgument for fewer
/// than two points or if an observable is not finite at a point.
std::vector<SampleMean> sample_means(PointsView x, const std::vector<Observable>& observables, ThreadPool& pool);

/// Means (length m) and unbiased covariance (m x m) of vector values.
struct SampleCovariance {
  Index count = 0;
  Eigen::VectorXd mean;
  Eigen::MatrixXd covariance;
};
using VectorFunction = std::function<void(PointsView x, PointsOut out)>;
/// Values N x m of a function on points N x d, by padded chunks, finite: else InvalidArgument.
Points evaluate_in_chunks(PointsView x, Index m, const VectorFunction& evaluate, ThreadPool& pool);
/// Of N x m values, N >= 2, in fixed chunk order.
SampleCovariance sample_covariance(PointsView values, ThreadPool& pool);

/// g at the cell centres.
Values grid_values(const Grid& grid, const Observable& observable);
/// E g under a density, by cell centres.
double grid_mean(const Density& density, const Observable& observable);

}  // namespace sgdlimits
