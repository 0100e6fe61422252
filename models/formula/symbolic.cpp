#include "models/formula/symbolic.hpp"

#include <ginac/ginac.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/text.hpp"
#include "models/formula/formula.hpp"

namespace sgdlimits::formula {
namespace {

using GiNaC::ex;
using GiNaC::numeric;

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

std::mutex& ginac_mutex() {
  static std::mutex mutex;
  return mutex;
}

// "1.25e-3" as the rational 125/100000: derivatives stay exact, the double is rounded once, at the end
numeric exact(const std::string& text) {
  std::string digits;
  long exponent = 0;
  std::size_t i = 0;
  bool point = false, minus = false;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '-')
      minus = true;
    else if (text[i] == '.')
      point = true;
    else {
      digits += text[i];
      if (point) --exponent;
    }
  }
  if (i < text.size()) exponent += std::stol(text.substr(i + 1));
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const numeric mantissa(digits.c_str());
  const numeric value = mantissa * GiNaC::pow(numeric(10), numeric(exponent));
  return minus ? -value : value;
}

// log_of_e = log(e) for e = exp(u), a positive number, or their product; false otherwise
bool as_exponential(const ex& e, ex& log_of_e) {
  if (GiNaC::is_the_function<GiNaC::exp_SERIAL>(e)) {
    log_of_e = e.op(0);
    return true;
  }
  if (GiNaC::is_exactly_a<numeric>(e) && GiNaC::ex_to<numeric>(e).is_positive()) {
    log_of_e = GiNaC::log(e);
    return true;
  }
  if (GiNaC::is_exactly_a<GiNaC::mul>(e) && e.nops() == 2) {
    for (int i = 0; i < 2; ++i) {
      const ex c = e.op(static_cast<std::size_t>(i)), u = e.op(static_cast<std::size_t>(1 - i));
      if (GiNaC::is_exactly_a<numeric>(c) && GiNaC::ex_to<numeric>(c).is_positive() &&
          GiNaC::is_the_function<GiNaC::exp_SERIAL>(u)) {
        log_of_e = u.op(0) + GiNaC::log(c);
        return true;
      }
    }
  }
  return false;
}

// Builds GiNaC's expression of a tree. Logarithms of sums of exponentials, log(cosh) and 1/(1 + exp) are rewritten on
// the way, in the order of the text, so that neither they nor their derivatives overflow.
class Builder {
 public:
  Builder(const std::string& text, const std::vector<std::string>& names,
          const std::vector<GiNaC::realsymbol>& symbols)
      : text_(text), names_(names), symbols_(symbols) {}

  ex build(const Syntax& tree) const {
    try {
      const ex e = plain(tree);
      if (GiNaC::is_exactly_a<numeric>(e) && !GiNaC::ex_to<numeric>(e).is_real())
        throw FormulaError(text_, tree.position, "this part is not a real number");
      return e;
    } catch (const Error&) {
      throw;
    } catch (const std::exception&) {
      throw FormulaError(text_, tree.position, "this part has no finite value", "it divides by zero or overflows");
    }
  }

 private:
  ex plain(const Syntax& t) const {
    const auto child = [&](std::size_t i) { return build(t.children[i]); };
    switch (t.kind) {
      case Syntax::Kind::number:
        if (!t.text.empty()) return exact(t.text);
        return t.value > 3 ? ex(GiNaC::Pi) : GiNaC::exp(ex(1));
      case Syntax::Kind::name: {
        const auto place = std::find(names_.begin(), names_.end(), t.text);
        return symbols_[static_cast<std::size_t>(place - names_.begin())];
      }
      case Syntax::Kind::negate: return -child(0);
      case Syntax::Kind::add: return child(0) + child(1);
      case Syntax::Kind::subtract: return child(0) - child(1);
      case Syntax::Kind::multiply: return child(0) * child(1);
      case Syntax::Kind::divide: return child(0) * inverse(t.children[1]);
      case Syntax::Kind::power: return power(t);
      case Syntax::Kind::call: break;
    }
    if (t.op == Op::log) return logarithm(t.children[0]);
    return call(t.op, child(0), t.children.size() > 1 ? child(1) : ex(0));
  }

