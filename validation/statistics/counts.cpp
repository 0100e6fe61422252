#include "validation/statistics/counts.hpp"

#include <fmt/core.h>

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

void require_confidence(double confidence) {
  if (!(confidence > 0 && confidence < 1)) throw InvalidArgument("confidence", confidence, "between 0 and 1");
}

void require_counts(Index events, double exposure, double confidence) {
  require_confidence(confidence);
  if (events < 0) throw InvalidArgument("events", static_cast<double>(events), "nonnegative");
  if (!(exposure > 0) || !std::isfinite(exposure)) throw InvalidArgument("exposure", exposure, "positive and finite");
}

}  // namespace

CountInterval poisson_rate(Index events, double exposure, double confidence) {
  require_counts(events, exposure, confidence);
  const double k = static_cast<double>(events), tail = (1 - confidence) / 2;
  const double lower = events == 0 ? 0 : boost::math::gamma_p_inv(k, tail);
  return {k / exposure, lower / exposure, boost::math::gamma_q_inv(k + 1, tail) / exposure, confidence};
}

double poisson_upper_bound(Index events, double exposure, double confidence) {
  require_counts(events, exposure, confidence);
  return boost::math::gamma_q_inv(static_cast<double>(events) + 1, 1 - confidence) / exposure;
}

Measurement poisson_measurement(Index events, double exposure, double confidence) {
  if (events == 0) {
    const double bound = poisson_upper_bound(0, exposure, confidence);
    return {bound,
            0,
            0,
            Side::upper,
            Grade::estimate,
            fmt::format("no event in exposure {:.6g}: exact upper bound at confidence {:.6g}", exposure, confidence)};
  }
  const CountInterval interval = poisson_rate(events, exposure, confidence);
  return Measurement::sampled(
      interval.estimate, std::sqrt(static_cast<double>(events)) / exposure,
      fmt::format("{} events in exposure {:.6g}: exact interval [{:.6g}, {:.6g}] at confidence {:.6g}", events,
                  exposure, interval.lower, interval.upper, confidence));
}

CountInterval clopper_pearson(Index successes, Index trials, double confidence) {
  require_confidence(confidence);
  if (trials < 1) throw InvalidArgument("trials", static_cast<double>(trials), "at least 1");
  if (successes < 0 || successes > trials)
    throw InvalidArgument("successes", static_cast<double>(successes), "between 0 and the number of trials");
  const double k = static_cast<double>(successes), n = static_cast<double>(trials), tail = (1 - confidence) / 2;
  const double lower = successes == 0 ? 0 : boost::math::ibeta_inv(k, n - k + 1, tail);
  const double upper = successes == trials ? 1 : boost::math::ibetac_inv(k + 1, n - k, tail);
  return {k / n, lower, upper, confidence};
}

PassageCount count_passages(ValuesView times, double from, double until) {
  if (!(until > from)) throw InvalidArgument("until", until, "larger than the start of the observation");
  PassageCount count;
  for (const double t : times) {
    if (std::isnan(t)) throw InvalidArgument("passage time", t, "a number or infinity");
    if (t <= from) continue;
    ++count.at_risk;
    if (t <= until) ++count.events;
    count.exposure += std::min(t, until) - from;
  }
  return count;
}

}  // namespace sgdlimits
