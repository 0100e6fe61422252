#include "models/formula/formula.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "models/formula/program.hpp"
#include "models/formula/symbolic.hpp"

namespace sgdlimits {
namespace {

using formula::MeanProgram;
using formula::TermProgram;

// The programs of one formula; shared by Potential and FiniteSum.
struct Programs {
  std::vector<std::string> variables;
  std::string description;
  Index terms = 0;
  MeanProgram value, gradient, both, laplacian, hessian;
  TermProgram term_gradient;
};

void check_names(const FormulaSpec& spec) {
  std::vector<std::string> all = spec.variables;
  for (const auto& parameter : spec.parameters) all.push_back(parameter.first);
  for (const auto& sample : spec.samples) all.push_back(sample.first);
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!formula::is_identifier(all[i]) || formula::find_function(all[i]))
      throw InvalidArgument("a formula's name", "\"" + all[i] + "\"",
                            "letters, digits and _ that start with a letter, and no function", "rename it");
    if (i > 0 && all[i] == all[i - 1])
      throw InvalidArgument("the name \"" + all[i] + "\"", "given twice",
                            "one variable, one parameter or one sample symbol", "rename one of them");
  }
}

void check_numbers(const FormulaSpec& spec) {
  for (const auto& [name, value] : spec.parameters)
    if (!std::isfinite(value)) throw InvalidArgument("parameter " + name, value, "finite");
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
  std::string text = spec.expression;
  const char* separator = " with ";
  for (const auto& [name, value] : spec.parameters) {
    text += separator + name + " = " + shortest(value);
    separator = ", ";
  }
  separator = ", mean over ";
  for (const auto& [name, values] : spec.samples) {
    text += separator + std::to_string(values.size()) + " samples of " + name;
    separator = " and ";
  }
  return text;
}

void check_used(const FormulaSpec& spec, const std::vector<std::string>& used) {
  const auto check = [&](const std::string& kind, const std::string& name) {
    if (std::find(used.begin(), used.end(), name) != used.end()) return;
    const std::string close = nearest_name(name, used);
    throw InvalidArgument(kind + " " + name, "not in the formula \"" + spec.expression + "\"", "in the formula",
                          close.empty() ? "remove it" : "did you mean \"" + close + "\"?");
  };
  for (const auto& parameter : spec.parameters) check("parameter", parameter.first);
  for (const auto& sample : spec.samples) check("sample symbol", sample.first);
}

std::shared_ptr<const Programs> compile(const FormulaSpec& spec) {
  check_names(spec);
  check_numbers(spec);
  formula::Names names;
  names.known = spec.variables;
  names.parameters = spec.parameters;
  names.collect_unknown = spec.variables.empty();
  for (const auto& sample : spec.samples) names.known.push_back(sample.first);
  std::vector<std::string> used;
  const formula::Syntax tree = formula::parse(spec.expression, names, used);
  check_used(spec, used);
  auto programs = std::make_shared<Programs>();
  programs->variables = spec.variables;
  if (spec.variables.empty())
    for (const std::string& name : used)
      if (!spec.parameters.count(name) && !spec.samples.count(name)) programs->variables.push_back(name);
  if (programs->variables.empty())
    throw FormulaError(spec.expression, 0, "the formula has no variable", "a potential depends on at least one");
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
  formula::Derivatives d = formula::differentiate(spec.expression, tree, inputs, samples.variables);
  std::vector<int> both{d.value};
  both.insert(both.end(), d.gradient.begin(), d.gradient.end());
  programs->value = MeanProgram(d.graph, {d.value}, samples);
  programs->gradient = MeanProgram(d.graph, d.gradient, samples);
  programs->both = MeanProgram(d.graph, both, samples);
  programs->laplacian = MeanProgram(d.graph, {d.laplacian}, samples);
  programs->hessian = MeanProgram(d.graph, d.hessian, samples);
  if (programs->terms > 0) programs->term_gradient = TermProgram(d.graph, d.gradient, samples);
  return programs;
}

// Base is Potential or FiniteSum.
template <class Base>
class Formula : public Base {
 public:
  explicit Formula(std::shared_ptr<const Programs> programs) : programs_(std::move(programs)) {}

  Index dimension() const override { return static_cast<Index>(programs_->variables.size()); }
  bool has_exact_hessian() const override { return true; }
  std::vector<std::string> coordinate_names() const override { return programs_->variables; }
  std::string description() const override { return programs_->description; }

  void value(PointsView x, ValuesOut f, Scratch& scratch) const override {
    double* out = f.data();
    programs_->value.run(x, &out, scratch);
  }
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override {
    programs_->gradient.run(x, columns(g).data(), scratch);
  }
  void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const override {
    const std::vector<double*> out = columns(g, f.data());
    programs_->both.run(x, out.data(), scratch);
  }
  void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const override {
    double* out = laplacian.data();
    programs_->laplacian.run(x, &out, scratch);
  }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const override {
    const Points point = x.transpose().array();
    Points upper(1, programs_->hessian.outputs());
    programs_->hessian.run(point, columns(upper).data(), scratch);
    const Index d = dimension();
    Eigen::MatrixXd result(d, d);
    Index k = 0;
    for (Index i = 0; i < d; ++i)
      for (Index j = i; j < d; ++j) result(i, j) = result(j, i) = upper(0, k++);
    return result;
  }

 protected:
  static std::vector<double*> columns(Eigen::Ref<Points> g, double* first = nullptr) {
    std::vector<double*> out;
    out.reserve(static_cast<std::size_t>(g.cols() + 1));
    if (first) out.push_back(first);
    for (Index j = 0; j < g.cols(); ++j) out.push_back(g.data() + j * g.outerStride());
    return out;
  }
  const std::shared_ptr<const Programs> programs_;
};

class FormulaSum final : public Formula<FiniteSum> {
 public:
  using Formula<FiniteSum>::Formula;
  Index terms() const override { return programs_->terms; }

  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch& scratch) const override {
    programs_->term_gradient.run(x, indices, columns(g).data(), scratch);
  }

  Points term_gradients(const Eigen::VectorXd& x, Scratch& scratch) const override {
    const Points copies = x.transpose().array().replicate(terms(), 1);
    const Indices indices = Eigen::Array<Index, Eigen::Dynamic, 1>::LinSpaced(terms(), 0, terms() - 1);
    Points g(terms(), dimension());
    batch_gradient(copies, indices, g, scratch);
    return g;
  }
};

}  // namespace

std::shared_ptr<const Potential> formula_potential(const FormulaSpec& spec) {
  if (!spec.samples.empty()) return formula_finite_sum(spec);
  return std::make_shared<Formula<Potential>>(compile(spec));
}

std::shared_ptr<const FiniteSum> formula_finite_sum(const FormulaSpec& spec) {
  if (spec.samples.empty())
    throw InvalidArgument("samples", "empty", "at least one symbol with its values",
                          "use formula_potential for a formula without samples");
  return std::make_shared<FormulaSum>(compile(spec));
}

}  // namespace sgdlimits
