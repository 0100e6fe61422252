/// Pieces that several figures share; internal to apps/report.
#pragma once

#include <string>
#include <vector>

#include "apps/report/figures.hpp"

namespace sgdlimits::report {

/// The studies of the file's own problem that carry an ensemble.
std::vector<const StudyOutcome*> own_ensembles(const RunResults& results);
const StudyOutcome* own_evolution(const RunResults& results);
const StudyOutcome* own_spectrum(const RunResults& results);

/// The motion, with the study's name where two studies have the same motion.
std::string legend_label(const RunResults& results, const StudyOutcome& study);

/// Figures of figure_density.cpp; no panels where there is nothing to show.
Figure density_figure(const RunResults& results);
Figure marginals_figure(const RunResults& results);

}  // namespace sgdlimits::report
