#include "apps/report/sweep_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/report/json.hpp"
#include "apps/report/page_parts.hpp"
#include "apps/report/text.hpp"

namespace sgdlimits {

namespace {

using namespace report;
using Json = nlohmann::ordered_json;

constexpr double kNormal95 = 1.959963984540054;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

/// "0.99 ± 0.01", with Student's quantile where the errors are estimated.
std::string slope_text(const FitOutcome& fit) {
  if (!fit.line) return to_string(fit.report.status);
  const double half = (fit.line->upper() - fit.line->lower()) / 2;
  return with_interval(
      Measurement(fit.line->slope.value(), half / kNormal95, 0, Side::two_sided, Grade::estimate, ""));
}

std::string bootstrap_text(const FitOutcome& fit) {
  if (!fit.line || fit.line->bootstrap.resamples == 0) return "";
  return fmt::format("{} to {}", brief(fit.line->bootstrap.lower), brief(fit.line->bootstrap.upper));
}

std::string expected_text(const FitOutcome& fit) {
  return fit.comparison ? with_interval(fit.comparison->prediction) : "";
}

std::string verdict_text(const FitOutcome& fit) {
  if (!fit.has_expectation) return "";
  return to_string(fit.verdict) +
         (fit.verdict == fit.expected ? ", as expected" : ", expected " + to_string(fit.expected));
}

std::size_t unexpected(const PointOutcome& point) {
  return static_cast<std::size_t>(std::count_if(point.verdicts.begin(), point.verdicts.end(),
                                                [](const PointVerdict& v) { return v.verdict != v.expected; }));
}

std::string outcome_text(const PointOutcome& point) {
  const std::string status = point.refused.empty() ? to_string(point.status()) : "refused";
  return point.why().empty() ? status : status + ": " + point.why();
}

std::string unexpected_text(const PointOutcome& point) {
  std::string text;
  for (const PointVerdict& v : point.verdicts) {
    if (v.verdict != v.expected)
      text += fmt::format("{}{}: {}, expected {}", text.empty() ? "" : "; ", v.what, to_string(v.verdict),
                          to_string(v.expected));
  }
  return text;
}

std::string fits_table(const SweepResults& results) {
  TextTable table({"fit", "y", "against", "points", "slope", "bootstrap", "predicted", "p of curvature", "verdict"});
  std::string remarks;
  for (const FitOutcome& fit : results.fits) {
    table.add({fit_label(fit), fit.y, fit.x, std::to_string(fit.points.size()), slope_text(fit), bootstrap_text(fit),
               expected_text(fit), fit.line ? brief(fit.line->curvature_p_value, 2) : "", verdict_text(fit)});
    const std::string name = "  " + fit_label(fit) + ": ";
    if (!fit.line) remarks += name + fit.report.why + "\n";
    if (!fit.remark.empty()) remarks += name + fit.remark + "\n";
    for (const std::string& left : fit.left_out) remarks += name + "left out " + left + "\n";
  }
  return table.empty() ? "" : table.str() + remarks;
}

Json verdicts_json(const PointOutcome& point) {
  Json list = Json::array();
  for (const PointVerdict& v : point.verdicts)
    list.push_back({{"what", v.what}, {"verdict", to_string(v.verdict)}, {"expected", to_string(v.expected)}});
  return list;
}

Json line_json(const RegressionFit& line) {
  return {
      {"slope", to_json(line.slope)},
      {"slope_interval", {number(line.lower()), number(line.upper())}},
      {"intercept", to_json(line.intercept)},
      {"bootstrap", line.bootstrap.resamples > 0 ? Json{number(line.bootstrap.lower), number(line.bootstrap.upper)}
                                                 : Json(nullptr)},
      {"degrees_of_freedom", number(line.degrees_of_freedom)},
      {"error_scale", number(line.error_scale)},
      {"curvature", to_json(line.curvature)},
      {"curvature_p_value", number(line.curvature_p_value)},
      {"lack_of_fit_p_value", number(line.lack_of_fit_p_value)},
      {"how", line.why}};
}

Json fit_json(const FitOutcome& fit) {
  Json json{{"name", fit.name}, {"y", fit.y}, {"x", fit.x}, {"group", Json::object()}};
  for (const auto& [key, value] : fit.group) json["group"][key] = value;
  json["status"] = to_string(fit.report.status);
  json["why"] = fit.report.why;
  json["points"] = Json::array();
  for (const FitPoint& p : fit.points)
    json["points"].push_back({{"point", p.run},
                              {"x", number(p.x)},
                              {"y", number(p.y)},
                              {"standard_error", number(p.standard_error)},
                              {"discretisation_bound", number(p.bound)}});
  json["left_out"] = fit.left_out;
  json["line"] = fit.line ? line_json(*fit.line) : Json(nullptr);
  json["remark"] = fit.remark;
  json["hypotheses"] = Json::array();
  for (const Hypothesis& h : fit.hypotheses)
    json["hypotheses"].push_back({{"statement", h.statement}, {"holds", h.holds}, {"evidence", h.evidence}});
  json["comparison"] = nullptr;
  if (fit.comparison)
    json["comparison"] = {{"quantity", fit.comparison->quantity},
                          {"prediction", to_json(fit.comparison->prediction)},
                          {"measurement", to_json(fit.comparison->measurement)},
                          {"rule", fit.comparison->rule},
                          {"verdict", to_string(fit.comparison->verdict)}};
  json["verdict"] = fit.has_expectation ? Json(to_string(fit.verdict)) : Json(nullptr);
  json["expected"] = fit.has_expectation ? Json(to_string(fit.expected)) : Json(nullptr);
  return json;
}

/// A number as a number, all else as its text.
Json value_json(const std::string& literal) {
  if (const std::optional<double> value = number_of(literal)) return *value;
  return literal.front() == '"' ? Json::parse(literal, nullptr, false) : Json(literal);
}

Json point_json(const SweepResults& results, const PointOutcome& point) {
  Json json{{"values", Json::object()},
            {"replicate", point.point.replicate},
            {"seed", std::to_string(point.seed)},
            {"folder", point.folder},
            {"status", point.refused.empty() ? to_string(point.status()) : "refused"},
            {"why", point.why()},
            {"verdicts", verdicts_json(point)},
            {"measurements", Json::array()}};
  for (std::size_t k = 0; k < point.values.size(); ++k)
    json["values"][results.sweep.keys[k].key] = value_json(point.values[k]);
  for (const MeasurementRow& row : point.rows)
    json["measurements"].push_back({{"study", row.study},
                                    {"quantity", row.quantity},
                                    {"time", row.time ? Json(*row.time) : Json(nullptr)},
                                    {"measurement", to_json(row.measurement)}});
  return json;
}

std::string fits_html(const SweepResults& results) {
  if (results.fits.empty()) return "";
  std::string html = "<h2>Fits</h2>" + header({"fit", "y against x", "points", "slope", "bootstrap", "predicted",
                                               "p of curvature", "p of the line", "verdict", "expected"});
  std::string details;
  for (const FitOutcome& fit : results.fits) {
    html += "<tr>" + cell(fit_label(fit)) + "<td><code>" + escaped(fit.y) + "</code> against <code>" +
            escaped(fit.x) + "</code></td>" + cell(std::to_string(fit.points.size()), true) +
            cell(slope_text(fit), true) + cell(bootstrap_text(fit), true) + cell(expected_text(fit), true) +
            cell(fit.line ? brief(fit.line->curvature_p_value, 2) : "", true) +
            cell(fit.line ? brief(fit.line->lack_of_fit_p_value, 2) : "", true);
    html += fit.has_expectation ? "<td>" + badge(fit.verdict) + "</td>" + expectation(fit.verdict, fit.expected)
                                : cell("") + cell("");
    html += "</tr>";
    std::string said;
    for (const std::string& text : {fit.report.why, fit.remark, fit.line ? fit.line->why : ""}) {
      if (!text.empty()) said += "<p>" + escaped(text) + "</p>";
    }
    if (fit.comparison) said += "<p>Rule: " + escaped(fit.comparison->rule) + "</p>";
    for (const Hypothesis& h : fit.hypotheses)
      said += "<p>" + escaped(h.statement + (h.holds ? ": holds; " : ": fails; ") + h.evidence) + "</p>";
    for (const std::string& left : fit.left_out) said += "<p>left out " + escaped(left) + "</p>";
    details += "<details><summary>" + escaped(fit_label(fit)) + "</summary>" + said + "</details>";
  }
  return html + kEndTable + "<p class=\"quiet\">Intervals shown are 95 %; verdicts use level 10⁻⁶.</p>" + details;
}

std::string points_html(const SweepResults& results) {
  std::vector<std::string> names;
  for (const SweptKey& key : results.sweep.keys) names.push_back(key.key);
  for (const char* name : {"replicate", "outcome", "verdicts not as expected", "folder"}) names.emplace_back(name);
  std::string html = "<h2>Points</h2>" + header(names);
  for (const PointOutcome& point : results.points) {
    html += "<tr>";
    for (const std::string& value : point.values) html += cell(value, true);
    html += cell(std::to_string(point.point.replicate), true) + cell(outcome_text(point)) +
            cell(unexpected_text(point)) + "<td><code>" + escaped(point.folder) + "</code></td></tr>";
  }
  return html + kEndTable;
}

}  // namespace

std::string fit_label(const FitOutcome& fit) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : fit.group) parts.push_back(key + " = " + value);
  return parts.empty() ? fit.name : fmt::format("{} ({})", fit.name, fmt::join(parts, ", "));
}

