/// Figures as files, drawn by gnuplot.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/report/figure.hpp"

namespace sgdlimits {

/// What became of the plots.
struct PlotOutcome {
  std::vector<std::string> files;  ///< names below the folder: .gp always; .png and .svg where gnuplot ran
  std::string warning;             ///< one line, empty if every figure was drawn
};

/// Writes NAME.gp for each figure into `folder` (which exists), with its data inline, so that `gnuplot NAME.gp` there
/// draws it again; then runs gnuplot on each, for NAME.png (2x) and NAME.svg. Files hold no date and no path: equal
/// figures give equal bytes. Without gnuplot the .gp files stay and the warning says so. Throws DataError if a file
/// cannot be written.
PlotOutcome write_plots(const std::vector<Figure>& figures, const std::filesystem::path& folder);

/// The text of one .gp file.
std::string gnuplot_script(const Figure& figure);

}  // namespace sgdlimits
