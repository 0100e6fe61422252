/// report.html: one page that stands alone.
#pragma once

#include <string>

#include "apps/experiment/results.hpp"

namespace sgdlimits {

/// The whole page: verdicts first, then pictures (own inline SVG), studies, law against law, Sigma(x) beside the
/// identity, escape rates, measurements, how the two ends share nothing but the potential, and what to run again.
/// No script, no outside resource, no date and nothing of the machine: equal results give equal bytes. All text
/// that came from a user is escaped. Light and dark by the reader's preference.
std::string report_page(const RunResults& results);

}  // namespace sgdlimits
