/// Sweeps for the terminal, as JSON, as pictures and as a page.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "apps/experiment/sweep_results.hpp"
#include "apps/report/figure.hpp"

namespace sgdlimits {

/// Points that failed or have an unexpected verdict, then the fits.
std::string sweep_tables(const SweepResults& results);

/// {schema, title, potential, seed, sweep {keys, mode, replicates, common_random_numbers}, points [{values,
/// replicate, seed, folder, status, why, verdicts, measurements}], fits}. A fit: {name, y, x, group, status, why,
/// points, left_out, line, remark, hypotheses, comparison, verdict, expected}. line, null where there is none:
/// {slope, slope_interval, intercept, bootstrap, degrees_of_freedom, error_scale, curvature, curvature_p_value,
/// lack_of_fit_p_value, how}.
nlohmann::ordered_json to_json(const SweepResults& results);

/// claims.json of a sweep: {schema, fits, points [{folder, verdicts}]}.
std::string sweep_claims_json(const SweepResults& results);

/// A figure for each fit: the points with 95 % intervals, the line with its 95 % band, and the expected slope through
/// the middle of the points.
std::vector<Figure> sweep_figures(const SweepResults& results);

/// report.html of a sweep; promises of report_page.
std::string sweep_page(const SweepResults& results);

/// "fit-1 (potential.parameters.h = 0.5)"
std::string fit_label(const FitOutcome& fit);

}  // namespace sgdlimits
