/// Results as JSON: snake_case keys, numbers that read back as the same double, never NaN; an infinite end of an
/// interval is null.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "apps/experiment/results.hpp"

namespace sgdlimits {

/// {value, lower, upper, standard_error, grade}: lower and upper are the ends of the 95 % interval, the
/// discretisation bound included.
nlohmann::ordered_json to_json(const Measurement& measurement);

/// {id, name, subject, statement, source, verdict, expected, as_expected, why, slack, hypotheses, comparisons,
/// controls}
nlohmann::ordered_json to_json(const ClaimReport& claim);
nlohmann::ordered_json to_json(const std::vector<ClaimReport>& claims);

/// {schema, title, potential, temperature, learning_rate, seed, gradient_check, studies, measurements, distances,
/// escapes, sgd_laws, claims, remarks}
nlohmann::ordered_json to_json(const RunResults& results);

}  // namespace sgdlimits
