#include "apps/report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/report/text.hpp"

namespace sgdlimits {

namespace {

constexpr double kWidth = 960, kLegendLine = 20, kCharacter = 6.7;

std::string number(double v) {
  std::string text = fmt::format("{:.1f}", v);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

/// Where a panel's data rectangle lies and how values map into it.
struct Frame {
  double left, top, right, bottom;
  std::pair<double, double> x, y;
  bool log_x, log_y, downwards;  // categories count from the top

  static double fraction(double v, std::pair<double, double> range, bool logarithmic) {
    if (!logarithmic) return (v - range.first) / (range.second - range.first);
    const double floor = range.first * 1e-30;  // far outside, for the clip
    return std::log(std::max(v, floor) / range.first) / std::log(range.second / range.first);
  }
  double px(double v) const { return left + (right - left) * std::clamp(fraction(v, x, log_x), -0.5, 1.5); }
  double py(double v) const {
    const double t = std::clamp(fraction(v, y, log_y), -0.5, 1.5);
    return downwards ? top + (bottom - top) * t : bottom - (bottom - top) * t;
  }
};

std::string text_at(double x, double y, const std::string& text, const std::string& classes,
                    const std::string& extra = "") {
  return fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\"{}>{}</text>", number(x), number(y), classes, extra,
                     escaped(text));
}

std::string line_at(double x0, double y0, double x1, double y1, const std::string& classes) {
  return fmt::format("<path class=\"{}\" d=\"M{} {}L{} {}\"/>", classes, number(x0), number(y0), number(x1),
                     number(y1));
}

/// A mark whose shape goes with the role, so that colour is never the only difference.
std::string marker(Role role, double x, double y) {
  const auto path = [](const std::string& d) { return "<path class=\"mk\" d=\"" + d + "\"/>"; };
  switch (role) {
    case Role::extra1:
    case Role::extra5:
    case Role::isotropic_sgd: return path(fmt::format("M{} {}h6v6h-6z", number(x - 3), number(y - 3)));
    case Role::extra4:
    case Role::mini_batch_sgd: return path(fmt::format("M{} {}l4 7h-8z", number(x), number(y - 4.4)));
    case Role::extra3: return path(fmt::format("M{} {}l4 -7h-8z", number(x), number(y + 4.4)));
    case Role::extra2:
    case Role::prediction: return path(fmt::format("M{} {}l4 4l-4 4l-4 -4z", number(x), number(y - 4)));
    default: return fmt::format("<circle class=\"mk\" cx=\"{}\" cy=\"{}\" r=\"3.3\"/>", number(x), number(y));
  }
}

std::string critical_marker(Mark mark, double x, double y) {
  if (mark == Mark::minimum) {
    return fmt::format("<circle class=\"cp\" cx=\"{}\" cy=\"{}\" r=\"5\"/>", number(x), number(y));
  }
  return fmt::format("<path class=\"cx\" d=\"M{} {}l10 10m0 -10l-10 10\"/>", number(x - 5), number(y - 5));
}

std::string arrow(double x, double y, bool to_the_left) {
  return to_the_left
             ? fmt::format("<path class=\"ln\" d=\"M{} {}v8m0 -4h-18l5 -4m-5 4l5 4\"/>", number(x), number(y - 4))
             : fmt::format("<path class=\"ln\" d=\"M{} {}h8m-4 0v16l-4 -5m4 5l4 -5\"/>", number(x - 4), number(y));
}

std::string polyline(const Series& series, const Frame& frame) {
  std::string d;
  for (std::size_t k = 0; k < series.x.size(); ++k) {
    d += fmt::format("{}{} {}", k ? "L" : "M", number(frame.px(series.x[k])), number(frame.py(series.y[k])));
  }
  return d;
}

/// Forth along the upper edge, back along the lower one; without edges, as in a legend, the area below y.
std::string draw_band(const Series& series, const Frame& frame) {
  Series edge = series;
  if (!series.y_low.empty()) edge.y = series.y_high;
  std::string d = polyline(edge, frame);
  for (std::size_t k = series.x.size(); k > 0; --k) {
    const double y = series.y_low.empty() ? frame.bottom : frame.py(series.y_low[k - 1]);
    d += fmt::format("L{} {}", number(frame.px(series.x[k - 1])), number(y));
  }
  return "<path class=\"ar\" d=\"" + d + "z\"/>";
}

std::string draw_line(const Series& series, const Frame& frame) {
  if (series.mark == Mark::band) return draw_band(series, frame);
  if (series.mark == Mark::area) {
    std::string d = polyline(series, frame);
    d += fmt::format("L{} {}L{} {}z", number(frame.px(series.x.back())), number(frame.bottom),
                     number(frame.px(series.x.front())), number(frame.bottom));
    return "<path class=\"ar\" d=\"" + d + "\"/>";
  }
  return fmt::format("<path class=\"ln{}\" stroke-width=\"{}\" opacity=\"{}\" d=\"{}\"/>",
                     series.mark == Mark::dashed ? " ds" : "", number(series.width), brief(series.opacity),
                     polyline(series, frame));
}

std::string draw_points(const Series& series, const Frame& frame) {
  std::string svg;
  for (std::size_t k = 0; k < series.x.size(); ++k) {
    const double x = frame.px(series.x[k]), y = frame.py(series.y[k]);
    if (series.mark == Mark::upper_limit) {
      svg += arrow(x, y, frame.downwards);
      continue;
    }
    if (series.mark != Mark::points) {
      svg += critical_marker(series.mark, x, y);
      continue;
    }
    if (!series.y_low.empty()) svg += line_at(x, frame.py(series.y_low[k]), x, frame.py(series.y_high[k]), "eb");
    if (!series.x_low.empty()) svg += line_at(frame.px(series.x_low[k]), y, frame.px(series.x_high[k]), y, "eb");
    svg += marker(series.role, x, y);
  }
  return svg;
}

bool is_line(Mark mark) {
  return mark == Mark::line || mark == Mark::dashed || mark == Mark::area || mark == Mark::band;
}

std::string draw(const Series& series, const Frame& frame) {
  if (series.x.empty()) return "";
  return "<g class=\"" + role_class(series.role) + "\">" +
         (is_line(series.mark) ? draw_line(series, frame) : draw_points(series, frame)) + "</g>";
}

/// Runs of equal shade along a row become one rectangle: 24 shades, so a smooth field stays small.
std::string draw_raster(const Raster& raster, const Frame& frame) {
  constexpr int kShades = 24;
  std::string svg;
  const double hx = (frame.right - frame.left) / static_cast<double>(raster.columns);
  const double hy = (frame.bottom - frame.top) / static_cast<double>(raster.rows);
  const auto shade = [&](std::size_t i, std::size_t j) {
    const double t = (raster.values[j * raster.columns + i] - raster.low) / (raster.high - raster.low);
    return static_cast<int>(std::lround(std::clamp(t, 0.0, 1.0) * kShades));
  };
  for (std::size_t j = 0; j < raster.rows; ++j) {
    for (std::size_t i = 0; i < raster.columns;) {
      std::size_t end = i + 1;
      while (end < raster.columns && shade(end, j) == shade(i, j)) ++end;
      if (const int s = shade(i, j); s > 0) {
        svg += fmt::format(
            "<path class=\"ht\" fill-opacity=\"{:.2f}\" d=\"M{} {}h{}v{}h-{}z\"/>", 0.85 * s / kShades,
            number(frame.left + hx * static_cast<double>(i)), number(frame.bottom - hy * static_cast<double>(j + 1)),
            number(hx * static_cast<double>(end - i)), number(hy + 0.05), number(hx * static_cast<double>(end - i)));
      }
      i = end;
    }
  }
  std::string lines;
  for (double level : raster.contours) {
    for (const Segment& s : level_lines(raster, level)) {
      lines += fmt::format("M{} {}L{} {}", number(frame.px(s.x0)), number(frame.py(s.y0)), number(frame.px(s.x1)),
                           number(frame.py(s.y1)));
    }
  }
  return svg + "<path class=\"ct\" d=\"" + lines + "\"/>";
}

std::string draw_scale(const Raster& raster, const Frame& frame) {
  std::string svg;
  const double x = frame.right + 18, height = frame.bottom - frame.top;
  for (int s = 1; s <= 24; ++s) {
    svg += fmt::format("<path class=\"ht\" fill-opacity=\"{:.2f}\" d=\"M{} {}h14v{}h-14z\"/>", 0.85 * s / 24,
                       number(x), number(frame.bottom - height * s / 24), number(height / 24 + 0.05));
  }
  svg += fmt::format("<path class=\"fr\" d=\"M{} {}h14v{}h-14z\"/>", number(x), number(frame.top), number(height));
  for (double v : ticks({raster.low, raster.high}, false, 5)) {
    const double y = frame.bottom - height * (v - raster.low) / (raster.high - raster.low);
    svg += text_at(x + 19, y + 4, brief(v), "tk");
  }
  const double middle = (frame.top + frame.bottom) / 2;
  return svg + text_at(x + 58, middle, raster.label, "lb mid",
                       fmt::format(" transform=\"rotate(90 {} {})\"", number(x + 58), number(middle)));
}

std::string draw_axes(const Panel& panel, const Frame& frame) {
  std::string svg;
  const auto label = [](double v, bool logarithmic) {
    const double power = std::log10(std::abs(v));
    return logarithmic && std::abs(power - std::round(power)) < 1e-9 ? power_of_ten(v) : brief(v);
  };
  const int wanted = static_cast<int>(std::clamp((frame.right - frame.left) / 80, 3.0, 8.0));
  for (double v : ticks(frame.x, panel.x.logarithmic, wanted)) {
    const double x = frame.px(v);
    if (!panel.raster) svg += line_at(x, frame.top, x, frame.bottom, "gr");
    svg += text_at(x, frame.bottom + 17, label(v, panel.x.logarithmic), "tk mid");
  }
  if (panel.y.categories.empty()) {
    for (double v : ticks(frame.y, panel.y.logarithmic, 6)) {
      const double y = frame.py(v);
      if (!panel.raster) svg += line_at(frame.left, y, frame.right, y, "gr");
      svg += text_at(frame.left - 7, y + 4, label(v, panel.y.logarithmic), "tk end");
    }
  }
  for (std::size_t k = 0; k < panel.y.categories.size(); ++k) {
    const double y = frame.py(static_cast<double>(k));
    svg += line_at(frame.left, y, frame.right, y, "gr");
    svg += text_at(frame.left - 9, y + 4, panel.y.categories[k], "tk end");
  }
  svg += fmt::format("<path class=\"fr\" d=\"M{} {}V{}H{}\"/>", number(frame.left), number(frame.top),
                     number(frame.bottom), number(frame.right));
  svg += text_at((frame.left + frame.right) / 2, frame.bottom + 38, panel.x.label, "lb mid");
  const double middle = (frame.top + frame.bottom) / 2, x = frame.left - 52;
  if (!panel.y.label.empty()) {
    svg += text_at(x, middle, panel.y.label, "lb mid",
                   fmt::format(" transform=\"rotate(-90 {} {})\"", number(x), number(middle)));
  }
  if (!panel.title.empty()) svg += text_at((frame.left + frame.right) / 2, frame.top - 10, panel.title, "pt mid");
  return svg;
}

std::string draw_panel(const Panel& panel, const Frame& frame, const std::string& clip) {
  std::string svg =
      fmt::format("<clipPath id=\"{}\"><path d=\"M{} {}H{}V{}H{}z\"/></clipPath>", clip, number(frame.left),
                  number(frame.top), number(frame.right), number(frame.bottom), number(frame.left));
  if (panel.raster) svg += draw_raster(*panel.raster, frame) + draw_scale(*panel.raster, frame);
  svg += draw_axes(panel, frame);
  svg += "<g clip-path=\"url(#" + clip + ")\">";
  for (const Series& series : panel.series) svg += draw(series, frame);
  return svg + "</g>";
}

/// The labels of all panels, each once.
std::vector<const Series*> legend_entries(const Figure& figure) {
  std::vector<const Series*> entries;
  for (const Panel& panel : figure.panels) {
    for (const Series& series : panel.series) {
      if (series.label.empty()) continue;
      const bool known =
          std::any_of(entries.begin(), entries.end(), [&](const Series* e) { return e->label == series.label; });
      if (!known) entries.push_back(&series);
    }
  }
  return entries;
}

std::string draw_legend(const Figure& figure, double& height) {
  std::string svg;
  double x = 72, y = 14;
  for (const Series* entry : legend_entries(figure)) {
    const double width = 34 + kCharacter * static_cast<double>(display_width(entry->label)) + 22;
    if (x > 72 && x + width > kWidth) {
      x = 72;
      y += kLegendLine;
    }
    Series sample = *entry;
    sample.x_low = sample.x_high = sample.y_low = sample.y_high = {};
    sample.x = is_line(sample.mark) ? std::vector<double>{0, 1} : std::vector<double>{0.5};
    sample.y.assign(sample.x.size(), sample.mark == Mark::area || sample.mark == Mark::band ? 1.0 : 0.5);
    sample.width = std::max(sample.width, 1.8);
    sample.opacity = 1;
    const bool arrow_down = sample.mark == Mark::upper_limit;
    const Frame box{x, y - (arrow_down ? 16.0 : 6.0), x + 24, y + 6, {0, 1}, {0, 1}, false, false, false};
    svg += draw(sample, box) + text_at(x + 32, y + 4, entry->label, "lg");
    x += width;
  }
  height = svg.empty() ? 0 : y + 16;
  return svg;
}

}  // namespace

std::string power_of_ten(double value) {
  static const char* const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  const int power = static_cast<int>(std::lround(std::log10(value)));
  if (power == 0) return "1";
  if (power == 1) return "10";
  std::string text = power < 0 ? "10⁻" : "10";
  for (char c : std::to_string(std::abs(power))) text += digits[c - '0'];
  return text;
}

std::string role_class(Role role) {
  switch (role) {
    case Role::gibbs: return "r-gibbs";
    case Role::grid: return "r-grid";
    case Role::langevin: return "r-langevin";
    case Role::isotropic_sgd: return "r-isotropic";
    case Role::mini_batch_sgd: return "r-batch";
    case Role::prediction: return "r-prediction";
    case Role::other: return "r-other";
    case Role::extra1: return "r-extra1";
    case Role::extra2: return "r-extra2";
    case Role::extra3: return "r-extra3";
    case Role::extra4: return "r-extra4";
    case Role::extra5: return "r-extra5";
  }
  return "r-other";
}

std::string to_svg(const Figure& figure) {
  const int columns = std::max(1, figure.columns);
  const int rows = (static_cast<int>(figure.panels.size()) + columns - 1) / columns;
  double legend = 0;
  const std::string legend_svg = draw_legend(figure, legend);
  const double panel_width = kWidth / columns;
  const bool categories = !figure.panels.empty() && !figure.panels.front().y.categories.empty();
  const double panel_height = categories ? 90 + 46 * static_cast<double>(figure.panels.front().y.categories.size())
                              : columns == 1 ? 460
                              : columns == 2 ? 360
                                             : 270;
  const double height = legend + rows * panel_height;
  std::string svg = fmt::format("<svg class=\"fig\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
                                number(kWidth), number(height), escaped(figure.title));
  svg += legend_svg;
  for (std::size_t k = 0; k < figure.panels.size(); ++k) {
    const Panel& panel = figure.panels[k];
    const double x = panel_width * static_cast<double>(static_cast<int>(k) % columns);
    const double y = legend + panel_height * static_cast<double>(static_cast<int>(k) / columns);
    const Frame frame{x + left_margin(panel, kCharacter),
                      y + (panel.title.empty() ? 12 : 28),
                      x + panel_width - (panel.raster ? 96 : 14),
                      y + panel_height - 48,
                      axis_range(panel, false),
                      axis_range(panel, true),
                      panel.x.logarithmic,
                      panel.y.logarithmic,
                      categories};
    svg += draw_panel(panel, frame, fmt::format("clip-{}-{}", figure.name, k));
  }
  return svg + "</svg>";
}

std::string svg_style() {
  return R"(
:root{--ink:#1c2330;--soft:#5b6573;--rule:#d5dae1;--grid:#e8ebf0;--paper:#ffffff;--panel:#f7f8fa;
--c-gibbs:#8a94a3;--c-grid:#0072b2;--c-langevin:#009e73;--c-isotropic:#cc79a7;--c-batch:#d55e00;--c-prediction:#1c2330;--heat:#3d5a8a;
--c-extra1:#56b4e9;--c-extra2:#e69f00;--c-extra3:#882255;--c-extra4:#6b7a00;--c-extra5:#5b3fa0}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#a3adba;--rule:#3a424e;--grid:#2a303a;--paper:#14181e;--panel:#1b2027;
--c-gibbs:#7d8896;--c-grid:#56b4e9;--c-langevin:#2cc79a;--c-isotropic:#e3a3c7;--c-batch:#f58a3c;--c-prediction:#e6e9ee;--heat:#7fa0d8;
--c-extra1:#8fd0f7;--c-extra2:#f2b93b;--c-extra3:#d982ac;--c-extra4:#b5c44a;--c-extra5:#a994e6}}
.r-gibbs{--c:var(--c-gibbs)}.r-grid{--c:var(--c-grid)}.r-langevin{--c:var(--c-langevin)}.r-isotropic{--c:var(--c-isotropic)}
.r-batch{--c:var(--c-batch)}.r-prediction{--c:var(--c-prediction)}.r-other{--c:var(--ink)}
.r-extra1{--c:var(--c-extra1)}.r-extra2{--c:var(--c-extra2)}.r-extra3{--c:var(--c-extra3)}.r-extra4{--c:var(--c-extra4)}
.r-extra5{--c:var(--c-extra5)}
svg.fig{width:100%;height:auto;display:block;font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
svg.fig text{fill:var(--soft)}svg.fig .lb,svg.fig .lg{fill:var(--ink)}svg.fig .pt{fill:var(--ink);font-weight:600}
svg.fig .mid{text-anchor:middle}svg.fig .end{text-anchor:end}
svg.fig .ln{fill:none;stroke:var(--c);stroke-linejoin:round;stroke-width:1.8}svg.fig .ln[stroke-width="0.9"]{stroke-width:.9}
svg.fig .ln[stroke-width="2.4"]{stroke-width:2.4}svg.fig .ds{stroke-dasharray:7 5}svg.fig .ar{fill:var(--c);fill-opacity:.28;stroke:none}
svg.fig .mk{fill:var(--c);stroke:var(--paper);stroke-width:.7}svg.fig .eb{fill:none;stroke:var(--c);stroke-width:1.5}
svg.fig .cp{fill:var(--paper);stroke:var(--ink);stroke-width:2.2}svg.fig .cx{fill:none;stroke:var(--ink);stroke-width:2.6}
svg.fig .ht{fill:var(--heat)}svg.fig .ct{fill:none;stroke:var(--ink);stroke-opacity:.38;stroke-width:.7}
svg.fig .gr{fill:none;stroke:var(--grid)}svg.fig .fr{fill:none;stroke:var(--soft)}
)";
}

}  // namespace sgdlimits
