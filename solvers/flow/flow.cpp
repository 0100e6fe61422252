#include "solvers/flow/flow.hpp"

#include <algorithm>
#include <boost/numeric/odeint/stepper/controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

using State = std::vector<double>;
using DormandPrince = boost::numeric::odeint::runge_kutta_dopri5<State>;
using Controlled = boost::numeric::odeint::controlled_runge_kutta<DormandPrince>;

/// A step along which f rises is tried again at a quarter, so often: near a well's bottom steps are as long as
/// stability allows, and at loose tolerances longer.
constexpr int kRetries = 4;

/// b on the rows of one system: padded copies of a single one, so that bits do not depend on where it stands.
class System {
 public:
  System(const Drift& drift, Index rows) : drift_(drift), rows_(rows), padded_(rows == 1 ? kLanes : rows) {
    x_.resize(padded_, drift.dimension());
    b_.resize(padded_, drift.dimension());
  }
  void operator()(const State& x, State& b, double t) {
    ++evaluations;
    load(x);
    drift_.evaluate(t, x_, b_, scratch_);
    for (Index j = 0, k = 0; j < x_.cols(); ++j)
      for (Index i = 0; i < rows_; ++i) b[static_cast<std::size_t>(k++)] = b_(i, j);
  }
  double energy(const Potential& potential, const State& x) {
    load(x);
    Values f(padded_);
    potential.value(x_, f, scratch_);
    return f(0);
  }

  std::int64_t evaluations = 0;

 private:
  void load(const State& x) {
    for (Index j = 0, k = 0; j < x_.cols(); ++j) {
      for (Index i = 0; i < rows_; ++i) x_(i, j) = x[static_cast<std::size_t>(k++)];
      for (Index i = rows_; i < padded_; ++i) x_(i, j) = x_(0, j);
    }
  }

  const Drift& drift_;
  Index rows_, padded_;
  Points x_, b_;
  Scratch scratch_;
};

