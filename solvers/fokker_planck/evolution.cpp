// Steps are those of extrapolated_step.hpp, of lengths u 2^-k with u the first report interval where later ones are
// commensurable with it, so that steps share factorisations and end at report times exactly.

#include "solvers/fokker_planck/evolution.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/errors.hpp"
#include "solvers/fokker_planck/extrapolated_step.hpp"

namespace sgdlimits {
namespace {

// Dyadic units of a report interval: the smallest step is the interval's unit times 2^-kLevels.
constexpr int kLevels = 40;

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
        step_(std::move(generator)),
        pool_(pool),
        rho_(initial.averages()),
        end_(end),
        tolerance_(tolerance) {}

  // Tries a step; on success the density has advanced and true is returned.
  bool try_step(double t, double h) {
    const double error = step_.propose(rho_, h, pool_, next_).error;
    allowed_over_error_ = allowance(t, h) / std::max(error, 1e-300);
    if (error > std::max(allowance(t, h), kRounding)) return false;
    error_ += error;
    rho_.swap(next_);
    smallest_ = std::min(smallest_, rho_.minCoeff());
    drift_ = std::max(drift_, std::abs((rho_ * generator_->grid().volumes()).sum() - 1));
    return true;
  }

  const Values& rho() const { return rho_; }
  double error() const { return error_; }
  double smallest() const { return smallest_; }
  double drift() const { return drift_; }
  double allowed_over_error() const { return allowed_over_error_; }
  Index factorisations() const { return step_.factorisations(); }

 private:
  // A step spends at most half of what is left of the tolerance, so the sum stays below it whatever the steps are:
  // in proportion to time where the solution is slow, to log time (a quarter for each factor e) in transients.
  double allowance(double t, double h) const {
    return 0.5 * (tolerance_ - error_) * std::max(h / (end_ - t), 0.25 * h / (t + h));
  }

  // An estimate below this is rounding: no smaller step lowers it.
  static constexpr double kRounding = 1e-14;

  std::shared_ptr<const Generator> generator_;
  ExtrapolatedStep step_;
  ThreadPool& pool_;
  Values rho_, next_;
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
  if (report.status == Status::ok && stepper.error() > options.tolerance)
    stop(Status::not_converged, "the tolerance is below the rounding of the steps");
  evolution.smallest_cell = std::min(evolution.smallest_cell, stepper.smallest());
  evolution.mass_drift = stepper.drift();
  report.counters = {{"steps", steps},
                     {"rejected", rejected},
                     {"factorisations", stepper.factorisations()},
                     {"cells", generator->grid().size()}};
  return {std::move(evolution), std::move(report)};
}

}  // namespace sgdlimits
