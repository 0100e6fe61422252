#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/report/plots.hpp"
#include "apps/report/svg.hpp"
#include "apps/report/text.hpp"

namespace sgdlimits {

namespace {

std::string colour(Role role) {
  switch (role) {
    case Role::gibbs: return "#8a94a3";
    case Role::grid: return "#0072b2";
    case Role::langevin: return "#009e73";
    case Role::isotropic_sgd: return "#cc79a7";
    case Role::mini_batch_sgd: return "#d55e00";
    case Role::prediction: return "#1c2330";
    case Role::other: return "#1c2330";
    case Role::extra1: return "#56b4e9";
    case Role::extra2: return "#e69f00";
    case Role::extra3: return "#882255";
    case Role::extra4: return "#6b7a00";
    case Role::extra5: return "#5b3fa0";
  }
  return "#1c2330";
}

int point_type(Role role) {
  if (role == Role::isotropic_sgd) return 5;   // square
  if (role == Role::mini_batch_sgd) return 9;  // triangle
  if (role == Role::prediction) return 13;     // diamond
  if (role == Role::extra1) return 5;
  if (role == Role::extra2) return 13;
  if (role == Role::extra3) return 11;  // triangle upside down
  if (role == Role::extra4) return 9;
  if (role == Role::extra5) return 5;
  return 7;  // disc
}

/// A string of gnuplot; single quotes keep backslashes, and a doubled one stands for itself.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (char c : text) {
    if (c == '\'')
      result += "''";
    else if (static_cast<unsigned char>(c) >= 0x20)
      result += c;
  }
  return result + "'";
}

std::string number(double v) { return fmt::format("{:.7g}", v); }

std::string axis_label(double v, bool logarithmic) {
  const double power = std::log10(std::abs(v));
  return logarithmic && std::abs(power - std::round(power)) < 1e-9 ? power_of_ten(v) : brief(v);
}

std::string style(const Series& series) {
  const std::string c = " lc rgb '" + colour(series.role) + "'";
  switch (series.mark) {
    case Mark::line: {
      const int alpha = static_cast<int>(std::lround(255 * (1 - series.opacity)));
      const std::string rgb = fmt::format("#{:02x}{}", alpha, colour(series.role).substr(1));
      return "lines lw " + number(series.width) + " lc rgb '" + rgb + "'";
    }
    case Mark::dashed: return "lines dt (12,8) lw " + number(series.width) + c;
    case Mark::area: return "filledcurves y1=0 fs transparent solid 0.3 noborder" + c;
    case Mark::band: return "filledcurves fs transparent solid 0.2 noborder" + c;
    case Mark::points: return fmt::format("points pt {} ps 0.9{}", point_type(series.role), c);
    case Mark::upper_limit: return "vectors head filled size screen 0.007,20 lw 1.6" + c;
    case Mark::minimum: return "points pt 6 ps 1.5 lw 2.4" + c;
    case Mark::saddle: return "points pt 2 ps 1.5 lw 2.6" + c;
  }
  return "lines";
}

/// The block of a series and how to plot it.
std::string block(const Series& series, const std::string& name, bool categories) {
  std::string text = "$" + name + " << EOD\n";
  for (std::size_t k = 0; k < series.x.size(); ++k) {
    text += number(series.x[k]) + " " + number(series.y[k]);
    if (series.mark == Mark::upper_limit) {
      text += categories ? " " + number(-0.3 * series.x[k]) + " 0" : " 0 " + number(-0.3 * series.y[k]);
    } else if (!series.y_low.empty()) {
      text += " " + number(series.y_low[k]) + " " + number(series.y_high[k]);
    } else if (!series.x_low.empty()) {
      text += " " + number(series.x_low[k]) + " " + number(series.x_high[k]);
    }
    text += "\n";
  }
  return text + "EOD\n";
}

std::string plot_item(const Series& series, const std::string& name) {
  std::string with = style(series);
  if (series.mark == Mark::points && !series.y_low.empty())
    with.replace(0, 6, "yerrorbars");
  else if (series.mark == Mark::points && !series.x_low.empty())
    with.replace(0, 6, "xerrorbars");
  const std::string columns = series.mark == Mark::band ? " using 1:3:4" : "";
  return "$" + name + columns + " notitle with " + with;
}