bool finite(const State& x) {
  return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

double largest(const State& x) {
  double size = 0;
  for (const double v : x) size = std::max(size, std::abs(v));
  return size;
}

/// One system on its way through the times.
class Journey {
 public:
  Journey(const Drift& drift, Index rows, const Potential* potential, const FlowOptions& options)
      : system_(drift, rows),
        potential_(potential),
        options_(options),
        stepper_(Controlled::error_checker_type(options.absolute_tolerance, options.relative_tolerance)) {}

  /// What each time saw; shorter than the times where the report is not ok.
  std::vector<State> seen;
  std::vector<double> energies;
  double steps = 0, refused = 0;
  double evaluations() const { return static_cast<double>(system_.evaluations); }

  Report travel(State start, const std::vector<double>& times, const std::stop_token& stop) {
    x_ = std::move(start);
    b_.resize(x_.size());
    next_ = next_b_ = x_;
    system_(x_, b_, 0);
    if (potential_) f_ = system_.energy(*potential_, x_);
    if (!finite(b_) || !std::isfinite(f_)) return lost();
    for (std::size_t k = 0; k < times.size(); ++k) {
      while (t_ < times[k]) {
        if (stop.stop_requested()) return {Status::interrupted, "stopped at time " + shortest(t_), {}};
        if (Report report = step(times.back()); report.status != Status::ok) return report;
      }
      see(times[k]);
    }
    return {};
  }

 private:
  /// One accepted step, from (t_, x_) to what is then (t_, x_); the old ends stay for the dense output.
  Report step(double end) {
    if (h_ == 0) h_ = options_.fixed_step > 0 ? options_.fixed_step : first_step(end);
    for (int rises = 0;;) {
      if (steps + refused >= static_cast<double>(options_.most_steps))
        return {
            Status::not_converged, shortest(steps + refused) + " steps came to time " + shortest(t_) + " only", {}};
      double t = t_, h = h_;
      const bool accepted = attempt(t, h);
      if (accepted && !potential_) return accept(t, h, 0);
      if (accepted) {
        const double f = system_.energy(*potential_, next_);
        if (f <= f_ + allowed_rise(f)) return accept(t, h, f);  // not if f is NaN
        if (options_.fixed_step > 0 || rises++ == kRetries) return risen(t, f);
        h = (t - t_) / 4;
      }
      ++refused;
      h_ = h;
      // t + h = t: the solution has no next point
      if (!(h_ > 8 * std::numeric_limits<double>::epsilon() * std::max(t_, end * 1e-12))) return lost();
    }
  }

  /// Tries a step of size h from t; t moves if it is accepted, h becomes what the controller wants next.
  bool attempt(double& t, double& h) {
    if (options_.fixed_step > 0) {
      plain_.do_step(std::ref(system_), x_, b_, t, next_, next_b_, h);
      t += h;
      if (finite(next_) && finite(next_b_)) return true;
      h = 0;  // no smaller step is allowed
      return false;
    }
    const double before = h;
    const auto result = stepper_.try_step(std::ref(system_), x_, b_, t, next_, next_b_, h);
    if (!finite(next_) || !finite(next_b_)) {
      // an error estimate of NaN passes for a small one
      t = t_;
      h = before / 8;
      return false;
    }
    return result == boost::numeric::odeint::success;
  }

  Report accept(double t, double h, double f) {
    ++steps;
    old_t_ = t_;
    old_x_.swap(x_);
    old_b_.swap(b_);
    x_ = next_;
    b_ = next_b_;
    t_ = options_.fixed_step > 0 ? steps * options_.fixed_step : t;
    h_ = h;
    f_ = f;
    return {};
  }

  /// At next_, where f is `f`.
  double allowed_rise(double f) const {
    double slope = 0;
    for (const double b : next_b_) slope += std::abs(b);
    return 2 * slope * (options_.absolute_tolerance + options_.relative_tolerance * largest(next_)) +
           64 * std::numeric_limits<double>::epsilon() * std::max(std::abs(f), std::abs(f_));
  }

  Report risen(double t, double f) const {
    return {Status::not_converged,
            "f rose from " + shortest(f_) + " to " + shortest(f) + " between times " + shortest(t_) + " and " +
                shortest(t) + "; check the gradient, or take a smaller " +
                (options_.fixed_step > 0 ? "step" : "tolerance"),
            {}};
  }

  double first_step(double end) const {
    const double size = std::max(largest(x_), 1e-6), slope = largest(b_);
    return slope > 0 ? std::min(end, 0.01 * size / slope) : end;
  }

  void see(double time) {
    State x = x_;
    if (time < t_) {
      const DormandPrince& used = options_.fixed_step > 0 ? plain_ : stepper_.stepper();
      used.calc_state(time, x, old_x_, old_b_, old_t_, x_, b_, t_);
    }
    if (potential_) energies.push_back(system_.energy(*potential_, x));
    seen.push_back(std::move(x));
  }

  Report lost() const {
    return {Status::blew_up,
            "the solution ends at time " + shortest(t_) + ", where it is " + shortest(largest(x_)) +
                " in its largest coordinate",
            {}};
  }

  System system_;
  const Potential* potential_;
  FlowOptions options_;
  Controlled stepper_;
  DormandPrince plain_;
  State x_, b_, next_, next_b_, old_x_, old_b_;
  double t_ = 0, old_t_ = 0, h_ = 0, f_ = 0;
};

void check(const Drift& drift, PointsView starts, const std::vector<double>& times, const FlowOptions& options) {
  if (starts.rows() < 1) throw InvalidArgument("starts", std::to_string(starts.rows()), "at least 1");
  if (starts.cols() != drift.dimension())
    throw InvalidArgument("dimension of the starts", std::to_string(starts.cols()),
                          std::to_string(drift.dimension()) + ", that of the drift");
  if (!starts.allFinite()) throw InvalidArgument("starts", "infinite or NaN", "finite");
  if (!drift.domain().is_everywhere())
    throw InvalidArgument("domain of the drift", "a box", "the whole space", "walls would have to be slid along");
  if (times.empty()) throw InvalidArgument("times", "none", "at least one");
  for (std::size_t k = 0; k < times.size(); ++k)
    if (!(times[k] >= 0) || std::isinf(times[k]) || (k > 0 && times[k] <= times[k - 1]))
      throw InvalidArgument("times", times[k], "finite, at least 0 and increasing");
  const auto positive = [](const char* name, double value, double most) {
    if (!(value > 0 && value <= most))
      throw InvalidArgument(name, value, "greater than 0 and at most " + shortest(most));
  };
  positive("relative tolerance", options.relative_tolerance, 0.1);
  positive("absolute tolerance", options.absolute_tolerance, std::numeric_limits<double>::max());
  if (!(options.fixed_step >= 0) || std::isinf(options.fixed_step))
    throw InvalidArgument("fixed step", options.fixed_step, "finite and at least 0");
  if (options.most_steps < 1) throw InvalidArgument("most steps", std::to_string(options.most_steps), "at least 1");
}

Result<FlowPaths> solve(const Drift& drift, const Potential* potential, PointsView starts,
                        const std::vector<double>& times, const FlowOptions& options, const Execution& execution) {
  check(drift, starts, times, options);
  const Index rows = drift.sees_ensemble() ? starts.rows() : 1, systems = starts.rows() / rows, d = starts.cols();
  std::vector<std::unique_ptr<Journey>> journeys(static_cast<std::size_t>(systems));
  std::vector<Report> reports(static_cast<std::size_t>(systems));
  execution.pool->for_each_chunk(systems, [&](Index s) {
    const Points start = starts.middleRows(s * rows, rows);
    std::unique_ptr<Journey>& journey = journeys[static_cast<std::size_t>(s)];
    journey = std::make_unique<Journey>(drift, rows, potential, options);
    reports[static_cast<std::size_t>(s)] =
        journey->travel(State(start.data(), start.data() + start.size()), times, execution.stop);
  });
  FlowPaths paths{times, std::vector<Points>(times.size(), Points(starts.rows(), d)), {}};
  if (potential) paths.energies.assign(times.size(), Values(starts.rows()));
  Report total;
  for (Index s = 0; s < systems; ++s) {
    const Journey& journey = *journeys[static_cast<std::size_t>(s)];
    const Report& report = reports[static_cast<std::size_t>(s)];
    if (report.status != Status::ok && total.status == Status::ok)
      total = {report.status, "start " + std::to_string(s) + ": " + report.why, total.counters};
    total.counters["steps"] += journey.steps;
    total.counters["refused"] += journey.refused;
    total.counters["evaluations"] += journey.evaluations();
    for (std::size_t k = 0; k < journey.seen.size(); ++k) {
      paths.points[k].middleRows(s * rows, rows) = Eigen::Map<const Points>(journey.seen[k].data(), rows, d);
      if (potential) paths.energies[k](s) = journey.energies[k];
    }
  }
  if (total.status != Status::ok) return Result<FlowPaths>(std::move(total));
  return {std::move(paths), std::move(total)};
}

}  // namespace

Result<FlowPaths> flow(const Drift& drift, PointsView starts, const std::vector<double>& times,
                       const FlowOptions& options, const Execution& execution) {
  return solve(drift, nullptr, starts, times, options, execution);
}

Result<FlowPaths> gradient_flow(std::shared_ptr<const Potential> potential, PointsView starts,
                                const std::vector<double>& times, const FlowOptions& options,
                                const Execution& execution) {
  if (!potential) throw InvalidArgument("potential", "null", "a potential");
  return solve(GradientDrift(potential), potential.get(), starts, times, options, execution);
}

}  // namespace sgdlimits
