#include "models/laws/gibbs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kFaceHeight = 36;  // F on every face of the box, above its minimum
constexpr double kLargest = 1e6;    // a box larger than this means that F does not grow

Index power(Index base, Index exponent) {
  Index product = 1;
  for (Index j = 0; j < exponent; ++j) product *= base;
  return product;
}

/// The point of node number `index` on a tensor grid with `nodes` nodes an axis, the first axis fastest.
double node(const Box& box, Index nodes, Index axis, Index i) {
  const double share = static_cast<double>(i) / static_cast<double>(nodes - 1);
  return box.lower(axis) * (1 - share) + box.upper(axis) * share;
}

[[noreturn]] void refuse_growth(Index coordinate) {
  throw InvalidArgument("F = (f + b.x)/tau' along coordinate " + std::to_string(coordinate),
                        "not large on any box up to 1e6", "growing to infinity",
                        "a Gibbs law needs a potential that grows: add a ridge, or give the box");
}

}  // namespace

GibbsLaw::GibbsLaw(std::shared_ptr<const Potential> potential, Temperature temperature, Eigen::VectorXd tilt,
                   std::optional<Box> box)
    : potential_(std::move(potential)), tau_(temperature.value()), tilt_(std::move(tilt)) {
  const Index d = potential_->dimension();
  if (d > 3)
    throw InvalidArgument("dimension of the Gibbs law", std::to_string(d), "at most 3",
                          "start from a Gaussian or a point instead");
  if (tilt_.size() == 0) tilt_ = Eigen::VectorXd::Zero(d);
  if (tilt_.size() != d)
    throw InvalidArgument("length of the tilt", std::to_string(tilt_.size()), "the dimension, " + std::to_string(d));
  if (!tilt_.allFinite()) throw InvalidArgument("tilt", "not finite", "finite");
  if (box) {
    if (box->lower.size() != d || box->upper.size() != d || !(box->lower < box->upper).all() ||
        !box->lower.isFinite().all() || !box->upper.isFinite().all())
      throw InvalidArgument("box of the Gibbs law", "not a box", "finite, with lower < upper in every coordinate");
    box_ = *box;
  } else {
    find_box();
  }
  build_envelope();
}

Values GibbsLaw::nodes_of(const Box& box, Index nodes) const {
  const Index d = dimension(), count = power(nodes, d);
  Values f(count);
  Scratch scratch;
  Scratch::Frame frame(scratch);
  constexpr Index kBlock = 512;
  Eigen::Map<Points> x = frame.points(kBlock, d);
  Eigen::Map<Values> at = frame.values(kBlock);
  for (Index begin = 0; begin < count; begin += kBlock) {
    const Index size = std::min(kBlock, count - begin);
    for (Index r = 0; r < kBlock; ++r) {
      Index rest = begin + std::min(r, size - 1);
      for (Index j = 0; j < d; ++j, rest /= nodes) x(r, j) = node(box, nodes, j, rest % nodes);
    }
    log_density(x, at, scratch);
    f.segment(begin, size) = -at.head(size);
  }
  // outside its domain a potential is infinite
  return f.isNaN().select(kInfinity, f);
}

void GibbsLaw::find_box() {
  const Index d = dimension();
  const Box domain = potential_->domain();
  box_ = {Eigen::ArrayXd::Constant(d, -8), Eigen::ArrayXd::Constant(d, 8)};
  for (const Eigen::VectorXd& m : potential_->facts().minima) {
    box_.lower = box_.lower.min(m.array() - 1);
    box_.upper = box_.upper.max(m.array() + 1);
  }
  const Index nodes = d == 1 ? 1025 : d == 2 ? 129 : 49;
  // grow the faces that are too low; when none is, draw the box in around the nodes that are not too high, and look
  // again, since a finer view of the minimum moves both
  for (int pass = 0; pass < 60; ++pass) {
    box_.lower = box_.lower.max(domain.lower);
    box_.upper = box_.upper.min(domain.upper);
    const Values f = nodes_of(box_, nodes);
    const double lowest = f.minCoeff();
    if (!std::isfinite(lowest))
      throw InvalidArgument("F on the box of the Gibbs law", lowest, "finite somewhere", "give the box");
    Eigen::ArrayXi first = Eigen::ArrayXi::Constant(d, static_cast<int>(nodes)), last = Eigen::ArrayXi::Zero(d);
    for (Index i = 0; i < f.size(); ++i) {
      if (!(f(i) - lowest < kFaceHeight)) continue;
      for (Index j = 0, rest = i; j < d; ++j, rest /= nodes) {
        first(j) = std::min(first(j), static_cast<int>(rest % nodes));
        last(j) = std::max(last(j), static_cast<int>(rest % nodes));
      }
    }
    bool open = false, settled = true;
    const Box before = box_;
    const auto end = static_cast<int>(nodes) - 1;
    for (Index j = 0; j < d; ++j) {
      const double span = before.upper(j) - before.lower(j);
      if (first(j) == 0 && before.lower(j) > domain.lower(j)) {
        box_.lower(j) -= span / 2;
        open = true;
      }
      if (last(j) == end && before.upper(j) < domain.upper(j)) {
        box_.upper(j) += span / 2;
        open = true;
      }
      if (std::max(-box_.lower(j), box_.upper(j)) > kLargest) refuse_growth(j);
    }
    if (open) continue;
    for (Index j = 0; j < d; ++j) {
      box_.lower(j) = node(before, nodes, j, std::max(0, first(j) - 2));
      box_.upper(j) = node(before, nodes, j, std::min(end, last(j) + 2));
      settled = settled && box_.upper(j) - box_.lower(j) > 0.8 * (before.upper(j) - before.lower(j));
    }
    if (settled) return;
  }
  refuse_growth(0);
}

