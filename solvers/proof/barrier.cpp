#include "solvers/proof/barrier.hpp"

#include <algorithm>
#include <cmath>

namespace sgdlimits::proof {
namespace {

// Everything one cell needs, kept between cells for its memory.
class Cell {
 public:
  Cell(const BarrierProblem& problem, int terms) : problem_(problem), terms_(terms), bits_(problem.bits) {}

  // True if G, continued over the cell, is proved there.
  bool accept(const CellExpansion& f, const BarrierNode& start, const Ball& length) {
    derivatives(f);
    solve(start);
    join_next(length);
    return residual_is_paid(length);
  }
  const Ball& end_value() const { return end_value_; }
  const Ball& end_slope() const { return end_slope_; }
  // f' in the direction of the march
  Ball drift_at(const Ball& y) const {
    Ball r;
    arb_poly_evaluate(r.get(), first_.get(), y.get(), bits_);
    return r;
  }
  double safety() const { return safety_; }

 private:
  // f' and f'' on the cell. The last coefficient of each is the Lagrange remainder: K a_K and K (K-1) a_K, with a_K a
  // ball that holds f^(K)/K! all over the cell.
  void derivatives(const CellExpansion& f) {
    BallSeries whole = f.at_start;
    arb_poly_set_coeff_arb(whole.get(), terms_, f.remainder.get());
    arb_poly_derivative(first_.get(), whole.get(), bits_);
    arb_poly_derivative(second_.get(), first_.get(), bits_);
  }

  // Taylor coefficients of A G = solved_for G, each rounded to an exact number
  void solve(const BarrierNode& start) {
    arb_poly_zero(g_.get());
    arb_poly_fit_length(g_.get(), terms_);
    arb_poly_set_coeff_arb(g_.get(), 0, start.value.get());
    arb_poly_set_coeff_arb(g_.get(), 1, start.slope.get());
    Ball sum, term, coefficient;
    const Ball lambda(problem_.solved_for), tau(problem_.temperature);
    for (slong k = 0; k + 2 < terms_; ++k) {
      arb_mul(sum.get(), lambda.get(), at(g_, k), bits_);
      arb_neg(sum.get(), sum.get());
      for (slong j = 0; j <= k; ++j) {
        arb_mul_si(term.get(), at(g_, k - j + 1), k - j + 1, bits_);
        arb_addmul(sum.get(), term.get(), coefficient_of(first_, j, coefficient), bits_);
        arb_addmul(sum.get(), at(g_, k - j), coefficient_of(second_, j, coefficient), bits_);
      }
      arb_div(sum.get(), sum.get(), tau.get(), bits_);
      arb_div_si(sum.get(), sum.get(), (k + 1) * (k + 2), bits_);
      arb_get_mid_arb(sum.get(), sum.get());
      arb_poly_set_coeff_arb(g_.get(), k + 2, sum.get());
    }
  }

  // The next node is exact; a cubic of the size of a rounding error takes the polynomial there with its slope.
  void join_next(const Ball& length) {
    Ball value, slope, gap, gap_slope, h2, c2, c3, t;
    arb_poly_evaluate2(value.get(), slope.get(), g_.get(), length.get(), bits_);
    arb_get_mid_arb(end_value_.get(), value.get());
    arb_get_mid_arb(end_slope_.get(), slope.get());
    arb_sub(gap.get(), end_value_.get(), value.get(), bits_);
    arb_sub(gap_slope.get(), end_slope_.get(), slope.get(), bits_);
    arb_mul(h2.get(), length.get(), length.get(), bits_);
    // c2 = 3 gap/h^2 - gap'/h, c3 = (gap'/h - 2 gap/h^2)/h
    arb_div(gap.get(), gap.get(), h2.get(), bits_);
    arb_div(gap_slope.get(), gap_slope.get(), length.get(), bits_);
    arb_mul_ui(c2.get(), gap.get(), 3, bits_);
    arb_sub(c2.get(), c2.get(), gap_slope.get(), bits_);
    arb_mul_ui(t.get(), gap.get(), 2, bits_);
    arb_sub(c3.get(), gap_slope.get(), t.get(), bits_);
    arb_div(c3.get(), c3.get(), length.get(), bits_);
    add_to(2, c2);
    add_to(3, c3);
  }

