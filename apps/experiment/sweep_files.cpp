#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "apps/experiment/output_folder.hpp"
#include "apps/experiment/sweep_results.hpp"
#include "core/text.hpp"

namespace sgdlimits {

namespace {

using nlohmann::ordered_json;

/// A bound may be infinite, for which JSON has no number.
ordered_json number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json("inf"); }
double number(const ordered_json& json) {
  return json.is_string() ? std::numeric_limits<double>::infinity() : json.get<double>();
}

ordered_json to_json(const MeasurementRow& row) {
  const Measurement& m = row.measurement;
  return {{"study", row.study},
          {"quantity", row.quantity},
          {"time", row.time ? ordered_json(*row.time) : ordered_json(nullptr)},
          {"value", m.value()},
          {"standard_error", number(m.standard_error())},
          {"discretisation_bound", number(m.discretisation_bound())},
          {"side", static_cast<int>(m.side())},
          {"grade", static_cast<int>(m.grade())},
          {"how", m.how()}};
}

MeasurementRow row_from(const ordered_json& json) {
  std::optional<double> time;
  if (!json.at("time").is_null()) time = json.at("time").get<double>();
  return {json.at("study"), json.at("quantity"), time,
          Measurement(json.at("value"), number(json.at("standard_error")), number(json.at("discretisation_bound")),
                      static_cast<Side>(json.at("side").get<int>()), static_cast<Grade>(json.at("grade").get<int>()),
                      json.at("how"))};
}

/// A string without its quotes; all else as it is.
std::string cell(const std::string& literal) {
  return csv_field(literal.size() >= 2 && literal.front() == '"' ? literal.substr(1, literal.size() - 2) : literal);
}

std::string key_cells(const SweepResults& results) {
  std::string text;
  for (const SweptKey& key : results.sweep.keys) text += csv_field(key.key) + ",";
  return text + "replicate,";
}

std::string value_cells(const PointOutcome& outcome) {
  std::string text;
  for (const std::string& value : outcome.values) text += cell(value) + ",";
  return text + fmt::format("{},", outcome.point.replicate);
}

}  // namespace

Status PointOutcome::status() const {
  for (const PointStudy& study : studies) {
    if (study.status != Status::ok) return study.status;
  }
  return Status::ok;
}

std::string PointOutcome::why() const {
  std::string text = refused;
  for (const PointStudy& study : studies) {
    if (study.status == Status::ok) continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", study.name,
                        study.why.empty() ? to_string(study.status) : study.why);
  }
  return text;
}

std::optional<double> number_of(const std::string& literal) {
  if (literal == "true" || literal == "false") return literal == "true" ? 1 : 0;
  double value = 0;
  const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  if (error != std::errc() || end != literal.data() + literal.size()) return std::nullopt;
  return value;
}

std::string sweep_csv(const SweepResults& results) {
  std::string csv = key_cells(results) + "study,quantity,time,value,standard_error,discretisation_bound,side,grade\n";
  for (const PointOutcome& outcome : results.points) {
    const std::string values = value_cells(outcome);
    for (const MeasurementRow& row : outcome.rows) {
      const Measurement& m = row.measurement;
      csv +=
          values + fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(row.study), csv_field(row.quantity),
                               row.time ? shortest(*row.time) : "", shortest(m.value()), shortest(m.standard_error()),
                               shortest(m.discretisation_bound()), to_string(m.side()), to_string(m.grade()));
    }
  }
  return csv;
}

std::string points_csv(const SweepResults& results) {
  std::string csv = key_cells(results) + "seed,folder,status,why\n";
  for (const PointOutcome& outcome : results.points) {
    csv += value_cells(outcome) + fmt::format("{},{},{},{}\n", outcome.seed, csv_field(outcome.folder),
                                              outcome.refused.empty() ? to_string(outcome.status()) : "refused",
                                              csv_field(outcome.why()));
  }
  return csv;
}

std::string point_json(const PointOutcome& outcome, const std::string& key) {
  ordered_json json{{"schema", 1},
                    {"key", key},
                    {"refused", outcome.refused},
                    {"studies", ordered_json::array()},
                    {"verdicts", ordered_json::array()},
                    {"measurements", ordered_json::array()},
                    {"correlations", ordered_json::array()}};
  for (const PointStudy& study : outcome.studies)
    json["studies"].push_back({{"name", study.name}, {"status", static_cast<int>(study.status)}, {"why", study.why}});
  for (const PointVerdict& v : outcome.verdicts)
    json["verdicts"].push_back(
        {{"what", v.what}, {"verdict", static_cast<int>(v.verdict)}, {"expected", static_cast<int>(v.expected)}});
  for (const MeasurementRow& row : outcome.rows) json["measurements"].push_back(to_json(row));
  for (const RowCorrelations& c : outcome.correlations)
    json["correlations"].push_back(
        {{"study", c.study}, {"time", c.time}, {"quantities", c.quantities}, {"lower", c.lower}});
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::optional<PointOutcome> read_point(const std::string& text, const std::string& key) {
  try {
    const ordered_json json = ordered_json::parse(text);
    if (json.at("schema") != 1 || json.at("key") != key) return std::nullopt;
    PointOutcome outcome;
    outcome.refused = json.at("refused");
    for (const ordered_json& study : json.at("studies"))
      outcome.studies.push_back(
          {study.at("name"), static_cast<Status>(study.at("status").get<int>()), study.at("why")});
    for (const ordered_json& v : json.at("verdicts"))
      outcome.verdicts.push_back({v.at("what"), static_cast<Verdict>(v.at("verdict").get<int>()),
                                  static_cast<Verdict>(v.at("expected").get<int>())});
    for (const ordered_json& row : json.at("measurements")) outcome.rows.push_back(row_from(row));
    for (const ordered_json& c : json.at("correlations"))
      outcome.correlations.push_back({c.at("study"), c.at("time"), c.at("quantities"), c.at("lower")});
    return outcome;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  } catch (const InvalidArgument&) {
    return std::nullopt;
  }
}

}  // namespace sgdlimits
