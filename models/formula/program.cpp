#include "models/formula/program.hpp"

#include <algorithm>
#include <cmath>

#include "models/formula/formula.hpp"

namespace sgdlimits::formula {
namespace {

// What a node depends on.
struct Dependence {
  bool point = false, sample = false;
};

// Splits graphs at the boundary between points and samples.
class Splitter {
 public:
  Splitter(Graph& graph, const Samples& samples)
      : graph_(graph), samples_(samples), next_(samples.variables + static_cast<int>(samples.values.cols())) {}

  Dependence of(int node) {
    if (const auto known = dependence_.find(node); known != dependence_.end()) return known->second;
    Dependence d;
    if (graph_[node].op == Op::input)
      (graph_[node].input >= samples_.variables && graph_[node].input < first_extra() ? d.sample : d.point) = true;
    const std::vector<int> args = graph_[node].args;
    for (int a : args) {
      const Dependence other = of(a);
      d.point |= other.point;
      d.sample |= other.sample;
    }
    return dependence_[node] = d;
  }

  int first_extra() const { return samples_.variables + static_cast<int>(samples_.values.cols()); }

  Values over_samples(int node) {
    Values result(samples_.values.rows());
    for (Index i = 0; i < result.size(); ++i) {
      std::vector<double> inputs(static_cast<std::size_t>(first_extra()), 0.0);
      for (Index s = 0; s < samples_.values.cols(); ++s)
        inputs[static_cast<std::size_t>(samples_.variables + s)] = samples_.values(i, s);
      std::map<int, double> done;
      result(i) = graph_.evaluate(node, inputs, done);
      if (!std::isfinite(result(i)))
        throw InvalidArgument("sample number " + std::to_string(i), "such that a part of the formula is not finite",
                              "where the formula is defined");
    }
    return result;
  }

  // the mean as a graph; parts that need the loop become new inputs, listed in `looped`
  int mean(int node) {
    const Dependence d = of(node);
    if (!d.sample) return node;
    if (!d.point) return graph_.constant(mean_of(over_samples(node)));
    const Node n = graph_[node];
    if (n.op == Op::sum) {
      std::vector<int> args;
      for (int a : n.args) args.push_back(mean(a));
      return graph_.rebuild(node, args);
    }
    std::vector<std::pair<int, int>> outside, inside;
    if (n.op == Op::product)
      for (std::size_t i = 0; i < n.args.size(); ++i)
        (of(n.args[i]).sample ? inside : outside).emplace_back(n.args[i], n.exponents[i]);
    if (outside.empty()) return loop(node);
    outside.emplace_back(mean(graph_.product(std::move(inside))), 1);
    return times(std::move(outside));
  }

  double mean_of(const Values& values) const {
    return samples_.weights.size() > 0 ? (samples_.weights * values).sum() : values.mean();
  }

  std::vector<int> looped;  ///< nodes to average in the loop; number k is input `first + k`

  int fresh_input() {
    const int node = graph_.input(next_++);
    dependence_[node] = {true, false};
    return node;
  }

 private:
  int loop(int node) {
    const auto [place, is_new] = means_.try_emplace(node, 0);
    if (is_new) {
      looped.push_back(node);
      place->second = fresh_input();
    }
    return place->second;
  }

  // a constant factor goes in front as a coefficient
  int times(std::vector<std::pair<int, int>> factors) {
    const Node last = graph_[factors.back().first];
    if (last.op != Op::constant) return graph_.product(std::move(factors));
    factors.pop_back();
    return graph_.sum({{last.constant, graph_.product(std::move(factors))}}, 0);
  }

  Graph& graph_;
  const Samples& samples_;
  int next_;
  std::map<int, Dependence> dependence_;
  std::map<int, int> means_;
};

// Renumbers inputs: `order[k]` is the node that becomes input k.
Tape tape_on(Graph& graph, const std::vector<int>& roots, const std::vector<int>& order) {
  std::map<int, int> place;
  for (std::size_t k = 0; k < order.size(); ++k) place[order[k]] = static_cast<int>(k);
  std::map<int, int> done;
  std::vector<int> moved;
  for (int root : roots)
    moved.push_back(graph.substitute(
        root, [&](int n) { return place.count(n) ? graph.input(place[n]) : -1; }, done));
  return Tape(graph, moved, static_cast<int>(order.size()));
}

// The loop's body reads x, functions of x alone (hoisted) and functions of the sample alone (tabulated).
struct Body {
  Tape before, inside;
  Points table;
};

Body body(Graph& graph, Splitter& split, const std::vector<int>& roots, const Samples& samples) {
  std::vector<int> order, hoisted, tabulated;
  for (int v = 0; v < samples.variables; ++v) order.push_back(graph.input(v));
  std::map<int, bool> seen;
  const std::function<void(int)> visit = [&](int node) {
    if (seen[node]) return;
    seen[node] = true;
    const Op op = graph[node].op;
    const Dependence d = split.of(node);
    if (d.sample && !d.point) {
      tabulated.push_back(node);
    } else if (d.point && !d.sample) {
      if (op != Op::input) hoisted.push_back(node);
    } else if (d.point) {
      const std::vector<int> args = graph[node].args;
      for (int a : args) visit(a);
    }
  };
  for (int root : roots) visit(root);
  Body result;
  result.before = tape_on(graph, hoisted, order);
  result.table.resize(samples.values.rows(), static_cast<Index>(tabulated.size()));
  for (std::size_t k = 0; k < tabulated.size(); ++k)
    result.table.col(static_cast<Index>(k)) = split.over_samples(tabulated[k]);
  order.insert(order.end(), hoisted.begin(), hoisted.end());
  order.insert(order.end(), tabulated.begin(), tabulated.end());
  result.inside = tape_on(graph, roots, order);
  return result;
}

// Pointers at registers; a usual number of them needs no memory of its own, since blocks can be as short as 64
// points.
class Pointers {
 public:
  explicit Pointers(int count) : many_(count > few ? static_cast<std::size_t>(count) : 0) {}
  double** data() { return many_.empty() ? few_ : many_.data(); }
  double*& operator[](Index k) { return data()[k]; }