void GibbsLaw::build_envelope() {
  const Index d = dimension();
  cells_ = d == 1 ? 4096 : d == 2 ? 512 : 96;
  width_ = (box_.upper - box_.lower) / static_cast<double>(cells_);
  const Index nodes = 2 * cells_ + 1;
  const Values f = nodes_of(box_, nodes);
  lowest_ = f.minCoeff();
  const Index count = power(cells_, d), corners = power(3, d);
  floor_.resize(static_cast<std::size_t>(count));
  cumulative_.resize(static_cast<std::size_t>(count));
  double total = 0, under = 0;
  std::vector<double> local(static_cast<std::size_t>(corners));
  for (Index cell = 0; cell < count; ++cell) {
    Index origin = 0, stride = 1;
    for (Index j = 0, rest = cell; j < d; ++j, rest /= cells_, stride *= nodes)
      origin += 2 * (rest % cells_) * stride;
    double least = kInfinity, bend = 0, mean = 0;
    for (Index c = 0; c < corners; ++c) {
      Index offset = 0;
      stride = 1;
      for (Index j = 0, rest = c; j < d; ++j, rest /= 3, stride *= nodes) offset += (rest % 3) * stride;
      local[static_cast<std::size_t>(c)] = f(origin + offset) - lowest_;
      least = std::min(least, local[static_cast<std::size_t>(c)]);
    }
    for (Index j = 0, step = 1; j < d; ++j, step *= 3) {
      double second = 0;
      for (Index c = 0; c < corners; ++c)
        if ((c / step) % 3 == 0) {
          const double* v = local.data() + c;
          const double difference = std::abs(v[0] - 2 * v[step] + v[2 * step]);
          if (std::isfinite(difference)) second = std::max(second, difference);
        }
      // between nodes a parabola bends by 1/8 of the second difference below its chord; twice that for safety
      bend += second / 4;
    }
    for (const double v : local) mean += std::exp(-v) / static_cast<double>(corners);
    const auto at = static_cast<std::size_t>(cell);
    floor_[at] = least - std::min(bend, 1.0);
    total += std::exp(-floor_[at]);
    under += mean;
    cumulative_[at] = total;
  }
  acceptance_ = under / total;
}

void GibbsLaw::sample(const Noise& noise, Index first, PointsOut out) const {
  const Index d = dimension();
  std::vector<Index> waiting(static_cast<std::size_t>(out.rows()));
  for (Index i = 0; i < out.rows(); ++i) waiting[static_cast<std::size_t>(i)] = i;
  Scratch scratch;
  constexpr Index kBlock = 128;
  Points uniforms(1, d + 2);
  Indices cell(kBlock, 1);
  Values accept(kBlock);
  for (std::int64_t attempt = 0; !waiting.empty(); ++attempt) {
    std::vector<Index> rejected;
    for (std::size_t begin = 0; begin < waiting.size(); begin += kBlock) {
      const auto size = std::min<Index>(kBlock, static_cast<Index>(waiting.size() - begin));
      Scratch::Frame frame(scratch);
      Eigen::Map<Points> x = frame.points(padded(size), d);
      Eigen::Map<Values> log_density_at = frame.values(padded(size));
      for (Index r = 0; r < padded(size); ++r) {
        const Index row = waiting[begin + static_cast<std::size_t>(std::min(r, size - 1))];
        for (Index j = 0; j < d + 2; ++j) uniforms(0, j) = noise.uniform(first + row, attempt * (d + 2) + j);
        const double level = uniforms(0, 0) * cumulative_.back();
        const auto place = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, level) - cumulative_.begin();
        cell(r) = static_cast<Index>(place);
        for (Index j = 0, rest = cell(r); j < d; ++j, rest /= cells_)
          x(r, j) = box_.lower(j) + (static_cast<double>(rest % cells_) + uniforms(0, 1 + j)) * width_(j);
        accept(r) = std::log(uniforms(0, d + 1));
      }
      log_density(x, log_density_at, scratch);
      for (Index r = 0; r < size; ++r) {
        const Index row = waiting[begin + static_cast<std::size_t>(r)];
        const double height = -log_density_at(r) - lowest_ - floor_[static_cast<std::size_t>(cell(r))];
        if (accept(r) <= -height)
          out.row(row) = x.row(r);
        else
          rejected.push_back(row);
      }
    }
    waiting.swap(rejected);
  }
}

void GibbsLaw::log_density(PointsView x, ValuesOut out, Scratch& scratch) const {
  potential_->value(x, out, scratch);
  for (Index j = 0; j < x.cols(); ++j)
    if (tilt_(j) != 0) out += tilt_(j) * x.col(j);
  out *= -1 / tau_;
}

std::string GibbsLaw::description() const {
  std::string text = "Gibbs law of " + potential_->description() + " at temperature " + shortest(tau_);
  if (tilt_.isZero(0)) return text;
  text += " with tilt (";
  for (Index j = 0; j < tilt_.size(); ++j) text += (j == 0 ? "" : ", ") + shortest(tilt_(j));
  return text + ")";
}

}  // namespace sgdlimits
