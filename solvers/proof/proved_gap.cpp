#include "solvers/proof/proved_gap.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/errors.hpp"
#include "solvers/proof/certificate.hpp"
#include "solvers/spectrum/spectral_gap.hpp"

namespace sgdlimits {
namespace {

using proof::Ball;
using proof::Barrier;
using proof::BarrierEnd;
using proof::BarrierMarch;
using proof::BarrierNode;
using proof::BarrierProblem;
using proof::LineSeries;

// Where the marches start and meet, from the numerical answer: nothing here needs to be right for the proof to be.
struct Plan {
  double rate = 0;             // lambda_1, approximately
  double left = 0, right = 0;  // where tails begin
  double meet = 0;
  std::vector<double> kinks;
  int bits = 0, terms = 0;
};

double rounded(double x, double scale) {
  const double quantum = std::ldexp(1.0, std::ilogb(scale) - 20);
  return std::nearbyint(x / quantum) * quantum;
}

// where u_1'^2 mu is largest: A's ground state has most of its mass there, between the wells if there are wells
double heaviest(const SpectralGapEstimate& estimate, const Potential& potential, Temperature temperature) {
  const Eigen::ArrayXd& x = estimate.generator->grid().axis(0).centers();
  const auto u = estimate.eigenfunctions.col(0);
  const Values f = values(potential, x);
  double best = -std::numeric_limits<double>::infinity(), place = x(x.size() / 2);
  for (Index i = 0; i + 1 < x.size(); ++i) {
    const double slope = std::abs((u(i + 1) - u(i)) / (x(i + 1) - x(i)));
    const double weight = 2 * std::log(slope) - 0.5 * (f(i) + f(i + 1)) / temperature.value();
    if (weight > best) {
      best = weight;
      place = 0.5 * (x(i) + x(i + 1));
    }
  }
  return place;
}

class GapProof {
 public:
  GapProof(LineProgram program, Temperature temperature, const Box& domain, Plan plan, const GapProofOptions& options,
           const Execution& execution)
      : program_(std::move(program)),
        temperature_(temperature.value()),
        lower_end_(domain.lower(0)),
        upper_end_(domain.upper(0)),
        plan_(std::move(plan)),
        options_(options),
        execution_(execution),
        series_(program_, plan_.terms, plan_.bits) {
    // a margin, since the ends may still move outward
    const double span = plan_.right - plan_.left;
    for (double kink : series_.switches(plan_.left - span, plan_.right + span)) plan_.kinks.push_back(kink);
  }

  Result<ProvedGap> run() {
    const double width = options_.relative_width;
    std::string why;
    for (int growth = 0; growth < 12; ++growth, widen()) {
      if (execution_.stop.stop_requested()) return stopped();
      if (!choose_ends(why)) continue;
      if (!sharpen(why)) continue;
      const double rate = plan_.rate;
      Barrier super = barrier(rate * (1 - 0.25 * width), rate * (1 - 0.5 * width), why);
      if (!why.empty()) continue;
      Barrier sub = barrier(rate * (1 + 0.25 * width), rate * (1 + 0.5 * width), why);
      if (!why.empty()) continue;
      double size = 0;
      if (kink_sign(super.left.nodes.back(), super.right.nodes.back(), size) < 0) {
        why = "the supersolution's kink points upward";
        continue;
      }
      if (kink_sign(sub.left.nodes.back(), sub.right.nodes.back(), size) > 0) {
        why = "the subsolution's kink points downward";
        continue;
      }
      return answer(super, sub);
    }
    if (execution_.stop.stop_requested()) return stopped();
    return Result<ProvedGap>::failure(refused_ ? Status::out_of_reach : Status::not_converged, "no proof: " + why);
  }

 private:
  static Result<ProvedGap> stopped() {
    return Result<ProvedGap>::failure(Status::interrupted, "stopped before the proof was complete");
  }

  void widen() {
    const double by = 0.06 * (plan_.right - plan_.left);
    if (!std::isfinite(lower_end_)) plan_.left = rounded(plan_.left - by, by);
    if (!std::isfinite(upper_end_)) plan_.right = rounded(plan_.right + by, by);
    if (execution_.progress) execution_.progress(0.5);
  }

  // Tails that close, or smooth reflecting ends.
  bool choose_ends(std::string& why) {
    return choose_end(-1, lower_end_, plan_.left, left_end_, why) &&
           choose_end(1, upper_end_, plan_.right, right_end_, why);
  }

