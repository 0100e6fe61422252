#include "models/formula/formula.hpp"

#include <cmath>

#include "models/formula/line_program.hpp"
#include "models/formula/mean_potential.hpp"
#include "models/formula/potential_text.hpp"

namespace sgdlimits {
namespace {

using formula::TermProgram;

// The programs of one formula; shared by Potential and FiniteSum.
struct Programs : formula::MeanPrograms {
  Index terms = 0;
  TermProgram term_gradient;
};

void check_numbers(const FormulaSpec& spec) {
  for (const auto& [name, values] : spec.samples) {
    if (values.empty()) throw InvalidArgument("samples of " + name, "empty", "at least one number");
    const auto& [first, reference] = *spec.samples.begin();
    if (values.size() != reference.size())
      throw InvalidArgument("number of samples of " + name, std::to_string(values.size()),
                            std::to_string(reference.size()) + ", the number of samples of " + first);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isfinite(values[i]))
        throw InvalidArgument("sample " + std::to_string(i) + " of " + name, values[i], "finite");
  }
}

std::string describe(const FormulaSpec& spec) {
  std::string text = formula::described(spec.expression, spec.parameters);
  const char* separator = ", mean over ";
  for (const auto& [name, values] : spec.samples) {
    text += separator + std::to_string(values.size()) + " samples of " + name;
    separator = " and ";
  }
  return text;
}

std::vector<std::string> sample_names(const FormulaSpec& spec) {
  std::vector<std::string> names;
  for (const auto& sample : spec.samples) names.push_back(sample.first);
  return names;
}

std::shared_ptr<const Programs> compile(const FormulaSpec& spec) {
  formula::Text text = formula::read_text(spec.expression, spec.variables, spec.parameters, sample_names(spec));
  check_numbers(spec);
  auto programs = std::make_shared<Programs>();
  programs->variables = text.variables;
  programs->description = describe(spec);
  std::vector<std::string> inputs = programs->variables;
  formula::Samples samples{static_cast<int>(inputs.size()), {}};
  if (!spec.samples.empty()) programs->terms = static_cast<Index>(spec.samples.begin()->second.size());
  samples.values.resize(programs->terms, static_cast<Index>(spec.samples.size()));
  for (const auto& [name, values] : spec.samples) {
    samples.values.col(static_cast<Index>(inputs.size()) - samples.variables) =
        Eigen::Map<const Values>(values.data(), programs->terms);
    inputs.push_back(name);
  }
  formula::Derivatives d = formula::differentiate(spec.expression, text.tree, inputs, samples.variables);
  if (samples.variables == 1) programs->line = formula::line_program(d.graph, d.value, samples);
  programs->compile(d, samples);
  if (programs->terms > 0) programs->term_gradient = TermProgram(d.graph, d.gradient, samples);
  return programs;
}

class FormulaSum final : public formula::MeanPotential<FiniteSum> {
 public:
  explicit FormulaSum(std::shared_ptr<const Programs> programs)
      : MeanPotential(programs), all_(std::move(programs)) {}
  Index terms() const override { return all_->terms; }

  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch& scratch) const override {
    all_->term_gradient.run(x, indices, formula::columns(g).data(), scratch);
  }

  Points term_gradients(const Eigen::VectorXd& x, Scratch& scratch) const override {
    const Points copies = x.transpose().array().replicate(terms(), 1);
    const Indices indices = Eigen::Array<Index, Eigen::Dynamic, 1>::LinSpaced(terms(), 0, terms() - 1);
    Points g(terms(), dimension());
    batch_gradient(copies, indices, g, scratch);
    return g;
  }

 private:
  std::shared_ptr<const Programs> all_;
};

}  // namespace

std::shared_ptr<const Potential> formula_potential(const FormulaSpec& spec) {
  if (!spec.samples.empty()) return formula_finite_sum(spec);
  return std::make_shared<formula::MeanPotential<Potential>>(compile(spec));
}

std::shared_ptr<const FiniteSum> formula_finite_sum(const FormulaSpec& spec) {
  if (spec.samples.empty())
    throw InvalidArgument("samples", "empty", "at least one symbol with its values",
                          "use formula_potential for a formula without samples");
  return std::make_shared<FormulaSum>(compile(spec));
}

}  // namespace sgdlimits