std::string raster_blocks(const Raster& raster, const std::string& name) {
  std::string text = "$" + name + "_raster << EOD\n";
  for (std::size_t j = 0; j < raster.rows; ++j) {
    for (std::size_t i = 0; i < raster.columns; ++i) {
      text += fmt::format("{}{:.3f}", i ? " " : "",
                          std::clamp(raster.values[j * raster.columns + i], raster.low, raster.high));
    }
    text += "\n";
  }
  text += "EOD\n$" + name + "_contours << EOD\n";
  for (double level : raster.contours) {
    for (const Segment& s : level_lines(raster, level)) {
      text += fmt::format("{} {}\n{} {}\n\n", number(s.x0), number(s.y0), number(s.x1), number(s.y1));
    }
  }
  return text + "EOD\n";
}

std::string tics(const std::string& axis, std::pair<double, double> range, const PlotAxis& spec, int wanted) {
  std::string list;
  if (!spec.categories.empty()) {
    for (std::size_t k = 0; k < spec.categories.size(); ++k) {
      list += fmt::format("{}{} {}", k ? ", " : "", quoted(spec.categories[k]), k);
    }
  } else {
    for (double v : ticks(range, spec.logarithmic, wanted)) {
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", quoted(axis_label(v, spec.logarithmic)), number(v));
    }
  }
  return fmt::format("set {}tics ({}) nomirror\n", axis, list);
}

struct Layout {
  int columns, rows;
  double width, height, legend;  // in points; legend: height of its strip
};

Layout layout_of(const Figure& figure, std::size_t legend_rows) {
  Layout layout{std::max(1, figure.columns), 1, 0, 0, 0};
  layout.rows = (static_cast<int>(figure.panels.size()) + layout.columns - 1) / layout.columns;
  const auto& categories = figure.panels.front().y.categories;
  const double panel = !categories.empty()   ? 110 + 46 * static_cast<double>(categories.size())
                       : layout.columns == 1 ? 460
                       : layout.columns == 2 ? 380
                                             : 290;
  layout.width = layout.columns >= 3 ? 1080 : 900;
  layout.legend = 44 + 20 * static_cast<double>(legend_rows);
  layout.height = layout.legend + layout.rows * panel;
  return layout;
}

std::string panel_commands(const Panel& panel, const Layout& layout, std::size_t k, const std::string& name) {
  const bool categories = !panel.y.categories.empty();
  const double cell_w = layout.width / layout.columns, cell_h = (layout.height - layout.legend) / layout.rows;
  const double x = cell_w * static_cast<double>(static_cast<int>(k) % layout.columns);
  const double y = layout.legend + cell_h * static_cast<double>(static_cast<int>(k) / layout.columns);
  std::string text = "  reset\n  set border 3 lc rgb '#5b6573'\n  set grid lc rgb '#e2e6ec' lt 1 lw 0.6\n";
  text += fmt::format(
      "  set lmargin at screen {}\n  set rmargin at screen {}\n  set tmargin at screen {}\n  set bmargin at screen "
      "{}\n",
      number((x + left_margin(panel, 7.8)) / layout.width),
      number((x + cell_w - (panel.raster ? 120 : 18)) / layout.width),
      number(1 - (y + (panel.title.empty() ? 10 : 30)) / layout.height),
      number(1 - (y + cell_h - 58) / layout.height));
  const auto range_x = axis_range(panel, false), range_y = axis_range(panel, true);
  text += fmt::format("  set xrange [{}:{}]\n", number(range_x.first), number(range_x.second));
  text += categories ? fmt::format("  set yrange [{}:{}]\n", number(range_y.second), number(range_y.first))
                     : fmt::format("  set yrange [{}:{}]\n", number(range_y.first), number(range_y.second));
  if (panel.x.logarithmic) text += "  set logscale x\n";
  if (panel.y.logarithmic) text += "  set logscale y\n";
  text += "  " + tics("x", range_x, panel.x, static_cast<int>(std::clamp(cell_w / 90, 3.0, 8.0)));
  text += "  " + tics("y", range_y, panel.y, 6);
  text += "  set xlabel " + quoted(panel.x.label) + "\n  set ylabel " + quoted(panel.y.label) + "\n";
  if (!panel.title.empty()) text += "  set title " + quoted(panel.title) + " offset 0,-0.4\n";
  std::vector<std::string> items;
  if (panel.raster) {
    const Raster& r = *panel.raster;
    const double hx = (r.x1 - r.x0) / static_cast<double>(r.columns),
                 hy = (r.y1 - r.y0) / static_cast<double>(r.rows);
    text += fmt::format("  set cbrange [{}:{}]\n  set cblabel {} offset 1.5,0\n", number(r.low), number(r.high),
                        quoted(r.label));
    text += "  set palette defined (0 '#ffffff', 0.35 '#dbe3f0', 0.7 '#93a8cd', 1 '#34508a')\n";
    items.push_back(fmt::format("${}_raster matrix using ({}+{}*$1):({}+{}*$2):3 notitle with image", name,
                                number(r.x0 + hx / 2), number(hx), number(r.y0 + hy / 2), number(hy)));
    items.push_back("$" + name + "_contours notitle with lines lw 0.7 lc rgb '#701c2330'");
  }
  for (std::size_t s = 0; s < panel.series.size(); ++s) {
    if (!panel.series[s].x.empty()) items.push_back(plot_item(panel.series[s], fmt::format("{}_{}", name, s)));
  }
  text += "  plot ";
  for (std::size_t i = 0; i < items.size(); ++i) text += (i ? ", \\\n       " : "") + items[i];
  return text + "\n";
}