 private:
  static constexpr int few = 48;
  double* few_[few];
  std::vector<double*> many_;
};

// Pointers of a tape's registers: given inputs and outputs, temporaries from scratch.
void bind(std::vector<double*>& registers, const Tape& tape, Scratch::Frame& frame) {
  for (int t = 0; t < tape.temporaries(); ++t) registers.push_back(frame.take(kBlock));
}

// Calls f(in, out, first row, lanes) on blocks; a last block of odd length is padded with its own last point.
template <class F>
void in_blocks(PointsView x, double* const* outputs, int count, Scratch& scratch, F f) {
  Pointers in(static_cast<int>(x.cols())), out(count);
  const Index even = x.rows() / kLanes * kLanes;
  for (Index first = 0, n = 0; first < even; first += n) {
    const Index left = even - first;
    n = left >= kBlock ? kBlock : left >= kHalfBlock ? kHalfBlock : kSmallBlock;
    for (Index j = 0; j < x.cols(); ++j) in[j] = const_cast<double*>(x.data()) + j * x.outerStride() + first;
    for (int k = 0; k < count; ++k) out[k] = outputs[k] + first;
    f(in.data(), out.data(), first, static_cast<int>(n));
  }
  const Index rest = x.rows() - even;
  if (rest == 0) return;
  Scratch::Frame frame(scratch);
  for (Index j = 0; j < x.cols(); ++j) {
    double* column = in[j] = frame.take(kLanes);
    for (Index i = 0; i < kLanes; ++i) column[i] = x(even + std::min(i, rest - 1), j);
  }
  for (int k = 0; k < count; ++k) out[k] = frame.take(kLanes);
  f(in.data(), out.data(), even, static_cast<int>(kLanes));
  for (int k = 0; k < count; ++k) std::copy_n(out[k], rest, outputs[k] + even);
}

}  // namespace

MeanProgram::MeanProgram(Graph& graph, const std::vector<int>& roots, const Samples& samples)
    : variables_(samples.variables), weights_(samples.weights) {
  Splitter split(graph, samples);
  std::vector<int> means, order;
  for (int root : roots) means.push_back(split.mean(root));
  for (int v = 0; v < variables_; ++v) order.push_back(graph.input(v));
  for (std::size_t k = 0; k < split.looped.size(); ++k)
    order.push_back(graph.input(split.first_extra() + static_cast<int>(k)));
  after_ = tape_on(graph, means, order);
  if (split.looped.empty()) return;
  Body loop = body(graph, split, split.looped, samples);
  before_ = std::move(loop.before);
  inside_ = std::move(loop.inside);
  table_ = std::move(loop.table);
}

void MeanProgram::block(double* const* in, double* const* out, int n, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  std::vector<double*> after(in, in + variables_);
  if (inside_.outputs() > 0) {
    std::vector<double*> before(in, in + variables_);
    for (int k = 0; k < before_.outputs(); ++k) before.push_back(frame.take(kBlock));
    std::vector<double*> inside(before);
    bind(before, before_, frame);
    before_.run(before.data(), n);
    const std::size_t first_column = inside.size();
    for (Index k = 0; k < table_.cols(); ++k) inside.push_back(frame.take(kBlock));
    const std::size_t first_result = inside.size();
    for (int k = 0; k < inside_.outputs(); ++k) inside.push_back(frame.take(kBlock));
    bind(inside, inside_, frame);
    for (int k = 0; k < inside_.outputs(); ++k) {
      after.push_back(frame.take(kBlock));
      std::fill_n(after.back(), n, 0.0);
    }
    for (Index i = 0; i < table_.rows(); ++i) {
      for (Index k = 0; k < table_.cols(); ++k)
        std::fill_n(inside[first_column + static_cast<std::size_t>(k)], n, table_(i, k));
      inside_.run(inside.data(), n);
      for (int k = 0; k < inside_.outputs(); ++k) {
        double* sum = after[static_cast<std::size_t>(variables_ + k)];
        const double* part = inside[first_result + static_cast<std::size_t>(k)];
        const double weight = weights_.size() > 0 ? weights_(i) : 1;
        for (int l = 0; l < n; ++l) sum[l] += weight * part[l];
      }
    }
    for (int k = 0; k < inside_.outputs() && weights_.size() == 0; ++k) {
      double* sum = after[static_cast<std::size_t>(variables_ + k)];
      for (int l = 0; l < n; ++l) sum[l] /= static_cast<double>(table_.rows());
    }
  }
  after.insert(after.end(), out, out + after_.outputs());
  bind(after, after_, frame);
  after_.run(after.data(), n);
}

void MeanProgram::run(PointsView x, double* const* outputs, Scratch& scratch) const {
  if (inside_.outputs() > 0) {
    in_blocks(x, outputs, after_.outputs(), scratch,
              [&](double* const* in, double* const* out, Index, int n) { block(in, out, n, scratch); });
    return;
  }
  // no loop: temporaries are bound once for all blocks
  Scratch::Frame frame(scratch);
  const int given = after_.inputs() + after_.outputs();
  Pointers registers(given + after_.temporaries());
  for (int t = 0; t < after_.temporaries(); ++t) registers[given + t] = frame.take(kBlock);
  in_blocks(x, outputs, after_.outputs(), scratch, [&](double* const* in, double* const* out, Index, int n) {
    std::copy_n(in, after_.inputs(), registers.data());
    std::copy_n(out, after_.outputs(), registers.data() + after_.inputs());
    after_.run(registers.data(), n);
  });
}

TermProgram::TermProgram(Graph& graph, const std::vector<int>& roots, const Samples& samples)
    : variables_(samples.variables) {
  Splitter split(graph, samples);
  Body loop = body(graph, split, roots, samples);
  before_ = std::move(loop.before);
  inside_ = std::move(loop.inside);
  table_ = std::move(loop.table);
}

void TermProgram::block(double* const* in, const Index* const* picks, Index batch, double* const* out, int n,
                        Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  std::vector<double*> before(in, in + variables_);
  for (int k = 0; k < before_.outputs(); ++k) before.push_back(frame.take(kBlock));
  std::vector<double*> inside(before);
  bind(before, before_, frame);
  before_.run(before.data(), n);
  const std::size_t first_column = inside.size();
  for (Index k = 0; k < table_.cols(); ++k) inside.push_back(frame.take(kBlock));
  const std::size_t first_result = inside.size();
  for (int k = 0; k < inside_.outputs(); ++k) {
    inside.push_back(frame.take(kBlock));
    std::fill_n(out[k], n, 0.0);
  }
  bind(inside, inside_, frame);
  for (Index b = 0; b < batch; ++b) {
    for (Index k = 0; k < table_.cols(); ++k) {
      const double* column = table_.data() + k * table_.rows();
      double* values = inside[first_column + static_cast<std::size_t>(k)];
      for (int l = 0; l < n; ++l) values[l] = column[picks[b][l]];
    }
    inside_.run(inside.data(), n);
    for (int k = 0; k < inside_.outputs(); ++k) {
      const double* part = inside[first_result + static_cast<std::size_t>(k)];
      for (int l = 0; l < n; ++l) out[k][l] += part[l];
    }
  }
  for (int k = 0; k < inside_.outputs(); ++k)
    for (int l = 0; l < n; ++l) out[k][l] /= static_cast<double>(batch);
}

void TermProgram::run(PointsView x, IndicesView indices, double* const* outputs, Scratch& scratch) const {
  std::vector<const Index*> picks(static_cast<std::size_t>(indices.cols()));
  std::vector<Index> tail;  // the padded rows of a last block pick what its last point picks
  in_blocks(x, outputs, this->outputs(), scratch, [&](double* const* in, double* const* out, Index first, int n) {
    const bool whole = first + n <= x.rows();
    if (!whole) {
      tail.resize(static_cast<std::size_t>(n * indices.cols()));
      for (Index b = 0; b < indices.cols(); ++b)
        for (Index l = 0; l < n; ++l)
          tail[static_cast<std::size_t>(b * n + l)] = indices(std::min(first + l, x.rows() - 1), b);
    }
    for (Index b = 0; b < indices.cols(); ++b)
      picks[static_cast<std::size_t>(b)] =
          whole ? indices.data() + b * indices.outerStride() + first : tail.data() + b * n;
    block(in, picks.data(), indices.cols(), out, n, scratch);
  });
}

}  // namespace sgdlimits::formula
