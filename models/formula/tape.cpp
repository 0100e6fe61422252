#include "models/formula/tape.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace sgdlimits::formula {
namespace {

// Lowers nodes to instructions on values (each written once); equal instructions are one value.
class Lowering {
 public:
  Lowering(const Graph& graph, const std::vector<int>& roots, int inputs) : graph_(graph), next_(inputs) {
    for (int root : roots) count_uses(root);
    for (int root : roots) results_.push_back(value(root));
  }

  std::vector<Instruction> code;
  const std::vector<int>& results() const { return results_; }

 private:
  void count_uses(int node) {
    if (uses_[node]++ > 0) return;
    for (int a : graph_[node].args) count_uses(a);
  }

  int emit(Op op, int a, int b, int c, double k, double m) {
    if ((op == Op::mul || op == Op::add || op == Op::mul_k || op == Op::fma || op == Op::fma_k) && a > b)
      std::swap(a, b);
    const std::tuple key{op, a, b, c, k, m};
    const auto [place, is_new] = emitted_.try_emplace(key, next_);
    if (is_new) code.push_back({op, next_++, a, b, c, k, m});
    return place->second;
  }

  int multiply(int a, int b) { return a < 0 ? b : b < 0 ? a : emit(Op::mul, a, b, 0, 0, 0); }

  // binary powers, so that x^2 and x^4 share the square
  int power(int base, int exponent) {
    if (exponent == 1) return base;
    const int half = power(base, exponent / 2);
    const int square = emit(Op::mul, half, half, 0, 0, 0);
    return exponent % 2 == 0 ? square : emit(Op::mul, square, base, 0, 0, 0);
  }

  // a product as left * right or left / right; -1 where there is none
  struct Factors {
    int left = -1, right = -1;
    bool quotient = false;
  };
  Factors factors(const Node& node) {
    std::vector<int> numerator;
    int denominator = -1;
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      const int base = value(node.args[i]), e = node.exponents[i];
      if (e < 0) {
        denominator = multiply(denominator, power(base, -e));
      } else if (e > 1 && e % 2 == 0 && node.args.size() == 1) {
        numerator = {power(base, e / 2), power(base, e / 2)};
      } else {
        numerator.push_back(power(base, e));
      }
    }
    if (denominator >= 0) {
      int all = -1;
      for (int n : numerator) all = multiply(all, n);
      return {all, denominator, true};
    }
    int left = -1;
    for (std::size_t i = 0; i + 1 < numerator.size(); ++i) left = multiply(left, numerator[i]);
    return {left, numerator.back(), false};
  }

  int scaled_product(const Node& node, double k) {
    const Factors f = factors(node);
    if (f.quotient)
      return f.left < 0 ? emit(Op::recip, f.right, 0, 0, k, 0) : emit(Op::div, f.left, f.right, 0, k, 0);
    if (f.left < 0) return k == 1 ? f.right : emit(Op::axpb, f.right, 0, 0, k, 0);
    return k == 1 ? emit(Op::mul, f.left, f.right, 0, 0, 0) : emit(Op::mul_k, f.left, f.right, 0, k, 0);
  }

  bool fusable(int number) const {
    const Node& node = graph_[number];
    if (node.op != Op::product || uses_.at(number) > 1) return false;
    return std::all_of(node.exponents.begin(), node.exponents.end(), [](int e) { return e > 0; });
  }

  int first_term(double k, int number, double m) {
    if (!fusable(number)) return emit(Op::axpb, value(number), 0, 0, k, m);
    const Factors f = factors(graph_[number]);
    if (f.left < 0) return emit(Op::axpb, f.right, 0, 0, k, m);
    return emit(Op::mul_c, f.left, f.right, 0, k, m);
  }

  int add_term(double k, int number, int sum) {
    int right = -1;
    if (fusable(number)) {
      const Factors f = factors(graph_[number]);
      if (f.left >= 0)
        return k == 1 ? emit(Op::fma, f.left, f.right, sum, 0, 0) : emit(Op::fma_k, f.left, f.right, sum, k, 0);
      right = f.right;
    } else {
      right = value(number);
    }
    return k == 1 ? emit(Op::add, right, sum, 0, 0, 0) : emit(Op::axpy, right, sum, 0, k, 0);
  }

