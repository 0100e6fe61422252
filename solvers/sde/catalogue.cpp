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

double below_two(double z, double variance) { return z < 2 ? variance : kInfinity; }
double one(double) { return 1; }

void add_explicit_schemes(std::vector<Row>& rows) {
  rows.push_back(
      {{.name = "euler-maruyama",
        .statement = "X + h b(X) + sqrt(2 tau h) g",
        .additive_noise = {1.0, 1.0, 1.0},
        .gradients_a_step = 1,
        .source = "Maruyama 1955; Talay, Tubaro 1990",
        .superlinear_drift = kNo,
        .harmonic_variance = [](double z) { return below_two(z, 1 / (1 - z / 2)); }},
       [](const Problem& p, double h, const Options&) -> Made { return euler_maruyama(p.drift, p.tau, h); }});
  rows.push_back({{.name = "heun",
                   .statement = "Y = X + h b(X) + sqrt(2 tau h) g, X + (h/2)(b(X) + b(Y)) + sqrt(2 tau h) g",
                   .additive_noise = {1.0, 2.0, 2.0},
                   .gradients_a_step = 2,
                   .source = "Kloeden, Platen 1992, section 15.1",
                   .superlinear_drift = kNo,
                   .harmonic_variance = [](double z) { return below_two(z, (1 - z / 2) / (1 - z / 2 + z * z / 4)); }},
                  [](const Problem& p, double h, const Options&) -> Made { return heun(p.drift, p.tau, h); }});
  rows.push_back(
      {{.name = "leimkuhler-matthews",
        .statement = "X_k + h b(X_k) + sqrt(2 tau h) (g_k + g_{k+1})/2",
        .additive_noise = {0.5, 1.0, 2.0},
        .gradients_a_step = 1,
        .source = "Leimkuhler, Matthews 2013; Leimkuhler, Matthews, Tretyakov 2014",
        .needs_gradient_drift = true,
        .superlinear_drift = kNo,
        .harmonic_variance = [](double z) { return below_two(z, 1); }},
       [](const Problem& p, double h, const Options&) -> Made { return leimkuhler_matthews(p.drift, p.tau, h); }});
}

void add_sra1_and_exponential_euler(std::vector<Row>& rows) {
  rows.push_back(
      {{.name = "sra1",
        .statement = "H = X + (3/4) h b(t, X) + (3/2) sqrt(2 tau) J, X + (h/3)(b(t, X) + 2 b(t + 3h/4, H)) + sqrt(2 "
                     "tau) dW, J = "
                     "(1/h) int W dt",
        .additive_noise = {1.5, 2.0, 2.0},
        .gradients_a_step = 2,
        .source = "Roessler 2010, section 6.3",
        .superlinear_drift = kNo,
        .harmonic_variance =
            [](double z) { return below_two(z, (1 - z + z * z / 3) / ((1 - z / 2) * (1 - z / 2 + z * z / 4))); }},
       [](const Problem& p, double h, const Options&) -> Made { return sra1(p.drift, p.tau, h); }});
  rows.push_back(
      {{.name = "exponential-euler",
        .statement =
            "X + h phi(-hA) b(X) + sqrt(2 tau h phi(-2hA)) g, phi(z) = (e^z - 1)/z, A = Hess f at a reference point",
        .additive_noise = {1.0, 1.0, 1.0},
        .gradients_a_step = 1,
        .source = "Jentzen, Kloeden 2009",
        .needs_hessian = true,
        .superlinear_drift = kNo,
        .harmonic_variance = one},
       [](const Problem& p, double h, const Options& options) -> Made {
         const Eigen::MatrixXd a = options.linear_part ? *options.linear_part : reference_hessian(*p.potential);
         return exponential_euler(p.drift, a, p.tau, h);
       }});
}

