#include "validation/distances/line_law.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/errors.hpp"

namespace sgdlimits {

LineLaw::LineLaw(Values knots, Values before, Values after, double sample_size)
    : knots_(std::move(knots)), before_(std::move(before)), after_(std::move(after)), sample_size_(sample_size) {}

LineLaw LineLaw::from_density(const Density& density) {
  const Grid& grid = density.grid();
  if (grid.dimension() != 1)
    throw InvalidArgument("dimension of the density", static_cast<double>(grid.dimension()), "1",
                          "take Density::marginal");
  const double mass = density.mass();
  if (!(mass > 0)) throw InvalidArgument("mass of the density", mass, "positive");
  const Index cells = grid.size();
  Values cumulative(cells + 1);
  double sum = 0;
  cumulative(0) = 0;
  for (Index i = 0; i < cells; ++i) {
    sum += density.averages()(i) * grid.volumes()(i);
    cumulative(i + 1) = sum;
  }
  cumulative /= sum;
  cumulative(cells) = 1;
  return LineLaw(grid.axis(0).edges(), cumulative, cumulative, 0);
}

LineLaw LineLaw::from_sample(ValuesView sample) { return from_sample(sample, Values::Ones(sample.size())); }

LineLaw LineLaw::from_sample(ValuesView sample, ValuesView weights) {
  if (sample.size() == 0) throw InvalidArgument("sample", "empty", "at least one value");
  if (weights.size() != sample.size())
    throw InvalidArgument("number of weights", static_cast<double>(weights.size()), "that of the sample");
  if (!sample.isFinite().all()) throw InvalidArgument("sample", "not finite", "finite");
  const double total = weights.sum();
  if (!(weights >= 0).all() || !(total > 0) || !std::isfinite(total))
    throw InvalidArgument("sum of the weights", total, "positive, of finite weights that are not negative");

  std::vector<Index> order(static_cast<std::size_t>(sample.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index i, Index k) { return sample(i) < sample(k); });

  Values knots(sample.size()), before(sample.size()), after(sample.size());
  Index k = -1;
  double sum = 0;
  for (const Index i : order) {
    if (weights(i) == 0) continue;
    if (k < 0 || sample(i) > knots(k)) {
      knots(++k) = sample(i);
      before(k) = sum / total;
    }
    sum += weights(i);
    after(k) = sum / total;
  }
  after(k) = 1;
  const double size = total * total / weights.square().sum();
  return LineLaw(knots.head(k + 1), before.head(k + 1), after.head(k + 1), size);
}

double LineLaw::distribution(double x) const {
  Values point(1), before(1), after(1);
  point(0) = x;
  distribution_at(point, before, after);
  return after(0);
}

void LineLaw::distribution_at(ValuesView x, ValuesOut before, ValuesOut after) const {
  const double* const begin = knots_.data();
  const double* const end = begin + knots_.size();
  const double* next = x.size() > 0 ? std::lower_bound(begin, end, x(0)) : end;  // first knot >= x
  for (Index i = 0; i < x.size(); ++i) {
    while (next != end && *next < x(i)) ++next;
    const Index k = next - begin;
    if (next != end && *next == x(i)) {
      before(i) = before_(k);
      after(i) = after_(k);
    } else if (k == 0) {
      before(i) = after(i) = 0;
    } else if (next == end) {
      before(i) = after(i) = 1;
    } else {
      const double share = (x(i) - knots_(k - 1)) / (knots_(k) - knots_(k - 1));
      before(i) = after(i) = after_(k - 1) + share * (before_(k) - after_(k - 1));
    }
  }
}

double LineLaw::quantile(double u) const {
  Values level(1);
  level(0) = u;
  return quantiles(level)(0);
}

Values LineLaw::quantiles(ValuesView u) const {
  Values x(u.size());
  const double* const begin = after_.data();
  const double* const end = begin + after_.size();
  const double* reached = u.size() > 0 ? std::lower_bound(begin, end, u(0)) : end;  // first F(x_k) >= u
  for (Index i = 0; i < u.size(); ++i) {
    while (reached != end && *reached < u(i)) ++reached;
    const Index k = std::min<Index>(reached - begin, after_.size() - 1);
    if (k == 0 || u(i) > before_(k)) {
      x(i) = knots_(k);
    } else {
      const double rise = before_(k) - after_(k - 1);
      const double share = rise > 0 ? (u(i) - after_(k - 1)) / rise : 1;
      x(i) = knots_(k - 1) + share * (knots_(k) - knots_(k - 1));
    }
  }
  return x;
}

double LineLaw::mean() const {
  double sum = knots_(0) * after_(0);
  for (Index k = 1; k < knots_.size(); ++k)
    sum += (before_(k) - after_(k - 1)) * (knots_(k - 1) + knots_(k)) / 2 + (after_(k) - before_(k)) * knots_(k);
  return sum;
}

double LineLaw::variance() const {
  const double m = mean();
  double sum = after_(0) * (knots_(0) - m) * (knots_(0) - m);
  for (Index k = 1; k < knots_.size(); ++k) {
    const double x = knots_(k - 1) - m, y = knots_(k) - m;
    sum += (before_(k) - after_(k - 1)) * (x * x + x * y + y * y) / 3 + (after_(k) - before_(k)) * y * y;
  }
  return sum;
}

LineLaw pooled(const LineLaw& a, const LineLaw& b) {
  if (!a.is_sample()) return a;
  if (!b.is_sample()) return b;
  const Index na = a.knots().size(), nb = b.knots().size();
  Values points(na + nb), weights(na + nb);
  points << a.knots(), b.knots();
  // Masses of the knots, scaled so that both samples keep the weight of their independent draws.
  weights << (a.after() - a.before()) * a.sample_size(), (b.after() - b.before()) * b.sample_size();
  return LineLaw::from_sample(points, weights);
}

}  // namespace sgdlimits
