/// What a run or a check found, as tables for the terminal.
#pragma once

#include <string>
#include <vector>

#include "apps/experiment/results.hpp"

namespace sgdlimits {

/// A line for each claim (and each control below it): id, name, subject, the comparison that decided, prediction,
/// measurement with its 95 % interval, slack, verdict, and whether that was expected.
std::string claims_table(const std::vector<ClaimReport>& claims);

/// Every comparison of one claim with its rule, and its hypotheses with the evidence.
std::string claim_details(const ClaimReport& claim);

/// Studies with their outcome and remarks.
std::string studies_table(const RunResults& results);

/// measurements.csv without the rows at single times.
std::string measurements_table(const RunResults& results);

/// A line for each pair and measure over all its times.
struct DistanceSummary {
  std::string first, second, measure;
  std::size_t times = 0, consistent = 0, refuted = 0, undecided = 0, unexpected = 0;
  const DistanceRow* largest = nullptr;  ///< the largest in standard errors, or the largest if there are none
};
std::vector<DistanceSummary> summarise(const std::vector<DistanceRow>& distances);

/// The summaries: at how many times the laws agree, differ or leave it open, and the time of the largest distance.
std::string distances_table(const std::vector<DistanceRow>& distances);

std::string escapes_table(const RunResults& results);

/// All of the above that has anything to say, under short headings.
std::string run_tables(const RunResults& results);

/// The comparison that decided a claim: the first with the claim's verdict, else the first; null if there is none.
const Comparison* deciding_comparison(const ClaimReport& claim);

/// "refuted, as it must" or "NOT refuted" for controls; "no control" where none ran.
std::string control_summary(const ClaimReport& claim);

}  // namespace sgdlimits