std::string sweep_tables(const SweepResults& results) {
  std::string text =
      fmt::format("{}\n  f = {}\n  {} points\n", results.title, results.potential, results.points.size());
  TextTable table({"point", "outcome", "verdicts not as expected"});
  for (const PointOutcome& point : results.points) {
    if (!point.why().empty() || unexpected(point) > 0)
      table.add({point.point.name, outcome_text(point), unexpected_text(point)});
  }
  text += table.empty() ? "  all of them ok\n" : "\nPoints that are not as expected\n" + table.str();
  const std::string fits = fits_table(results);
  return fits.empty() ? text : text + "\nFits (intervals 95 %)\n" + fits;
}

Json to_json(const SweepResults& results) {
  Json keys = Json::object();
  for (const SweptKey& key : results.sweep.keys) {
    keys[key.key] = Json::array();
    for (const Placed& value : key.values) keys[key.key].push_back(value_json(value.text));
  }
  Json json{{"schema", 1},
            {"title", results.title},
            {"potential", results.potential},
            {"seed", std::to_string(results.seed)},
            {"sweep",
             {{"keys", keys},
              {"mode", results.sweep.zip ? "zip" : "grid"},
              {"replicates", results.sweep.replicates},
              {"common_random_numbers", results.sweep.common_random_numbers}}},
            {"points", Json::array()},
            {"fits", Json::array()}};
  for (const PointOutcome& point : results.points) json["points"].push_back(point_json(results, point));
  for (const FitOutcome& fit : results.fits) json["fits"].push_back(fit_json(fit));
  return json;
}

