// The time stepping of `evolve`.
//
// A step of length H starts from implicit Euler results T_n = R(H/n)^n, R(h) = (I - h A)^{-1}, for n = 1, 2, 4, 8,
// 16, and extrapolates them to H/n -> 0 (Deuflhard 1983): X_k is the combination of the last k of them that is exact
// for errors in powers 1, ..., k-1 of 1/n, hence of order k. X_5 is carried on, |X_5 - X_4|_1 is the error that is
// controlled: that of X_4.
//
// No product of resolvents that is positive for every reversible chain and every step can have order 2: it is
// E exp(A S) for a random time S with E S = H, order 2 needs Var S = 0 (Bolley, Crouzeix 1978), and among products of
// n resolvents Var S >= H^2/n with equality for equal steps (Aldous, Shepp 1987). Hence a nonlinear last stage:
// negative cells of X_5, found in far tails only, are set to zero and the whole is scaled back to its mass.
//   * Positive and mass-keeping by construction; Gibbs is a fixed point of every stage.
//   * The order stays: the true density is nonnegative, so clipping brings X_5 nearer to it in L1, and scaling adds
//   at
//     most as much again.
//   * chi never increases: the combination of 1/(1 + x/n)^n is at most 1 in size for every x >= 0 (asserted in the
//   tests), clipping is the projection
//     of L2(1/mu) onto the convex cone of nonnegative functions, which holds mu, and scaling by a factor below one a
//     density whose mass has grown lowers int rho^2/mu.
// Since exp(A t) contracts L1, the errors of steps add up to a bound on the global error.
//
// Steps are u 2^k with u the first report interval where others are commensurable with it, so factorisations of
// neighbouring levels are shared by the five results and by later steps.

#include "solvers/fokker_planck/evolution.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <list>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

// Dyadic units of a report interval: the smallest step is the interval's unit times 2^-kLevels.
constexpr int kLevels = 40;
constexpr std::size_t kKeptFactors = 8;
constexpr Index kResults = 5;
// Weights of T_1, T_2, T_4, T_8, T_16 in X_5: prod_{m != n} n/(n - m); and of the last four in X_4.
constexpr double kOrderFive[kResults] = {1.0 / 315, -2.0 / 21, 8.0 / 9, -64.0 / 21, 1024.0 / 315};
constexpr double kOrderFour[kResults] = {0, -1.0 / 21, 2.0 / 3, -8.0 / 3, 64.0 / 21};

// The most recently used factorisations.
class StepLadder {
 public:
  explicit StepLadder(std::shared_ptr<const Generator> generator) : generator_(std::move(generator)) {}

  const ImplicitEuler& at(double dt) {
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const ImplicitEuler& e) { return e.dt() == dt; });
    if (found != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, found);
    } else {
      if (kept_.size() == kKeptFactors) kept_.pop_back();
      kept_.emplace_front(generator_, dt);
      ++factorisations_;
    }
    return kept_.front();
  }
  Index factorisations() const { return factorisations_; }

 private:
  std::shared_ptr<const Generator> generator_;
  std::list<ImplicitEuler> kept_;
  Index factorisations_ = 0;
};

// A report interval as an integer number of smallest steps.
struct Interval {
  double unit;  // length of 2^kLevels smallest steps
  std::int64_t length;
};

// Keeps the unit if the interval is a multiple of unit/1024 to rounding and not too long.
Interval divide(double length, double unit) {
  const double ratio = length / unit * 1024;
  if (unit > 0 && ratio > 0.5 && ratio < 1e6 && std::abs(ratio - std::round(ratio)) < 1e-11 * ratio)
    return {unit, static_cast<std::int64_t>(std::llround(ratio)) << (kLevels - 10)};
  return {length, std::int64_t{1} << kLevels};
}

int floor_log2(std::int64_t n) { return static_cast<int>(std::floor(std::log2(static_cast<double>(n)))); }

