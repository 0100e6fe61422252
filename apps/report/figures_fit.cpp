#include <algorithm>
#include <cmath>

#include "apps/experiment/sweep.hpp"
#include "apps/report/sweep_report.hpp"

namespace sgdlimits {

namespace {

constexpr double kNormal95 = 1.959963984540054;
constexpr int kCells = 40;

Series points_of(const FitOutcome& fit) {
  Series points{"points of the sweep", Role::langevin, Mark::points, {}, {}, {}, {}, {}, {}};
  for (const FitPoint& p : fit.points) {
    const double half = kNormal95 * p.standard_error + p.bound;
    points.x.push_back(p.x);
    points.y.push_back(p.y);
    points.y_low.push_back(p.y - half);
    points.y_high.push_back(p.y + half);
  }
  return points;
}

/// The line over the range of the points with its band.
std::pair<Series, Series> line_of(const RegressionFit& line, double first, double last) {
  Series drawn{"fitted line", Role::langevin, Mark::line, {}, {}, {}, {}, {}, {}};
  Series band{"its 95 % band", Role::langevin, Mark::band, {}, {}, {}, {}, {}, {}};
  const double quantile = line.quantile(0.05);
  for (int k = 0; k <= kCells; ++k) {
    const double x = first + (last - first) * k / kCells;
    const Measurement y = line.at(x);
    const double half = quantile * y.standard_error() + y.discretisation_bound();
    drawn.x.push_back(x);
    drawn.y.push_back(y.value());
    if (!std::isfinite(half)) continue;
    band.x.push_back(x);
    band.y.push_back(y.value());
    band.y_low.push_back(y.value() - half);
    band.y_high.push_back(y.value() + half);
  }
  return {drawn, band};
}

/// The predicted slope through the fitted line's middle.
Series prediction_of(const FitOutcome& fit, double first, double last) {
  Series dashed{"predicted slope", Role::prediction, Mark::dashed, {}, {}, {}, {}, {}, {}};
  const double slope = fit.comparison->prediction.value();
  for (double x : {first, last}) {
    dashed.x.push_back(x);
    dashed.y.push_back(fit.line->at(fit.line->centre).value() + slope * (x - fit.line->centre));
  }
  return dashed;
}

std::string file_stem(const FitOutcome& fit) {
  std::string name = "fit-" + plain_name(fit.name);
  for (const auto& [key, value] : fit.group) name += "-" + plain_name(value);
  return name;
}

Figure fit_figure(const FitOutcome& fit) {
  Figure figure{file_stem(fit), fit_label(fit), "", {}, 1};
  const auto [a, b] = std::minmax_element(fit.points.begin(), fit.points.end(),
                                          [](const FitPoint& p, const FitPoint& q) { return p.x < q.x; });
  Panel panel;
  panel.x = {fit.x, false, {}, {}};
  panel.y = {fit.y, false, {}, {}};
  if (fit.line && a->x < b->x) {
    auto [line, band] = line_of(*fit.line, a->x, b->x);
    panel.series.push_back(std::move(band));
    if (fit.comparison) panel.series.push_back(prediction_of(fit, a->x, b->x));
    panel.series.push_back(std::move(line));
  }
  panel.series.push_back(points_of(fit));
  figure.panels.push_back(std::move(panel));
  figure.caption =
      "Points: one a run, with 95 % intervals (sampling errors and discretisation bounds, mostly smaller than the "
      "mark where no band is seen). Line: weighted least squares.";
  if (fit.comparison) figure.caption += " Dashed: the predicted slope, through the weighted middle of the points.";
  return figure;
}

}  // namespace

std::vector<Figure> sweep_figures(const SweepResults& results) {
  std::vector<Figure> figures;
  for (const FitOutcome& fit : results.fits) {
    if (fit.points.empty()) continue;
    Figure figure = fit_figure(fit);
    const auto same = [&](const Figure& other) { return other.name == figure.name; };
    while (std::any_of(figures.begin(), figures.end(), same)) figure.name += "-2";
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace sgdlimits
