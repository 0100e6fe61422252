/// [claims]
#include <fmt/format.h>

#include <algorithm>

#include "apps/experiment/claims/claim_rules.hpp"
#include "apps/experiment/reading.hpp"

namespace sgdlimits::experiment {

namespace {

std::vector<std::string> ids_of_rules() {
  std::vector<std::string> ids;
  for (const ClaimRule& rule : claim_rules()) ids.push_back(rule.id);
  return ids;
}

std::vector<std::string> study_names(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const Study& study : experiment.studies) names.push_back(study.name);
  return names;
}

/// Fails unless a run can check the claim and some study of the file is what it is about.
void check_claim(const Section& section, const Experiment& experiment, const std::string& id) {
  const ClaimRule* rule = find_claim_rule(id);
  if (!rule)
    section.fail("check", fmt::format("a run cannot check the claim \"{}\"", id), suggestion(id, ids_of_rules()));
  if (!applies_somewhere(*rule, experiment))
    section.fail("check", fmt::format("{} is checked on {}, which the file does not have", id, rule->needs),
                 "add it, or leave the claim out");
}

void read_expectations(Section& section, const Experiment& experiment, ClaimChecks& claims) {
  section.allow(study_names(experiment));
  for (const std::string& study : section.keys()) {
    Section inner = section.table(study);
    inner.allow(ids_of_rules());
    for (const std::string& id : inner.keys()) claims.expect[study][id] = read_verdict(inner, id);
  }
}

}  // namespace

ClaimChecks read_claims(Section& section, const Experiment& experiment) {
  section.allow({"check", "controls", "effort", "tolerance", "expect"});
  ClaimChecks claims;
  claims.check = section.texts("check");
  for (const std::string& id : claims.check) check_claim(section, experiment, id);
  claims.controls = section.flag("controls", true);
  claims.effort = *effort_named(section.choice("effort", effort_names(), "quick"));
  claims.tolerance = section.number("tolerance", {0, 1, true, false}, 0.05);
  if (section.has("expect")) {
    Section expect = section.table("expect");
    read_expectations(expect, experiment, claims);
  }
  return claims;
}

}  // namespace sgdlimits::experiment
