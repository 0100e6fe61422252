#include "solvers/transfer/communicating_classes.hpp"

#include <algorithm>

namespace sgdlimits {
namespace {

/// Tarjan's algorithm with its own stack: grids are too large for recursion.
class StrongComponents {
 public:
  explicit StrongComponents(const TransitionMatrix& chain)
      : chain_(chain), component(size(), -1), order_(size(), -1), low_(size(), 0), next_(size(), 0) {
    for (Index root = 0; root < chain.rows(); ++root)
      if (order_[at(root)] < 0) explore(root);
  }

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  std::size_t size() const { return at(chain_.rows()); }

  void enter(Index state) {
    order_[at(state)] = low_[at(state)] = visited_++;
    next_[at(state)] = chain_.outerIndexPtr()[state];
    open_.push_back(state);
    path_.push_back(state);
  }

  void explore(Index root) {
    enter(root);
    while (!path_.empty()) {
      const Index state = path_.back();
      if (next_[at(state)] < chain_.outerIndexPtr()[state + 1]) {
        const Index to = chain_.innerIndexPtr()[next_[at(state)]++];
        if (order_[at(to)] < 0) {
          enter(to);
        } else if (component[at(to)] < 0) {
          low_[at(state)] = std::min(low_[at(state)], order_[at(to)]);
        }
      } else {
        leave(state);
      }
    }
  }

  void leave(Index state) {
    path_.pop_back();
    if (!path_.empty()) low_[at(path_.back())] = std::min(low_[at(path_.back())], low_[at(state)]);
    if (low_[at(state)] != order_[at(state)]) return;
    while (true) {
      const Index member = open_.back();
      open_.pop_back();
      component[at(member)] = components;
      if (member == state) break;
    }
    ++components;
  }

  const TransitionMatrix& chain_;

 public:
  std::vector<Index> component;
  Index components = 0;

 private:
  std::vector<Index> order_, low_, next_, open_, path_;
  Index visited_ = 0;
};

}  // namespace

std::vector<std::vector<Index>> closed_classes(const TransitionMatrix& chain) {
  const StrongComponents found(chain);
  std::vector<bool> left(static_cast<std::size_t>(found.components), false);
  for (Index i = 0; i < chain.rows(); ++i)
    for (TransitionMatrix::InnerIterator to(chain, i); to; ++to) {
      const Index from = found.component[static_cast<std::size_t>(i)];
      if (found.component[static_cast<std::size_t>(to.col())] != from) left[static_cast<std::size_t>(from)] = true;
    }
  std::vector<Index> number(static_cast<std::size_t>(found.components), -1);
  std::vector<std::vector<Index>> classes;
  for (Index i = 0; i < chain.rows(); ++i) {
    const auto c = static_cast<std::size_t>(found.component[static_cast<std::size_t>(i)]);
    if (left[c]) continue;
    if (number[c] < 0) {
      number[c] = static_cast<Index>(classes.size());
      classes.emplace_back();
    }
    classes[static_cast<std::size_t>(number[c])].push_back(i);
  }
  return classes;
}

TransitionMatrix restricted(const TransitionMatrix& chain, const std::vector<Index>& states) {
  std::vector<Index> place(static_cast<std::size_t>(chain.rows()), -1);
  for (std::size_t k = 0; k < states.size(); ++k) place[static_cast<std::size_t>(states[k])] = static_cast<Index>(k);
  const auto n = static_cast<Index>(states.size());
  std::vector<Eigen::Triplet<double>> entries;
  for (Index k = 0; k < n; ++k)
    for (TransitionMatrix::InnerIterator to(chain, states[static_cast<std::size_t>(k)]); to; ++to)
      if (const Index column = place[static_cast<std::size_t>(to.col())]; column >= 0)
        entries.emplace_back(static_cast<int>(k), static_cast<int>(column), to.value());
  TransitionMatrix part(n, n);
  part.setFromTriplets(entries.begin(), entries.end());
  return part;
}

Values absorbed(const TransitionMatrix& chain, const std::vector<std::vector<Index>>& classes, Values mass,
                Index max_steps) {
  const double total = mass.sum();
  Values ended = Values::Zero(static_cast<Index>(classes.size()));
  for (Index step = 0; step <= max_steps; ++step) {
    for (std::size_t c = 0; c < classes.size(); ++c)
      for (const Index state : classes[c]) {
        ended(static_cast<Index>(c)) += mass(state);
        mass(state) = 0;
      }
    if (mass.sum() <= 1e-12 * total) break;
    mass = (mass.matrix().transpose() * chain).transpose().array().eval();
  }
  return ended;
}

}  // namespace sgdlimits
