#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "apps/commands/interruption.hpp"
#include "apps/commands/progress.hpp"
#include "apps/commands/sub_commands.hpp"
#include "apps/report/sgd_laws_report.hpp"
#include "core/text.hpp"

namespace sgdlimits {

namespace {

using Json = nlohmann::ordered_json;

struct Question {
  std::shared_ptr<const FiniteSum> sum;
  LearningRate rate;
  SgdLawsOptions options;
};

Question question_of(const SgdOperatorArguments& a, const PotentialFactories& user) {
  if (a.file.empty())
    throw UsageError("sgd-operator needs an experiment file whose potential is a mean over samples");
  const Experiment experiment = read_experiment(a.file, a.set, user);
  const Problem& own = experiment.problems.front();
  if (!own.sum)
    throw UsageError("sgd-operator needs a potential that is a mean over samples: a net, or a formula with samples");
  if (!a.learning_rate && !own.temperature) throw UsageError("the file has no learning rate; add --learning-rate S");
  Question question{own.sum, a.learning_rate ? LearningRate(*a.learning_rate) : own.temperature->learning_rate(), {}};
  question.options.batch = a.batch;
  if (a.replacement != "with" && a.replacement != "without")
    throw UsageError(fmt::format("--replacement is {} but must be with or without", a.replacement));
  question.options.replacement = a.replacement == "with" ? Replacement::with : Replacement::without;
  question.options.cells = a.cells;
  return question;
}

std::string header(const Question& question, const SgdOperatorArguments& a) {
  return fmt::format("f = {} (mean over {} terms)\nlearning rate {}, batch {} {} replacement\n",
                     question.sum->description(), question.sum->terms(), shortest(question.rate.value()), a.batch,
                     a.replacement);
}

Json answer_json(const Question& question, const SgdOperatorArguments& a, const Result<SgdLaws>& laws,
                 double seconds) {
  Json json{{"schema", 1},
            {"status", to_string(laws.status())},
            {"why", laws.why()},
            {"potential", question.sum->description()},
            {"terms", question.sum->terms()},
            {"learning_rate", question.rate.value()},
            {"temperature", question.rate.temperature().value()},
            {"batch", a.batch},
            {"replacement", a.replacement}};
  if (laws.ok()) json.update(to_json(laws.value()));
  json["seconds"] = seconds;
  return json;
}

}  // namespace

ExitStatus sgd_operator(const SgdOperatorArguments& arguments, const PotentialFactories& user) {
  const Question question = question_of(arguments, user);
  const auto begin = std::chrono::steady_clock::now();
  const Result<SgdLaws> laws = [&] {
    const Interruption interruption;
    Progress progress(arguments.quiet);
    progress.begin("transfer operator");
    Execution execution = Execution::with_threads(thread_count(arguments));
    execution.stop = interruption.token();
    return sgd_laws(*question.sum, question.rate, question.options, execution);
  }();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (arguments.json) {
    print(answer_json(question, arguments, laws, seconds).dump(2) + "\n");
  } else {
    print(header(question, arguments) + "\n" +
          (laws.ok() ? sgd_laws_table(laws.value(), question.sum->coordinate_names())
                     : fmt::format("No law of SGD is reported: {}.\n{}\n", to_string(laws.status()), laws.why())));
  }
  return status_of(laws.status());
}

}  // namespace sgdlimits
