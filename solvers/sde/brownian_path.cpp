#include "solvers/sde/brownian_path.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

constexpr int kMostLevels = 48;

void check_level(int level) {
  if (level < 0 || level > kMostLevels)
    throw InvalidArgument("level", std::to_string(level), "between 0 and " + std::to_string(kMostLevels));
}

class OnRefinedPath final : public Scheme {
 public:
  OnRefinedPath(std::shared_ptr<const Scheme> scheme, int levels)
      : scheme_(std::move(scheme)),
        levels_(levels),
        halve_([this](double step, PointsView own, PointsView fresh, PointsOut halves) {
          scheme_->halve(step, own, fresh, halves);
        }) {}

  std::string name() const override { return scheme_->name(); }
  Index dimension() const override { return scheme_->dimension(); }
  double step_size() const override { return scheme_->step_size(); }
  Index positions() const override { return scheme_->positions(); }
  SchemeOrders orders() const override { return scheme_->orders(); }
  Stream stream() const override { return scheme_->stream(); }
  Index normals_per_step() const override { return scheme_->normals_per_step(); }
  Index steps_ahead() const override { return scheme_->steps_ahead(); }
  std::string remedy_for_loss() const override { return scheme_->remedy_for_loss(); }
  void halve(double step, PointsView own, PointsView fresh, PointsOut halves) const override {
    scheme_->halve(step, own, fresh, halves);
  }
  void draw(const Noise& noise, Index first_path, std::int64_t first_index, PointsOut out,
            Scratch& scratch) const override {
    refined_normals(noise, normals_per_step(), std::ldexp(step_size(), levels_), halve_, levels_, first_path,
                    first_index, out, scratch);
  }
  /// A scheme that refines its path by itself goes on from this level.
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    scheme_->advance(block, step, noise.at_level(levels_));
  }

 private:
  std::shared_ptr<const Scheme> scheme_;
  int levels_;
  Halving halve_;
};

}  // namespace

void halve_increments(PointsView own, PointsView fresh, PointsOut halves) {
  const double r = std::sqrt(0.5);
  halves.leftCols(own.cols()) = r * (own + fresh);
  halves.rightCols(own.cols()) = r * (own - fresh);
}

void halve_increments_and_integrals(PointsView own, PointsView fresh, PointsOut halves) {
  const Index d = own.cols() / 2;
  const double r = std::sqrt(0.5), s = std::sqrt(0.75);
  const auto g = own.leftCols(d), other = own.rightCols(d), z = fresh.leftCols(d), rest = fresh.rightCols(d);
  halves.middleCols(0, d) = r * (g + (s * other + 0.5 * z));
  halves.middleCols(d, d) = r * ((0.5 * other - s * z) + rest);
  halves.middleCols(2 * d, d) = r * (g - (s * other + 0.5 * z));
  halves.middleCols(3 * d, d) = r * ((0.5 * other - s * z) - rest);
}

void refined_normals(const Noise& noise, Index k, double h, const Halving& halve, int level, Index first_path,
                     std::int64_t first_index, PointsOut out, Scratch& scratch) {
  check_level(level);
  if (level == 0) return noise.normals(first_path, first_index, out);
  if (first_index < 0) throw InvalidArgument("noise index", std::to_string(first_index), "at least 0");
  if (out.cols() == 0) return;
  const std::int64_t end = first_index + out.cols();
  const std::int64_t first = first_index / k / 2, last = (end - 1) / k / 2;  // steps of the level above
  const Index n = out.rows(), steps = last - first + 1;
  Scratch::Frame frame(scratch);
  Eigen::Map<Points> own = frame.points(n, k * steps), fresh = frame.points(n, k * steps);
  Eigen::Map<Points> halves = frame.points(n, 2 * k);
  refined_normals(noise, k, h, halve, level - 1, first_path, first * k, own, scratch);
  noise.at_level(level).normals(first_path, first * k, fresh);
  for (Index m = 0; m < steps; ++m) {
    halve(std::ldexp(h, 1 - level), own.middleCols(m * k, k), fresh.middleCols(m * k, k), halves);
    const std::int64_t at = 2 * k * (first + m);  // noise index of the first half
    const std::int64_t from = std::max(at, first_index), to = std::min(at + 2 * k, end);
    out.middleCols(from - first_index, to - from) = halves.middleCols(from - at, to - from);
  }
}

BrownianPath::BrownianPath(const Noise& noise, Index dimension, double step, BrownianData data)
    : noise_(noise), dimension_(dimension), step_(step), data_(data) {
  if (dimension < 1) throw InvalidArgument("dimension", std::to_string(dimension), "at least 1");
  if (!(step > 0) || std::isinf(step)) throw InvalidArgument("step", step, "finite and greater than 0");
}

double BrownianPath::step(int level) const {
  check_level(level);
  return std::ldexp(step_, -level);
}

Index BrownianPath::normals_per_step() const {
  return data_ == BrownianData::increments ? dimension_ : 2 * dimension_;
}

void BrownianPath::normals(Index first_path, int level, std::int64_t first_index, PointsOut out) const {
  const bool plain = data_ == BrownianData::increments;
  Scratch scratch;
  refined_normals(
      noise_, normals_per_step(), step_,
      [plain](double, PointsView own, PointsView fresh, PointsOut halves) {
        plain ? halve_increments(own, fresh, halves) : halve_increments_and_integrals(own, fresh, halves);
      },
      level, first_path, first_index, out, scratch);
}

void BrownianPath::increments(Index first_path, int level, std::int64_t first, PointsOut out) const {
  const Index k = normals_per_step(), d = dimension_, steps = out.cols() / d;
  if (steps * d != out.cols())
    throw InvalidArgument("columns", std::to_string(out.cols()), "a multiple of " + std::to_string(d));
  Points g(out.rows(), k * steps);
  normals(first_path, level, first * k, g);
  for (Index m = 0; m < steps; ++m) out.middleCols(m * d, d) = std::sqrt(step(level)) * g.middleCols(m * k, d);
}

void BrownianPath::integrals(Index first_path, int level, std::int64_t first, PointsOut out) const {
  if (data_ == BrownianData::increments)
    throw InvalidArgument("data", "increments", "increments_and_integrals", "ask for them when the path is made");
  const Index k = normals_per_step(), d = dimension_, steps = out.cols() / d;
  if (steps * d != out.cols())
    throw InvalidArgument("columns", std::to_string(out.cols()), "a multiple of " + std::to_string(d));
  Points g(out.rows(), k * steps);
  normals(first_path, level, first * k, g);
  const double h = step(level), scale = 0.5 * h * std::sqrt(h), third = std::sqrt(1.0 / 3);
  for (Index m = 0; m < steps; ++m)
    out.middleCols(m * d, d) = scale * (g.middleCols(m * k, d) + third * g.middleCols(m * k + d, d));
}

std::unique_ptr<Scheme> on_refined_path(std::shared_ptr<const Scheme> scheme, int levels) {
  check_level(levels);
  if (!scheme || scheme->normals_per_step() < 1)
    throw InvalidArgument("scheme", scheme ? scheme->name() : "null", "driven by Brownian increments");
  return std::make_unique<OnRefinedPath>(std::move(scheme), levels);
}

}  // namespace sgdlimits
