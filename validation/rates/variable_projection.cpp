#include "validation/rates/variable_projection.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdlimits {
namespace {

constexpr double kSmallestGap = 1e-3;
constexpr Index kStarts = 2;

/// One minimisation: which rates are free, and the residual of variable projection.
struct Problem {
  const WhitenedCurve& curve;
  Index terms, held;
  double at, floor;

  // Free log rates -> all of them.
  LogRates all(const Eigen::VectorXd& free) const {
    LogRates rates(terms);
    for (Index k = 0, f = 0; k < terms; ++k) rates(k) = k == held ? at : free(f++);
    return rates;
  }
  Index free_count() const { return held < 0 ? terms : terms - 1; }

  // Residual after elimination by orthogonalisation, the lowest rate last, so that its pivot gives Var A_1; one more
  // row for the floor.
  Eigen::VectorXd residual(const LogRates& rates) const {
    Eigen::MatrixXd columns = curve.design(rates);
    const Index m = columns.rows();
    Eigen::VectorXd rest(m + 1);
    rest.head(m) = curve.values;
    rest(m) = 0;
    for (Index k = terms - 1; k >= 0; --k) {
      for (int twice = 0; twice < 2; ++twice)
        for (Index j = terms - 1; j > k; --j) columns.col(k) -= columns.col(k).dot(columns.col(j)) * columns.col(j);
      const double norm = columns.col(k).norm();
      if (!(norm > 1e-300)) {
        columns.col(k).setZero();
        continue;
      }
      columns.col(k) /= norm;
      const double along = columns.col(k).dot(rest.head(m));
      rest.head(m) -= along * columns.col(k);
      // A_1 = along/norm, sd 1/norm
      if (k == 0 && floor > 0) rest(m) = std::max(0.0, floor * norm - std::abs(along));
    }
    return rest;
  }

