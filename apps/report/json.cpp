#include "apps/report/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/sgd_laws_report.hpp"

namespace sgdlimits {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(const Comparison& comparison) {
  return {{"quantity", comparison.quantity},
          {"prediction", sgdlimits::to_json(comparison.prediction)},
          {"measurement", sgdlimits::to_json(comparison.measurement)},
          {"rule", comparison.rule},
          {"verdict", to_string(comparison.verdict)}};
}

Json to_json(const StudyOutcome& study) {
  Json json{{"name", study.name},
            {"kind", study.kind},
            {"problem", study.problem},
            {"status", to_string(study.report.status)},
            {"why", study.report.why},
            {"remarks", study.remarks},
            {"seconds", number(study.seconds)}};
  return json;
}

Json to_json(const DistanceRow& row) {
  return {{"first", row.first},
          {"second", row.second},
          {"measure", row.measure},
          {"time", number(row.time)},
          {"distance", sgdlimits::to_json(row.distance)},
          {"significance", number(row.significance)},
          {"verdict", to_string(row.verdict)},
          {"expected", to_string(row.expected)}};
}

Json to_json(const EscapeRate& escape) {
  return {{"motion", escape.motion},
          {"learning_rate", number(escape.learning_rate)},
          {"paths", escape.paths},
          {"crossed", escape.crossed},
          {"measured", sgdlimits::to_json(escape.measured)},
          {"predicted", sgdlimits::to_json(escape.predicted)},
          {"asymptotic", number(escape.asymptotic)},
          {"verdict", to_string(escape.verdict)},
          {"expected", escape.expected ? Json(to_string(*escape.expected)) : Json(nullptr)}};
}

}  // namespace

Json to_json(const Measurement& measurement) {
  constexpr double kNormal95 = 1.959963984540054;
  return {{"value", number(measurement.value())},
          {"lower", number(measurement.lower(kNormal95))},
          {"upper", number(measurement.upper(kNormal95))},
          {"standard_error", number(measurement.standard_error())},
          {"grade", to_string(measurement.grade())}};
}

Json to_json(const ClaimReport& claim) {
  Json json{{"id", claim.id},
            {"name", claim.name},
            {"subject", claim.subject},
            {"statement", claim.statement},
            {"source", claim.source},
            {"verdict", to_string(claim.verdict)},
            {"expected", to_string(claim.expected)},
            {"as_expected", claim.as_expected()},
            {"why", claim.why},
            {"slack", claim.slack ? number(*claim.slack) : Json(nullptr)},
            {"hypotheses", Json::array()},
            {"comparisons", Json::array()}};
  for (const Hypothesis& h : claim.hypotheses) {
    json["hypotheses"].push_back({{"statement", h.statement}, {"holds", h.holds}, {"evidence", h.evidence}});
  }
  for (const Comparison& comparison : claim.comparisons) json["comparisons"].push_back(to_json(comparison));
  json["controls"] = to_json(claim.controls);
  return json;
}

Json to_json(const std::vector<ClaimReport>& claims) {
  Json json = Json::array();
  for (const ClaimReport& claim : claims) json.push_back(to_json(claim));
  return json;
}

Json to_json(const RunResults& results) {
  Json json{{"schema", 1},
            {"title", results.title},
            {"potential", results.potential},
            {"temperature", number(results.temperature)},
            {"learning_rate", number(results.learning_rate)},
            {"seed", std::to_string(results.seed)},
            {"gradient_check", number(results.gradient_check)}};
  for (const char* key : {"studies", "measurements", "distances", "escapes", "sgd_laws"}) json[key] = Json::array();
  for (const StudyOutcome& study : results.studies) {
    json["studies"].push_back(to_json(study));
    for (const EscapeRate& escape : study.escapes) json["escapes"].push_back(to_json(escape));
    if (study.sgd_laws) {
      Json laws{{"study", study.name}};
      laws.update(to_json(*study.sgd_laws));
      json["sgd_laws"].push_back(std::move(laws));
    }
  }
  for (const MeasurementRow& row : results.measurements) {
    json["measurements"].push_back({{"study", row.study},
                                    {"quantity", row.quantity},
                                    {"time", row.time ? number(*row.time) : Json(nullptr)},
                                    {"measurement", to_json(row.measurement)}});
  }
  for (const DistanceRow& row : results.distances) json["distances"].push_back(to_json(row));
  json["claims"] = to_json(results.claims);
  json["remarks"] = results.remarks;
  return json;
}

}  // namespace sgdlimits