  ex power(const Syntax& t) const {
    const ex exponent = build(t.children[1]);
    if (GiNaC::is_exactly_a<numeric>(exponent)) {
      const numeric n = GiNaC::ex_to<numeric>(exponent);
      if (n == -1) return inverse(t.children[0]);
      // exact powers of exact numbers would fill the memory
      if (GiNaC::abs(n) > 64) return GiNaC::power(build(t.children[0]), numeric(n.to_double()));
    }
    const ex base = build(t.children[0]);
    if (GiNaC::is_exactly_a<numeric>(base) && GiNaC::is_exactly_a<numeric>(exponent) &&
        !GiNaC::ex_to<numeric>(exponent).is_integer())
      return GiNaC::power(numeric(GiNaC::ex_to<numeric>(base).to_double()), exponent);
    return GiNaC::power(base, exponent);
  }

  void flatten(const Syntax& t, std::vector<ex>& terms) const {
    if (t.kind == Syntax::Kind::add) {
      flatten(t.children[0], terms);
      flatten(t.children[1], terms);
    } else {
      terms.push_back(build(t));
    }
  }

  // log of each term of a sum of positive exponentials; empty if it is none
  std::vector<ex> exponentials(const Syntax& t) const {
    std::vector<ex> terms, logs;
    flatten(t, terms);
    for (const ex& term : terms) {
      ex log_of_term;
      if (!as_exponential(term, log_of_term)) return {};
      logs.push_back(log_of_term);
    }
    return logs;
  }

  ex logarithm(const Syntax& argument) const {
    if (argument.kind == Syntax::Kind::call && argument.op == Op::cosh) return f_logcosh(build(argument.children[0]));
    const std::vector<ex> logs = exponentials(argument);
    if (logs.size() < 2) return GiNaC::log(build(argument));
    ex total = logs.back();
    for (std::size_t i = logs.size() - 1; i-- > 0;) total = logs[i] + f_softplus(total - logs[i]);
    return total;
  }

  ex inverse(const Syntax& argument) const {
    if (argument.kind == Syntax::Kind::add) {
      const std::vector<ex> logs = exponentials(argument);
      if (logs.size() == 2) return GiNaC::exp(-logs[0]) * f_sigmoid(logs[0] - logs[1]);
    }
    return GiNaC::power(build(argument), -1);
  }

  static ex call(Op op, const ex& a, const ex& b) {
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

  const std::string& text_;
  const std::vector<std::string>& names_;
  const std::vector<GiNaC::realsymbol>& symbols_;
};

Op op_of(const std::string& name) {
  if (name == "f_equal") return Op::equal;
  if (name == "f_unequal") return Op::unequal;
  if (name == "f_less") return Op::less;
  if (name == "f_less_equal") return Op::less_equal;
  return find_function(name.rfind("f_", 0) == 0 ? name.substr(2) : name)->op;
}

// Expressions to nodes. A term is coefficient * node; the coefficient stays exact until a sum is written, and a sum
// inside a product is scaled so that its first term has coefficient 1 (2 - 2x and x - 1 then share a node, whatever
// sign GiNaC gave them in this process).
class Converter {
 public:
  Converter(Graph& graph, const std::string& text, const std::vector<GiNaC::realsymbol>& symbols)
      : graph_(graph), text_(text) {
    for (std::size_t i = 0; i < symbols.size(); ++i) inputs_[symbols[i]] = static_cast<int>(i);
  }

  int node(const ex& e) { return whole(term(e)); }

 private:
  struct Term {
    numeric coefficient;
    int node;
  };
  struct ExactSum {
    std::vector<std::pair<numeric, int>> terms;
    numeric constant;
  };

