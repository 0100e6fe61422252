#include "apps/experiment/run_context.hpp"

namespace sgdlimits::experiment {

void run_sgd_operator(RunContext& context, const Study& study, StudyRecord& record) {
  const Problem& problem = context.experiment.problem(study.problem);
  SgdLawsOptions options;
  options.batch = study.batch;
  options.replacement = study.replacement;
  options.cells = study.operator_cells;
  Result<SgdLaws> laws = sgd_laws(*problem.sum, LearningRate(study.learning_rate), options, context.execution);
  record.outcome.report = laws.report();
  if (!laws.ok()) return;
  record.outcome.sgd_laws = std::make_shared<const SgdLaws>(std::move(laws).value());
  for (const MotionLaws& motion : record.outcome.sgd_laws->motions) {
    if (motion.gap) add_row(record.rows, study.name, "gap, " + motion.name, std::nullopt, *motion.gap);
    if (motion.escape_time)
      add_row(record.rows, study.name, "mean escape time, " + motion.name, std::nullopt, *motion.escape_time);
    if (motion.committor)
      add_row(record.rows, study.name, "committor at saddle, " + motion.name, std::nullopt,
              motion.committor->at_saddle);
  }
  record.outcome.remarks.push_back(record.outcome.sgd_laws->summary());
}

}  // namespace sgdlimits::experiment