void add_schemes_for_superlinear_drift(std::vector<Row>& rows) {
  rows.push_back({{.name = "tamed-euler",
                   .statement = "X + h b(X)/(1 + h |b(X)|) + sqrt(2 tau h) g",
                   .additive_noise = {1.0, 1.0, 1.0},
                   .gradients_a_step = 1,
                   .source = "Hutzenthaler, Jentzen, Kloeden 2012; Brosse, Durmus, Moulines, Sabanis 2019",
                   .superlinear_drift = kYes},
                  [](const Problem& p, double h, const Options&) -> Made { return tamed_euler(p.drift, p.tau, h); }});
  rows.push_back(
      {{.name = "adaptive-euler",
        .statement = "Euler-Maruyama in steps of at most max(1, |X|)/(2 |b(X)|) up to a clock that ticks every h",
        .additive_noise = {1.0, 1.0, 1.0},
        .gradients_a_step = 1,
        .source = "Fang, Giles 2020; Fang, Giles 2019",
        .takes_prescribed_normals = false,
        .superlinear_drift = kYes},
       [](const Problem& p, double h, const Options&) -> Made { return adaptive_euler(p.drift, p.tau, h); }});
  rows.push_back(
      {{.name = "implicit-euler",
        .statement = "X' = X + h b(X') + sqrt(2 tau h) g",
        .additive_noise = {1.0, 1.0, 1.0},
        .gradients_a_step = 3,
        .source = "Mattingly, Stuart, Higham 2002",
        .needs_gradient_drift = true,
        .needs_hessian = true,
        .superlinear_drift = kYes,
        .harmonic_variance = [](double z) { return 1 / (1 + z / 2); }},
       [](const Problem& p, double h, const Options&) -> Made { return theta_scheme(p.potential, p.tau, h, 1.0); }});
  rows.push_back(
      {{.name = "trapezoidal",
        .statement = "X' = X + (h/2)(b(X) + b(X')) + sqrt(2 tau h) g",
        .additive_noise = {1.0, 2.0, 2.0},
        .gradients_a_step = 4,
        .source = "Kloeden, Platen 1992, section 15.4",
        .needs_gradient_drift = true,
        .needs_hessian = true,
        .harmonic_variance = one},
       [](const Problem& p, double h, const Options&) -> Made { return theta_scheme(p.potential, p.tau, h, 0.5); }});
}

void add_unbiased_schemes(std::vector<Row>& rows) {
  rows.push_back({{.name = "mala",
                   .statement = "Y = X + h b(X) + sqrt(2 tau h) g, accepted by Metropolis",
                   .additive_noise = {{}, 1.0, kInfinity},
                   .gradients_a_step = 2,
                   .source = "Roberts, Tweedie 1996",
                   .needs_gradient_drift = true,
                   .needs_potential_values = true,
                   .takes_prescribed_normals = false,
                   .superlinear_drift = kYes,
                   .harmonic_variance = one},
                  [](const Problem& p, double h, const Options&) -> Made { return mala(p.potential, p.tau, h); }});
  rows.push_back({{.name = "hmc",
                   .statement = "leapfrog steps sqrt(2h) for f + |p|^2/2, p = sqrt(tau) g, accepted by Metropolis",
                   .additive_noise = {{}, {}, kInfinity},
                   .gradients_a_step = 2,
                   .source = "Duane, Kennedy, Pendleton, Roweth 1987",
                   .needs_gradient_drift = true,
                   .needs_potential_values = true,
                   .takes_prescribed_normals = false,
                   .superlinear_drift = kYes,
                   .harmonic_variance = one},
                  [](const Problem& p, double h, const Options& options) -> Made {
                    return hamiltonian_monte_carlo(p.potential, p.tau, h, options.leapfrog_steps);
                  }});
}

const std::vector<Row>& rows() {
  static const std::vector<Row> rows = [] {
    std::vector<Row> all;
    add_explicit_schemes(all);
    add_sra1_and_exponential_euler(all);
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