  bool choose_end(int side, double end, double& x, BarrierEnd& chosen, std::string& why) {
    const double rate = plan_.rate * (1 + 1e-6);
    const double span = plan_.right - plan_.left;
    if (std::isfinite(end) && series_.expand(Ball(end), -side, Ball(std::ldexp(1.0, std::ilogb(span) - 12)), why)) {
      x = end;
      chosen = {BarrierEnd::Kind::reflecting, end, {}, {}};
      return true;
    }
    // f is infinite at a finite end: the tail is what lies between the end and a point so close that its square is
    // below the width. An infinite tail is tried farther and farther out.
    const int close = static_cast<int>(std::ceil(4 - 0.5 * std::log2(options_.relative_width)));
    for (int j = 0; j < 24; ++j) {
      if (std::isfinite(end))
        x = end - side * std::ldexp(1.0, std::ilogb(span) - close - j);
      else if (j > 0)
        x = rounded(x + side * 0.1 * std::abs(x - plan_.meet), span);
      if (const auto growth = proof::tail_growth(program_, x, side, end, temperature_, rate, why)) {
        chosen = {BarrierEnd::Kind::tail, x, *growth, {}};
        refused_ = false;
        return true;
      }
    }
    refused_ = true;
    return false;
  }

  // One of the two functions; why is empty if every cell of it is verified.
  Barrier barrier(double solved_for, double proved_for, std::string& why) {
    Barrier b;
    b.problem = {temperature_, solved_for, proved_for, plan_.bits};
    b.left_end = left_end_;
    b.right_end = right_end_;
    why.clear();
    b.left = side(b.problem, 1, b.left_end, why);
    if (why.empty()) b.right = side(b.problem, -1, b.right_end, why);
    return b;
  }

  BarrierMarch side(const BarrierProblem& problem, int inward, BarrierEnd& end, std::string& why) {
    const double span = plan_.right - plan_.left;
    BarrierNode start;
    if (problem.is_supersolution()) {
      start.x = Ball(end.x);
      // at a reflecting end the best value is 0; what is positive costs its share of the width
      start.value = Ball(end.kind == BarrierEnd::Kind::tail ? 1.0 : span * 1e-3 * options_.relative_width);
      start.slope = Ball(end.kind == BarrierEnd::Kind::tail ? -end.growth.slope : 1.0);
      start.arriving_slope = start.slope;
    } else {
      end.kind = BarrierEnd::Kind::zero;
      // what a piece without the solution's own curvature costs is of second order in its length
      const double longest = 3e-3 * std::sqrt(options_.relative_width) * span;
      const auto left_zero = leave_zero(series_, problem, end.x, inward, longest, end.piece);
      if (!left_zero) {
        why = "no first piece of the subsolution was found at " + std::to_string(end.x);
        return {};
      }
      start = *left_zero;
    }
    BarrierMarch m = march(series_, problem, start, inward, plan_.meet, plan_.kinks,
                           [&] { return execution_.stop.stop_requested(); });
    why = m.why;
    return m;
  }

  // The rate at which both supersolutions meet without a kink, by the secant rule.
  bool sharpen(std::string& why) {
    const double width = options_.relative_width;
    const auto kink = [&](double rate) {
      const Barrier b = barrier(rate, rate * (1 - 0.25 * width), why);
      double size = 0;
      if (why.empty()) kink_sign(b.left.nodes.back(), b.right.nodes.back(), size);
      return size;
    };
    double a = plan_.rate * (1 - 1e-5), b = plan_.rate, at_a = kink(a);
    if (!why.empty()) return false;
    for (int step = 0; step < 12; ++step) {
      const double at_b = kink(b);
      if (!why.empty()) return false;
      if (at_b == 0 || at_a == at_b) break;
      const double next = b - at_b * (b - a) / (at_b - at_a);
      if (!(next > 0.5 * b && next < 2 * b)) {
        why = "the numerical gap could not be sharpened";
        return false;
      }
      a = b;
      at_a = at_b;
      b = next;
      if (std::abs(b - a) < 0.02 * width * b) break;
    }
    plan_.rate = b;
    return true;
  }

  Result<ProvedGap> answer(const Barrier& super, const Barrier& sub) const {
    ProvedGap gap;
    gap.lower = super.problem.proved_for;
    gap.upper = sub.problem.proved_for;
    gap.poincare_lower = std::nextafter(temperature_ / gap.upper, 0.0);
    gap.poincare_upper = std::nextafter(temperature_ / gap.lower, std::numeric_limits<double>::infinity());
    for (const Barrier* b : {&super, &sub})
      gap.cells += static_cast<long>(b->left.nodes.size() + b->right.nodes.size()) - 2;
    gap.reach_lower = super.left_end.x;
    gap.reach_upper = super.right_end.x;
    gap.certificate = proof::certificate(program_, plan_.terms, lower_end_, upper_end_, super, sub);
    return gap;
  }

