#include "solvers/proof/line_series.hpp"

#include <arb_hypgeom.h>

#include <algorithm>
#include <cmath>

namespace sgdlimits::proof {
namespace {

bool has_branches(LineOp op) {
  return op == LineOp::abs || op == LineOp::relu || op == LineOp::sign || op == LineOp::step || op == LineOp::max ||
         op == LineOp::min;
}

// 1/(1 + exp(-a)) for a > 0, exp(a)/(1 + exp(a)) otherwise: neither overflows
void sigmoid_series(arb_poly_t result, const arb_poly_t a, slong terms, slong bits) {
  BallSeries e, one_plus;
  arb_t first;
  arb_init(first);
  arb_poly_get_coeff_arb(first, a, 0);
  const bool positive = arf_sgn(arb_midref(first)) > 0;
  arb_clear(first);
  BallSeries z;
  if (positive)
    arb_poly_neg(z.get(), a);
  else
    arb_poly_set(z.get(), a);
  arb_poly_exp_series(e.get(), z.get(), terms, bits);
  arb_poly_add_si(one_plus.get(), e.get(), 1, bits);
  if (positive)
    arb_poly_inv_series(result, one_plus.get(), terms, bits);
  else
    arb_poly_div_series(result, e.get(), one_plus.get(), terms, bits);
}

// log(1 + exp(a)), as a + log(1 + exp(-a)) for a > 0
void softplus_series(arb_poly_t result, const arb_poly_t a, slong terms, slong bits) {
  BallSeries e, z;
  arb_t first;
  arb_init(first);
  arb_poly_get_coeff_arb(first, a, 0);
  const bool positive = arf_sgn(arb_midref(first)) > 0;
  arb_clear(first);
  if (positive)
    arb_poly_neg(z.get(), a);
  else
    arb_poly_set(z.get(), a);
  arb_poly_exp_series(e.get(), z.get(), terms, bits);
  arb_poly_log1p_series(e.get(), e.get(), terms, bits);
  if (positive)
    arb_poly_add(result, e.get(), a, bits);
  else
    arb_poly_swap(result, e.get());
}

// 2 sigmoid(2a) - 1
void tanh_series(arb_poly_t result, const arb_poly_t a, slong terms, slong bits) {
  BallSeries twice, s;
  arb_poly_scalar_mul_2exp_si(twice.get(), a, 1);
  sigmoid_series(s.get(), twice.get(), terms, bits);
  arb_poly_scalar_mul_2exp_si(s.get(), s.get(), 1);
  arb_poly_add_si(result, s.get(), -1, bits);
}

// softplus(2a) - a - log 2
void logcosh_series(arb_poly_t result, const arb_poly_t a, slong terms, slong bits) {
  BallSeries twice, s, log2;
  Ball l;
  arb_const_log2(l.get(), bits);
  arb_poly_set_arb(log2.get(), l.get());
  arb_poly_scalar_mul_2exp_si(twice.get(), a, 1);
  softplus_series(s.get(), twice.get(), terms, bits);
  arb_poly_sub(s.get(), s.get(), a, bits);
  arb_poly_sub(result, s.get(), log2.get(), bits);
}

// The integral of a' h, with the value `first` gives at a_0: no cancellation on wide balls
void integral_series(arb_poly_t result, const arb_poly_t a, const BallSeries& h,
                     void (*first)(arb_t, const arb_t, slong), slong terms, slong bits) {
  Ball value;
  arb_poly_get_coeff_arb(value.get(), a, 0);
  first(value.get(), value.get(), bits);
  BallSeries r;
  arb_poly_derivative(r.get(), a, bits);
  arb_poly_mullow(r.get(), r.get(), h.get(), terms, bits);
  arb_poly_integral(r.get(), r.get(), bits);
  arb_poly_truncate(r.get(), terms);
  arb_poly_set_coeff_arb(r.get(), 0, value.get());
  arb_poly_swap(result, r.get());
}

// asinh (shift = 1) and acosh (shift = -1): a' (a^2 + shift)^{-1/2}
void area_series(arb_poly_t result, const arb_poly_t a, slong shift, slong terms, slong bits) {
  BallSeries h;
  arb_poly_mullow(h.get(), a, a, terms, bits);
  arb_poly_add_si(h.get(), h.get(), shift, bits);
  arb_poly_rsqrt_series(h.get(), h.get(), terms, bits);
  integral_series(result, a, h, shift > 0 ? arb_asinh : arb_acosh, terms, bits);
}

// a'/(1 - a^2)
void atanh_series(arb_poly_t result, const arb_poly_t a, slong terms, slong bits) {
  BallSeries h;
  arb_poly_mullow(h.get(), a, a, terms, bits);
  arb_poly_neg(h.get(), h.get());
  arb_poly_add_si(h.get(), h.get(), 1, bits);
  arb_poly_inv_series(h.get(), h.get(), terms, bits);
  integral_series(result, a, h, arb_atanh, terms, bits);
}

void power_series(arb_poly_t result, const arb_poly_t a, double exponent, slong terms, slong bits) {
  if (exponent == std::floor(exponent) && std::abs(exponent) <= 64) {
    arb_poly_pow_ui_trunc_binexp(result, a, static_cast<ulong>(std::abs(exponent)), terms, bits);
    if (exponent < 0) arb_poly_inv_series(result, result, terms, bits);
    return;
  }
  const Ball e(exponent);
  arb_poly_pow_arb_series(result, a, e.get(), terms, bits);
}

bool finite(const arb_poly_t series) {
  for (slong k = 0; k < arb_poly_length(series); ++k)
    if (!arb_is_finite(arb_poly_get_coeff_ptr(const_cast<arb_poly_struct*>(series), k))) return false;
  return true;
}

}  // namespace

LineSeries::LineSeries(LineProgram program, int terms, int bits)
    : program_(std::move(program)),
      terms_(terms),
      bits_(bits),
      values_(program_.code().size()),
      branches_(program_.code().size(), 0),
      zero_at_(program_.code().size(), 0) {
  for (const LineProgram::Instruction& i : program_.code()) has_kinks_ = has_kinks_ || has_branches(i.op);
}

// In a cell that ends where g = 0, y measured into the cell: the sign of g is that of g' at a zero at the start,
// the opposite at a zero at the end.
int LineSeries::decided_sign(std::size_t k, const BallSeries& switching, LineOp op) const {
  Ball value, slope;
  arb_poly_get_coeff_arb(value.get(), switching.get(), 0);
  if (arb_is_positive(value.get())) return 1;
  if (arb_is_negative(value.get())) return -1;
  if (op == LineOp::sign || op == LineOp::step || zero_at_[k] == 0) return 0;
  arb_poly_get_coeff_arb(slope.get(), switching.get(), 1);
  const int rises = arb_is_positive(slope.get()) ? 1 : arb_is_negative(slope.get()) ? -1 : 0;
  return zero_at_[k] == 1 ? rises : -rises;
}

bool LineSeries::branch(std::size_t k, const LineProgram::Instruction& i, Branches branches, std::string& why) {
  const arb_poly_struct* a = values_[static_cast<std::size_t>(i.a)].get();
  BallSeries switching;  // the function changes its branch where this changes its sign
  arb_poly_set(switching.get(), a);
  const bool two = i.op == LineOp::max || i.op == LineOp::min;
  if (two) arb_poly_sub(switching.get(), a, values_[static_cast<std::size_t>(i.b)].get(), bits_);
  if (branches == Branches::decide) {
    const int sign = decided_sign(k, switching, i.op);
    const bool jumps = (i.op == LineOp::sign || i.op == LineOp::step) && branches_[k] != 0 && sign != branches_[k];
    if (sign == 0 || jumps) {
      why = jumps ? to_string(i.op) + " makes f jump" : to_string(i.op) + " has its kink inside a cell";
      return false;
    }
    branches_[k] = static_cast<signed char>(sign);
  }
  arb_poly_struct* result = values_[k].get();
  const bool positive = branches_[k] > 0;
  switch (i.op) {
    case LineOp::abs: positive ? arb_poly_set(result, a) : arb_poly_neg(result, a); break;
    case LineOp::relu: positive ? arb_poly_set(result, a) : arb_poly_zero(result); break;
    case LineOp::sign: arb_poly_set_si(result, positive ? 1 : -1); break;
    case LineOp::step: arb_poly_set_si(result, positive ? 1 : 0); break;
    default:
      arb_poly_set(result, values_[static_cast<std::size_t>(positive == (i.op == LineOp::max) ? i.a : i.b)].get());
  }
  return true;
}

bool LineSeries::function(std::size_t k, const LineProgram::Instruction& i, int terms, std::string& why) {
  const arb_poly_struct* a = values_[static_cast<std::size_t>(i.a)].get();
  arb_poly_struct* result = values_[k].get();
  switch (i.op) {
    case LineOp::acos: arb_poly_acos_series(result, a, terms, bits_); break;
    case LineOp::acosh: area_series(result, a, -1, terms, bits_); break;
    case LineOp::asin: arb_poly_asin_series(result, a, terms, bits_); break;
    case LineOp::asinh: area_series(result, a, 1, terms, bits_); break;
    case LineOp::atan: arb_poly_atan_series(result, a, terms, bits_); break;
    case LineOp::atanh: atanh_series(result, a, terms, bits_); break;
    case LineOp::cos: arb_poly_cos_series(result, a, terms, bits_); break;
    case LineOp::cosh: arb_poly_cosh_series(result, a, terms, bits_); break;
    case LineOp::erf: arb_hypgeom_erf_series(result, a, terms, bits_); break;
    case LineOp::erfc: arb_hypgeom_erfc_series(result, a, terms, bits_); break;
    case LineOp::exp: arb_poly_exp_series(result, a, terms, bits_); break;
    case LineOp::expm1:
      arb_poly_exp_series(result, a, terms, bits_);
      arb_poly_add_si(result, result, -1, bits_);
      break;
    case LineOp::log: arb_poly_log_series(result, a, terms, bits_); break;
    case LineOp::log1p: arb_poly_log1p_series(result, a, terms, bits_); break;
    case LineOp::logcosh: logcosh_series(result, a, terms, bits_); break;
    case LineOp::sigmoid: sigmoid_series(result, a, terms, bits_); break;
    case LineOp::sin: arb_poly_sin_series(result, a, terms, bits_); break;
    case LineOp::sinh: arb_poly_sinh_series(result, a, terms, bits_); break;
    case LineOp::softplus: softplus_series(result, a, terms, bits_); break;
    case LineOp::sqrt: arb_poly_sqrt_series(result, a, terms, bits_); break;
    case LineOp::tan: arb_poly_tan_series(result, a, terms, bits_); break;
    case LineOp::tanh: tanh_series(result, a, terms, bits_); break;
    default: break;
  }
  if (!finite(result)) {
    why = to_string(i.op) + " is not analytic on a cell";
    return false;
  }
  return true;
}

bool LineSeries::run(const Ball& centre, int side, int terms, Branches branches, std::string& why) {
  for (std::size_t k = 0; k < values_.size(); ++k) {
    const LineProgram::Instruction& i = program_.code()[k];
    arb_poly_struct* result = values_[k].get();
    const auto argument = [&](int n) { return values_[static_cast<std::size_t>(n)].get(); };
    switch (i.op) {
      case LineOp::input:
        arb_poly_zero(result);
        arb_poly_set_coeff_arb(result, 0, centre.get());
        if (terms > 1) arb_poly_set_coeff_si(result, 1, side);
        break;
      case LineOp::constant: arb_poly_set_arb(result, Ball(i.constant).get()); break;
      case LineOp::add: arb_poly_add(result, argument(i.a), argument(i.b), bits_); break;
      case LineOp::multiply: arb_poly_mullow(result, argument(i.a), argument(i.b), terms, bits_); break;
      case LineOp::scale: arb_poly_scalar_mul(result, argument(i.a), Ball(i.constant).get(), bits_); break;
      case LineOp::power:
        power_series(result, argument(i.a), i.constant, terms, bits_);
        if (!finite(result)) {
          why = "a power is not analytic on a cell";
          return false;
        }
        break;
      default:
        if (!(has_branches(i.op) ? branch(k, i, branches, why) : function(k, i, terms, why))) return false;
    }
  }
  return true;
}

// Where the argument of a kinked function is exactly 0 at an end of the cell.
void LineSeries::note_zeros(const Ball& end, int which) {
  std::string why;
  // at the kink itself every branch gives the same value: those of the last cell will do
  for (signed char& b : branches_)
    if (b == 0) b = 1;
  const bool known = run(end, 1, 1, Branches::keep, why);
  for (std::size_t k = 0; known && k < values_.size(); ++k) {
    const LineProgram::Instruction& i = program_.code()[k];
    if (!has_branches(i.op)) continue;
    BallSeries switching = values_[static_cast<std::size_t>(i.a)];
    if (i.b >= 0)
      arb_poly_sub(switching.get(), switching.get(), values_[static_cast<std::size_t>(i.b)].get(), ARF_PREC_EXACT);
    if (arb_poly_is_zero(switching.get())) zero_at_[k] = static_cast<signed char>(which);
  }
}

std::optional<CellExpansion> LineSeries::expand(const Ball& start, int side, const Ball& length, std::string& why) {
  // the ball that holds the cell: centre start + side length/2, radius length/2
  Ball cell, half, end;
  arb_mul_2exp_si(half.get(), length.get(), -1);
  const auto move = side > 0 ? arb_add : arb_sub;
  move(cell.get(), start.get(), half.get(), ARF_PREC_EXACT);
  move(end.get(), start.get(), length.get(), ARF_PREC_EXACT);
  arb_add_error(cell.get(), half.get());
  if (has_kinks_) {
    std::fill(zero_at_.begin(), zero_at_.end(), static_cast<signed char>(0));
    const std::vector<signed char> remembered = branches_;
    note_zeros(end, 2);
    note_zeros(start, 1);
    branches_ = remembered;
  }
  if (!run(cell, side, terms_ + 1, Branches::decide, why)) return std::nullopt;
  CellExpansion expansion;
  arb_poly_get_coeff_arb(expansion.remainder.get(), values_[static_cast<std::size_t>(program_.result())].get(),
                         terms_);
  if (!run(start, side, terms_, Branches::keep, why)) return std::nullopt;
  expansion.at_start = values_[static_cast<std::size_t>(program_.result())];
  return expansion;
}

std::vector<int> LineSeries::switching_signs(double x) {
  std::string why;
  std::vector<int> signs;
  const std::vector<signed char> remembered = branches_;
  std::fill(branches_.begin(), branches_.end(), static_cast<signed char>(0));
  const bool known = run(Ball(x), 1, 1, Branches::decide, why);
  if (known)
    for (std::size_t k = 0; k < branches_.size(); ++k)
      if (has_branches(program_.code()[k].op)) signs.push_back(branches_[k]);
  branches_ = remembered;
  return signs;
}

std::vector<double> LineSeries::switches(double lower, double upper) {
  std::vector<double> places;
  if (!has_kinks_) return places;
  constexpr int kIntervals = 4096;
  // off the lattice of short binary fractions, where kinks like to be
  const auto at = [&](int i) { return lower + (upper - lower) * (i + 0.3137) / (kIntervals + 1); };
  for (int i = 0; i < kIntervals; ++i) {
    double a = at(i), b = at(i + 1);
    const std::vector<int> from = switching_signs(a);
    if (from.empty() || switching_signs(b) == from) continue;
    for (int n = 0; n < 64; ++n) {
      const double middle = 0.5 * (a + b);
      (switching_signs(middle) == from ? a : b) = middle;
    }
    // the kink itself, if it is a double: there the argument is exactly 0 and its sign undecided
    const double scale = std::ldexp(1.0, std::ilogb(upper - lower) - 20);
    double place = b;
    for (double candidate : {std::nearbyint(b / scale) * scale, a, b})
      if (switching_signs(candidate).empty()) place = candidate;
    places.push_back(place);
  }
  return places;
}

Ball LineSeries::value(const Ball& x) {
  std::string why;
  Ball result;
  if (run(x, 1, 1, Branches::decide, why))
    arb_poly_get_coeff_arb(result.get(), values_[static_cast<std::size_t>(program_.result())].get(), 0);
  else
    arb_indeterminate(result.get());
  return result;
}

}  // namespace sgdlimits::proof
