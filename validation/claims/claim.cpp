#include "validation/claims/claim.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

struct Interval {
  double lower, upper;
};

// Interval of measured - predicted: sampling errors add in quadrature (independent ends), bounds add.
Interval difference(const Measurement& prediction, const Measurement& measurement, double z) {
  if (prediction.side() != Side::two_sided || measurement.side() != Side::two_sided)
    return {measurement.lower(z) - prediction.upper(z), measurement.upper(z) - prediction.lower(z)};
  const double centre = measurement.value() - prediction.value();
  const double half = measurement.discretisation_bound() + prediction.discretisation_bound() +
                      z * std::hypot(measurement.standard_error(), prediction.standard_error());
  return {centre - half, centre + half};
}

void require_positive(const char* name, double value) {
  if (!(value > 0)) throw InvalidArgument(name, value, "positive");
}

}  // namespace

std::string to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::consistent: return "consistent";
    case Verdict::refuted: return "refuted";
    case Verdict::undecided: return "undecided";
    case Verdict::not_applicable: return "not applicable";
  }
  return "";
}

ClaimReport not_applicable(ClaimReport report, std::string hypothesis, std::string evidence) {
  report.why = evidence;
  report.hypotheses.push_back({std::move(hypothesis), false, std::move(evidence)});
  report.verdict = Verdict::not_applicable;
  return report;
}

Verdict combine(const std::vector<Hypothesis>& hypotheses, const std::vector<Comparison>& comparisons) {
  const auto any = [&](Verdict verdict) {
    return std::any_of(comparisons.begin(), comparisons.end(),
                       [&](const Comparison& c) { return c.verdict == verdict; });
  };
  if (std::any_of(hypotheses.begin(), hypotheses.end(), [](const Hypothesis& h) { return !h.holds; }))
    return Verdict::not_applicable;
  if (any(Verdict::refuted)) return Verdict::refuted;
  if (comparisons.empty() || any(Verdict::undecided) || any(Verdict::not_applicable)) return Verdict::undecided;
  return Verdict::consistent;
}

Comparison compare_equal(std::string quantity, Measurement prediction, Measurement measurement, double tolerance,
                         double z) {
  require_positive("tolerance", tolerance);
  const Interval d = difference(prediction, measurement, z);
  Verdict verdict = Verdict::undecided;
  if (d.lower >= -tolerance && d.upper <= tolerance) verdict = Verdict::consistent;
  if (d.lower > tolerance || d.upper < -tolerance) verdict = Verdict::refuted;
  return {std::move(quantity), std::move(prediction), std::move(measurement),
          fmt::format("interval of the difference (z = {:.3g}) within +-{:.3g}", z, tolerance), verdict};
}

Comparison compare_no_difference(std::string quantity, Measurement prediction, Measurement measurement,
                                 double resolution, double z) {
  require_positive("resolution", resolution);
  const Interval d = difference(prediction, measurement, z);
  Verdict verdict = Verdict::undecided;
  if (d.lower > 0 || d.upper < 0)
    verdict = Verdict::refuted;
  else if (d.lower >= -resolution && d.upper <= resolution)
    verdict = Verdict::consistent;
  return {std::move(quantity), std::move(prediction), std::move(measurement),
          fmt::format("interval of the difference (z = {:.3g}) contains 0 and lies within +-{:.3g}", z, resolution),
          verdict};
}

Comparison compare_at_most(std::string quantity, Measurement bound, Measurement measured, double z) {
  Verdict verdict = Verdict::undecided;
  if (measured.upper(z) <= bound.lower(z)) verdict = Verdict::consistent;
  if (measured.lower(z) > bound.upper(z)) verdict = Verdict::refuted;
  return {std::move(quantity), std::move(bound), std::move(measured),
          fmt::format("measured at most the bound, intervals at z = {:.3g}", z), verdict};
}

}  // namespace sgdlimits