  int one() { return graph_.constant(1); }

  [[noreturn]] void not_finite() const {
    throw FormulaError(text_, 0, "a constant part of the formula or of its derivatives is no finite real number",
                       "change the numbers or the parameters");
  }

  double number(const numeric& n) const {
    const double value = n.is_real() ? n.to_double() : std::nan("");
    if (!std::isfinite(value)) not_finite();
    return value;
  }

  int write(const ExactSum& s, const numeric& scale) {
    std::vector<std::pair<double, int>> terms;
    for (const auto& [c, n] : s.terms) terms.emplace_back(number(c * scale), n);
    return graph_.sum(std::move(terms), number(s.constant * scale));
  }

  int whole(const Term& t) {
    if (t.node == one()) return graph_.constant(number(t.coefficient));
    if (const auto sum = sums_.find(t.node); sum != sums_.end() && t.coefficient != 1)
      return write(ExactSum(sum->second), t.coefficient);
    return graph_.sum({{number(t.coefficient), t.node}}, 0);
  }

  Term term(const ex& e) {
    if (const auto known = done_.find(e); known != done_.end()) return known->second;
    const Term result = fresh(e);
    done_.emplace(e, result);
    return result;
  }

  Term fresh(const ex& e) {
    if (GiNaC::is_exactly_a<numeric>(e)) return {GiNaC::ex_to<numeric>(e), one()};
    if (GiNaC::is_exactly_a<GiNaC::constant>(e)) return folded(GiNaC::ex_to<numeric>(e.evalf()).to_double());
    if (GiNaC::is_a<GiNaC::symbol>(e)) return {1, graph_.input(inputs_.at(e))};
    if (GiNaC::is_exactly_a<GiNaC::add>(e)) return sum(e);
    if (GiNaC::is_exactly_a<GiNaC::mul>(e)) return product(e);
    if (GiNaC::is_exactly_a<GiNaC::power>(e)) return power(e);
    const auto& f = GiNaC::ex_to<GiNaC::function>(e);
    std::vector<int> args;
    for (std::size_t i = 0; i < e.nops(); ++i) args.push_back(node(e.op(i)));
    return call(op_of(f.get_name()), std::move(args));
  }

  Term folded(double value) {
    if (!std::isfinite(value)) not_finite();
    return {numeric(value), one()};
  }

  Term call(Op op, std::vector<int> args) {
    const auto is_constant = [&](int n) { return graph_[n].op == Op::constant; };
    if (std::all_of(args.begin(), args.end(), is_constant))
      return folded(apply(op, graph_[args[0]].constant, args.size() > 1 ? graph_[args[1]].constant : 0));
    return {1, graph_.call(op, std::move(args))};
  }

  Term sum(const ex& e) {
    std::map<int, numeric> merged;
    numeric rational = 0;
    std::vector<double> rounded;  // added in order of size: GiNaC's order differs between processes
    for (std::size_t i = 0; i < e.nops(); ++i) {
      const Term t = term(e.op(i));
      if (t.node != one())
        merged[t.node] = merged[t.node] + t.coefficient;
      else if (t.coefficient.is_rational())
        rational = rational + t.coefficient;
      else
        rounded.push_back(number(t.coefficient));
    }
    std::sort(rounded.begin(), rounded.end());
    ExactSum s{{}, rational};
    for (const double value : rounded) s.constant = s.constant + numeric(value);
    for (const auto& [n, c] : merged)
      if (!c.is_zero()) s.terms.emplace_back(c, n);
    if (s.terms.empty()) return {s.constant, one()};
    std::sort(s.terms.begin(), s.terms.end(),
              [this](const auto& a, const auto& b) { return graph_.before(a.second, b.second); });
    const numeric lead = s.terms.front().first;
    if (s.terms.size() == 1 && s.constant.is_zero()) return {lead, s.terms.front().second};
    for (auto& entry : s.terms) entry.first = entry.first / lead;
    s.constant = s.constant / lead;
    const int n = write(s, 1);
    sums_.emplace(n, s);
    return {lead, n};
  }

