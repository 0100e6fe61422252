#include "apps/report/figure.hpp"

#include <algorithm>
#include <cmath>

#include "apps/report/text.hpp"

namespace sgdlimits {

namespace {

void include(double value, bool logarithmic, double& low, double& high) {
  if (!std::isfinite(value) || (logarithmic && value <= 0)) return;
  low = std::min(low, value);
  high = std::max(high, value);
}

}  // namespace

std::vector<Segment> level_lines(const Raster& raster, double level) {
  std::vector<Segment> segments;
  const double hx = (raster.x1 - raster.x0) / static_cast<double>(raster.columns);
  const double hy = (raster.y1 - raster.y0) / static_cast<double>(raster.rows);
  const auto value = [&](std::size_t i, std::size_t j) { return raster.values[j * raster.columns + i]; };
  for (std::size_t j = 0; j + 1 < raster.rows; ++j) {
    for (std::size_t i = 0; i + 1 < raster.columns; ++i) {
      // corners anticlockwise; a crossing on every edge whose ends lie on different sides
      const double corner[4] = {value(i, j), value(i + 1, j), value(i + 1, j + 1), value(i, j + 1)};
      const double dx[4] = {0, 1, 1, 0}, dy[4] = {0, 0, 1, 1};
      double px[4], py[4];
      int crossings = 0;
      for (int a = 0; a < 4; ++a) {
        const int b = (a + 1) % 4;
        if ((corner[a] < level) == (corner[b] < level)) continue;
        const double t = (level - corner[a]) / (corner[b] - corner[a]);
        px[crossings] = raster.x0 + hx * (static_cast<double>(i) + 0.5 + dx[a] + t * (dx[b] - dx[a]));
        py[crossings] = raster.y0 + hy * (static_cast<double>(j) + 0.5 + dy[a] + t * (dy[b] - dy[a]));
        ++crossings;
      }
      for (int c = 0; c + 1 < crossings; c += 2) segments.push_back({px[c], py[c], px[c + 1], py[c + 1]});
    }
  }
  return segments;
}

std::pair<double, double> axis_range(const Panel& panel, bool vertical) {
  const PlotAxis& axis = vertical ? panel.y : panel.x;
  if (axis.range) return *axis.range;
  if (vertical && !axis.categories.empty()) return {-0.6, static_cast<double>(axis.categories.size()) - 0.4};
  if (panel.raster) {
    return vertical ? std::pair{panel.raster->y0, panel.raster->y1} : std::pair{panel.raster->x0, panel.raster->x1};
  }
  double low = INFINITY, high = -INFINITY;
  for (const Series& series : panel.series) {
    for (double v : vertical ? series.y : series.x) include(v, axis.logarithmic, low, high);
    for (double v : vertical ? series.y_low : series.x_low) include(v, axis.logarithmic, low, high);
    for (double v : vertical ? series.y_high : series.x_high) include(v, axis.logarithmic, low, high);
    if (vertical && series.mark == Mark::area) include(0, axis.logarithmic, low, high);
  }
  if (!(low <= high)) return axis.logarithmic ? std::pair{0.1, 1.0} : std::pair{0.0, 1.0};
  if (axis.logarithmic) {
    const double margin = std::max(0.04 * std::log(high / low), 0.1);
    return {low * std::exp(-margin), high * std::exp(margin)};
  }
  const double margin = high > low ? 0.04 * (high - low) : std::max(0.5, 0.1 * std::abs(high));
  const bool on_axis = vertical && low == 0;  // areas and densities stand on the axis
  return {on_axis ? low : low - margin, high + margin};
}

double left_margin(const Panel& panel, double character_width) {
  std::size_t longest = 0;
  for (const std::string& name : panel.y.categories) longest = std::max(longest, display_width(name));
  return longest > 0 ? 24 + character_width * static_cast<double>(longest)
                     : (panel.y.logarithmic ? 11 : 10) * character_width;
}

std::vector<double> ticks(std::pair<double, double> range, bool logarithmic, int wanted) {
  std::vector<double> result;
  const auto [low, high] = range;
  if (logarithmic) {
    const double first = std::ceil(std::log10(low) - 1e-9), last = std::floor(std::log10(high) + 1e-9);
    if (last - first >= 1) {
      const double step = std::max(1.0, std::ceil((last - first + 1) / wanted));
      for (double k = first; k <= last; k += step) result.push_back(std::pow(10.0, k));
      return result;
    }
    for (double k = first - 1; k <= last + 1; k += 1) {
      for (double m : {1.0, 2.0, 5.0}) {
        const double v = m * std::pow(10.0, k);
        if (v >= low && v <= high) result.push_back(v);
      }
    }
    return result;
  }
  const double raw = (high - low) / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (double m : {1.0, 2.0, 5.0}) {
    if (raw <= m * power * (1 + 1e-9)) {
      step = m * power;
      break;
    }
  }
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k += 1) {
    result.push_back(k == 0 ? 0.0 : k * step);
  }
  return result;
}

}  // namespace sgdlimits
