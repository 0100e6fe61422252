#include "models/formula/formula_diffusion.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "models/formula/program.hpp"
#include "models/formula/symbolic.hpp"

namespace sgdlimits {
namespace {

using formula::MeanProgram;

const std::string kTime = "t";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

/// A function of the coordinates and t, and its derivatives in the coordinates.
struct Field {
  MeanProgram value, gradient;
};

/// Reads formulas in the same symbols and keeps book of the parameters that they use.
class Reader {
 public:
  Reader(std::vector<std::string> symbols, std::map<std::string, double> parameters)
      : symbols_(std::move(symbols)), parameters_(std::move(parameters)) {
    std::vector<std::string> all = symbols_;
    for (const auto& [name, value] : parameters_) {
      all.push_back(name);
      if (!std::isfinite(value)) throw InvalidArgument("parameter " + name, value, "finite");
    }
    for (const std::string& name : all) {
      if (!formula::is_identifier(name) || formula::find_function(name))
        throw InvalidArgument("a formula's name", "\"" + name + "\"",
                              "letters, digits and _ that start with a letter, and no function", "rename it");
      if (std::count(all.begin(), all.end(), name) > 1)
        throw InvalidArgument("the name \"" + name + "\"", "given twice", "one coordinate, parameter or the time t",
                              "rename one of them");
    }
  }

  /// `variables` of the symbols are differentiated in.
  Field read(const std::string& expression, int variables) {
    formula::Names names;
    names.known = symbols_;
    names.parameters = parameters_;
    std::vector<std::string> used;
    const formula::Syntax tree = formula::parse(expression, names, used);
    used_.insert(used_.end(), used.begin(), used.end());
    formula::Derivatives d = formula::differentiate(expression, tree, symbols_, variables);
    const formula::Samples none{static_cast<int>(symbols_.size()), {}};
    Field field;
    field.value = MeanProgram(d.graph, {d.value}, none);
    if (variables > 0) field.gradient = MeanProgram(d.graph, d.gradient, none);
    return field;
  }

  const std::vector<std::string>& used() const { return used_; }
  void refuse_unused_parameters() const {
    for (const auto& parameter : parameters_)
      if (!contains(used_, parameter.first)) {
        const std::string close = nearest_name(parameter.first, used_);
        throw InvalidArgument("parameter " + parameter.first, "in no formula", "in a formula",
                              close.empty() ? "remove it" : "did you mean \"" + close + "\"?");
      }
  }

 private:
  std::vector<std::string> symbols_;
  std::map<std::string, double> parameters_;
  std::vector<std::string> used_;
};

/// The free symbols of all formulas, in order of appearance, without t.
std::vector<std::string> free_symbols(const DiffusionFormulas& f) {
  formula::Names names;
  names.known = {kTime};
  names.parameters = f.parameters;
  names.collect_unknown = true;
  std::vector<std::string> used;
  for (const std::string& text : f.drift) formula::parse(text, names, used);
  for (const auto& noise : f.noise)
    for (const std::string& text : noise) formula::parse(text, names, used);
  names.known.erase(names.known.begin());
  return names.known;
}

struct Equation {
  Index d, m;
  std::vector<Field> drift, noise;  ///< noise: sigma_j's coordinate i at j d + i

  /// Coordinates and time side by side.
  Eigen::Map<Points> inputs(Scratch::Frame& frame, double t, PointsView x) const {
    Eigen::Map<Points> in = frame.points(x.rows(), d + 1);
    in.leftCols(d) = x;
    in.col(d).setConstant(t);
    return in;
  }

  static void evaluate(const std::vector<Field>& fields, PointsView in, PointsOut out, Scratch& scratch) {
    for (std::size_t k = 0; k < fields.size(); ++k) {
      double* column = out.data() + static_cast<Index>(k) * out.outerStride();
      fields[k].value.run(in, &column, scratch);
    }
  }

