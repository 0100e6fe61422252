#include "models/formula/line_program.hpp"

#include <map>

namespace sgdlimits::formula {
namespace {

/// Functions have one name in the language and in programs.
std::optional<LineOp> line_op(Op op) {
  static const std::map<Op, LineOp> table = [] {
    std::map<Op, LineOp> made;
    for (int k = static_cast<int>(LineOp::abs); k <= static_cast<int>(LineOp::min); ++k)
      if (const Function* function = find_function(to_string(static_cast<LineOp>(k))))
        made[function->op] = static_cast<LineOp>(k);
    return made;
  }();
  const auto found = table.find(op);
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

// Writes nodes once; those that read a sample once a sample.
class Writer {
 public:
  Writer(const Graph& graph, const Samples& samples) : graph_(graph), samples_(samples) {}

  std::optional<LineProgram> write(int root) {
    std::vector<int> values;
    const Index n = std::max<Index>(1, samples_.values.rows());
    for (sample_ = 0; sample_ < n && supported_; ++sample_) {
      of_sample_.clear();
      values.push_back(value(root));
    }
    if (!supported_) return std::nullopt;
    // a function that no sample enters was written once
    if (values.front() == values.back()) values.resize(1);
    program_.set_result(program_.mean(values));
    return program_;
  }

 private:
  bool reads_sample(int node) {
    const auto known = reads_.find(node);
    if (known != reads_.end()) return known->second;
    const Node& n = graph_[node];
    bool reads = n.op == Op::input && n.input >= samples_.variables && samples_.values.cols() > 0;
    for (int a : n.args) reads = reads_sample(a) || reads;
    return reads_[node] = reads;
  }

  int value(int node) {
    std::map<int, int>& done = reads_sample(node) ? of_sample_ : once_;
    if (const auto known = done.find(node); known != done.end()) return known->second;
    const int result = write_node(graph_[node]);
    done[node] = result;
    return result;
  }

  int write_node(const Node& n) {
    std::vector<int> args;
    for (int a : n.args) args.push_back(value(a));
    if (n.op == Op::constant) return program_.constant(n.constant);
    if (n.op == Op::input) {
      if (n.input < samples_.variables || samples_.values.cols() == 0) return program_.input();
      return program_.constant(samples_.values(sample_, n.input - samples_.variables));
    }
    if (n.op == Op::sum) return sum(n, args);
    if (n.op == Op::product) {
      int product = program_.power(args[0], n.exponents[0]);
      for (std::size_t i = 1; i < args.size(); ++i)
        product = program_.apply(LineOp::multiply, product, program_.power(args[i], n.exponents[i]));
      return product;
    }
    if (n.op == Op::pow && graph_[n.args[1]].op == Op::constant)
      return program_.power(args[0], graph_[n.args[1]].constant);
    const std::optional<LineOp> op = line_op(n.op);
    if (!op) {
      supported_ = false;
      return args.empty() ? program_.constant(0) : args[0];
    }
    return args.size() == 2 ? program_.apply(*op, args[0], args[1]) : program_.apply(*op, args[0]);
  }

  int sum(const Node& n, const std::vector<int>& args) {
    int total = program_.scale(n.coefficients[0], args[0]);
    for (std::size_t i = 1; i < args.size(); ++i)
      total = program_.apply(LineOp::add, total, program_.scale(n.coefficients[i], args[i]));
    return n.constant == 0 ? total : program_.apply(LineOp::add, total, program_.constant(n.constant));
  }

  const Graph& graph_;
  const Samples& samples_;
  LineProgram program_;
  std::map<int, int> once_, of_sample_;
  std::map<int, bool> reads_;
  Index sample_ = 0;
  bool supported_ = true;
};

}  // namespace

std::optional<LineProgram> line_program(const Graph& graph, int root, const Samples& samples) {
  return Writer(graph, samples).write(root);
}

}  // namespace sgdlimits::formula