class Stepper {
 public:
  Stepper(std::shared_ptr<const Generator> generator, const Density& initial, double end, double tolerance,
          ThreadPool& pool)
      : generator_(generator),
        ladder_(std::move(generator)),
        pool_(pool),
        rho_(initial.averages()),
        end_(end),
        tolerance_(tolerance) {}

  // Tries a step; on success the density has advanced and true is returned.
  bool try_step(double t, double h) {
    const Values& vol = generator_->grid().volumes();
    const ImplicitEuler* euler[kResults];
    for (Index k = 0; k < kResults; ++k) euler[k] = &ladder_.at(std::ldexp(h, -static_cast<int>(k)));
    pool_.for_each_chunk(kResults, [&](Index chunk) {
      const Index k = kResults - 1 - chunk;  // the longest first
      Values& result = results_[k];
      result = rho_;
      for (Index i = 0; i < Index{1} << k; ++i) euler[k]->step(result);
    });
    next_.setZero(rho_.size());
    difference_.setZero(rho_.size());
    for (Index k = 0; k < kResults; ++k) {
      next_ += kOrderFive[k] * results_[k];
      difference_ += (kOrderFive[k] - kOrderFour[k]) * results_[k];
    }
    const double error = (difference_.abs() * vol).sum();
    allowed_over_error_ = allowance(t, h) / std::max(error, 1e-300);
    if (error > std::max(allowance(t, h), kRounding)) return false;
    error_ += error;
    const double mass = (next_ * vol).sum();
    if (next_.minCoeff() < 0) {
      next_ = next_.max(0.0);
      next_ *= mass / (next_ * vol).sum();
    }
    rho_.swap(next_);
    smallest_ = std::min(smallest_, rho_.minCoeff());
    drift_ = std::max(drift_, std::abs((rho_ * vol).sum() - 1));
    return true;
  }

  const Values& rho() const { return rho_; }
  double error() const { return error_; }
  double smallest() const { return smallest_; }
  double drift() const { return drift_; }
  double allowed_over_error() const { return allowed_over_error_; }
  Index factorisations() const { return ladder_.factorisations(); }

 private:
  // Half of the tolerance is spent evenly in time, half evenly in log time, where transients are; the sum over all
  // steps is at most the tolerance for steps down to 2^-kLevels of the whole.
  double allowance(double t, double h) const {
    return tolerance_ * (0.5 * h / end_ + 0.5 * h / (t + h) / (1 + kLevels * std::log(2.0)));
  }

  // An estimate below this is rounding: no smaller step lowers it.
  static constexpr double kRounding = 1e-14;

  std::shared_ptr<const Generator> generator_;
  StepLadder ladder_;
  ThreadPool& pool_;
  Values rho_, next_, difference_, results_[kResults];
  double end_, tolerance_;
  double error_ = 0, smallest_ = std::numeric_limits<double>::infinity(), drift_ = 0, allowed_over_error_ = 1;
};

DensitySnapshot snapshot(const Generator& generator, double time, const Values& rho) {
  Density density(generator.shared_grid(), rho);
  const double chi = chi_squared(generator, density), kl = kl_divergence(generator, density);
  const double mean = density.expectation(generator.potential());
  return {time, std::move(density), chi, kl, mean};
}

void check(const Generator& generator, const Density& initial, const std::vector<double>& times,
           const EvolutionOptions& options) {
  if (initial.averages().size() != generator.grid().size())
    throw InvalidArgument("cells of the initial density", std::to_string(initial.averages().size()),
                          "those of the generator's grid, " + std::to_string(generator.grid().size()));
  for (Index j = 0; j < generator.grid().dimension(); ++j)
    if (!(initial.grid().axis(j).edges() == generator.grid().axis(j).edges()).all())
      throw InvalidArgument("grid of the initial density", "another", "the generator's grid");
  if (!(options.tolerance > 0)) throw InvalidArgument("tolerance", options.tolerance, "positive");
  double previous = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!std::isfinite(times[i]) || times[i] < 0 || (i > 0 && !(times[i] > previous)))
      throw InvalidArgument("report time", times[i], "finite, nonnegative and increasing");
    previous = times[i];
  }
}

