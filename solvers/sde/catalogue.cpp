#include "solvers/sde/catalogue.hpp"

#include <limits>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

using Factory = std::unique_ptr<Scheme> (*)(const OverdampedProblem&, double);

/// A record and what makes its scheme.
struct Row {
  SchemeRecord record;
  Factory make;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double within(double z, double largest, double variance) { return z < largest ? variance : kInfinity; }

Row euler_maruyama_row() {
  return {{"euler-maruyama",
           "X + h b(X) + sqrt(2 tau h) g",
           {1.0, 1.0, 1.0},
           1,
           "Maruyama 1955; Talay, Tubaro 1990",
           false,
           false,
           false,
           true,
           SuperlinearDrift::no_invariant_measure,
           [](double z) { return within(z, 2, 1 / (1 - z / 2)); }},
          [](const OverdampedProblem& p, double h) { return euler_maruyama(p.drift, p.tau, h); }};
}

Row heun_row() {
  return {{"heun",
           "Y = X + h b(X) + sqrt(2 tau h) g, X + (h/2)(b(X) + b(Y)) + sqrt(2 tau h) g",
           {1.0, 2.0, 2.0},
           2,
           "Kloeden, Platen 1992, section 15.1",
           false,
           false,
           false,
           true,
           SuperlinearDrift::no_invariant_measure,
           [](double z) { return within(z, 2, (1 - z / 2) / (1 - z / 2 + z * z / 4)); }},
          [](const OverdampedProblem& p, double h) { return heun(p.drift, p.tau, h); }};
}

const std::vector<Row>& rows() {
  static const std::vector<Row> rows = {euler_maruyama_row(), heun_row()};
  return rows;
}

const Row& row_of(const std::string& name) {
  for (const Row& row : rows())
    if (row.record.name == name) return row;
  const std::string near = nearest_name(name, scheme_names());
  std::string known;
  for (const std::string& each : scheme_names()) known += (known.empty() ? "" : ", ") + each;
  throw InvalidArgument("scheme", name, "one of " + known, near.empty() ? "" : "did you mean " + near + "?");
}

const Row& row_for(const std::string& name, const OverdampedProblem& problem) {
  const Row& row = row_of(name);
  const SchemeRecord& record = row.record;
  if ((record.needs_gradient_drift || record.needs_potential_values || record.needs_hessian) && !problem.potential)
    throw InvalidArgument("scheme", name, "one that needs no potential, since the drift is not given as a gradient",
                          "hand the potential over, or take euler-maruyama");
  return row;
}

}  // namespace

std::string to_string(SuperlinearDrift behaviour) {
  switch (behaviour) {
    case SuperlinearDrift::no_invariant_measure: return "no";
    case SuperlinearDrift::invariant_measure: return "yes";
    default: return "not known";
  }
}

const std::vector<SchemeRecord>& scheme_catalogue() {
  static const std::vector<SchemeRecord> records = [] {
    std::vector<SchemeRecord> all;
    for (const Row& row : rows()) all.push_back(row.record);
    return all;
  }();
  return records;
}

std::vector<std::string> scheme_names() {
  std::vector<std::string> names;
  for (const Row& row : rows()) names.push_back(row.record.name);
  return names;
}

const SchemeRecord& scheme_record(const std::string& name) { return row_of(name).record; }

OverdampedProblem OverdampedProblem::of(std::shared_ptr<const Potential> potential, Temperature tau) {
  if (!potential) throw InvalidArgument("potential", "null", "a potential");
  auto drift = std::make_shared<const GradientDrift>(potential);
  return {std::move(drift), std::move(potential), tau};
}

std::unique_ptr<Scheme> make_scheme(const std::string& name, const OverdampedProblem& problem, double step) {
  return row_for(name, problem).make(problem, step);
}

MarkovForm markov_form(const std::string& name, const OverdampedProblem& problem, double step) {
  const Row& row = row_for(name, problem);
  if (!row.record.takes_prescribed_normals)
    throw InvalidArgument("scheme", name, "one whose steps depend on the state and its Gaussians alone");
  return {row.make(problem, step), 0.0};
}

}  // namespace sgdlimits
