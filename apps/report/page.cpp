#include "apps/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/report/figures.hpp"
#include "apps/report/page_parts.hpp"
#include "apps/report/tables.hpp"
#include "apps/report/text.hpp"

namespace sgdlimits {

namespace {

using namespace report;

std::string claim_row(const ClaimReport& claim) {
  const Comparison* decided = deciding_comparison(claim);
  std::string html = "<tr><td><strong>" + escaped(claim.id) + "</strong> " + escaped(claim.name) +
                     "<br><span class=\"quiet\">" + escaped(claim.subject) + "</span></td>";
  html += cell(decided ? decided->quantity : "") + cell(decided ? with_interval(decided->prediction) : "", true) +
          cell(decided ? with_interval(decided->measurement) : "", true) +
          cell(claim.slack ? brief(*claim.slack, 3) : "", true);
  html += "<td>" + badge(claim.verdict) + "</td>" + expectation(claim.verdict, claim.expected);
  return html + cell(control_summary(claim)) + "</tr>";
}

std::string claim_details_html(const ClaimReport& claim) {
  std::string html = "<details><summary>" + escaped(claim.id + " " + claim.name + ", " + claim.subject) +
                     "</summary><p>" + escaped(claim.statement) + " <span class=\"quiet\">(" + escaped(claim.source) +
                     ")</span></p>";
  if (!claim.why.empty()) html += "<p>" + escaped(claim.why) + "</p>";
  if (!claim.hypotheses.empty()) {
    html += header({"hypothesis", "holds", "evidence"});
    for (const Hypothesis& h : claim.hypotheses) {
      html += "<tr>" + cell(h.statement) + cell(h.holds ? "yes" : "no") + cell(h.evidence) + "</tr>";
    }
    html += kEndTable;
  }
  html += header({"", "compared", "predicted", "measured", "rule, fixed before the run", "verdict"});
  const auto rows = [&](const ClaimReport& report, const std::string& kind) {
    for (const Comparison& c : report.comparisons) {
      html += "<tr>" + cell(kind) + cell(c.quantity) + cell(with_interval(c.prediction), true) +
              cell(with_interval(c.measurement), true) + cell(c.rule) + "<td>" + badge(c.verdict) + "</td></tr>";
    }
  };
  rows(claim, "");
  for (const ClaimReport& control : claim.controls)
    rows(control, control.subject.starts_with("control: ") ? control.subject : "control: " + control.subject);
  return html + kEndTable + "</details>";
}

std::string verdicts(const RunResults& results) {
  if (results.claims.empty()) return "";
  const auto as_expected = std::count_if(results.claims.begin(), results.claims.end(),
                                         [](const ClaimReport& c) { return c.as_expected(); });
  const auto all = static_cast<std::ptrdiff_t>(results.claims.size());
  std::string html = as_expected == all
                         ? fmt::format("<p class=\"sum\">All {} verdicts are the expected ones.</p>", all)
                         : fmt::format("<p class=\"sum bad\">{} of {} verdicts are not the expected ones.</p>",
                                       all - as_expected, all);
  html += "<h2>Verdicts</h2><div class=\"claims\">" + header({"claim", "decided by", "predicted", "measured", "slack",
                                                              "verdict", "expected", "negative control"});
  for (const ClaimReport& claim : results.claims) html += claim_row(claim);
  html +=
      std::string(kEndTable) +
      "</div><p class=\"quiet\">Intervals shown are 95 %; verdicts use level 10⁻⁶. Slack is measured/bound. A claim "
      "that is "
      "expected to be refuted lies outside its theorem's hypotheses, and is shown for that reason.</p>";
  for (const ClaimReport& claim : results.claims) html += claim_details_html(claim);
  return html;
}

std::string figures(const RunResults& results) { return pictures(make_figures(results)); }

std::string studies(const RunResults& results) {
  if (results.studies.empty()) return "";
  std::string html = "<h2>Studies</h2>" + header({"study", "kind", "problem", "outcome", "remarks"});
  for (const StudyOutcome& study : results.studies) {
    std::string remarks;
    for (const std::string& remark : study.remarks) remarks += (remarks.empty() ? "" : "<br>") + escaped(remark);
    const std::string outcome =
        to_string(study.report.status) + (study.report.why.empty() ? "" : ": " + study.report.why);
    html += "<tr>" + cell(study.name) + cell(study.kind) +
            cell(study.problem.empty() ? "the file's own" : study.problem) + cell(outcome) + "<td>" + remarks +
            "</td></tr>";
  }
  return html + kEndTable;
}

std::string distances(const RunResults& results) {
  if (results.distances.empty()) return "";
  std::string html = "<h2>Law against law</h2>" + header({"law", "against", "measure", "times", "agree", "differ",
                                                          "open", "largest distance", "at t", ""});
  for (const DistanceSummary& s : summarise(results.distances)) {
    html += "<tr>" + cell(s.first) + cell(s.second) + cell(s.measure) + cell(std::to_string(s.times), true) +
            cell(std::to_string(s.consistent), true) + cell(std::to_string(s.refuted), true) +
            cell(std::to_string(s.undecided), true) + cell(with_interval(s.largest->distance), true) +
            cell(brief(s.largest->time), true) +
            (s.unexpected == 0 ? "<td class=\"quiet\">as expected</td>"
                               : "<td class=\"bad\">" + std::to_string(s.unexpected) + " unexpected</td>") +
            "</tr>";
  }
  html += std::string(kEndTable) + "<details><summary>at each time</summary>" +
          header({"law", "against", "measure", "time", "distance", "p of equality", "verdict", "expected"});
  for (const DistanceRow& row : results.distances) {
    html += "<tr>" + cell(row.first) + cell(row.second) + cell(row.measure) + cell(brief(row.time), true) +
            cell(with_interval(row.distance), true) +
            cell(row.significance < 1 ? brief(row.significance, 2) : "", true) + "<td>" + badge(row.verdict) +
            "</td>" + expectation(row.verdict, row.expected) + "</tr>";
  }
  return html + kEndTable + "</details>";
}

std::string matrix(const std::string& name, const Eigen::MatrixXd& m) {
  std::string html = "<div class=\"matrix\"><span class=\"quiet\">" + escaped(name) + "</span><table><tbody>";
  for (Index i = 0; i < m.rows(); ++i) {
    html += "<tr>";
    for (Index j = 0; j < m.cols(); ++j) html += cell(brief(m(i, j)), true);
    html += "</tr>";
  }
  return html + "</tbody></table></div>";
}

std::string point(const Eigen::VectorXd& x) {
  std::string text = "(";
  for (Index j = 0; j < x.size(); ++j) text += (j ? ", " : "") + brief(x(j));
  return text + ")";
}

std::string covariances(const RunResults& results) {
  std::string html;
  for (const StudyOutcome& study : results.studies) {
    for (const GradientCovariance& c : study.covariances) {
      html += "<p>" + escaped(study.name + ", " + c.place + " " + point(c.x)) + "</p>" +
              matrix("Σ(x), one sample", c.sigma) + matrix("noise of a step / s²", c.step_noise) +
              matrix("isotropic theory", Eigen::MatrixXd::Identity(c.sigma.rows(), c.sigma.cols()));
    }
  }
  if (html.empty()) return "";
  return "<h2>The noise of SGD beside the identity</h2><p>The isotropic theory gives every step noise of covariance "
         "s² I. "
         "Mini-batch SGD adds s² times the matrix in the middle, which depends on where it is.</p>" +
         html;
}

std::string escapes(const RunResults& results) {
  std::string html;
  for (const StudyOutcome& study : results.studies) {
    for (const EscapeRate& e : study.escapes) {
      html += "<tr>" + cell(e.motion) + cell(brief(e.learning_rate), true) + cell(std::to_string(e.paths), true) +
              cell(std::to_string(e.crossed), true) + cell(with_interval(e.measured), true) +
              cell(with_interval(e.predicted), true) + cell(to_string(e.verdict)) +
              cell(e.expected ? to_string(*e.expected) : "none") + "</tr>";
    }
  }
  if (html.empty()) return "";
  return "<h2>Leaving the worse well</h2>" +
         header({"motion", "learning rate", "paths", "crossed", "measured rate", "isotropic prediction", "verdict",
                 "expected"}) +
         html + kEndTable;
}

std::string critical(const RunResults& results) {
  std::string html;
  for (const StudyOutcome& study : results.studies) {
    for (const CriticalPoint& c : study.critical_points) {
      html += "<tr>" + cell(study.name) +
              cell(c.index() == 0 ? "minimum" : fmt::format("saddle of index {}", c.index())) +
              cell(point(c.x), true) + cell(brief(c.value, 6), true) + cell(point(c.hessian_eigenvalues), true) +
              "</tr>";
    }
  }
  if (html.empty()) return "";
  return "<h2>Critical points</h2>" + header({"study", "kind", "x", "f(x)", "eigenvalues of the Hessian"}) + html +
         kEndTable;
}

std::string measurements(const RunResults& results) {
  const std::vector<std::string> names = {"study", "quantity", "time", "value", "grade", "how"};
  std::string fixed, timed;
  for (const MeasurementRow& row : results.measurements) {
    (row.time ? timed : fixed) += "<tr>" + cell(row.study) + cell(row.quantity) +
                                  cell(row.time ? brief(*row.time) : "", true) +
                                  cell(with_interval(row.measurement), true) +
                                  cell(to_string(row.measurement.grade())) + cell(row.measurement.how()) + "</tr>";
  }
  if (fixed.empty() && timed.empty()) return "";
  std::string html = "<h2>Measured</h2>";
  if (!fixed.empty()) html += header(names) + fixed + kEndTable;
  if (!timed.empty())
    html += "<details><summary>at each report time</summary>" + header(names) + timed + kEndTable + "</details>";
  return html;
}

std::string invariants(const RunResults& results) {
  std::string html = "<h2>What was checked along the way</h2>" + header({"", "found", "should be"});
  const auto row = [&](const std::string& what, const std::string& found, const std::string& should) {
    html += "<tr>" + cell(what) + cell(found, true) + cell(should) + "</tr>";
  };
  row("gradient against differences of the value, relative", brief(results.gradient_check, 2),
      "small: the potential is all that the two ends share");
  for (const StudyOutcome& study : results.studies) {
    if (study.evolution) {
      row(study.name + ": largest |mass - 1|", brief(study.evolution->mass_drift, 2), "rounding");
      row(study.name + ": smallest cell average", brief(study.evolution->smallest_cell, 2), "not negative");
    }
    if (!study.spectrum) continue;
    const CountProof& proof = study.spectrum->count_proof;
    row(study.name + ": eigenvalues below the shift " + brief(proof.shift),
        proof.done ? std::to_string(proof.eigenvalues_below) : "not counted: " + proof.why_not,
        fmt::format("{}, zero included, so none was missed", study.spectrum->eigenvalues.size() + 1));
  }
  return html + kEndTable;
}

}  // namespace

std::string report_page(const RunResults& results) {
  std::string html = page_begin(results.title);
  html += "<h1>" + escaped(results.title) + "</h1><p class=\"lead\">f = <code>" + escaped(results.potential) +
          "</code></p>";
  html += fmt::format("<p class=\"lead\">temperature τ = {}, learning rate s = 2τ = {}, seed {}</p>\n",
                      brief(results.temperature, 6), brief(results.learning_rate, 6), results.seed);
  for (const auto& section : {verdicts(results), figures(results), escapes(results), covariances(results),
                              distances(results), critical(results), studies(results)}) {
    if (!section.empty()) html += section + "\n";
  }
  if (!results.remarks.empty()) {
    html += "<h2>Remarks</h2>";
    for (const std::string& remark : results.remarks) html += "<p>" + escaped(remark) + "</p>\n";
  }
  html += measurements(results) + "\n" + invariants(results) + "\n";
  return html + page_end();
}

}  // namespace sgdlimits