  bool residual_is_paid(const Ball& length) {
    // r = -tau G'' + f' G' + (f'' - solved_for) G
    const Ball lambda(problem_.solved_for), tau(problem_.temperature);
    arb_poly_derivative(dg_.get(), g_.get(), bits_);
    arb_poly_derivative(ddg_.get(), dg_.get(), bits_);
    arb_poly_mul(r_.get(), first_.get(), dg_.get(), bits_);
    arb_poly_mul(t_.get(), second_.get(), g_.get(), bits_);
    arb_poly_add(r_.get(), r_.get(), t_.get(), bits_);
    arb_poly_scalar_mul(t_.get(), g_.get(), lambda.get(), bits_);
    arb_poly_sub(r_.get(), r_.get(), t_.get(), bits_);
    arb_poly_scalar_mul(t_.get(), ddg_.get(), tau.get(), bits_);
    arb_poly_sub(r_.get(), r_.get(), t_.get(), bits_);
    const Ball residual = absolute_sum(r_, 0, length);
    // min G >= g_0 + min(0, g_1 h) - sum_{k>=2} |g_k| h^k
    Ball least = absolute_sum(g_, 2, length), first;
    arb_sub(least.get(), at(g_, 0), least.get(), bits_);
    arb_mul(first.get(), at(g_, 1), length.get(), bits_);
    if (!arb_is_nonnegative(first.get())) arb_add(least.get(), least.get(), first.get(), bits_);
    if (!arb_is_positive(least.get()) || !arb_is_positive(end_value_.get())) return false;
    // slack min G >= residual, the slack exact
    Ball slack(problem_.proved_for);
    arb_sub(slack.get(), slack.get(), lambda.get(), ARF_PREC_EXACT);
    arb_abs(slack.get(), slack.get());
    arb_mul(slack.get(), slack.get(), least.get(), bits_);
    if (!arb_ge(slack.get(), residual.get())) return false;
    Ball ratio;
    arb_div(ratio.get(), residual.get(), slack.get(), 53);
    safety_ = arf_get_d(arb_midref(ratio.get()), ARF_RND_UP);
    return true;
  }

  Ball absolute_sum(const BallSeries& series, slong from, const Ball& length) const {
    Ball sum, a;
    for (slong k = arb_poly_length(series.get()) - 1; k >= from; --k) {
      arb_mul(sum.get(), sum.get(), length.get(), bits_);
      arb_abs(a.get(), at(series, k));
      arb_add(sum.get(), sum.get(), a.get(), bits_);
    }
    for (slong k = 0; k < from; ++k) arb_mul(sum.get(), sum.get(), length.get(), bits_);
    return sum;
  }

  static arb_srcptr at(const BallSeries& series, slong k) {
    return const_cast<arb_poly_struct*>(series.get())->coeffs + k;
  }
  static arb_srcptr coefficient_of(const BallSeries& series, slong k, Ball& store) {
    arb_poly_get_coeff_arb(store.get(), series.get(), k);
    return store.get();
  }
  void add_to(slong k, const Ball& c) {
    Ball sum;
    arb_poly_get_coeff_arb(sum.get(), g_.get(), k);
    arb_add(sum.get(), sum.get(), c.get(), bits_);
    arb_poly_set_coeff_arb(g_.get(), k, sum.get());
  }

