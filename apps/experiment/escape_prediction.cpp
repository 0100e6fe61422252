#include "apps/experiment/escape_prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"

namespace sgdlimits::experiment {
namespace {

constexpr double kStepShift = 0.5825971579390106;  // -zeta(1/2)/sqrt(2 pi)

double at(const GridInterpolant& function, const Eigen::VectorXd& x) {
  Values out(1);
  function.evaluate(x.transpose().array(), out);
  return out(0);
}

GridInterpolant normalised(const SpectralGapEstimate& spectrum, const Barrier& barrier) {
  const GridInterpolant first(spectrum.generator->shared_grid(), spectrum.eigenfunctions.col(0));
  const double worse = at(first, barrier.other.x), better = at(first, barrier.lowest.x);
  return {spectrum.generator->shared_grid(), (spectrum.eigenfunctions.col(0) - worse) / (better - worse)};
}

}  // namespace

WellCoordinate::WellCoordinate(const SpectralGapEstimate& spectrum, const Barrier& barrier)
    : q_(normalised(spectrum, barrier)) {
  const Grid& grid = q_.grid();
  const Index d = grid.dimension();
  box_ = {Eigen::ArrayXd(d), Eigen::ArrayXd(d)};
  spacing_.resize(d);
  for (Index j = 0; j < d; ++j) {
    box_.lower(j) = grid.axis(j).lower();
    box_.upper(j) = grid.axis(j).upper();
    spacing_(j) = grid.axis(j).widths().maxCoeff();
  }
  const GridInterpolant first(spectrum.generator->shared_grid(), spectrum.eigenfunctions.col(0));
  const double worse = at(first, barrier.other.x), better = at(first, barrier.lowest.x);
  better_mass_ = -worse / (better - worse);
}

LevelFunction WellCoordinate::below(double threshold, double distance) const {
  if (distance == 0) {
    return [this, threshold](PointsView x, ValuesOut phi) {
      q_.evaluate(x, phi);
      phi = threshold - phi;
    };
  }
  return [this, threshold, distance](PointsView x, ValuesOut phi) {
    Points gradient(x.rows(), x.cols()), moved = x;
    Values above(x.rows()), below(x.rows());
    for (Index j = 0; j < x.cols(); ++j) {
      moved.col(j) = x.col(j) + spacing_(j);
      q_.evaluate(moved, above);
      moved.col(j) = x.col(j) - spacing_(j);
      q_.evaluate(moved, below);
      moved.col(j) = x.col(j);
      gradient.col(j) = (above - below) / (2 * spacing_(j));
    }
    const Values length = gradient.square().rowwise().sum().sqrt().max(std::numeric_limits<double>::min());
    moved = x - gradient.colwise() * (distance / length);
    q_.evaluate(moved, phi);
    phi = threshold - phi;
  };
}

Result<EscapePrediction> predict_escape(const Potential& potential, Temperature temperature,
                                        const SpectralGapEstimate& spectrum, const WellCoordinate& q,
                                        const Eigen::VectorXd& start, double threshold, double step,
                                        const Execution& execution) {
  DirichletOptions options;
  options.tolerance = 5e-4;
  options.box = q.box();
  Execution quiet = execution;
  quiet.progress = nullptr;
  const double shift = kStepShift * std::sqrt(2 * temperature.value() * step);
  const auto rate = [&](double distance) {
    return principal_dirichlet_eigenvalue(potential, temperature, q.below(threshold, distance), start, options,
                                          quiet);
  };
  const auto watched = rate(0), moved = rate(shift);
  // a coarser bound than wished for is an answer too
  for (const auto* found : {&watched, &moved})
    if (!found->has_value()) return Result<EscapePrediction>(found->report());
  const Measurement &continuous = watched->rate, &outwards = moved->rate;
  const double lambda = outwards.value(), per_step = -std::expm1(-lambda * step) / step;
  const double next_order = std::pow(continuous.value() - lambda, 2) / lambda;
  const Measurement at_steps = Measurement::deterministic(
      per_step, outwards.discretisation_bound() + next_order, Grade::estimate,
      fmt::format("{}, of the set moved outwards by {:.4g} because paths are looked at every {}", outwards.how(),
                  shift, shortest(step)));
  return EscapePrediction{continuous, at_steps, spectrum.gap.value() * q.better_mass() / threshold,
                          std::max(moved->finest.next_rate - moved->finest.rate, 0.0)};
}

double EscapePrediction::second_mode(double from, double until) const {
  return (std::exp(-relaxation * from) - std::exp(-relaxation * until)) / (at_steps.value() * (until - from));
}

}  // namespace sgdlimits::experiment
