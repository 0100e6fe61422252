#include "models/formula/symbolic_build.hpp"

#include <ginac/ginac.h>

#include <algorithm>

#include "models/formula/formula.hpp"
#include "models/formula/symbolic_functions.hpp"

namespace sgdlimits::formula {
namespace {

using GiNaC::ex;
using GiNaC::numeric;

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
    if (argument.kind == Syntax::Kind::call && argument.op == Op::cosh)
      return call(Op::logcosh, build(argument.children[0]), 0);
    const std::vector<ex> logs = exponentials(argument);
    if (logs.size() < 2) return GiNaC::log(build(argument));
    ex total = logs.back();
    for (std::size_t i = logs.size() - 1; i-- > 0;) total = logs[i] + call(Op::softplus, total - logs[i], 0);
    return total;
  }

  ex inverse(const Syntax& argument) const {
    if (argument.kind == Syntax::Kind::add) {
      const std::vector<ex> logs = exponentials(argument);
      if (logs.size() == 2) return GiNaC::exp(-logs[0]) * call(Op::sigmoid, logs[0] - logs[1], 0);
    }
    return GiNaC::power(build(argument), -1);
  }

  const std::string& text_;
  const std::vector<std::string>& names_;
  const std::vector<GiNaC::realsymbol>& symbols_;
};

}  // namespace

ex build(const std::string& text, const Syntax& tree, const std::vector<std::string>& names,
         const std::vector<GiNaC::realsymbol>& symbols) {
  return Builder(text, names, symbols).build(tree);
}

}  // namespace sgdlimits::formula
