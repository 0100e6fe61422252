#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "apps/report/figures.hpp"
#include "apps/report/page.hpp"
#include "apps/report/plots.hpp"
#include "apps/report/tables.hpp"
#include "apps/report/text.hpp"
#include "unit/apps/report/fixture.hpp"

namespace sgdlimits {
namespace {

std::string bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/sgdlimits-report-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

std::vector<std::string> names(const std::vector<Figure>& figures) {
  std::vector<std::string> found;
  for (const Figure& figure : figures) found.push_back(figure.name);
  return found;
}

// Fails if a figure is lost, or drawn without anything to show.
TEST(Figures, AreThoseThatTheResultsAllow) {
  const std::vector<std::string> all = {"density", "decay", "marginals", "escape", "loss", "eyring-kramers"};
  EXPECT_EQ(names(make_figures(fixture::run(1))), all);
  EXPECT_EQ(names(make_figures(fixture::run(2))), all);
  EXPECT_TRUE(make_figures(RunResults{}).empty());
  RunResults grid_only = fixture::run(1);
  grid_only.studies.resize(1);
  EXPECT_EQ(names(make_figures(grid_only)), (std::vector<std::string>{"density"}));
}

// Fails if a series carries NaN or infinity, or vectors of different lengths: gnuplot would drop points silently.
TEST(Figures, HoldFiniteSeriesOfEqualLengths) {
  for (int d : {1, 2}) {
    for (const Figure& figure : make_figures(fixture::run(d))) {
      for (const Panel& panel : figure.panels) {
        EXPECT_FALSE(panel.x.label.empty()) << figure.name;
        for (const Series& series : panel.series) {
          EXPECT_EQ(series.x.size(), series.y.size());
          for (const auto* v : {&series.y_low, &series.y_high, &series.x_low, &series.x_high}) {
            EXPECT_TRUE(v->empty() || v->size() == series.x.size());
            for (double value : *v) EXPECT_TRUE(std::isfinite(value));
          }
          for (std::size_t k = 0; k < series.x.size(); ++k) EXPECT_TRUE(std::isfinite(series.x[k] + series.y[k]));
        }
      }
    }
  }
}

// The dashed line must have the slope -lambda_1: a plot that shows agreement by construction would be worthless.
TEST(Figures, PredictedSlopeIsTheGap) {
  for (const Figure& figure : make_figures(fixture::run(1))) {
    if (figure.name != "decay") continue;
    const Series& line = figure.panels.front().series.back();
    ASSERT_EQ(line.mark, Mark::dashed);
    EXPECT_NEAR(std::log(line.y[0] / line.y[1]) / (line.x[1] - line.x[0]), 0.0298, 1e-12);
  }
}

// Level lines of a plane are straight and complete; fails if a cell's crossings are joined wrongly or dropped.
TEST(LevelLines, OfAPlane) {
  Raster raster{4, 3, 0, 4, 0, 3, 0, 4, {}, "", {}};
  for (int j = 0; j < 3; ++j) {
    for (int i = 0; i < 4; ++i) raster.values.push_back(i + 0.5);
  }
  const auto segments = level_lines(raster, 1.75);
  ASSERT_EQ(segments.size(), 2u);
  for (const Segment& s : segments) {
    EXPECT_DOUBLE_EQ(s.x0, 1.75);
    EXPECT_DOUBLE_EQ(s.x1, 1.75);
    EXPECT_DOUBLE_EQ(std::abs(s.y1 - s.y0), 1.0);
  }
}

// Fails if ticks leave the range or are not round.
TEST(Ticks, AreRoundAndInside) {
  EXPECT_EQ(ticks({0, 1}, false, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(ticks({0.05, 200}, true, 8), (std::vector<double>{0.1, 1, 10, 100}));
  EXPECT_EQ(ticks({-2.5, 2.5}, false, 5), (std::vector<double>{-2, -1, 0, 1, 2}));
}

// Fails if gnuplot refuses a script, if a picture is missing, or if two runs differ in a byte.
TEST(Plots, AreDrawnAndEqualByteForByte) {
  for (int d : {1, 2}) {
    const Folder first, second;
    const std::vector<Figure> figures = make_figures(fixture::run(d));
    const PlotOutcome outcome = write_plots(figures, first.path);
    EXPECT_EQ(outcome.warning, "");
    EXPECT_EQ(outcome.files.size(), 3 * figures.size());
    write_plots(make_figures(fixture::run(d)), second.path);
    for (const std::string& file : outcome.files) {
      EXPECT_GT(bytes(first.path / file).size(), 500u) << file;
      EXPECT_EQ(bytes(first.path / file), bytes(second.path / file)) << file;
    }
    if (const char* keep = std::getenv("SGDLIMITS_KEEP_PLOTS")) {
      std::filesystem::copy(
          first.path, std::filesystem::path(keep) / std::to_string(d),
          std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
    }
  }
}

// Fails if a missing gnuplot loses the data or ends the run.
TEST(Plots, KeepScriptsWithoutGnuplot) {
  const Folder folder;
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const PlotOutcome outcome = write_plots(make_figures(fixture::run(1)), folder.path);
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(outcome.warning,
            "gnuplot was not found: plots are left as .gp files with their data; gnuplot NAME.gp draws them");
  EXPECT_TRUE(std::filesystem::exists(folder.path / "decay.gp"));
  EXPECT_FALSE(std::filesystem::exists(folder.path / "decay.png"));
}

// Fails if the page leans on anything outside itself, shows a user's text as markup, or an element is left open.
TEST(Page, StandsAloneAndEscapes) {
  for (int d : {1, 2}) {
    const std::string page = report_page(fixture::run(d));
    if (const char* keep = std::getenv("SGDLIMITS_KEEP_PLOTS")) {
      std::filesystem::create_directories(std::filesystem::path(keep) / std::to_string(d));
      std::ofstream(std::filesystem::path(keep) / std::to_string(d) / "report.html") << page;
    }
    for (const char* outside : {"http:", "https:", "src=", "<script", "<link", "@import", "nan", "NaN"}) {
      EXPECT_EQ(page.find(outside), std::string::npos) << outside;
    }
    EXPECT_EQ(page.find("<wells>"), std::string::npos);
    EXPECT_EQ(page.find("<as it should>"), std::string::npos);
    std::map<std::string, int> open;
    for (std::size_t at = 0; (at = page.find('<', at)) != std::string::npos; ++at) {
      const std::string tag = page.substr(at + 1, page.find('>', at) - at - 1);
      const bool closing = tag.starts_with("/");
      std::string name = tag.substr(closing ? 1 : 0);
      name = name.substr(0, name.find_first_of(" /"));
      if (tag.starts_with("!") || name == "meta" || name == "br" || tag.ends_with("/")) continue;
      open[name] += closing ? -1 : 1;
    }
    for (const auto& [name, count] : open) EXPECT_EQ(count, 0) << name;
    EXPECT_LT(page.find("Verdicts"), page.find("Pictures"));
    EXPECT_EQ(page, report_page(fixture::run(d)));
  }
}

// Wall-clock seconds are no part of the page: fails if equal runs could differ in a byte.
TEST(Page, HoldsNothingOfTheMachine) {
  RunResults slow = fixture::run(1);
  for (StudyOutcome& study : slow.studies) study.seconds = 123.25;
  EXPECT_EQ(report_page(slow), report_page(fixture::run(1)));
}

// Fails if an error is shown with the wrong number of digits, or the value not to the same place.
TEST(Text, IntervalsAreShownToTwoDigits) {
  EXPECT_EQ(with_interval(Measurement::sampled(0.016342, 0.0001, "")), "0.01634 ± 0.00020");
  EXPECT_EQ(with_interval(Measurement::sampled(12.3456, 0.5, "")), "12.35 ± 0.98");
  EXPECT_EQ(with_interval(Measurement::exact(0.25, "")), "0.25");
  EXPECT_EQ(with_interval(Measurement::sampled(1.234e-7, 1e-9, "")), "(1.234 ± 0.020)e-07");
  EXPECT_EQ(with_interval(Measurement(3e-5, 0, 0, Side::upper, Grade::bound, "")), "< 3e-05");
}

// Fails if a column is padded by bytes instead of characters.
TEST(Text, TablesAlignByCharacters) {
  TextTable table({"a", "b"});
  table.add({"1 ± 2", "x"});
  table.add({"12345", "y"});
  EXPECT_EQ(table.str(), "  a      b\n  --------\n  1 ± 2  x\n  12345  y\n");
}

// Fails if an unexpected verdict is not pointed out, or a control goes missing from the table.
TEST(Tables, ClaimsShowExpectationAndControls) {
  const std::string table = claims_table(fixture::run(1).claims);
  EXPECT_NE(table.find("expected consistent"), std::string::npos);
  EXPECT_NE(table.find("control: "), std::string::npos);
  EXPECT_NE(table.find("0.01634 ± 0.00020"), std::string::npos);
}

}  // namespace
}  // namespace sgdlimits