  int value(int number) {
    if (const auto known = values_.find(number); known != values_.end()) return known->second;
    const Node& node = graph_[number];
    int result = -1;
    if (node.op == Op::input) {
      result = node.input;
    } else if (node.op == Op::constant) {
      result = emit(Op::fill, 0, 0, 0, node.constant, 0);
    } else if (node.op == Op::product) {
      result = scaled_product(node, 1);
    } else if (node.op == Op::sum) {
      result = sum(node);
    } else {
      const int a = value(node.args[0]);
      result = emit(node.op, a, node.args.size() > 1 ? value(node.args[1]) : 0, 0, 0, 0);
    }
    values_[number] = result;
    return result;
  }

  int sum(const Node& node) {
    if (node.args.size() == 1 && node.constant == 0) {
      const Node& only = graph_[node.args[0]];
      if (only.op == Op::product && uses_.at(node.args[0]) == 1) return scaled_product(only, node.coefficients[0]);
    }
    std::size_t i = 0;
    int result = -1;
    // a term with coefficient 1 needs no instruction of its own to start the sum
    if (node.constant == 0 && node.args.size() > 1)
      for (i = 0; i < node.args.size() && node.coefficients[i] != 1; ++i) {
      }
    const bool free_start = node.constant == 0 && node.args.size() > 1 && i < node.args.size();
    const std::size_t start = free_start ? i : 0;
    result = free_start ? value(node.args[start]) : first_term(node.coefficients[0], node.args[0], node.constant);
    for (std::size_t j = 0; j < node.args.size(); ++j)
      if (j != start) result = add_term(node.coefficients[j], node.args[j], result);
    return result;
  }

  const Graph& graph_;
  int next_;
  std::map<int, int> uses_, values_;
  std::map<std::tuple<Op, int, int, int, double, double>, int> emitted_;
  std::vector<int> results_;
};

int operands(Op op) {
  if (op == Op::fill) return 0;
  if (is_unary(op) || op == Op::axpb || op == Op::recip) return 1;
  return op == Op::fma || op == Op::fma_k ? 3 : 2;
}

}  // namespace

Tape::Tape(const Graph& graph, const std::vector<int>& roots, int inputs)
    : inputs_(inputs), outputs_(static_cast<int>(roots.size())) {
  Lowering lowered(graph, roots, inputs);
  code_ = std::move(lowered.code);
  std::map<int, int> home;  // value -> register
  for (int i = 0; i < inputs; ++i) home[i] = i;
  for (int r = 0; r < outputs_; ++r) {
    const int v = lowered.results()[static_cast<std::size_t>(r)];
    if (home.count(v)) {  // an input, or a value that is another output already: copied at the end
      code_.push_back({Op::axpb, -1 - r, v, 0, 0, 1, 0});
    } else {
      home[v] = inputs_ + r;
    }
  }
  std::map<int, std::size_t> last_use;
  for (std::size_t t = 0; t < code_.size(); ++t) {
    const int args[3] = {code_[t].a, code_[t].b, code_[t].c};
    for (int i = 0; i < operands(code_[t].op); ++i) last_use[args[i]] = t;
  }
  std::vector<int> free;
  for (std::size_t t = 0; t < code_.size(); ++t) {
    Instruction& code = code_[t];
    int* args[3] = {&code.a, &code.b, &code.c};
    const int count = operands(code.op);
    std::vector<int> dying;
    for (int i = 0; i < 3; ++i) {
      const int v = *args[i];
      if (i >= count) {
        *args[i] = 0;
        continue;
      }
      *args[i] = home.at(v);
      if (*args[i] >= inputs_ + outputs_ && last_use[v] == t &&
          std::find(dying.begin(), dying.end(), *args[i]) == dying.end())
        dying.push_back(*args[i]);
    }
    if (code.destination < 0) {
      code.destination = inputs_ + (-1 - code.destination);
    } else if (const auto fixed = home.find(code.destination); fixed != home.end()) {
      code.destination = fixed->second;
    } else {
      // taken before the dying ones are given back: destination and operands never alias
      int reg = inputs_ + outputs_ + temporaries_;
      if (free.empty()) {
        ++temporaries_;
      } else {
        reg = free.back();
        free.pop_back();
      }
      home[code.destination] = reg;
      code.destination = reg;
    }
    free.insert(free.end(), dying.begin(), dying.end());
  }
}

}  // namespace sgdlimits::formula
