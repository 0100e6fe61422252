#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/commands/interruption.hpp"
#include "apps/commands/progress.hpp"
#include "apps/commands/sub_commands.hpp"
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
  if (text == "quick") return Effort::quick;
  if (text == "standard") return Effort::standard;
  if (text == "thorough") return Effort::thorough;
  const std::string near = nearest_name(text, {"quick", "standard", "thorough"});
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

}  // namespace

ExitStatus verify(const VerifyArguments& arguments, const PotentialFactories& user) {
  const Effort effort = effort_of(arguments.effort);
  const std::vector<const ClaimEntry*> entries = chosen(arguments);
  std::optional<Experiment> on;
  if (!arguments.on.empty()) on = read_experiment(arguments.on, {}, user);
  const auto computed = std::make_shared<ComputedEnds>();
  std::vector<ClaimReport> reports;
  std::vector<std::string> failures;
  ExitStatus status = ExitStatus::done;
  {
    const Interruption interruption;
    Progress progress(arguments.quiet);
    Execution execution = Execution::with_threads(thread_count(arguments));
    execution.stop = interruption.token();
    execution.progress = [&](double fraction) { progress.set(fraction); };
    for (const ClaimEntry* entry : entries) {
      progress.begin(entry->id + " " + entry->name);
      const Result<ClaimReport> result =
          entry->check(problem_of(*entry, on, computed), effort, arguments.controls, execution);
      status = worse(status, status_of(result.status()));
      if (!result.ok())
        failures.push_back(
            fmt::format("{} {}: {}: {}", entry->id, entry->name, to_string(result.status()), result.why()));
      if (result.ok()) reports.push_back(result.value());
      if (result.status() == Status::interrupted) break;
    }
  }
  status = worse(status, status_of(reports));
  for (const std::string& failure : failures) complain(failure);
  if (arguments.json) {
    const nlohmann::ordered_json json{
        {"schema", 1}, {"effort", arguments.effort}, {"failures", failures}, {"claims", to_json(reports)}};
    print(json.dump(2) + "\n");
    return status;
  }
  if (!reports.empty()) print(claims_table(reports) + "\n");
  for (const ClaimReport& report : reports) print(claim_details(report) + "\n");
  return status;
}

}  // namespace sgdlimits
