#include "solvers/sde/catalogue.hpp"

#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/sde/metropolis.hpp"
#include "solvers/sde/overdamped.hpp"

namespace sgdlimits {
namespace {

using Problem = OverdampedProblem;
using Options = SchemeOptions;
using Made = std::unique_ptr<Scheme>;

struct Row {
  SchemeRecord record;
  Made (*make)(const Problem&, double, const Options&);
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr auto kNo = SuperlinearDrift::no_invariant_measure;
constexpr auto kYes = SuperlinearDrift::invariant_measure;
constexpr auto kNotKnown = SuperlinearDrift::not_known;

double below_two(double z, double variance) { return z < 2 ? variance : kInfinity; }
double one(double) { return 1; }

void add_explicit_schemes(std::vector<Row>& rows) {
  rows.push_back(
      {{"euler-maruyama",
        "X + h b(X) + sqrt(2 tau h) g",
        {1.0, 1.0, 1.0},
        1,
        "Maruyama 1955; Talay, Tubaro 1990",
        false,
        false,
        false,
        true,
        kNo,
        [](double z) { return below_two(z, 1 / (1 - z / 2)); }},
       [](const Problem& p, double h, const Options&) -> Made { return euler_maruyama(p.drift, p.tau, h); }});
  rows.push_back({{"heun",
                   "Y = X + h b(X) + sqrt(2 tau h) g, X + (h/2)(b(X) + b(Y)) + sqrt(2 tau h) g",
                   {1.0, 2.0, 2.0},
                   2,
                   "Kloeden, Platen 1992, section 15.1",
                   false,
                   false,
                   false,
                   true,
                   kNo,
                   [](double z) { return below_two(z, (1 - z / 2) / (1 - z / 2 + z * z / 4)); }},
                  [](const Problem& p, double h, const Options&) -> Made { return heun(p.drift, p.tau, h); }});
  rows.push_back(
      {{"leimkuhler-matthews",
        "X_k + h b(X_k) + sqrt(2 tau h) (g_k + g_{k+1})/2",
        {0.5, 1.0, 2.0},
        1,
        "Leimkuhler, Matthews 2013; Leimkuhler, Matthews, Tretyakov 2014",
        true,
        false,
        false,
        true,
        kNo,
        [](double z) { return below_two(z, 1); }},
       [](const Problem& p, double h, const Options&) -> Made { return leimkuhler_matthews(p.drift, p.tau, h); }});
  rows.push_back(
      {{"sra1",
        "H = X + (3/4) h b(t, X) + (3/2) sqrt(2 tau) J, X + (h/3)(b(t, X) + 2 b(t + 3h/4, H)) + sqrt(2 tau) dW, J = "
        "(1/h) int W dt",
        {1.5, 2.0, 2.0},
        2,
        "Roessler 2010, section 6.3",
        false,
        false,
        false,
        true,
        kNo,
        [](double z) { return below_two(z, (1 - z + z * z / 3) / ((1 - z / 2) * (1 - z / 2 + z * z / 4))); }},
       [](const Problem& p, double h, const Options&) -> Made { return sra1(p.drift, p.tau, h); }});
  rows.push_back(
      {{"exponential-euler",
        "X + h phi(-hA) b(X) + sqrt(2 tau h phi(-2hA)) g, phi(z) = (e^z - 1)/z, A = Hess f at a reference point",
        {1.0, 1.0, 1.0},
        1,
        "Jentzen, Kloeden 2009",
        false,
        false,
        true,
        true,
        kNo,
        one},
       [](const Problem& p, double h, const Options& options) -> Made {
         const Eigen::MatrixXd a = options.linear_part ? *options.linear_part : reference_hessian(*p.potential);
         return exponential_euler(p.drift, a, p.tau, h);
       }});
}

void add_schemes_for_superlinear_drift(std::vector<Row>& rows) {
  rows.push_back({{"tamed-euler",
                   "X + h b(X)/(1 + h |b(X)|) + sqrt(2 tau h) g",
                   {1.0, 1.0, 1.0},
                   1,
                   "Hutzenthaler, Jentzen, Kloeden 2012; Brosse, Durmus, Moulines, Sabanis 2019",
                   false,
                   false,
                   false,
                   true,
                   kYes,
                   nullptr},
                  [](const Problem& p, double h, const Options&) -> Made { return tamed_euler(p.drift, p.tau, h); }});
  rows.push_back(
      {{"adaptive-euler",
        "Euler-Maruyama in steps of at most max(1, |X|)/(2 |b(X)|) up to a clock that ticks every h",
        {1.0, 1.0, 1.0},
        1,
        "Fang, Giles 2020; Fang, Giles 2019",
        false,
        false,
        false,
        false,
        kYes,
        nullptr},
       [](const Problem& p, double h, const Options&) -> Made { return adaptive_euler(p.drift, p.tau, h); }});
  rows.push_back(
      {{"implicit-euler",
        "X' = X + h b(X') + sqrt(2 tau h) g",
        {1.0, 1.0, 1.0},
        3,
        "Mattingly, Stuart, Higham 2002",
        true,
        false,
        true,
        true,
        kYes,
        [](double z) { return 1 / (1 + z / 2); }},
       [](const Problem& p, double h, const Options&) -> Made { return theta_scheme(p.potential, p.tau, h, 1.0); }});
  rows.push_back(
      {{"trapezoidal",
        "X' = X + (h/2)(b(X) + b(X')) + sqrt(2 tau h) g",
        {1.0, 2.0, 2.0},
        4,
        "Kloeden, Platen 1992, section 15.4",
        true,
        false,
        true,
        true,
        kNotKnown,
        one},
       [](const Problem& p, double h, const Options&) -> Made { return theta_scheme(p.potential, p.tau, h, 0.5); }});
}

void add_unbiased_schemes(std::vector<Row>& rows) {
  rows.push_back({{"mala",
                   "Y = X + h b(X) + sqrt(2 tau h) g, accepted by Metropolis",
                   {{}, 1.0, kInfinity},
                   2,
                   "Roberts, Tweedie 1996",
                   true,
                   true,
                   false,
                   false,
                   kYes,
                   one},
                  [](const Problem& p, double h, const Options&) -> Made { return mala(p.potential, p.tau, h); }});
  rows.push_back({{"hmc",
                   "leapfrog steps sqrt(2h) for f + |p|^2/2, p = sqrt(tau) g, accepted by Metropolis",
                   {{}, {}, kInfinity},
                   2,
                   "Duane, Kennedy, Pendleton, Roweth 1987",
                   true,
                   true,
                   false,
                   false,
                   kYes,
                   one},
                  [](const Problem& p, double h, const Options& options) -> Made {
                    return hamiltonian_monte_carlo(p.potential, p.tau, h, options.leapfrog_steps);
                  }});
}

const std::vector<Row>& rows() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all;
    add_explicit_schemes(all);
    add_schemes_for_superlinear_drift(all);
    add_unbiased_schemes(all);
    return all;
  }();
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

const Row& row_for(const std::string& name, const Problem& problem) {
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

std::unique_ptr<Scheme> make_scheme(const std::string& name, const OverdampedProblem& problem, double step,
                                    const SchemeOptions& options) {
  return row_for(name, problem).make(problem, step, options);
}

MarkovForm markov_form(const std::string& name, const OverdampedProblem& problem, double step,
                       const SchemeOptions& options) {
  const Row& row = row_for(name, problem);
  if (!row.record.takes_prescribed_normals)
    throw InvalidArgument("scheme", name, "one whose steps depend on the state and its Gaussians alone");
  if (name == "leimkuhler-matthews")
    return {leimkuhler_matthews_chain(problem.drift, problem.tau, step), std::sqrt(problem.tau.value() * step / 2)};
  return {row.make(problem, step, options), 0.0};
}

}  // namespace sgdlimits