  const BarrierProblem& problem_;
  const slong terms_, bits_;
  BallSeries first_, second_, g_, dg_, ddg_, r_, t_;
  Ball end_value_, end_slope_;
  double safety_ = 0;  // residual over what is there to pay for it
};

// x + side h, rounded so that the length has few bits: then a cell that ends at a kink is decided by its ball
double rounded_next(double x, int side, double h) {
  const double quantum = std::ldexp(1.0, std::ilogb(h) - 10);
  return std::nearbyint((x + side * h) / quantum) * quantum;
}

double next_stop(double x, int side, double end, const std::vector<double>& kinks) {
  double stop = end;
  for (double kink : kinks)
    if (side * (kink - x) > 0 && side * (stop - kink) > 0) stop = kink;
  return stop;
}

// G'(+) = G'(-) + J G/tau, J the jump of f': down for a supersolution, up for a subsolution
void cross_kink(BarrierNode& node, const BarrierProblem& problem, const Ball& before, const Ball& after) {
  Ball jump;
  const Ball tau(problem.temperature);
  arb_sub(jump.get(), after.get(), before.get(), problem.bits);
  arb_mul(jump.get(), jump.get(), node.value.get(), problem.bits);
  arb_div(jump.get(), jump.get(), tau.get(), problem.bits);
  arb_add(jump.get(), jump.get(), node.slope.get(), problem.bits);
  arf_t end;
  arf_init(end);
  if (problem.is_supersolution())
    arb_get_lbound_arf(end, jump.get(), problem.bits);
  else
    arb_get_ubound_arf(end, jump.get(), problem.bits);
  arb_set_arf(node.slope.get(), end);
  arf_clear(end);
}

}  // namespace

BarrierMarch march(LineSeries& series, const BarrierProblem& problem, BarrierNode start, int side, double end,
                   const std::vector<double>& kinks, const std::function<bool()>& stop) {
  BarrierMarch result;
  Cell cell(problem, series.terms());
  double x = arf_get_d(arb_midref(start.x.get()), ARF_RND_NEAR);
  const double way = std::abs(end - x);
  double h = way / 64;
  result.nodes.push_back(std::move(start));
  std::optional<Ball> drift_before_kink;
  while (x != end) {
    if (stop()) {
      result.why = "interrupted";
      return result;
    }
    const double limit = next_stop(x, side, end, kinks);
    double next = rounded_next(x, side, h);
    if (side * (limit - next) < 0.25 * h) next = limit;
    Ball length(next), from(x);
    arb_sub(length.get(), length.get(), from.get(), ARF_PREC_EXACT);
    arb_abs(length.get(), length.get());
    std::string why;
    const std::optional<CellExpansion> f = series.expand(from, side, length, why);
    bool good = f.has_value();
    if (good) {
      BarrierNode& node = result.nodes.back();
      if (drift_before_kink) {
        Ball after;
        arb_poly_get_coeff_arb(after.get(), f->at_start.get(), 1);
        cross_kink(node, problem, *drift_before_kink, after);
        drift_before_kink.reset();
      }
      good = cell.accept(*f, node, length);
      if (!good) why = "the function that should prove the bound is not positive or its residual too large";
    }
    if (!good) {
      h = 0.5 * std::min(h, std::abs(next - x));
      if (h < 1e-12 * way) {
        result.why = why + " near " + std::to_string(x);
        return result;
      }
      continue;
    }
    if (next == limit && limit != end) drift_before_kink = cell.drift_at(length);
    BarrierNode node;
    node.x = Ball(next);
    node.value = cell.end_value();
    node.arriving_slope = node.slope = cell.end_slope();
    result.nodes.push_back(std::move(node));
    x = next;
    if (cell.safety() < 1e-6) h *= 1.5;
  }
  return result;
}

std::optional<BarrierNode> leave_zero(LineSeries& series, const BarrierProblem& problem, double x, int side,
                                      double longest, EndPiece& piece) {
  const slong bits = problem.bits;
  const Ball from(x), tau(problem.temperature), lambda(problem.proved_for);
  piece.length = std::ldexp(1.0, std::ilogb(longest));
  for (int attempt = 0; attempt < 60; ++attempt, piece.length /= 2) {
    std::string why;
    const Ball length(piece.length);
    const std::optional<CellExpansion> f = series.expand(from, side, length, why);
    if (!f) continue;
    // enclosures over the whole piece, y any of [0, l]
    Ball y, first, second;
    arb_mul_2exp_si(y.get(), length.get(), -1);
    arb_add_error(y.get(), y.get());
    BallSeries whole = f->at_start;
    arb_poly_set_coeff_arb(whole.get(), series.terms(), f->remainder.get());
    arb_poly_derivative(whole.get(), whole.get(), bits);
    arb_poly_evaluate2(first.get(), second.get(), whole.get(), y.get(), bits);
    piece.curvature = 0;
    for (int round = 0; round < 4; ++round) {
      const Ball k(piece.curvature);
      Ball g, dg, r;  // g = y + k y^2/2, dg = 1 + k y
      arb_mul(dg.get(), k.get(), y.get(), bits);
      arb_mul_2exp_si(g.get(), dg.get(), -1);
      arb_add_si(g.get(), g.get(), 1, bits);
      arb_mul(g.get(), g.get(), y.get(), bits);
      arb_add_si(dg.get(), dg.get(), 1, bits);
      arb_sub(r.get(), second.get(), lambda.get(), bits);
      arb_mul(r.get(), r.get(), g.get(), bits);
      arb_addmul(r.get(), first.get(), dg.get(), bits);
      arb_submul(r.get(), tau.get(), k.get(), bits);
      if (arb_is_nonpositive(r.get())) {
        BarrierNode node;
        node.x = from;
        side > 0 ? arb_add(node.x.get(), from.get(), length.get(), ARF_PREC_EXACT)
                 : arb_sub(node.x.get(), from.get(), length.get(), ARF_PREC_EXACT);
        arb_mul(node.slope.get(), k.get(), length.get(), ARF_PREC_EXACT);
        arb_mul_2exp_si(node.value.get(), node.slope.get(), -1);
        arb_add_si(node.value.get(), node.value.get(), 1, ARF_PREC_EXACT);
        arb_mul(node.value.get(), node.value.get(), length.get(), ARF_PREC_EXACT);
        arb_add_si(node.slope.get(), node.slope.get(), 1, ARF_PREC_EXACT);
        node.arriving_slope = node.slope;
        return node;
      }
      if (!arb_is_finite(r.get())) break;
      arf_t bound;
      arf_init(bound);
      arb_get_ubound_arf(bound, r.get(), 53);
      const double excess = arf_get_d(bound, ARF_RND_UP);
      arf_clear(bound);
      piece.curvature += std::ldexp(1.0, std::ilogb(4 * excess / problem.temperature) + 1);
      if (piece.curvature * piece.length > 1) break;
    }
  }
  return std::nullopt;
}

int kink_sign(const BarrierNode& left, const BarrierNode& right, double& size) {
  Ball a, b;
  arb_mul(a.get(), left.arriving_slope.get(), right.value.get(), ARF_PREC_EXACT);
  arb_mul(b.get(), right.arriving_slope.get(), left.value.get(), ARF_PREC_EXACT);
  arb_add(a.get(), a.get(), b.get(), ARF_PREC_EXACT);
  const int sign = arf_sgn(arb_midref(a.get()));
  arb_mul(b.get(), left.value.get(), right.value.get(), 53);
  arb_div(a.get(), a.get(), b.get(), 53);
  size = arf_get_d(arb_midref(a.get()), ARF_RND_NEAR);
  return sign;
}

}  // namespace sgdlimits::proof
