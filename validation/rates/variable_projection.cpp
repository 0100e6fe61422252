#include "validation/rates/variable_projection.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <utility>

namespace sgdlimits {
namespace {

constexpr double kSmallestGap = 1e-3;
constexpr std::size_t kStarts = 2;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Rates with their whitened columns, residual and chi^2.
struct Evaluated {
  LogRates rates;
  Eigen::MatrixXd columns;
  Eigen::VectorXd residual;
  double chi_squared = 0;
};

/// One minimisation over the free rates.
class Minimiser {
 public:
  Minimiser(const WhitenedCurve& curve, const ProjectionProblem& problem) : curve_(curve), problem_(problem) {}

  Index free_count() const { return problem_.held < 0 ? problem_.terms : problem_.terms - 1; }

  LogRates all(const Eigen::VectorXd& free) const {
    LogRates rates(problem_.terms);
    for (Index k = 0, f = 0; k < problem_.terms; ++k) rates(k) = k == problem_.held ? problem_.at : free(f++);
    return rates;
  }
  Eigen::VectorXd free_of(const LogRates& rates) const {
    Eigen::VectorXd free(free_count());
    for (Index k = 0, f = 0; k < problem_.terms; ++k)
      if (k != problem_.held) free(f++) = rates(k);
    return free;
  }

  // Residual after elimination by orthogonalisation, the lowest rate last, so that its pivot gives Var A_1; one more
  // row for the floor.
  Eigen::VectorXd residual(Eigen::MatrixXd columns) const {
    const Index m = columns.rows();
    Eigen::VectorXd rest(m + 1);
    rest.head(m) = curve_.values();
    rest(m) = 0;
    for (Index k = problem_.terms - 1; k >= 0; --k) {
      for (int twice = 0; twice < 2; ++twice)
        for (Index j = problem_.terms - 1; j > k; --j)
          columns.col(k) -= columns.col(k).dot(columns.col(j)) * columns.col(j);
      const double norm = columns.col(k).norm();
      if (!(norm > 1e-300)) {
        columns.col(k).setZero();
        continue;
      }
      columns.col(k) /= norm;
      const double along = columns.col(k).dot(rest.head(m));
      rest.head(m) -= along * columns.col(k);
      // A_1 = along/norm, sd 1/norm
      if (k == 0 && problem_.floor.smallest > 0)
        rest(m) = std::max(0.0, problem_.floor.smallest * norm - std::abs(along));
    }
    return rest;
  }

  Evaluated evaluate(LogRates rates) const {
    Evaluated e{std::move(rates), {}, {}, 0};
    e.columns = curve_.design(e.rates);
    e.residual = residual(e.columns);
    e.chi_squared = e.residual.squaredNorm();
    return e;
  }

  // Forward differences in the free rates: each changes one column.
  Eigen::MatrixXd jacobian(const Evaluated& e) const {
    constexpr double kStep = 1e-6;
    Eigen::MatrixXd j(e.residual.size(), free_count());
    for (Index k = 0, f = 0; k < problem_.terms; ++k) {
      if (k == problem_.held) continue;
      Eigen::MatrixXd moved = e.columns;
      moved.col(k) = curve_.column(e.rates(k) + kStep);
      j.col(f++) = (residual(std::move(moved)) - e.residual) / kStep;
    }
    return j;
  }

  // Into the range, in order, apart; false if the fixed rate leaves no room.
  bool repair(Eigen::VectorXd& free) const {
    const Index terms = problem_.terms, held = problem_.held;
    LogRates rates = all(free);
    for (Index k = 0; k < terms; ++k) {
      if (k == held) continue;
      double low = curve_.lowest() + kSmallestGap * static_cast<double>(k);
      double high = curve_.highest() - kSmallestGap * static_cast<double>(terms - 1 - k);
      if (held >= 0 && k > held) low = problem_.at + kSmallestGap * static_cast<double>(k - held);
      if (held >= 0 && k < held) high = problem_.at - kSmallestGap * static_cast<double>(held - k);
      if (k > 0) low = std::max(low, rates(k - 1) + kSmallestGap);
      if (low > high) return false;
      rates(k) = std::clamp(rates(k), low, high);
    }
    free = free_of(rates);
    return true;
  }

