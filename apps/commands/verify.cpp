#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/commands/interruption.hpp"
#include "apps/commands/progress.hpp"
#include "apps/commands/sub_commands.hpp"
#include "apps/experiment/claims/claim_rules.hpp"
#include "apps/experiment/run.hpp"
#include "apps/report/json.hpp"
#include "apps/report/tables.hpp"
#include "core/text.hpp"
#include "validation/claims/both_ends.hpp"
#include "validation/claims/registry.hpp"

namespace sgdlimits {

namespace {

bool same_word(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::vector<const ClaimEntry*> chosen(const VerifyArguments& a) {
  std::vector<std::string> known, names;
  for (const ClaimEntry& entry : claim_registry()) {
    known.push_back(entry.id);
    names.push_back(entry.name);
  }
  std::vector<const ClaimEntry*> entries;
  if (a.all) {
    for (const ClaimEntry& entry : claim_registry()) entries.push_back(&entry);
    return entries;
  }
  if (a.claims.empty())
    throw UsageError(fmt::format("which claims? name some of {}, or say --all", fmt::join(known, ", ")));
  for (const std::string& wanted : a.claims) {
    const auto& all = claim_registry();
    const auto found = std::find_if(all.begin(), all.end(), [&](const ClaimEntry& entry) {
      return same_word(entry.id, wanted) || same_word(entry.name, wanted);
    });
    if (found == all.end()) {
      const std::string near = nearest_name(wanted, names);
      throw UsageError(fmt::format("there is no claim {}; {}known: {}", wanted,
                                   near.empty() ? "" : "did you mean " + near + "? ", fmt::join(known, ", ")));
    }
    entries.push_back(&*found);
  }
  return entries;
}

Effort effort_of(const std::string& text) {
  if (const std::optional<Effort> effort = effort_named(text)) return *effort;
  const std::string near = nearest_name(text, effort_names());
  throw UsageError("--effort is " + text + " but must be quick, standard or thorough" +
                   (near.empty() ? "" : "; did you mean " + near + "?"));
}

/// With --on all claims share what they compute.
ClaimProblem problem_of(const ClaimEntry& entry, const std::optional<Experiment>& on,
                        const std::shared_ptr<ComputedEnds>& computed) {
  if (!on) {
    ClaimProblem problem = entry.default_problem();
    problem.computed = std::make_shared<ComputedEnds>();
    return problem;
  }
  const Problem& own = on->problems.front();
  if (!own.initial || !own.temperature || own.report_at.empty()) {
    throw UsageError(
        "the file of --on needs [dynamics] with learning_rate or temperature, initial, until and report_at");
  }
  return {on->title, own.potential, *own.temperature, own.initial, own.report_at, on->seed, computed};
}

/// What the claims have said so far.
struct Verified {
  std::vector<ClaimReport> reports;
  std::vector<std::string> failures;
  ExitStatus status = ExitStatus::done;
};

/// Whether [claims] of the file could check the claim. With an effort of its own it computes both ends at that size,
/// unless it does so in a run as well.
bool on_studies(const ClaimEntry& entry, const std::optional<Experiment>& on, const VerifyArguments& arguments) {
  const experiment::ClaimRule* rule = on ? experiment::find_claim_rule(entry.id) : nullptr;
  return rule && experiment::applies_somewhere(*rule, *on) && (!arguments.effort || rule->own_ends);
}

/// The claims as a run of the file judges them.
void judge_on_studies(const std::vector<std::string>& ids, const VerifyArguments& arguments,
                      const PotentialFactories& user, Execution execution, Progress& progress, Verified& verified) {
  std::vector<std::string> overrides{fmt::format("claims.check=[\"{}\"]", fmt::join(ids, "\", \"")),
                                     fmt::format("claims.controls={}", arguments.controls), "compare=[]"};
  if (arguments.effort) overrides.push_back(fmt::format("claims.effort=\"{}\"", *arguments.effort));
  const Experiment experiment = read_experiment(arguments.on, overrides, user);
  std::string current;
  const Result<RunResults> results =
      run_experiment(experiment, {}, execution, [&](const std::string& study, double fraction) {
        if (study != current) progress.begin(study);
        current = study;
        progress.set(fraction);
      });
  verified.status = worse(verified.status, status_of(results.status()));
  if (!results.ok()) return verified.failures.push_back(results.why());
  for (const StudyOutcome& study : results->studies) {
    verified.status = worse(verified.status, status_of(study.report.status));
    if (study.report.status != Status::ok)
      verified.failures.push_back(
          fmt::format("study \"{}\": {}: {}", study.name, to_string(study.report.status), study.report.why));
  }
  verified.reports.insert(verified.reports.end(), results->claims.begin(), results->claims.end());
}

/// The claim's own ends, of its own problem or of that of the file.
void check_entry(const ClaimEntry& entry, const ClaimProblem& problem, Effort effort, bool controls,
                 const Execution& execution, Verified& verified) {
  const Result<ClaimReport> result = entry.check(problem, effort, controls, execution);
  verified.status = worse(verified.status, status_of(result.status()));
  if (result.ok()) return verified.reports.push_back(result.value());
  verified.failures.push_back(
      fmt::format("{} {}: {}: {}", entry.id, entry.name, to_string(result.status()), result.why()));
}

Verified verified_claims(const VerifyArguments& arguments, const PotentialFactories& user) {
  const Effort effort = effort_of(arguments.effort.value_or("standard"));
  const std::vector<const ClaimEntry*> entries = chosen(arguments);
  std::optional<Experiment> on;
  if (!arguments.on.empty()) on = read_experiment(arguments.on, {}, user);
  std::vector<std::string> judged;
  for (const ClaimEntry* entry : entries)
    if (on_studies(*entry, on, arguments)) judged.push_back(entry->id);
  const auto computed = std::make_shared<ComputedEnds>();
  Verified verified;
  const Interruption interruption;
  Progress progress(arguments.quiet);
  Execution execution = Execution::with_threads(thread_count(arguments));
  execution.stop = interruption.token();
  execution.progress = [&](double fraction) { progress.set(fraction); };
  if (!judged.empty()) judge_on_studies(judged, arguments, user, execution, progress, verified);
  for (const ClaimEntry* entry : entries) {
    if (verified.status == ExitStatus::interrupted) break;
    if (std::ranges::find(judged, entry->id) != judged.end()) continue;
    progress.begin(entry->id + " " + entry->name);
    check_entry(*entry, problem_of(*entry, on, computed), effort, arguments.controls, execution, verified);
  }
  verified.status = worse(verified.status, status_of(verified.reports));
  return verified;
}

}  // namespace

ExitStatus verify(const VerifyArguments& arguments, const PotentialFactories& user) {
  const Verified verified = verified_claims(arguments, user);
  for (const std::string& failure : verified.failures) complain(failure);
  if (arguments.json) {
    const nlohmann::ordered_json json{{"schema", 1},
                                      {"effort", arguments.effort.value_or("standard")},
                                      {"failures", verified.failures},
                                      {"claims", to_json(verified.reports)}};
    print(json.dump(2) + "\n");
    return verified.status;
  }
  if (!verified.reports.empty()) print(claims_table(verified.reports) + "\n");
  for (const ClaimReport& report : verified.reports) print(claim_details(report) + "\n");
  return verified.status;
}

}  // namespace sgdlimits