std::string sweep_claims_json(const SweepResults& results) {
  Json json{{"schema", 1}, {"fits", Json::array()}, {"points", Json::array()}};
  for (const FitOutcome& fit : results.fits) json["fits"].push_back(fit_json(fit));
  for (const PointOutcome& point : results.points)
    json["points"].push_back({{"folder", point.folder}, {"verdicts", verdicts_json(point)}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string sweep_page(const SweepResults& results) {
  const auto failed = std::count_if(results.points.begin(), results.points.end(),
                                    [](const PointOutcome& p) { return !p.why().empty() || unexpected(p) > 0; });
  std::string html = page_begin(results.title);
  html += "<h1>" + escaped(results.title) + "</h1><p class=\"lead\">f = <code>" + escaped(results.potential) +
          "</code></p>";
  html += fmt::format("<p class=\"lead\">sweep of {} points, seed {}</p>\n", results.points.size(), results.seed);
  html += failed == 0 ? "<p class=\"sum\">Every point is as expected.</p>\n"
                      : fmt::format("<p class=\"sum bad\">{} of {} points are not as expected.</p>\n", failed,
                                    results.points.size());
  for (const std::string& section : {fits_html(results), pictures(sweep_figures(results)), points_html(results)}) {
    if (!section.empty()) html += section + "\n";
  }
  html +=
      "<p class=\"quiet\">Every number of every point stands in <code>sweep.csv</code>; each folder's "
      "<code>experiment.toml</code> is that point's run.</p>\n";
  return html + page_end();
}

}  // namespace sgdlimits
