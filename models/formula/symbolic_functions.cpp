#include "models/formula/symbolic_functions.hpp"

#include <ginac/ginac.h>

#include <string>

namespace sgdlimits::formula {

using GiNaC::ex;

namespace {

// Functions that GiNaC lacks, or whose derivative it writes with a quotient that is 0/0 at a kink.
DECLARE_FUNCTION_1P(f_abs)
DECLARE_FUNCTION_1P(f_sign)
DECLARE_FUNCTION_1P(f_step)
DECLARE_FUNCTION_1P(f_relu)
DECLARE_FUNCTION_1P(f_sigmoid)
DECLARE_FUNCTION_1P(f_softplus)
DECLARE_FUNCTION_1P(f_logcosh)
DECLARE_FUNCTION_1P(f_tanh)
DECLARE_FUNCTION_1P(f_erf)
DECLARE_FUNCTION_1P(f_erfc)
DECLARE_FUNCTION_1P(f_expm1)
DECLARE_FUNCTION_1P(f_log1p)
DECLARE_FUNCTION_2P(f_max)
DECLARE_FUNCTION_2P(f_min)
DECLARE_FUNCTION_2P(f_equal)
DECLARE_FUNCTION_2P(f_unequal)
DECLARE_FUNCTION_2P(f_less)
DECLARE_FUNCTION_2P(f_less_equal)

ex d_zero(const ex&, unsigned) { return 0; }
ex d_zero2(const ex&, const ex&, unsigned) { return 0; }
ex d_abs(const ex& u, unsigned) { return f_sign(u); }
ex d_relu(const ex& u, unsigned) { return f_step(u); }
ex d_sigmoid(const ex& u, unsigned) { return f_sigmoid(u) * f_sigmoid(-u); }
ex d_softplus(const ex& u, unsigned) { return f_sigmoid(u); }
ex d_logcosh(const ex& u, unsigned) { return f_tanh(u); }
// sech^2, without the cancellation of 1 - tanh^2 and without overflow: 4 sigmoid(2u) sigmoid(-2u)
ex d_tanh(const ex& u, unsigned) { return 4 * f_sigmoid(2 * u) * f_sigmoid(-2 * u); }
ex d_erf(const ex& u, unsigned) { return 2 / GiNaC::sqrt(GiNaC::Pi) * GiNaC::exp(-u * u); }
ex d_erfc(const ex& u, unsigned) { return -d_erf(u, 0); }
ex d_expm1(const ex& u, unsigned) { return GiNaC::exp(u); }
ex d_log1p(const ex& u, unsigned) { return 1 / (1 + u); }
ex d_max(const ex& u, const ex& v, unsigned i) { return i == 0 ? f_step(u - v) : f_step(v - u); }
ex d_min(const ex& u, const ex& v, unsigned i) { return i == 0 ? f_step(v - u) : f_step(u - v); }

REGISTER_FUNCTION(f_abs, derivative_func(d_abs))
REGISTER_FUNCTION(f_sign, derivative_func(d_zero))
REGISTER_FUNCTION(f_step, derivative_func(d_zero))
REGISTER_FUNCTION(f_relu, derivative_func(d_relu))
REGISTER_FUNCTION(f_sigmoid, derivative_func(d_sigmoid))
REGISTER_FUNCTION(f_softplus, derivative_func(d_softplus))
REGISTER_FUNCTION(f_logcosh, derivative_func(d_logcosh))
REGISTER_FUNCTION(f_tanh, derivative_func(d_tanh))
REGISTER_FUNCTION(f_erf, derivative_func(d_erf))
REGISTER_FUNCTION(f_erfc, derivative_func(d_erfc))
REGISTER_FUNCTION(f_expm1, derivative_func(d_expm1))
REGISTER_FUNCTION(f_log1p, derivative_func(d_log1p))
REGISTER_FUNCTION(f_max, derivative_func(d_max))
REGISTER_FUNCTION(f_min, derivative_func(d_min))
REGISTER_FUNCTION(f_equal, derivative_func(d_zero2))
REGISTER_FUNCTION(f_unequal, derivative_func(d_zero2))
REGISTER_FUNCTION(f_less, derivative_func(d_zero2))
REGISTER_FUNCTION(f_less_equal, derivative_func(d_zero2))

}  // namespace

ex call(Op op, const ex& a, const ex& b) {
  switch (op) {
    case Op::abs: return f_abs(a);
    case Op::acos: return GiNaC::acos(a);
    case Op::acosh: return GiNaC::acosh(a);
    case Op::asin: return GiNaC::asin(a);
    case Op::asinh: return GiNaC::asinh(a);
    case Op::atan: return GiNaC::atan(a);
    case Op::atanh: return GiNaC::atanh(a);
    case Op::cos: return GiNaC::cos(a);
    case Op::cosh: return GiNaC::cosh(a);
    case Op::erf: return f_erf(a);
    case Op::erfc: return f_erfc(a);
    case Op::exp: return GiNaC::exp(a);
    case Op::expm1: return f_expm1(a);
    case Op::log1p: return f_log1p(a);
    case Op::logcosh: return f_logcosh(a);
    case Op::relu: return f_relu(a);
    case Op::sigmoid: return f_sigmoid(a);
    case Op::sign: return f_sign(a);
    case Op::sin: return GiNaC::sin(a);
    case Op::sinh: return GiNaC::sinh(a);
    case Op::softplus: return f_softplus(a);
    case Op::sqrt: return GiNaC::sqrt(a);
    case Op::step: return f_step(a);
    case Op::tan: return GiNaC::tan(a);
    case Op::tanh: return f_tanh(a);
    case Op::max: return f_max(a, b);
    case Op::min: return f_min(a, b);
    case Op::equal: return f_equal(a, b);
    case Op::unequal: return f_unequal(a, b);
    case Op::less: return f_less(a, b);
    default: return f_less_equal(a, b);
  }
}

Op op_of_call(const ex& e) {
  const std::string name = GiNaC::ex_to<GiNaC::function>(e).get_name();
  if (name == "f_equal") return Op::equal;
  if (name == "f_unequal") return Op::unequal;
  if (name == "f_less") return Op::less;
  if (name == "f_less_equal") return Op::less_equal;
  return find_function(name.rfind("f_", 0) == 0 ? name.substr(2) : name)->op;
}

}  // namespace sgdlimits::formula