  /// coordinate i of L^j sigma_k = sum_l sigma_jl d sigma_ki/dx_l
  void derivatives(PointsView in, PointsOut out, Scratch& scratch) const {
    Scratch::Frame frame(scratch);
    const Index n = in.rows();
    Eigen::Map<Points> sigma = frame.points(n, d * m), slopes = frame.points(n, d);
    evaluate(noise, in, sigma, scratch);
    std::vector<double*> columns;
    for (Index l = 0; l < d; ++l) columns.push_back(slopes.data() + l * n);
    for (Index k = 0; k < m; ++k)
      for (Index i = 0; i < d; ++i) {
        noise[static_cast<std::size_t>(k * d + i)].gradient.run(in, columns.data(), scratch);
        for (Index j = 0; j < m; ++j)
          out.col((j * m + k) * d + i) = (sigma.middleCols(j * d, d) * slopes).rowwise().sum();
      }
  }
};

void check_counts(const DiffusionFormulas& f, const std::vector<std::string>& variables) {
  const std::size_t d = f.drift.size();
  if (d == 0) throw InvalidArgument("drift", "empty", "one formula a coordinate");
  if (f.noise.empty()) throw InvalidArgument("noise", "empty", "one list of formulas a noise");
  for (const auto& noise : f.noise)
    if (noise.size() != d)
      throw InvalidArgument("formulas of a noise", std::to_string(noise.size()),
                            std::to_string(d) + ", as many as the drift has");
  if (variables.size() != d)
    throw InvalidArgument("coordinates", joined(variables),
                          std::to_string(d) + " of them, as many as the drift has formulas",
                          "name the coordinates, and give the other symbols values as parameters");
}

}  // namespace

FormulaDiffusion formula_diffusion(const DiffusionFormulas& f) {
  std::vector<std::string> variables = f.variables.empty() ? free_symbols(f) : f.variables;
  // an equation with constant coefficients has no free symbol: its coordinate is x
  if (variables.empty() && f.drift.size() == 1) variables = {"x"};
  check_counts(f, variables);
  const auto d = static_cast<int>(variables.size());
  std::vector<std::string> symbols = variables;
  symbols.push_back(kTime);
  Reader reader(symbols, f.parameters);
  auto equation = std::make_shared<Equation>();
  equation->d = d;
  equation->m = static_cast<Index>(f.noise.size());
  for (const std::string& text : f.drift) equation->drift.push_back(reader.read(text, d));
  const std::size_t of_drift = reader.used().size();
  for (const auto& noise : f.noise)
    for (const std::string& text : noise) equation->noise.push_back(reader.read(text, d));
  reader.refuse_unused_parameters();
  const bool additive =
      std::none_of(reader.used().begin() + static_cast<std::ptrdiff_t>(of_drift), reader.used().end(),
                   [&](const std::string& name) { return contains(variables, name); });
  DiffusionCoefficients c;
  c.dimension = d;
  c.noises = equation->m;
  c.noise_class = additive ? NoiseClass::additive : f.noise_class;
  c.drift = [equation](double t, PointsView x, PointsOut out, Scratch& scratch) {
    Scratch::Frame frame(scratch);
    Equation::evaluate(equation->drift, equation->inputs(frame, t, x), out, scratch);
  };
  c.noise = [equation](double t, PointsView x, PointsOut out, Scratch& scratch) {
    Scratch::Frame frame(scratch);
    Equation::evaluate(equation->noise, equation->inputs(frame, t, x), out, scratch);
  };
  c.noise_derivatives = [equation](double t, PointsView x, PointsOut out, Scratch& scratch) {
    Scratch::Frame frame(scratch);
    equation->derivatives(equation->inputs(frame, t, x), out, scratch);
  };
  return {std::move(variables), std::move(c)};
}

std::function<Points(double t, PointsView w)> formula_solution(const std::vector<std::string>& formulas,
                                                               const std::vector<std::string>& variables,
                                                               const std::vector<double>& start, Index noises,
                                                               const std::map<std::string, double>& parameters) {
  if (formulas.size() != variables.size() || start.size() != variables.size())
    throw InvalidArgument("formulas of the solution", std::to_string(formulas.size()),
                          std::to_string(variables.size()) + ", one a coordinate (" + joined(variables) + ")");
  std::vector<std::string> symbols{kTime};
  for (Index j = 0; j < noises; ++j) symbols.push_back(noises == 1 ? "w" : "w" + std::to_string(j + 1));
  for (const std::string& name : variables) symbols.push_back(name + "0");
  std::map<std::string, double> used_parameters;
  // parameters of the equation need not be in the solution
  for (const auto& [name, value] : parameters)
    if (!contains(symbols, name)) used_parameters[name] = value;
  Reader reader(symbols, used_parameters);
  auto fields = std::make_shared<std::vector<Field>>();
  for (const std::string& text : formulas) fields->push_back(reader.read(text, 0));
  return [fields, start, noises](double t, PointsView w) -> Points {
    Points in(w.rows(), 1 + noises + static_cast<Index>(start.size()));
    in.col(0).setConstant(t);
    in.middleCols(1, noises) = w;
    for (std::size_t i = 0; i < start.size(); ++i) in.col(1 + noises + static_cast<Index>(i)).setConstant(start[i]);
    Points out(w.rows(), static_cast<Index>(fields->size()));
    Scratch scratch;
    Equation::evaluate(*fields, in, out, scratch);
    return out;
  };
}

}  // namespace sgdlimits