/// The legend is a panel of its own at the top, holding every label once.
std::vector<const Series*> labelled(const Figure& figure) {
  std::vector<const Series*> entries;
  for (const Panel& panel : figure.panels) {
    for (const Series& series : panel.series) {
      const bool known =
          std::any_of(entries.begin(), entries.end(), [&](auto* e) { return e->label == series.label; });
      if (!series.label.empty() && !known) entries.push_back(&series);
    }
  }
  return entries;
}

/// Rows of the legend when its entries are laid out in equal columns across the width.
std::size_t legend_rows(const std::vector<const Series*>& entries, double width) {
  std::size_t longest = 1;
  for (const Series* entry : entries) longest = std::max(longest, display_width(entry->label));
  const auto columns =
      std::max<std::size_t>(1, static_cast<std::size_t>((width - 40) / (7.6 * static_cast<double>(longest) + 60)));
  return (entries.size() + columns - 1) / columns;
}

std::string legend_commands(const Figure& figure, const std::vector<const Series*>& entries, const Layout& layout,
                            std::size_t rows) {
  std::string text = "  reset\n  unset border\n  unset tics\n  set lmargin at screen 0\n  set rmargin at screen 1\n";
  text += fmt::format("  set tmargin at screen 1\n  set bmargin at screen {}\n",
                      number(1 - layout.legend / layout.height));
  text += fmt::format("  set label 1 {} at screen 0.5,{} center font ',15'\n", quoted(figure.title),
                      number(1 - 20 / layout.height));
  text += fmt::format("  set key at screen 0.5,{} center top horizontal Left reverse samplen 2.4 maxrows {}\n",
                      number(1 - 32 / layout.height), std::max<std::size_t>(rows, 1));
  text += "  plot [0:1][0:1] NaN notitle";
  for (const Series* entry : entries) {
    Series sample = *entry;
    sample.opacity = 1;
    sample.width = std::max(sample.width, 1.8);
    text += ", \\\n       keyentry with " + style(sample) + " title " + quoted(entry->label);
  }
  return text + "\n";
}

}  // namespace

std::string gnuplot_script(const Figure& figure) {
  const std::vector<const Series*> entries = labelled(figure);
  const std::size_t rows = legend_rows(entries, figure.columns >= 3 ? 1080 : 900);
  const Layout layout = layout_of(figure, rows);
  std::string text = "# " + figure.title + "\n# Draw again: gnuplot " + figure.name + ".gp\nset encoding utf8\n";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = ' ';
  }
  for (std::size_t k = 0; k < figure.panels.size(); ++k) {
    const Panel& panel = figure.panels[k];
    const std::string name = fmt::format("p{}", k);
    if (panel.raster) text += raster_blocks(*panel.raster, name);
    for (std::size_t s = 0; s < panel.series.size(); ++s) {
      text += block(panel.series[s], fmt::format("{}_{}", name, s), !panel.y.categories.empty());
    }
  }
  const std::string size = fmt::format("{:.0f},{:.0f}", layout.width, layout.height);
  const std::string size2 = fmt::format("{:.0f},{:.0f}", 2 * layout.width, 2 * layout.height);
  text += "do for [format in 'png svg'] {\n  reset\n";
  text += "  if (format eq 'png') { set terminal pngcairo noenhanced size " + size2 +
          " font 'sans,11' fontscale 2 linewidth 2 pointscale 2 background rgb 'white' }\n";
  text += "  else { set terminal svg noenhanced size " + size + " font 'sans,12' background rgb 'white' }\n";
  text += "  set output '" + figure.name + ".'.format\n  set multiplot\n";
  text += legend_commands(figure, entries, layout, rows);
  for (std::size_t k = 0; k < figure.panels.size(); ++k) {
    text += panel_commands(figure.panels[k], layout, k, fmt::format("p{}", k));
  }
  return text + "  unset multiplot\n  unset output\n}\n";
}

}  // namespace sgdlimits
