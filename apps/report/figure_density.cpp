#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/report/figure_parts.hpp"
#include "apps/report/text.hpp"

namespace sgdlimits::report {

namespace {

/// The neighbouring cell centres of x on an axis and the weight of the upper one; clamped at the ends.
struct Between {
  Index below, above;
  double weight;
};
Between between(const Axis& axis, double x) {
  const Eigen::ArrayXd& c = axis.centers();
  const Index above = std::upper_bound(c.data(), c.data() + c.size(), x) - c.data();
  if (above == 0) return {0, 0, 0};
  if (above == c.size()) return {c.size() - 1, c.size() - 1, 0};
  return {above - 1, above, (x - c(above - 1)) / (c(above) - c(above - 1))};
}

double interpolate(const Axis& axis, const Values& values, double x) {
  const Between b = between(axis, x);
  return (1 - b.weight) * values(b.below) + b.weight * values(b.above);
}

double interpolate(const Grid& grid, const Values& values, double x, double y) {
  const Between a = between(grid.axis(0), x), b = between(grid.axis(1), y);
  const auto at = [&](Index i, Index j) { return values(i + grid.stride(1) * j); };
  return (1 - b.weight) * ((1 - a.weight) * at(a.below, b.below) + a.weight * at(a.above, b.below)) +
         b.weight * ((1 - a.weight) * at(a.below, b.above) + a.weight * at(a.above, b.above));
}

/// The interval of coordinate j outside which a marginal is below 1e-5 of its maximum, with a margin.
std::pair<double, double> visible(const Density& marginal, double relative = 1e-5) {
  const Axis& axis = marginal.grid().axis(0);
  const Values& v = marginal.averages();
  const double floor = relative * v.maxCoeff();
  Index first = 0, last = v.size() - 1;
  while (first < last && v(first) < floor) ++first;
  while (last > first && v(last) < floor) --last;
  const double low = axis.edges()(first), high = axis.edges()(last + 1), margin = 0.08 * (high - low);
  return {std::max(axis.lower(), low - margin), std::min(axis.upper(), high + margin)};
}

std::string coordinate(const RunResults& results, Index j) {
  const auto k = static_cast<std::size_t>(j);
  return k < results.coordinates.size() ? results.coordinates[k] : fmt::format("x{}", j);
}

Series curve(const Density& marginal, std::pair<double, double> range, std::string label, Role role, Mark mark) {
  constexpr int kPoints = 400;
  Series series{std::move(label), role, mark, {}, {}, {}, {}, {}, {}};
  for (int k = 0; k <= kPoints; ++k) {
    series.x.push_back(range.first + (range.second - range.first) * k / kPoints);
    series.y.push_back(interpolate(marginal.grid().axis(0), marginal.averages(), series.x.back()));
  }
  return series;
}

/// First ensemble of a role that has sample paths, Langevin before mini-batch SGD.
const StudyOutcome* with_paths(const RunResults& results, Role role) {
  for (const StudyOutcome* study : own_ensembles(results)) {
    if (role_of(*study) == role && !study->ensemble->sample_paths.empty()) return study;
  }
  return nullptr;
}

void add_critical_points(const StudyOutcome& study, const Density& gibbs, Panel& panel) {
  Series minima{"minima", Role::other, Mark::minimum, {}, {}, {}, {}, {}, {}};
  Series saddles{"saddles", Role::other, Mark::saddle, {}, {}, {}, {}, {}, {}};
  const Grid& grid = gibbs.grid();
  for (const CriticalPoint& point : study.critical_points) {
    if (point.index() > 1) continue;
    Series& series = point.index() == 0 ? minima : saddles;
    series.x.push_back(point.x(0));
    series.y.push_back(grid.dimension() == 1 ? interpolate(grid.axis(0), gibbs.averages(), point.x(0)) : point.x(1));
  }
  if (!minima.x.empty()) panel.series.push_back(std::move(minima));
  if (!saddles.x.empty()) panel.series.push_back(std::move(saddles));
}

Panel curve_panel(const RunResults& results, const StudyOutcome& study, std::pair<double, double> range) {
  const Density& gibbs = study.spectrum->generator->gibbs();
  Panel panel;
  panel.title = "Gibbs density and its critical points";
  panel.x = {coordinate(results, 0), false, range, {}};
  panel.y = {"density", false, {}, {}};
  panel.series.push_back(curve(gibbs, range, "Gibbs", Role::gibbs, Mark::area));
  if (const StudyOutcome* grid = own_evolution(results); grid && grid->evolution->snapshots.size() > 1) {
    const DensitySnapshot& last = grid->evolution->snapshots.back();
    panel.series.push_back(curve(last.density, range, "grid at t = " + brief(last.time), Role::grid, Mark::line));
  }
  add_critical_points(study, gibbs, panel);
  return panel;
}

/// Time runs to the right, the coordinate upwards.
Panel paths_panel(const RunResults& results, std::pair<double, double> range) {
  Panel panel;
  panel.title = "Sample paths";
  panel.x = {"time t", false, {}, {}};
  panel.y = {coordinate(results, 0), false, range, {}};
  for (Role role : {Role::langevin, Role::isotropic_sgd, Role::mini_batch_sgd}) {
    const StudyOutcome* study = with_paths(results, role);
    if (!study || (role == Role::isotropic_sgd && with_paths(results, Role::langevin))) continue;
    std::string label = legend_label(results, *study);
    for (std::size_t p = 0; p < study->ensemble->sample_paths.size() && p < 2; ++p) {
      const Points& path = study->ensemble->sample_paths[p];
      Series series{label, role, Mark::line, study->ensemble->path_times, {}, {}, {},
                    {},    {},   0.9,        p == 0 ? 1.0 : 0.55};
      for (Index k = 0; k < path.rows(); ++k) series.y.push_back(std::clamp(path(k, 0), range.first, range.second));
      panel.series.push_back(std::move(series));
      label.clear();
    }
  }
  return panel;
}

/// log10 of the Gibbs density over its maximum, on an even raster.
Raster log_density_raster(const Generator& generator, std::pair<double, double> x, std::pair<double, double> y) {
  constexpr std::size_t kColumns = 120, kRows = 100;
  constexpr double kDecades = 8;
  Raster raster{kColumns, kRows, x.first, x.second, y.first, y.second, -kDecades, 0, {}, "log10 of density / maximum",
                {}};
  const double top = generator.log_gibbs().maxCoeff();
  const double hx = (x.second - x.first) / kColumns, hy = (y.second - y.first) / kRows;
  for (std::size_t j = 0; j < kRows; ++j) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      const double value =
          interpolate(generator.grid(), generator.log_gibbs(), x.first + hx * (static_cast<double>(i) + 0.5),
                      y.first + hy * (static_cast<double>(j) + 0.5));
      raster.values.push_back(std::max((value - top) / std::log(10.0), -2 * kDecades));
    }
  }
  for (double level = -1; level >= -kDecades; level -= 1) raster.contours.push_back(level);
  return raster;
}

