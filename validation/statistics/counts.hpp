/// Exact intervals for rates and probabilities from counts.
#pragma once

#include <string>

#include "core/measurement.hpp"
#include "core/points.hpp"

namespace sgdlimits {

/// An estimate with an interval that covers the truth with probability at least `confidence`.
struct CountInterval {
  double estimate = 0, lower = 0, upper = 0, confidence = 0;
};

/// Rate of a Poisson process with `events` in `exposure` > 0: the exact two-sided interval of Garwood (1936),
/// chi-squared quantiles; with zero events lower is 0 and upper is still two-sided.
CountInterval poisson_rate(Index events, double exposure, double confidence = 0.95);
/// The one-sided exact upper bound; with zero events -log(1 - confidence)/exposure.
double poisson_upper_bound(Index events, double exposure, double confidence = 0.95);
/// The same as a Measurement: rate and sqrt(events)/exposure, or, with zero events, an upper bound (Side::upper) at
/// the confidence; `how` states counts, exposure and the exact interval.
Measurement poisson_measurement(Index events, double exposure, double confidence = 0.95);

/// Two-sided exact interval for a probability (Clopper, Pearson 1934).
CountInterval clopper_pearson(Index successes, Index trials, double confidence = 0.95);

/// Events and exposure of first-passage times observed on (from, until]: paths that have not passed by `from` are at
/// risk, each until it passes or `until`. `times` holds infinity where nothing happened. For exponential passage
/// times events/exposure is the maximum-likelihood rate.
struct PassageCount {
  Index events = 0, at_risk = 0;
  double exposure = 0;
};
PassageCount count_passages(ValuesView times, double from, double until);

}  // namespace sgdlimits