// Level of the first step: the first-order change of the density over it is about the cube root of its allowance.
int first_level(const Generator& generator, const Values& rho, double unit, double tolerance) {
  Values rate(rho.size());
  generator.apply(rho, rate);
  const double speed = (rate.abs() * generator.grid().volumes()).sum();
  const double h = std::cbrt(tolerance / 50) / std::max(speed, 1e-300);
  return std::clamp(kLevels + static_cast<int>(std::floor(std::log2(h / unit))), 4, kLevels);
}

}  // namespace

Result<Evolution> evolve(std::shared_ptr<const Generator> generator, const Density& initial,
                         const std::vector<double>& report_times, const EvolutionOptions& options,
                         const Execution& execution) {
  check(*generator, initial, report_times, options);
  const Density start = initial.normalised();
  const double end = report_times.empty() ? 0 : report_times.back();
  Stepper stepper(generator, start, end, options.tolerance, *execution.pool);
  Evolution evolution;
  evolution.snapshots.push_back(snapshot(*generator, 0, start.averages()));
  evolution.time_errors.push_back(0);
  evolution.smallest_cell = start.averages().minCoeff();

  Index steps = 0, rejected = 0;
  double t = 0, unit = 0;
  int level = -1;
  Report report;
  const auto stop = [&](Status status, std::string why) { report.status = status, report.why = std::move(why); };
  for (const double target : report_times) {
    if (target == 0) continue;
    const Interval interval = divide(target - t, unit);
    if (level < 0) level = first_level(*generator, start.averages(), interval.unit, options.tolerance);
    if (unit > 0 && interval.unit != unit)
      level = std::max(4, level + static_cast<int>(std::floor(std::log2(unit / interval.unit))));
    unit = interval.unit;
    const double begin = t;
    for (std::int64_t done = 0; done < interval.length && report.status == Status::ok;) {
      if (execution.stop.stop_requested())
        stop(Status::interrupted, "stopped at time " + std::to_string(t));
      else if (steps + rejected >= options.max_steps)
        stop(Status::not_converged, "the largest number of steps was reached at time " + std::to_string(t));
      if (report.status != Status::ok) break;
      const int now = std::min({level, floor_log2(interval.length - done), 61});
      const double h = std::ldexp(unit, now - kLevels);
      if (stepper.try_step(t, h)) {
        ++steps;
        done += std::int64_t{1} << now;
        t = done == interval.length ? target : begin + std::ldexp(unit, -kLevels) * static_cast<double>(done);
        // doubling multiplies the error by 32 and the allowance by 2
        if (now == level && stepper.allowed_over_error() > 20) ++level;
        if (execution.progress) execution.progress(t / end);
      } else {
        ++rejected;
        level = now - std::max(1, static_cast<int>(std::ceil(-0.25 * std::log2(stepper.allowed_over_error()))));
        if (level < 4)
          stop(Status::not_converged, "the tolerance needs steps below the smallest at time " + std::to_string(t));
      }
    }
    if (report.status != Status::ok) break;
    evolution.snapshots.push_back(snapshot(*generator, t, stepper.rho()));
    evolution.time_errors.push_back(stepper.error());
  }
  evolution.smallest_cell = std::min(evolution.smallest_cell, stepper.smallest());
  evolution.mass_drift = stepper.drift();
  report.counters = {{"steps", steps},
                     {"rejected", rejected},
                     {"factorisations", stepper.factorisations()},
                     {"cells", generator->grid().size()}};
  return {std::move(evolution), std::move(report)};
}

}  // namespace sgdlimits