Panel heat_map_panel(const RunResults& results, const StudyOutcome& study) {
  const Generator& generator = *study.spectrum->generator;
  const auto x = visible(generator.gibbs().marginal(0), 1e-6), y = visible(generator.gibbs().marginal(1), 1e-6);
  Panel panel;
  panel.x = {coordinate(results, 0), false, x, {}};
  panel.y = {coordinate(results, 1), false, y, {}};
  panel.raster = log_density_raster(generator, x, y);
  for (Role role : {Role::langevin, Role::mini_batch_sgd}) {
    const StudyOutcome* with = with_paths(results, role);
    if (!with) continue;
    const Points& path = with->ensemble->sample_paths.front();
    Series series{"one path, " + legend_label(results, *with), role, Mark::line, {}, {}, {}, {}, {}, {}, 0.9, 0.9};
    for (Index k = 0; k < path.rows(); ++k) {
      series.x.push_back(std::clamp(path(k, 0), x.first, x.second));
      series.y.push_back(std::clamp(path(k, 1), y.first, y.second));
    }
    panel.series.push_back(std::move(series));
  }
  add_critical_points(study, generator.gibbs(), panel);
  return panel;
}

/// Bin counts of one coordinate as a density, with 95 % intervals.
Series histogram(const Points& points, Index j, std::pair<double, double> range, std::string label, Role role) {
  constexpr int kBins = 32;
  const double width = (range.second - range.first) / kBins, n = static_cast<double>(points.rows());
  std::vector<double> counts(kBins, 0.0);
  for (Index i = 0; i < points.rows(); ++i) {
    const double bin = std::floor((points(i, j) - range.first) / width);
    if (bin >= 0 && bin < kBins) counts[static_cast<std::size_t>(bin)] += 1;
  }
  Series series{std::move(label), role, Mark::points, {}, {}, {}, {}, {}, {}};
  for (int k = 0; k < kBins; ++k) {
    const double count = counts[static_cast<std::size_t>(k)];
    if (count == 0) continue;
    const double half = 1.959963984540054 * std::sqrt(count * (1 - count / n));
    series.x.push_back(range.first + (k + 0.5) * width);
    series.y.push_back(count / (n * width));
    series.y_low.push_back(std::max(0.0, count - half) / (n * width));
    series.y_high.push_back((count + half) / (n * width));
  }
  return series;
}

/// First, middle and last of the reported times.
std::vector<double> chosen_times(const RunResults& results) {
  std::vector<double> times;
  if (const StudyOutcome* grid = own_evolution(results)) {
    for (const DensitySnapshot& snapshot : grid->evolution->snapshots) times.push_back(snapshot.time);
  } else if (!own_ensembles(results).empty()) {
    times = own_ensembles(results).front()->ensemble->times;
  }
  if (times.size() > 1) times.erase(times.begin());  // the initial law
  if (times.size() <= 3) return times;
  return {times.front(), times[times.size() / 2], times.back()};
}

bool same_time(double a, double b) { return std::abs(a - b) <= 1e-6 * (1 + std::abs(b)); }

Density on_axis(const Density& density, Index j) {
  return density.grid().dimension() == 1 ? density : density.marginal(j);
}

