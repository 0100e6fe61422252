#include "apps/report/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/report/sgd_laws_report.hpp"
#include "apps/report/text.hpp"

namespace sgdlimits {

namespace {

std::string expectation(Verdict verdict, Verdict expected) {
  return verdict == expected ? "as expected" : "expected " + to_string(expected);
}

std::string control_name(const ClaimReport& control) {
  return control.subject.starts_with("control: ") ? control.subject : "control: " + control.subject;
}

void add_claim(TextTable& table, const ClaimReport& claim, bool control) {
  const Comparison* comparison = deciding_comparison(claim);
  table.add({control ? "" : claim.id, control ? "  " + control_name(claim) : claim.name, control ? "" : claim.subject,
             comparison ? comparison->quantity : "", comparison ? with_interval(comparison->prediction) : "",
             comparison ? with_interval(comparison->measurement) : "", claim.slack ? brief(*claim.slack, 3) : "",
             to_string(claim.verdict), expectation(claim.verdict, claim.expected)});
}

}  // namespace

const Comparison* deciding_comparison(const ClaimReport& claim) {
  for (const Comparison& comparison : claim.comparisons) {
    if (comparison.verdict == claim.verdict) return &comparison;
  }
  return claim.comparisons.empty() ? nullptr : &claim.comparisons.front();
}

std::string control_summary(const ClaimReport& claim) {
  if (claim.controls.empty()) return "no control";
  const auto refuted = std::count_if(claim.controls.begin(), claim.controls.end(),
                                     [](const ClaimReport& control) { return control.verdict == Verdict::refuted; });
  const auto all = static_cast<std::ptrdiff_t>(claim.controls.size());
  if (refuted == all) return all == 1 ? "refuted, as it must" : fmt::format("all {} refuted, as they must", all);
  return fmt::format("{} of {} NOT refuted", all - refuted, all);
}

std::string claims_table(const std::vector<ClaimReport>& claims) {
  TextTable table({"claim", "name", "on", "decided by", "predicted", "measured", "slack", "verdict", ""});
  for (const ClaimReport& claim : claims) {
    add_claim(table, claim, false);
    for (const ClaimReport& control : claim.controls) add_claim(table, control, true);
  }
  return table.str();
}

std::string claim_details(const ClaimReport& claim) {
  std::string text = fmt::format("{} {} on {}: {}\n  {}\n  Source: {}\n", claim.id, claim.name, claim.subject,
                                 to_string(claim.verdict), claim.statement, claim.source);
  for (const Hypothesis& hypothesis : claim.hypotheses) {
    text += fmt::format("  Hypothesis: {}: {} ({})\n", hypothesis.statement, hypothesis.holds ? "holds" : "FAILS",
                        hypothesis.evidence);
  }
  TextTable table({"quantity", "predicted", "measured", "verdict", "rule"});
  for (const Comparison& comparison : claim.comparisons) {
    table.add({comparison.quantity, with_interval(comparison.prediction), with_interval(comparison.measurement),
               to_string(comparison.verdict), comparison.rule});
  }
  if (!table.empty()) text += table.str();
  if (!claim.why.empty()) text += "  " + claim.why + "\n";
  return text;
}

std::string studies_table(const RunResults& results) {
  TextTable table({"study", "kind", "problem", "status", "seconds"});
  std::string remarks;
  for (const StudyOutcome& study : results.studies) {
    table.add({study.name, study.kind, study.problem.empty() ? "the file's own" : study.problem,
               to_string(study.report.status), fmt::format("{:.1f}", study.seconds)});
    if (study.report.status != Status::ok) remarks += fmt::format("  {}: {}\n", study.name, study.report.why);
    for (const std::string& remark : study.remarks) remarks += fmt::format("  {}: {}\n", study.name, remark);
  }
  return table.empty() ? "" : table.str() + remarks;
}

std::string measurements_table(const RunResults& results) {
  TextTable table({"study", "quantity", "value", "grade", "how"});
  for (const MeasurementRow& row : results.measurements) {
    if (row.time) continue;
    table.add({row.study, row.quantity, with_interval(row.measurement), to_string(row.measurement.grade()),
               row.measurement.how()});
  }
  return table.empty() ? "" : table.str();
}

std::vector<DistanceSummary> summarise(const std::vector<DistanceRow>& distances) {
  std::vector<DistanceSummary> summaries;
  const auto size = [](const DistanceRow& row) {
    const double error = half_width(row.distance);
    return std::abs(row.distance.value()) / (error > 0 ? error : 1);
  };
  for (const DistanceRow& row : distances) {
    auto found = std::find_if(summaries.begin(), summaries.end(), [&](const DistanceSummary& s) {
      return s.first == row.first && s.second == row.second && s.measure == row.measure;
    });
    if (found == summaries.end()) {
      summaries.push_back({row.first, row.second, row.measure});
      found = summaries.end() - 1;
    }
    ++found->times;
    found->consistent += row.verdict == Verdict::consistent;
    found->refuted += row.verdict == Verdict::refuted;
    found->undecided += row.verdict == Verdict::undecided;
    found->unexpected += row.verdict != row.expected;
    if (!found->largest || size(row) > size(*found->largest)) found->largest = &row;
  }
  return summaries;
}

std::string distances_table(const std::vector<DistanceRow>& distances) {
  TextTable table({"law", "against", "measure", "times", "agree", "differ", "open", "largest distance", "at t", ""});
  for (const DistanceSummary& s : summarise(distances)) {
    table.add({s.first, s.second, s.measure, std::to_string(s.times), std::to_string(s.consistent),
               std::to_string(s.refuted), std::to_string(s.undecided), with_interval(s.largest->distance),
               brief(s.largest->time),
               s.unexpected == 0 ? "as expected" : fmt::format("{} unexpected", s.unexpected)});
  }
  return table.empty() ? "" : table.str();
}

std::string escapes_table(const RunResults& results) {
  TextTable table({"motion", "paths", "crossed", "measured rate", "isotropic prediction", "verdict", "expected"});
  for (const StudyOutcome& study : results.studies) {
    for (const EscapeRate& escape : study.escapes) {
      table.add({escape.motion, std::to_string(escape.paths), std::to_string(escape.crossed),
                 with_interval(escape.measured), with_interval(escape.predicted), to_string(escape.verdict),
                 escape.expected ? to_string(*escape.expected) : "none"});
    }
  }
  return table.empty() ? "" : table.str();
}

std::string run_tables(const RunResults& results) {
  std::string text = results.title + "\n";
  text += fmt::format("  f = {}\n  temperature {}, learning rate {}\n", results.potential,
                      brief(results.temperature, 6), brief(results.learning_rate, 6));
  const auto section = [&](const std::string& heading, const std::string& table) {
    if (!table.empty()) text += "\n" + heading + "\n" + table;
  };
  section("Studies", studies_table(results));
  section("Measured", measurements_table(results));
  section("Law against law (intervals 95 %)", distances_table(results.distances));
  for (const StudyOutcome& study : results.studies)
    if (study.sgd_laws)
      section("SGD's own law beside the diffusions: " + study.name,
              sgd_laws_table(*study.sgd_laws, results.coordinates));
  section("Leaving the worse well (rates per unit of time)", escapes_table(results));
  if (!results.claims.empty()) section("Claims", claims_table(results.claims));
  for (const std::string& remark : results.remarks) text += "\n" + remark + "\n";
  return text;
}

}  // namespace sgdlimits
