#include "apps/certificate_checker/check.hpp"

#include <cmath>
#include <limits>

namespace checker {
namespace {

std::string text(const Interval& x) {
  char buffer[64];
  mpfr_snprintf(buffer, sizeof buffer, "%.12Rg", x.lower);
  return buffer;
}

bool equal(const Interval& a, const Interval& b) { return (a - b).is_zero(); }

// One march: from an end to the meeting point, in the coordinate y into the domain, x = x_0 + side y.
class MarchCheck {
 public:
  MarchCheck(const Certificate& c, const Barrier& barrier, const March& march, int side, bool super)
      : c_(c),
        barrier_(barrier),
        march_(march),
        side_(side),
        super_(super),
        tau_(c.temperature),
        terms_(c.terms + 8) {
    bool kinks = false;
    for (const Instruction& i : c.program.code) kinks = kinks || has_branch(i.op);
    has_kinks_ = kinks;
  }

  void run() {
    if (march_.nodes.size() < 2)
      refuse("has no cell", march_.nodes.empty() ? Interval(march_.end.x) : march_.nodes[0].x);
    check_end();
    Branches before;
    Interval drift_before;
    for (std::size_t k = 0; k + 1 < march_.nodes.size(); ++k) {
      const Node &from = march_.nodes[k], &to = march_.nodes[k + 1];
      Branches branches;
      const Interval drift_end = check_cell(from, to, branches);
      if (k > 0) check_node(from, before, branches, drift_before);
      before = branches;
      drift_before = drift_end;
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const Interval& x) const {
    throw Refuted(std::string(super_ ? "supersolution" : "subsolution") + (side_ > 0 ? ", left" : ", right") +
                  " part " + what + " at x = " + text(x));
  }

  Branches undecided() const { return Branches(c_.program.code.size(), 0); }

  void check_end() {
    const End& end = march_.end;
    const Node& first = march_.nodes.front();
    const double domain_end = side_ > 0 ? c_.lower_end : c_.upper_end;
    if (!super_) {
      if (end.kind != "zero") refuse("does not start from 0", first.x);
      check_piece(end, first, domain_end);
      return;
    }
    if (!equal(first.x, Interval(end.x))) refuse("does not start at its end", first.x);
    if (end.kind == "reflecting") {
      if (end.x != domain_end) refuse("starts at a reflecting end that is none", first.x);
      return;
    }
    if (end.kind != "tail") refuse("starts in a way that proves nothing", first.x);
    if (!(end.slope >= 0)) refuse("has a tail that falls outward", first.x);
    // exp(c r) outward has the inward slope -c G; a kink there must point downward
    if (!(Interval(end.slope) * first.value + first.slope).nonpositive())
      refuse("has an upward kink at its tail", first.x);
    check_tail(end, domain_end);
  }

  // c p - tau c^2 + q >= rate beyond end.x, p the outward derivative and q the second derivative of f
  void check_tail(const End& end, double domain_end) {
    Interval segment(end.x);
    if (std::isinf(domain_end) && end.x * domain_end > 0)
      segment.power = 1;  // x = b t, t >= 1
    else
      segment = Interval::hull(segment, Interval(domain_end));
    const int order = std::max(2, end.order);
    if (order > 20) refuse("asks for a derivative of too high an order", Interval(end.x));
    Branches on_tail = undecided();
    Series tail = expand(c_.program, segment, -side_, order, on_tail);
    Branches at_point = on_tail;
    Series point = expand(c_.program, Interval(end.x), -side_, order, at_point);
    for (Interval& coefficient : tail) coefficient = coefficient.plain();
    Interval p = tail[1], q = Interval(2) * tail[2];
    double factorial = 2;
    for (int m = 3; m <= order; ++m) factorial *= m;
    if (order > 2 && (Interval(factorial) * tail[static_cast<std::size_t>(order)]).nonnegative()) {
      bool rises = true;
      for (int j = 3; j < order; ++j) rises = rises && point[static_cast<std::size_t>(j)].nonnegative();
      if (rises) mpfr_max(q.lower, q.lower, (Interval(2) * point[2]).lower, MPFR_RNDD);
    }
    if (q.nonnegative()) mpfr_max(p.lower, p.lower, point[1].lower, MPFR_RNDD);
    const Interval c(end.slope);
    if (end.slope > 0 && !(p - Interval(2) * tau_ * c).nonnegative())
      refuse("has a tail that is too steep", Interval(end.x));
    Interval low_p, low_q;
    mpfr_set(low_p.lower, p.lower, MPFR_RNDD);
    mpfr_set(low_p.upper, p.lower, MPFR_RNDU);
    mpfr_set(low_q.lower, q.lower, MPFR_RNDD);
    mpfr_set(low_q.upper, q.lower, MPFR_RNDU);
    const Interval growth = c * low_p - tau_ * c * c + low_q - Interval(barrier_.proved_for);
    if (!growth.nonnegative()) refuse("has a tail whose growth is not enough", Interval(end.x));
  }

  void check_piece(const End& end, const Node& first, double domain_end) {
    if (!(end.length > 0 && end.curvature >= 0)) refuse("has a bad first piece", first.x);
    if (side_ > 0 ? end.x < domain_end : end.x > domain_end) refuse("starts outside the domain", first.x);
    const Interval length(end.length), k(end.curvature);
    Interval y;
    mpfr_set_d(y.upper, end.length, MPFR_RNDU);
    if (!equal(first.x, Interval(end.x) + Interval(side_) * length)) refuse("does not join its first piece", first.x);
    const Interval at_end = length + k * length * length / Interval(2);
    if (!equal(at_end, first.value)) refuse("jumps at its first piece", first.x);
    if (!(first.slope - Interval(1) - k * length).nonnegative()) refuse("has a downward kink", first.x);
    Interval from(end.x), cell = Interval::hull(from, first.x);
    Branches branches = undecided();
    const Series f = expand(c_.program, cell, side_, 2, branches);
    Branches keep = branches;
    const Series start = expand(c_.program, from, side_, 1, keep);
    const Interval second = Interval(2) * f[2], drift = start[1] + y * second;
    const Interval g = y * (Interval(1) + k * y / Interval(2)), dg = Interval(1) + k * y;
    const Interval r = drift * dg + (second - Interval(barrier_.proved_for)) * g - tau_ * k;
    if (!r.nonpositive()) refuse("has a first piece that is no subsolution", first.x);
  }

  // Branches of the cell; f' at its end is returned.
  void decide(const Node& from, const Node& to, const Interval& cell, Branches& branches) const {
    branches = undecided();
    for (std::size_t k = 0; k < c_.program.code.size(); ++k) {
      const Instruction& i = c_.program.code[k];
      if (!has_branch(i.op) || branches[k] != 0) continue;
      Program part = c_.program;
      const auto series_of = [&](int n) {
        part.result = n;
        Branches known = branches;
        return expand(part, cell, side_, 1, known);
      };
      Series s = series_of(i.a);
      if (i.b >= 0) {
        const Series b = series_of(i.b);
        s[0] = s[0] - b[0];
        s[1] = s[1] - b[1];
      }
      int sign = s[0].positive() ? 1 : s[0].negative() ? -1 : 0;
      const int rises = s[1].positive() ? 1 : s[1].negative() ? -1 : 0;
      const bool jumps = i.op == "sign" || i.op == "step";
      if (sign == 0 && !jumps) {
        if (switching_argument(c_.program, static_cast<int>(k), from.x, branches).is_zero())
          sign = rises;
        else if (switching_argument(c_.program, static_cast<int>(k), to.x, branches).is_zero())
          sign = -rises;
      }
      if (sign == 0) refuse("has a cell with a kink inside, or f jumps,", from.x);
      branches[k] = sign;
    }
  }

  Interval check_cell(const Node& from, const Node& to, Branches& branches) {
    const Interval h = Interval(side_) * (to.x - from.x);
    if (!h.positive()) refuse("has nodes out of order", from.x);
    if (!from.value.positive() || !to.value.positive()) refuse("is not positive", from.x);
    const Interval cell = Interval::hull(from.x, to.x);
    if (has_kinks_)
      decide(from, to, cell, branches);
    else
      branches = undecided();
    Branches keep = branches;
    Series f = expand(c_.program, from.x, side_, terms_ - 1, keep);
    const Series all = expand(c_.program, cell, side_, terms_, keep);
    f.push_back(all[static_cast<std::size_t>(terms_)]);
    const Series first = derivative(f), second = derivative(first);
    Series g = solve(from, first, second);
    join(g, to, h);
    const Series dg = derivative(g), ddg = derivative(dg);
    // A G - proved_for G = r + (solved_for - proved_for) G
    Series r = product(first, dg);
    const Series t = product(second, g);
    for (std::size_t k = 0; k < t.size(); ++k) {
      if (k >= r.size()) r.emplace_back();
      r[k] = r[k] + t[k];
    }
    for (std::size_t k = 0; k < g.size(); ++k) r[k] = r[k] - Interval(barrier_.solved_for) * g[k];
    for (std::size_t k = 0; k < ddg.size(); ++k) r[k] = r[k] - tau_ * ddg[k];
    Interval least = g[0] - absolute_sum(g, 2, h);
    const Interval linear = g[1] * h;
    if (!linear.nonnegative()) least = least + linear;
    if (!least.positive()) refuse("is not proved positive between nodes", from.x);
    const double slack = super_ ? 1 : -1;
    const Interval paid = Interval(slack) * (Interval(barrier_.solved_for) - Interval(barrier_.proved_for)) * least -
                          absolute_sum(r, 0, h);
    if (!paid.nonnegative()) refuse("does not satisfy its inequality", from.x);
    return evaluate(first, h);
  }

  Series solve(const Node& from, const Series& first, const Series& second) const {
    Series g{from.value, from.slope};
    const Interval lambda(barrier_.solved_for);
    for (int k = 0; k + 2 < terms_; ++k) {
      Interval s = -(lambda * g[static_cast<std::size_t>(k)]);
      for (int j = 0; j <= k; ++j) {
        const auto n = static_cast<std::size_t>(k - j);
        s = s + first[static_cast<std::size_t>(j)].middle() * Interval(k - j + 1) * g[n + 1] +
            second[static_cast<std::size_t>(j)].middle() * g[n];
      }
      g.push_back((s / (tau_ * Interval((k + 1) * (k + 2)))).middle());
    }
    return g;
  }

  // adds the cubic that takes g to the next node, value and slope
  static void join(Series& g, const Node& to, const Interval& h) {
    const Interval gap = to.value - evaluate(g, h), slope_gap = to.arriving_slope - evaluate(derivative(g), h);
    const Interval h2 = h * h;
    g[2] = g[2] + Interval(3) * gap / h2 - slope_gap / h;
    g[3] = g[3] + (slope_gap / h - Interval(2) * gap / h2) / h;
  }

  // A jump of f' by J at a node: tau (G'+ - G'-) <= J G, or >= for a subsolution.
  void check_node(const Node& node, const Branches& before, const Branches& after,
                  const Interval& drift_before) const {
    const Interval bend = tau_ * (node.slope - node.arriving_slope);
    Interval jump;
    if (before != after) {
      Branches keep = after;
      jump = expand(c_.program, node.x, side_, 1, keep)[1] - drift_before;
    }
    const Interval room = jump * node.value - bend;
    if (super_ ? !room.nonnegative() : !room.nonpositive()) refuse("has a kink of the wrong sign", node.x);
  }

  const Certificate& c_;
  const Barrier& barrier_;
  const March& march_;
  int side_;
  bool super_, has_kinks_ = false;
  Interval tau_;
  int terms_;
};

// The sign of G'(left) G(right) + G'(right) G(left), exactly.
int meeting_sign(const Node& left, const Node& right) {
  mpfr_t a, b;
  mpfr_inits2(4 * working_bits + 4096, a, b, static_cast<mpfr_ptr>(nullptr));
  const int inexact = mpfr_mul(a, left.arriving_slope.lower, right.value.lower, MPFR_RNDN) +
                      mpfr_mul(b, right.arriving_slope.lower, left.value.lower, MPFR_RNDN);
  mpfr_neg(b, b, MPFR_RNDN);
  const int sign = mpfr_cmp(a, b);
  mpfr_clears(a, b, static_cast<mpfr_ptr>(nullptr));
  if (inexact != 0) throw Refuted("the numbers at the meeting point are too long");
  return sign > 0 ? 1 : sign < 0 ? -1 : 0;
}

}  // namespace

void check_barrier(const Certificate& certificate, const Barrier& barrier, bool is_supersolution) {
  if (!(barrier.proved_for > 0) || !std::isfinite(barrier.proved_for) || !(certificate.temperature > 0))
    throw Refuted("a rate or the temperature is not positive");
  MarchCheck(certificate, barrier, barrier.left, 1, is_supersolution).run();
  MarchCheck(certificate, barrier, barrier.right, -1, is_supersolution).run();
  const Node &left = barrier.left.nodes.back(), &right = barrier.right.nodes.back();
  if (!equal(left.x, right.x)) throw Refuted("the two parts do not meet");
  const int sign = meeting_sign(left, right);
  if (is_supersolution ? sign < 0 : sign > 0)
    throw Refuted("the two parts meet with a kink of the wrong sign at x = " + text(left.x));
}

}  // namespace checker