  // Into the range, in order, apart; false if the fixed rate leaves no room.
  bool repair(Eigen::VectorXd& free) const {
    LogRates rates = all(free);
    for (Index k = 0; k < terms; ++k) {
      if (k == held) continue;
      double low = curve.lowest + kSmallestGap * static_cast<double>(k);
      double high = curve.highest - kSmallestGap * static_cast<double>(terms - 1 - k);
      if (held >= 0 && k > held) low = at + kSmallestGap * static_cast<double>(k - held);
      if (held >= 0 && k < held) high = at - kSmallestGap * static_cast<double>(held - k);
      if (k > 0) low = std::max(low, rates(k - 1) + kSmallestGap);
      if (low > high) return false;
      rates(k) = std::clamp(rates(k), low, high);
    }
    for (Index k = 0, f = 0; k < terms; ++k)
      if (k != held) free(f++) = rates(k);
    return true;
  }
  double chi_squared(const Eigen::VectorXd& free) const { return residual(all(free)).squaredNorm(); }
};

// Levenberg-Marquardt with a difference Jacobian of the projected residual; projected onto the range.
ProjectionMinimum descend(const Problem& problem, Eigen::VectorXd free) {
  const Index size = free.size();
  if (!problem.repair(free)) return {problem.all(free), std::numeric_limits<double>::infinity()};
  Eigen::VectorXd residual = problem.residual(problem.all(free));
  double value = residual.squaredNorm(), damping = 1e-3;
  for (int iteration = 0; iteration < 60 && size > 0; ++iteration) {
    Eigen::MatrixXd jacobian(residual.size(), size);
    for (Index k = 0; k < size; ++k) {
      constexpr double kStep = 1e-5;
      Eigen::VectorXd up = free, down = free;
      up(k) += kStep;
      down(k) -= kStep;
      jacobian.col(k) = (problem.residual(problem.all(up)) - problem.residual(problem.all(down))) / (2 * kStep);
    }
    const Eigen::MatrixXd normal = jacobian.transpose() * jacobian;
    const Eigen::VectorXd gradient = jacobian.transpose() * residual;
    const double scale = normal.diagonal().maxCoeff();
    if (!(scale > 0)) break;
    bool improved = false;
    double gain = 0;
    for (; damping < 1e10 && !improved; damping *= 4) {
      Eigen::MatrixXd damped = normal;
      damped.diagonal() += damping * (normal.diagonal().array() + 1e-9 * scale).matrix();
      Eigen::VectorXd next = free - damped.ldlt().solve(gradient).cwiseMax(-1).cwiseMin(1);
      if (!next.allFinite() || !problem.repair(next)) continue;
      const Eigen::VectorXd trial = problem.residual(problem.all(next));
      if (!(trial.squaredNorm() < value)) continue;
      gain = value - trial.squaredNorm();
      free = next;
      residual = trial;
      value -= gain;
      improved = true;
      damping = std::max(1e-12, damping / 40);
    }
    if (!improved || gain < 1e-9 * (1e-6 + value)) break;
  }
  return {problem.all(free), value};
}

// The best of all increasing choices of `count` of the scan's rates.
std::vector<Eigen::VectorXd> scan(const Problem& problem) {
  const Index count = problem.free_count();
  const Index points = count == 1 ? 41 : count == 2 ? 15 : 12;
  std::vector<std::pair<double, Eigen::VectorXd>> found;
  std::vector<Index> pick(static_cast<std::size_t>(count));
  for (Index k = 0; k < count; ++k) pick[static_cast<std::size_t>(k)] = k;
  const double spacing = (problem.curve.highest - problem.curve.lowest) / static_cast<double>(points - 1);
  while (true) {
    Eigen::VectorXd free(count);
    for (Index k = 0; k < count; ++k)
      free(k) = problem.curve.lowest + spacing * static_cast<double>(pick[static_cast<std::size_t>(k)]);
    const Eigen::VectorXd asked = free;
    if (problem.repair(free) && (free - asked).cwiseAbs().maxCoeff() < spacing)
      found.emplace_back(problem.chi_squared(free), free);
    Index k = count - 1;
    while (k >= 0 && pick[static_cast<std::size_t>(k)] == points - count + k) --k;
    if (k < 0) break;
    ++pick[static_cast<std::size_t>(k)];
    for (Index j = k + 1; j < count; ++j)
      pick[static_cast<std::size_t>(j)] = pick[static_cast<std::size_t>(j - 1)] + 1;
  }
  const auto kept = static_cast<std::ptrdiff_t>(std::min<std::size_t>(kStarts, found.size()));
  std::partial_sort(found.begin(), found.begin() + kept, found.end(),
                    [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Eigen::VectorXd> starts;
  for (std::ptrdiff_t i = 0; i < kept; ++i) starts.push_back(found[static_cast<std::size_t>(i)].second);
  return starts;
}

}  // namespace

Eigen::MatrixXd WhitenedCurve::design(const LogRates& rates) const {
  Eigen::MatrixXd columns(times.size(), rates.size());
  for (Index k = 0; k < rates.size(); ++k) columns.col(k) = (-std::exp(rates(k)) * times.array()).exp().matrix();
  return whitener * columns;
}

ProjectionMinimum minimise_projection(const WhitenedCurve& curve, Index terms, Index held, double at,
                                      AmplitudeFloor floor, const LogRates& start) {
  const Problem problem{curve, terms, held, at, floor.smallest};
  if (problem.free_count() == 0) {
    const LogRates only = LogRates::Constant(1, at);
    return {only, problem.residual(only).squaredNorm()};
  }
  std::vector<Eigen::VectorXd> starts = scan(problem);
  if (start.size() == terms) {
    Eigen::VectorXd free(problem.free_count());
    for (Index k = 0, f = 0; k < terms; ++k)
      if (k != held) free(f++) = start(k);
    starts.push_back(free);
  }
  ProjectionMinimum best{LogRates::Zero(terms), std::numeric_limits<double>::infinity()};
  for (const Eigen::VectorXd& free : starts) {
    const ProjectionMinimum found = descend(problem, free);
    if (found.chi_squared < best.chi_squared) best = found;
  }
  return best;
}

}  // namespace sgdlimits