  ProjectionMinimum descend(Eigen::VectorXd free) const;
  std::vector<Eigen::VectorXd> scan() const;

 private:
  double scanned(const RateLattice& lattice, const std::vector<Index>& pick, const Eigen::VectorXd& held_column,
                 const Eigen::VectorXd& held_products) const;
  // Free rates spread evenly on each side of the held one.
  Eigen::VectorXd spread() const {
    LogRates rates(problem_.terms);
    const Index held = problem_.held;
    for (Index k = 0; k < problem_.terms; ++k) {
      const bool below = held >= 0 && k < held, above = held >= 0 && k > held;
      const double low = above ? problem_.at : curve_.lowest(), high = below ? problem_.at : curve_.highest();
      const auto count = static_cast<double>(below ? held : above ? problem_.terms - 1 - held : problem_.terms);
      const auto place = static_cast<double>(above ? k - held : k + 1);
      rates(k) = low + (high - low) * place / (count + 1);
    }
    return free_of(rates);
  }

  const WhitenedCurve& curve_;
  const ProjectionProblem& problem_;
};

// Levenberg-Marquardt, projected onto the range.
ProjectionMinimum Minimiser::descend(Eigen::VectorXd free) const {
  if (!repair(free)) return {all(free), kInfinity};
  Evaluated now = evaluate(all(free));
  double damping = 1e-3;
  for (int iteration = 0; iteration < 60; ++iteration) {
    const Eigen::MatrixXd j = jacobian(now);
    const Eigen::MatrixXd normal = j.transpose() * j;
    const Eigen::VectorXd gradient = j.transpose() * now.residual;
    const double scale = normal.diagonal().maxCoeff();
    if (!(scale > 0)) break;
    bool improved = false;
    double gain = 0;
    for (; damping < 1e10 && !improved; damping *= 4) {
      Eigen::MatrixXd damped = normal;
      damped.diagonal() += damping * (normal.diagonal().array() + 1e-9 * scale).matrix();
      Eigen::VectorXd next = free - damped.ldlt().solve(gradient).cwiseMax(-1).cwiseMin(1);
      if (!next.allFinite() || !repair(next)) continue;
      Evaluated trial = evaluate(all(next));
      if (!(trial.chi_squared < now.chi_squared)) continue;
      gain = now.chi_squared - trial.chi_squared;
      free = std::move(next);
      now = std::move(trial);
      improved = true;
      damping = std::max(1e-12, damping / 40);
    }
    if (!improved || gain < 1e-9 * (1e-6 + now.chi_squared)) break;
  }
  return {now.rates, now.chi_squared};
}

// chi^2 of a choice from the lattice by normal equations: only the order of such values matters.
double Minimiser::scanned(const RateLattice& lattice, const std::vector<Index>& pick,
                          const Eigen::VectorXd& held_column, const Eigen::VectorXd& held_products) const {
  using Small = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 3, 3>;
  using SmallVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 3, 1>;
  const Index terms = problem_.terms, held = problem_.held;
  const auto place = [&](Index k) { return pick[static_cast<std::size_t>(held >= 0 && k > held ? k - 1 : k)]; };
  Small gram(terms, terms);
  SmallVector along(terms);
  for (Index k = 0; k < terms; ++k) {
    along(k) = k == held ? held_column.dot(curve_.values()) : lattice.along(place(k));
    for (Index l = 0; l <= k; ++l) {
      if (k == held && l == held)
        gram(k, l) = held_column.squaredNorm();
      else if (k == held || l == held)
        gram(k, l) = held_products(place(k == held ? l : k));
      else
        gram(k, l) = lattice.gram(place(k), place(l));
      gram(l, k) = gram(k, l);
    }
  }
  const Eigen::LLT<Small> cholesky(gram);
  if (cholesky.info() != Eigen::Success) return kInfinity;
  const SmallVector amplitude = cholesky.solve(along);
  double chi_squared = curve_.values().squaredNorm() - along.dot(amplitude);
  if (problem_.floor.smallest > 0) {
    const double missing = std::max(0.0, problem_.floor.smallest - std::abs(amplitude(0)));
    const SmallVector first = cholesky.solve(SmallVector(SmallVector::Unit(terms, 0)));
    chi_squared += missing * missing / first(0);
  }
  return chi_squared;
}

// The best of all increasing choices from the lattice that leave the held rate its place in the order.
std::vector<Eigen::VectorXd> Minimiser::scan() const {
  const Index count = free_count(), held = problem_.held;
  const RateLattice& lattice = curve_.lattice(count);
  const Index points = lattice.rates.size();
  Eigen::VectorXd column, products;
  if (held >= 0) {
    column = curve_.column(problem_.at);
    products = lattice.columns.transpose() * column;
  }
  const auto fits = [&](const std::vector<Index>& pick) {
    if (held < 0) return true;
    const double room = lattice.spacing() / 4;
    for (Index f = 0; f < count; ++f) {
      const double rate = lattice.rates(pick[static_cast<std::size_t>(f)]);
      if (f < held ? rate > problem_.at - room : rate < problem_.at + room) return false;
    }
    return true;
  };
  std::vector<std::pair<double, std::vector<Index>>> found;
  std::vector<Index> pick(static_cast<std::size_t>(count));
  for (Index k = 0; k < count; ++k) pick[static_cast<std::size_t>(k)] = k;
  while (true) {
    if (fits(pick)) found.emplace_back(scanned(lattice, pick, column, products), pick);
    Index k = count - 1;
    while (k >= 0 && pick[static_cast<std::size_t>(k)] == points - count + k) --k;
    if (k < 0) break;
    ++pick[static_cast<std::size_t>(k)];
    for (Index j = k + 1; j < count; ++j)
      pick[static_cast<std::size_t>(j)] = pick[static_cast<std::size_t>(j - 1)] + 1;
  }
  const std::size_t kept = std::min(kStarts, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end());
  std::vector<Eigen::VectorXd> starts;
  for (std::size_t i = 0; i < kept; ++i) {
    Eigen::VectorXd free(count);
    for (Index f = 0; f < count; ++f) free(f) = lattice.rates(found[i].second[static_cast<std::size_t>(f)]);
    starts.push_back(free);
  }
  if (starts.empty()) starts.push_back(spread());
  return starts;
}

}  // namespace

WhitenedCurve::WhitenedCurve(Eigen::VectorXd times, Eigen::MatrixXd whitener, const Eigen::VectorXd& values,
                             double lowest, double highest)
    : times_(std::move(times)),
      whitener_(std::move(whitener)),
      values_(whitener_ * values),
      lowest_(lowest),
      highest_(highest) {
  constexpr std::array<Index, 3> kPoints = {41, 15, 12};
  for (std::size_t i = 0; i < lattices_.size(); ++i) {
    RateLattice& lattice = lattices_[i];
    lattice.rates = LogRates::LinSpaced(kPoints[i], lowest, highest);
    lattice.columns = design(lattice.rates);
    lattice.gram = lattice.columns.transpose() * lattice.columns;
    lattice.along = lattice.columns.transpose() * values_;
  }
}

Eigen::VectorXd WhitenedCurve::column(double log_rate) const {
  return whitener_ * (-std::exp(log_rate) * times_.array()).exp().matrix();
}

Eigen::MatrixXd WhitenedCurve::design(const LogRates& rates) const {
  Eigen::MatrixXd columns(times_.size(), rates.size());
  for (Index k = 0; k < rates.size(); ++k) columns.col(k) = (-std::exp(rates(k)) * times_.array()).exp().matrix();
  return whitener_ * columns;
}

ProjectionMinimum minimise_projection(const WhitenedCurve& curve, const ProjectionProblem& problem,
                                      const LogRates& start, double enough) {
  const Minimiser minimiser(curve, problem);
  if (minimiser.free_count() == 0) {
    const Evaluated only = minimiser.evaluate(LogRates::Constant(1, problem.at));
    return {only.rates, only.chi_squared};
  }
  ProjectionMinimum best{LogRates::Zero(problem.terms), kInfinity};
  const auto try_from = [&](const Eigen::VectorXd& free) {
    ProjectionMinimum found = minimiser.descend(free);
    if (found.chi_squared < best.chi_squared) best = std::move(found);
    return best.chi_squared <= enough;
  };
  if (start.size() == problem.terms && try_from(minimiser.free_of(start))) return best;
  for (const Eigen::VectorXd& free : minimiser.scan())
    if (try_from(free)) break;
  return best;
}

}  // namespace sgdlimits
