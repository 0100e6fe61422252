/// A picture as data: what gnuplot (plots.hpp) and the page's own SVG (svg.hpp) both draw.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sgdlimits {

/// The part a series plays; the colour follows, so that one motion keeps its colour in every picture. Palette of
/// Okabe and Ito (2008), which colour-blind readers can tell apart; marks and dashes differ besides.
/// `extra1` to `extra5` are for further motions of a picture whose own colour is taken.
enum class Role {
  gibbs,
  grid,
  langevin,
  isotropic_sgd,
  mini_batch_sgd,
  prediction,
  other,
  extra1,
  extra2,
  extra3,
  extra4,
  extra5
};

enum class Mark {
  line,
  dashed,
  area,         ///< filled down to the x axis
  band,         ///< filled between y_low and y_high
  points,       ///< with vertical intervals where low and high are given, horizontal ones where x_low and x_high are
  upper_limit,  ///< an arrow down from y: only an upper bound is known
  minimum,      ///< critical points
  saddle,
};

/// Vectors of equal length, all finite; low, high, x_low and x_high may be empty. y_low and y_high are the ends of
/// 95 % intervals. An empty label keeps the series out of the legend.
struct Series {
  std::string label;
  Role role = Role::other;
  Mark mark = Mark::line;
  std::vector<double> x, y;
  std::vector<double> y_low, y_high, x_low, x_high;
  double width = 1.8;  ///< of lines, in px
  double opacity = 1.0;
};

/// A function on an even raster, values column by column: value(i, j) = values[j * columns + i], at the centres of
/// columns x rows cells of the rectangle.
struct Raster {
  std::size_t columns = 0, rows = 0;
  double x0 = 0, x1 = 1, y0 = 0, y1 = 1;
  double low = 0, high = 1;  ///< ends of the colour scale
  std::vector<double> values;
  std::string label;  ///< of the colour scale
  std::vector<double> contours;
};

struct PlotAxis {
  std::string label;
  bool logarithmic = false;
  std::optional<std::pair<double, double>> range;
  std::vector<std::string> categories;  ///< named rows at 0, 1, 2, ... from the top; only for y
};

struct Panel {
  std::string title;
  PlotAxis x, y;
  std::vector<Series> series;
  std::optional<Raster> raster;
};

struct Figure {
  std::string name;  ///< file stem: "decay"
  std::string title;
  std::string caption;  ///< what is drawn, what the intervals are
  std::vector<Panel> panels;
  int columns = 1;  ///< panels a row
};

/// Level lines of a raster by marching squares: segments (x0, y0, x1, y1).
struct Segment {
  double x0, y0, x1, y1;
};
std::vector<Segment> level_lines(const Raster& raster, double level);

/// The range of an axis that shows every series of the panel, with a margin of 4 %; on a logarithmic axis over the
/// positive values alone. (0, 1) if there are none.
std::pair<double, double> axis_range(const Panel& panel, bool vertical);

/// Room in px at the left of a panel for the names of its rows, or for numbers.
double left_margin(const Panel& panel, double character_width);

/// Round numbers inside a range: 1, 2 or 5 times a power of ten, or powers of ten on a logarithmic axis.
std::vector<double> ticks(std::pair<double, double> range, bool logarithmic, int wanted);

}  // namespace sgdlimits
