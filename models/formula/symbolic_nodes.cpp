#include "models/formula/symbolic_nodes.hpp"

#include <ginac/ginac.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "models/formula/formula.hpp"
#include "models/formula/symbolic_functions.hpp"

namespace sgdlimits::formula {
namespace {

using GiNaC::ex;
using GiNaC::numeric;

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
    std::vector<int> args;
    for (std::size_t i = 0; i < e.nops(); ++i) args.push_back(node(e.op(i)));
    return call(op_of_call(e), std::move(args));
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

std::vector<int> nodes_of(const std::vector<ex>& expressions, const std::vector<GiNaC::realsymbol>& symbols,
                          const std::string& text, Graph& graph) {
  Converter convert(graph, text, symbols);
  std::vector<int> nodes;
  for (const ex& e : expressions) nodes.push_back(convert.node(e));
  return nodes;
}

}  // namespace sgdlimits::formula
