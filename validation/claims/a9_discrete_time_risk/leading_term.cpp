#include "validation/claims/a9_discrete_time_risk/leading_term.hpp"

#include <fmt/core.h>

#include <cmath>

#include "validation/claims/line_problem.hpp"

namespace sgdlimits {
namespace {

constexpr Index kNodes = 400;
constexpr double kStepTimesLipschitz = 0.05;

/// x' = -f'(x), J' = f''(x) from many points at once.
class FlowWithCurvature {
 public:
  FlowWithCurvature(const Potential& potential, const Values& start)
      : potential_(potential), x_(start), integral_(Values::Zero(start.size())) {}

  void advance(double duration, Index steps) {
    const double h = duration / static_cast<double>(steps);
    for (Index k = 0; k < steps; ++k) step(h);
  }
  const Values& integral() const { return integral_; }
  Values slope_squared() { return slopes(x_).square(); }

 private:
  Values slopes(const Values& x) {
    Points out(x.size(), 1);
    potential_.gradient(Points(x), out, scratch_);
    return out.col(0);
  }
  Values curvatures(const Values& x) {
    Values out(x.size());
    potential_.laplacian(Points(x), out, scratch_);
    return out;
  }
  void step(double h) {
    const Values a = slopes(x_), x2 = x_ - h / 2 * a;
    const Values b = slopes(x2), x3 = x_ - h / 2 * b;
    const Values c = slopes(x3), x4 = x_ - h * c;
    integral_ += h / 6 * (curvatures(x_) + 2 * curvatures(x2) + 2 * curvatures(x3) + curvatures(x4));
    x_ -= h / 6 * (a + 2 * b + 2 * c + slopes(x4));
  }

  const Potential& potential_;
  Values x_, integral_;
  Scratch scratch_;
};

std::vector<double> with(const Potential& potential, const Law& initial, const Box& box, double step, Index nodes,
                         const std::vector<double>& times) {
  const Values start = Values::LinSpaced(nodes, box.lower(0), box.upper(0));
  const Values weights = initial_weights(initial, start);
  FlowWithCurvature flow(potential, start);
  std::vector<double> result;
  double before = 0;
  for (const double time : times) {
    flow.advance(time - before, static_cast<Index>(std::ceil((time - before) / step)));
    before = time;
    result.push_back(-0.5 * (weights * flow.slope_squared() * flow.integral()).sum());
  }
  return result;
}

}  // namespace

std::vector<Measurement> risk_leading_term(const Potential& potential, const Law& initial, const Box& box,
                                           double lipschitz, const std::vector<double>& times) {
  const double step = kStepTimesLipschitz / lipschitz;
  const std::vector<double> coarse = with(potential, initial, box, step, kNodes, times);
  const std::vector<double> fine = with(potential, initial, box, step / 2, kNodes * 3 / 2, times);
  std::vector<Measurement> result;
  for (std::size_t i = 0; i < times.size(); ++i)
    result.push_back(Measurement::deterministic(fine[i], 2 * std::abs(fine[i] - coarse[i]) + 1e-14, Grade::estimate,
                                                "weak-error functional along the gradient flow"));
  return result;
}

}  // namespace sgdlimits