  LineProgram program_;
  double temperature_, lower_end_, upper_end_;
  Plan plan_;
  GapProofOptions options_;
  Execution execution_;
  LineSeries series_;
  BarrierEnd left_end_{}, right_end_{};
  bool refused_ = false;
};

void check(const GapProofOptions& options, const Potential& potential) {
  if (potential.dimension() != 1)
    throw InvalidArgument("dimension of a potential whose gap is to be proved", std::to_string(potential.dimension()),
                          "1");
  if (!(options.relative_width >= 1e-13 && options.relative_width <= 1e-2))
    throw InvalidArgument("relative width of a proved gap", options.relative_width, "between 1e-13 and 0.01");
  if (options.bits && *options.bits < 96)
    throw InvalidArgument("bits of a proof", std::to_string(*options.bits), "96 or more");
  if (options.terms && *options.terms < 8)
    throw InvalidArgument("terms of a proof", std::to_string(*options.terms), "8 or more");
}

// The residual must stay below width lambda_1 G while its parts are of the size of the curvature times G: so many
// digits are to be gained by the series, and somewhat more carried.
void choose_precision(Plan& plan, const GapProofOptions& options, double curvature) {
  const double digits = std::log10(std::max(1.0, std::abs(curvature) / plan.rate) / options.relative_width);
  plan.bits = options.bits.value_or(192 + std::max(0, static_cast<int>(4.5 * (digits - 10))));
  plan.terms = options.terms.value_or(36 + std::max(0, static_cast<int>(0.8 * (digits - 10))));
}

// Both stand for the same function, up to a constant: a guard against a wrong program, outside the proof.
bool program_is_of(const LineProgram& program, const Potential& potential, double lower, double upper) {
  LineSeries series(program, 1, 64);
  const Points x = Eigen::ArrayXd::LinSpaced(33, lower + 0.013 * (upper - lower), upper - 0.017 * (upper - lower));
  const Values f = values(potential, x);
  double base = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    const Ball value = series.value(Ball(x(i, 0)));
    const double v = arf_get_d(arb_midref(value.get()), ARF_RND_NEAR);
    if (i == 0) base = v - f(0);
    if (std::abs(v - f(i) - base) > 1e-9 * (1 + std::abs(v) + std::abs(base))) return false;
  }
  return true;
}

}  // namespace

Result<ProvedGap> prove_spectral_gap(const Potential& potential, Temperature temperature,
                                     const GapProofOptions& options, const Execution& execution) {
  check(options, potential);
  const auto refuse = [](Status status, const std::string& why) { return Result<ProvedGap>::failure(status, why); };
  const std::optional<LineProgram> program = potential.line_program();
  if (!program)
    return refuse(Status::out_of_reach,
                  "no proof: \"" + potential.description() +
                      "\" is not known as a program of one variable that rigorous arithmetic could evaluate");
  Box domain = potential.domain();
  domain.lower = domain.lower.max(options.box.lower);
  domain.upper = domain.upper.min(options.box.upper);
  SpectralGapOptions numerical;
  numerical.modes = 1;
  numerical.box = domain;
  const Result<SpectralGapEstimate> estimate = spectral_gap(potential, temperature, numerical, execution);
  if (!estimate.has_value() || estimate->eigenvalues.empty() || estimate.status() == Status::essential_spectrum)
    return refuse(estimate.status(), estimate.why());
  const Axis& axis = estimate->generator->grid().axis(0);
  Plan plan;
  plan.rate = estimate->gap.value();
  const double span = axis.upper() - axis.lower();
  plan.left = std::isfinite(domain.lower(0)) ? domain.lower(0) : rounded(axis.lower(), span);
  plan.right = std::isfinite(domain.upper(0)) ? domain.upper(0) : rounded(axis.upper(), span);
  plan.meet = rounded(heaviest(estimate.value(), potential, temperature) + 0.0137 * span, span);
  Scratch scratch;
  choose_precision(plan, options, potential.hessian(Eigen::VectorXd::Constant(1, plan.meet), scratch)(0, 0));
  if (!program_is_of(*program, potential, plan.left, plan.right))
    return refuse(Status::out_of_reach, "no proof: the potential and its program disagree");
  return GapProof(*program, temperature, domain, plan, options, execution).run();
}

}  // namespace sgdlimits
