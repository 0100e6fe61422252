#include "models/potentials/catalogue.hpp"

#include <cmath>
#include <functional>

#include "core/errors.hpp"
#include "models/names.hpp"
#include "models/potentials/convex.hpp"
#include "models/potentials/plane.hpp"
#include "models/potentials/quadratic.hpp"
#include "models/potentials/radial.hpp"
#include "models/potentials/wells.hpp"

namespace sgdlimits {
namespace {

using Parameters = std::map<std::string, double>;
using Factory = std::function<std::shared_ptr<const Potential>(const Parameters&)>;

struct Row {
  PotentialEntry entry;
  Factory make;
};

Index dimension_of(const Parameters& p) {
  const double d = p.at("dimension");
  if (!(d >= 1 && d <= 10000 && d == std::floor(d)))
    throw InvalidArgument("dimension", d, "a whole number between 1 and 10000");
  return static_cast<Index>(d);
}

std::shared_ptr<const Potential> make_quadratic(const Parameters& p) {
  Eigen::VectorXd k = Eigen::VectorXd::Constant(dimension_of(p), p.at("k"));
  for (Index j = 0; j < k.size(); ++j) {
    const auto own = p.find("k" + std::to_string(j));
    if (own != p.end()) k(j) = own->second;
    if (!(k(j) > 0 && std::isfinite(k(j))))
      throw InvalidArgument(own != p.end() ? own->first : "k", k(j), "positive and finite");
  }
  return std::make_shared<Quadratic>(Quadratic::diagonal(k));
}

template <class P>
Factory without_parameters() {
  return [](const Parameters&) { return std::make_shared<P>(); };
}

std::vector<Row> make_rows() {
  std::vector<Row> rows;
  const auto add = [&](PotentialEntry entry, Factory make) { rows.push_back({std::move(entry), std::move(make)}); };
  add({"quadratic",
       "sum_j k_j x_j^2/2",
       "Ornstein-Uhlenbeck; eigenvalues are the integer combinations of the k_j",
       {{"dimension", 1}, {"k", 1}},
       1},
      make_quadratic);
  add({"double-well", "h*(x^2-1)^2", "minima -1 and 1, barrier h", {{"h", 1}}, 1},
      [](const Parameters& p) { return std::make_shared<DoubleWell>(p.at("h")); });
  add({"tilted-well",
       "h*(x^2-1)^2 + c*x",
       "two minima of different depth while abs(c) < 1.5396 h",
       {{"h", 1}, {"c", 0.25}},
       1},
      [](const Parameters& p) { return std::make_shared<TiltedWell>(p.at("h"), p.at("c")); });
  add({"triple-well", "h*x^2*(x^2-2)^2/2", "minima 0 and +-sqrt(2), barriers 16 h/27", {{"h", 1}}, 1},
      [](const Parameters& p) { return std::make_shared<TripleWell>(p.at("h")); });
  add({"rugged-well",
       "h*(x^2-1)^2 + e*(1-cos(k*x))",
       "a double well with ripples of height 2 e",
       {{"h", 1}, {"e", 0.05}, {"k", 20}},
       1},
      [](const Parameters& p) { return std::make_shared<RuggedWell>(p.at("h"), p.at("e"), p.at("k")); });
  add({"sine-neuron",
       "(x+c*sin(x))^2 + lambda/2*x^2",
       "for c > 1 a spectral gap at every temperature iff lambda >= 2 (c-1)",
       {{"c", 2}, {"lambda", 4}},
       1},
      [](const Parameters& p) { return std::make_shared<SineNeuron>(p.at("c"), p.at("lambda")); });
  add({"laplace", "abs(x)", "no eigenvalue: essential spectrum from 1/(2s)", {}, 1}, without_parameters<Laplace>());
  add({"log-cosh", "log(cosh(x))", "eigenvalues n - s n^2/2 for n < 1/s, then essential spectrum", {}, 1},
      without_parameters<LogCosh>());
  add({"quartic", "x^4/4", "convex, flat at its minimum", {}, 1}, without_parameters<Quartic>());
  add({"triangular",
       "-log(1-abs(x))",
       "on [-1, 1], reflecting; eigenvalues from zeros of Bessel functions at s = 2",
       {},
       1},
      without_parameters<Triangular>());
  add({"radial-quartic", "(sum_j x_j^2)^2/4", "convex, rotation-invariant", {{"dimension", 2}}, 2},
      [](const Parameters& p) { return std::make_shared<RadialQuartic>(dimension_of(p)); });
  add({"mexican-hat", "h*(sum_j x_j^2-1)^2", "minima on the unit sphere", {{"dimension", 2}, {"h", 1}}, 2},
      [](const Parameters& p) { return std::make_shared<MexicanHat>(dimension_of(p), p.at("h")); });
  add({"product-well", "h*(x^2-1)^2 + k*y^2", "a double well times a Gaussian", {{"h", 1}, {"k", 1}}, 2},
      [](const Parameters& p) { return std::make_shared<CoupledWell>(p.at("h"), p.at("k"), 0.0); });
  add({"coupled-well",
       "h*(x^2-1)^2 + k*y^2 + c*x*y",
       "a double well coupled to a quadratic, not separable",
       {{"h", 1}, {"k", 0.75}, {"c", 0.3}},
       2},
      [](const Parameters& p) { return std::make_shared<CoupledWell>(p.at("h"), p.at("k"), p.at("c")); });
  add({"mueller-brown",
       "scale*sum_m A_m exp(a_m (x-X_m)^2 + b_m (x-X_m)(y-Y_m) + c_m (y-Y_m)^2)",
       "three minima, two saddles (Mueller, Brown 1979)",
       {{"scale", 0.01}},
       2},
      [](const Parameters& p) { return std::make_shared<MuellerBrown>(p.at("scale")); });
  return rows;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all = make_rows();
  return all;
}

/// "k0", "k1", ... of the quadratic form, below its dimension.
bool is_single_axis(const PotentialEntry& entry, const std::string& parameter, const Parameters& given) {
  if (entry.name != "quadratic" || parameter.size() < 2 || parameter[0] != 'k') return false;
  for (std::size_t i = 1; i < parameter.size(); ++i)
    if (parameter[i] < '0' || parameter[i] > '9') return false;
  const auto dimension = given.find("dimension");
  const double axis = std::stod(parameter.substr(1)), d = dimension == given.end() ? 1 : dimension->second;
  if (axis < d && parameter == "k" + std::to_string(static_cast<Index>(axis))) return true;
  throw InvalidArgument("parameter of quadratic", "\"" + parameter + "\"",
                        "k0 to k" + std::to_string(static_cast<Index>(d) - 1), "set dimension");
}

}  // namespace

const std::vector<PotentialEntry>& potential_catalogue() {
  static const std::vector<PotentialEntry> entries = [] {
    std::vector<PotentialEntry> list;
    for (const Row& row : rows()) list.push_back(row.entry);
    return list;
  }();
  return entries;
}

std::shared_ptr<const Potential> make_potential(const std::string& name, const Parameters& parameters) {
  std::vector<std::string> names;
  for (const Row& row : rows()) {
    names.push_back(row.entry.name);
    if (row.entry.name != name) continue;
    Parameters all = row.entry.parameters;
    std::vector<std::string> valid;
    for (const auto& [parameter, value] : all) valid.push_back(parameter);
    for (const auto& [parameter, value] : parameters) {
      if (all.count(parameter) == 0 && !is_single_axis(row.entry, parameter, parameters)) {
        if (valid.empty())
          throw InvalidArgument("parameter of " + name, "\"" + parameter + "\"", "left out",
                                name + " has no parameters");
        throw_unknown_name("parameter of " + name, parameter, valid);
      }
      all[parameter] = value;
    }
    return row.make(all);
  }
  throw_unknown_name("potential", name, names);
}

}  // namespace sgdlimits