using Interval = std::pair<double, double>;
Interval united(Interval a, Interval b) { return {std::min(a.first, b.first), std::max(a.second, b.second)}; }

/// Where the densities and all but two in a thousand of the paths are at a time.
Interval occupied(const RunResults& results, Index j, double time) {
  Interval range{INFINITY, -INFINITY};
  if (const StudyOutcome* grid = own_evolution(results)) {
    for (const DensitySnapshot& snapshot : grid->evolution->snapshots) {
      if (same_time(snapshot.time, time)) range = united(range, visible(on_axis(snapshot.density, j), 1e-3));
    }
  }
  for (const StudyOutcome* study : own_ensembles(results)) {
    for (std::size_t k = 0; k < study->ensemble->snapshots.size(); ++k) {
      if (!same_time(study->ensemble->times[k], time)) continue;
      Values x = study->ensemble->snapshots[k].col(j);
      const Index n = x.size();
      if (n == 0 || role_of(*study) == Role::mini_batch_sgd) continue;  // it may have left for good
      std::sort(x.data(), x.data() + n);
      range = united(range, {x(n / 1000), x(n - 1 - n / 1000)});
    }
  }
  return range;
}

Panel marginal_panel(const RunResults& results, Index j, double time, std::pair<double, double> range) {
  Panel panel;
  panel.title = fmt::format("{} at t = {}", coordinate(results, j), brief(time));
  panel.x = {coordinate(results, j), false, range, {}};
  panel.y = {"density", false, {}, {}};
  if (const StudyOutcome* spectrum = own_spectrum(results)) {
    const Density& gibbs = spectrum->spectrum->generator->gibbs();
    panel.series.push_back(curve(on_axis(gibbs, j), range, "Gibbs", Role::gibbs, Mark::area));
  }
  if (const StudyOutcome* grid = own_evolution(results)) {
    for (const DensitySnapshot& snapshot : grid->evolution->snapshots) {
      if (!same_time(snapshot.time, time)) continue;
      const Density& density = snapshot.density;
      panel.series.push_back(curve(on_axis(density, j), range, "grid (Fokker-Planck)", Role::grid, Mark::line));
    }
  }
  for (const StudyOutcome* study : own_ensembles(results)) {
    for (std::size_t k = 0; k < study->ensemble->snapshots.size(); ++k) {
      if (!same_time(study->ensemble->times[k], time)) continue;
      Series marks = histogram(study->ensemble->snapshots[k], j, range, legend_label(results, *study),
                               distinct_role(results, *study));
      if (own_ensembles(results).size() > 1) {  // marks of several are told apart by what joins them
        Series joined = marks;
        joined.label.clear();
        joined.mark = Mark::line;
        joined.y_low.clear();
        joined.y_high.clear();
        joined.width = 0.9;
        panel.series.push_back(std::move(joined));
      }
      panel.series.push_back(std::move(marks));
    }
  }
  return panel;
}

}  // namespace

Figure density_figure(const RunResults& results) {
  Figure figure{"density", "Gibbs density, critical points and sample paths", "", {}, 1};
  const StudyOutcome* study = own_spectrum(results);
  if (!study || !study->spectrum->generator) return figure;
  const Generator& generator = *study->spectrum->generator;
  if (generator.grid().dimension() == 1) {
    const auto range = visible(generator.gibbs());
    figure.panels.push_back(curve_panel(results, *study, range));
    Panel paths = paths_panel(results, range);
    if (!paths.series.empty()) figure.panels.push_back(std::move(paths));
    figure.columns = static_cast<int>(figure.panels.size());
    figure.caption = "f = " + results.potential +
                     ". Left: the Gibbs density exp(-f/tau)/Z with the minima and saddles of f. Right: single paths.";
  } else if (generator.grid().dimension() == 2) {
    figure.panels.push_back(heat_map_panel(results, *study));
    figure.caption =
        "f = " + results.potential +
        ". Colour: log10 of the Gibbs density exp(-f/tau)/Z relative to its maximum; a contour every decade. Discs: "
        "minima, crosses: saddles. Lines: one path of each motion from the initial law.";
  }
  return figure;
}

Figure marginals_figure(const RunResults& results) {
  Figure figure{"marginals", "Marginal densities", "", {}, 3};
  if (own_ensembles(results).empty() && !own_evolution(results)) return figure;
  const StudyOutcome* gridded = grid_study(results);
  if (!gridded) return figure;
  const Density& shape =
      gridded->spectrum ? gridded->spectrum->generator->gibbs() : gridded->evolution->snapshots.back().density;
  const std::vector<double> times = chosen_times(results);
  figure.columns = std::max<int>(1, static_cast<int>(times.size()));
  for (Index j = 0; j < shape.grid().dimension(); ++j) {
    auto range = visible(on_axis(shape, j), 1e-3);
    for (double time : times) range = united(range, occupied(results, j, time));
    for (double time : times) figure.panels.push_back(marginal_panel(results, j, time, range));
  }
  figure.caption =
      "Grey: Gibbs. Line: the density on the grid. Marks: histograms of the ensembles with 95 % intervals.";
  return figure;
}

}  // namespace sgdlimits::report
