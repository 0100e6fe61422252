/// Every claim of [claims] on every study that it applies to.
#include "apps/experiment/claims/claim_rules.hpp"

namespace sgdlimits::experiment {

namespace {

Verdict expected_verdict(const ClaimChecks& checks, const std::string& study, const std::string& id) {
  const auto found = checks.expect.find(study);
  if (found == checks.expect.end()) return Verdict::consistent;
  const auto verdict = found->second.find(id);
  return verdict == found->second.end() ? Verdict::consistent : verdict->second;
}

}  // namespace

std::vector<ClaimReport> run_claims(const RunContext& context, const SeriesByStudy& series) {
  const ClaimChecks& checks = context.experiment.claims;
  struct Task {
    std::size_t judge;
    const Study& study;
    const StudyRecord& record;
  };
  std::vector<Judge> judges;
  std::vector<Task> tasks;
  for (const std::string& id : checks.check) {
    const ClaimRule& rule = *find_claim_rule(id);
    judges.push_back(rule.judge(context, series));
    for (const Study& study : context.experiment.studies) {
      const auto found = context.done.find(study.name);
      if (found == context.done.end() || found->second.outcome.report.status != Status::ok) continue;
      if (rule.applies(context.experiment, study)) tasks.push_back({judges.size() - 1, study, found->second});
    }
  }
  std::vector<ClaimReport> reports;
  double done = 0;
  const auto count = static_cast<double>(tasks.size());
  for (const Task& task : tasks) {
    const Execution part = part_of(context.execution, done / count, (done + 1) / count);
    if (part.progress) part.progress(0);
    const std::size_t before = reports.size();
    judges[task.judge](task.study, task.record, part, reports);
    for (std::size_t k = before; k < reports.size(); ++k)
      reports[k].expected = expected_verdict(checks, task.study.name, checks.check[task.judge]);
    ++done;
  }
  return reports;
}

}  // namespace sgdlimits::experiment