  Term product(const ex& e) {
    numeric rational = 1;
    std::vector<double> rounded;
    std::vector<std::pair<int, int>> factors;
    for (std::size_t i = 0; i < e.nops(); ++i) {
      const Term t = term(e.op(i));
      if (t.coefficient.is_rational())
        rational = rational * t.coefficient;
      else
        rounded.push_back(number(t.coefficient));
      if (t.node == one()) continue;
      const Node& n = graph_[t.node];
      if (n.op != Op::product)
        factors.emplace_back(t.node, 1);
      else
        for (std::size_t j = 0; j < n.args.size(); ++j) factors.emplace_back(n.args[j], n.exponents[j]);
    }
    std::sort(rounded.begin(), rounded.end());
    for (const double value : rounded) rational = rational * numeric(value);
    return {rational, graph_.product(std::move(factors))};
  }

  Term power(const ex& e) {
    const ex exponent = e.op(1);
    if (!GiNaC::is_exactly_a<numeric>(exponent)) return call(Op::pow, {node(e.op(0)), node(exponent)});
    const numeric n = GiNaC::ex_to<numeric>(exponent);
    if (n.is_integer() && GiNaC::abs(n) <= 64) {
      const Term base = term(e.op(0));
      if (base.node == one()) return {GiNaC::pow(base.coefficient, n), one()};
      std::vector<std::pair<int, int>> factors{{base.node, n.to_int()}};
      if (const Node& b = graph_[base.node]; b.op == Op::product) {
        factors.clear();
        for (std::size_t j = 0; j < b.args.size(); ++j) factors.emplace_back(b.args[j], b.exponents[j] * n.to_int());
      }
      return {GiNaC::pow(base.coefficient, n), graph_.product(std::move(factors))};
    }
    const int base = node(e.op(0));
    const numeric twice = n * 2;
    if (graph_[base].op != Op::constant && twice.is_integer() && GiNaC::abs(twice) <= 64) {
      const int root = graph_.call(Op::sqrt, {base});
      return {1, graph_.product({{root, twice.to_int()}})};
    }
    return call(Op::pow, {base, graph_.constant(number(n))});
  }

  Graph& graph_;
  const std::string& text_;
  std::map<ex, int, GiNaC::ex_is_less> inputs_;
  std::map<ex, Term, GiNaC::ex_is_less> done_;
  std::map<int, ExactSum> sums_;
};

}  // namespace

Derivatives differentiate(const std::string& expression, const Syntax& tree, const std::vector<std::string>& names,
                          int variables) {
  const std::lock_guard lock(ginac_mutex());
  std::vector<GiNaC::realsymbol> symbols;
  for (const std::string& name : names) symbols.emplace_back(name);
  try {
    const ex f = Builder(expression, names, symbols).build(tree);
    Derivatives result;
    Converter convert(result.graph, expression, symbols);
    result.value = convert.node(f);
    std::vector<ex> gradient;
    for (int i = 0; i < variables; ++i) gradient.push_back(f.diff(symbols[static_cast<std::size_t>(i)]));
    for (const ex& g : gradient) result.gradient.push_back(convert.node(g));
    std::vector<std::pair<double, int>> diagonal;
    for (int i = 0; i < variables; ++i)
      for (int j = i; j < variables; ++j) {
        result.hessian.push_back(
            convert.node(gradient[static_cast<std::size_t>(i)].diff(symbols[static_cast<std::size_t>(j)])));
        if (i == j) diagonal.emplace_back(1.0, result.hessian.back());
      }
    result.laplacian = result.graph.sum(std::move(diagonal), 0);
    return result;
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    throw FormulaError(expression, 0, "the formula or a derivative of it has no finite value",
                       "it divides by zero or its numbers overflow");
  }
}

}  // namespace sgdlimits::formula
