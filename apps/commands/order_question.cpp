#include "apps/commands/order_question.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "apps/commands/asked_problem.hpp"
#include "core/text.hpp"
#include "models/diffusions/diffusion_problem.hpp"
#include "models/diffusions/gradient_problem.hpp"
#include "models/formula/formula_diffusion.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/diffusion.hpp"
#include "solvers/sde/sgd_modified_equation.hpp"

namespace sgdlimits {

namespace {

constexpr double kWavesRate = 0.8;  // learning rate of the built-in problem of modified equations

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_modified_equation(const std::string& scheme) { return scheme == "sme-1" || scheme == "sme-2"; }
bool is_overdamped(const std::string& scheme) { return contains(scheme_names(), scheme); }

/// Pieces between separators, without blanks at their ends.
std::vector<std::string> pieces(const std::string& text, char separator) {
  std::vector<std::string> result;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(separator, from), text.size());
    std::string piece = text.substr(from, end - from);
    piece.erase(0, std::min(piece.find_first_not_of(' '), piece.size()));
    piece.erase(piece.find_last_not_of(' ') + 1);
    result.push_back(std::move(piece));
    from = end + 1;
  }
  return result;
}

std::vector<double> asked_start(const OrderArguments& a, const std::vector<std::string>& coordinates) {
  if (a.start.empty())
    throw UsageError("an equation of one's own needs --start, one number for each of " +
                     fmt::format("{}", fmt::join(coordinates, ", ")));
  std::vector<double> start;
  for (const std::string& piece : pieces(a.start, ',')) start.push_back(to_number("--start", piece));
  if (start.size() != coordinates.size())
    throw UsageError(fmt::format("--start has {} numbers, but the coordinates are {}", start.size(),
                                 fmt::join(coordinates, ", ")));
  return start;
}

std::map<std::string, double> asked_parameters(const OrderArguments& a) {
  std::map<std::string, double> parameters;
  for (const std::string& text : a.parameters) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UsageError(fmt::format("--param is \"{}\" but must be NAME=VALUE", text));
    parameters[text.substr(0, equals)] = to_number("--param " + text.substr(0, equals), text.substr(equals + 1));
  }
  return parameters;
}

NoiseClass asked_noise_class(const OrderArguments& a, std::size_t dimension) {
  if (a.noise.empty()) {
    if (dimension == 1 && a.diffusion.size() == 1) return NoiseClass::scalar;
    throw UsageError("with several coordinates or noises say --noise scalar, diagonal, commutative or general");
  }
  if (a.noise == "scalar") return NoiseClass::scalar;
  if (a.noise == "diagonal") return NoiseClass::diagonal;
  if (a.noise == "commutative") return NoiseClass::commutative;
  if (a.noise == "general") return NoiseClass::general;
  throw UsageError("--noise is " + a.noise + " but must be scalar, diagonal, commutative or general");
}

/// One list a noise. Diagonal noise may be given as one list of the diagonal.
std::vector<std::vector<std::string>> asked_noises(const OrderArguments& a, NoiseClass noise_class) {
  std::vector<std::vector<std::string>> noises;
  for (const std::string& text : a.diffusion) noises.push_back(pieces(text, ';'));
  if (noise_class != NoiseClass::diagonal || noises.size() != 1) return noises;
  const std::vector<std::string> diagonal = noises.front();
  noises.assign(diagonal.size(), std::vector<std::string>(diagonal.size(), "0"));
  for (std::size_t j = 0; j < diagonal.size(); ++j) noises[j][j] = diagonal[j];
  return noises;
}

/// What is said of the noise is measured around the start.
void check_noise_class(const DiffusionCoefficients& c, const std::vector<double>& start) {
  constexpr double kRounding = 1e-6;
  Points x(kLanes, c.dimension);
  for (Index i = 0; i < kLanes; ++i)
    for (Index j = 0; j < c.dimension; ++j)
      x(i, j) = start[static_cast<std::size_t>(j)] + 0.3 * std::sin(static_cast<double>(1 + i + 3 * j));
  const double defect = noise_defect(c, 0, x);
  if (defect > kRounding)
    throw UsageError(
        fmt::format("the noise is not of the class that --noise says: its defect is {} near the start; "
                    "say --noise general",
                    shortest(defect)));
}

struct DiffusionQuestion {
  std::string name, statement;
  std::vector<std::string> coordinates;
  ItoDiffusion equation;
  PathProblem paths;
  double period = 0;
};

DiffusionQuestion own_diffusion(const OrderArguments& a) {
  if (a.drift.empty() || a.diffusion.empty()) throw UsageError("--drift and --diffusion belong together");
  const bool ito = a.calculus == "ito";
  if (!ito && a.calculus != "stratonovich")
    throw UsageError("--calculus is " + a.calculus + " but must be ito or stratonovich");
  const std::vector<std::string> drift = pieces(a.drift, ';');
  const NoiseClass noise_class = asked_noise_class(a, drift.size());
  const std::map<std::string, double> parameters = asked_parameters(a);
  const FormulaDiffusion formulas =
      formula_diffusion({drift, asked_noises(a, noise_class), noise_class, a.variables, parameters});
  const std::vector<double> start = asked_start(a, formulas.variables);
  check_noise_class(formulas.coefficients, start);
  DiffusionQuestion question{
      "own equation",
      fmt::format("drift {}, noise {} ({})", a.drift, fmt::join(a.diffusion, " | "), a.calculus),
      formulas.variables,
      ito ? ItoDiffusion(formulas.coefficients) : StratonovichDiffusion(formulas.coefficients).ito(),
      {start, 1, {}, formulas.coefficients.noises}};
  if (!a.exact.empty())
    question.paths.solution =
        formula_solution(pieces(a.exact, ';'), formulas.variables, start, formulas.coefficients.noises, parameters);
  return question;
}

DiffusionQuestion named_diffusion(const std::string& name) {
  const DiffusionProblem& problem = diffusion_problem(name);
  const std::vector<std::string> names{"x", "y"};
  return {name,
          problem.statement,
          {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(problem.start.size())},
          problem.equation,
          {problem.start, problem.until, problem.solution, problem.equation.coefficients().noises},
          problem.period};
}

/// The drift of an equation as a Drift; solvers for additive noise take it so.
class DriftOf final : public Drift {
 public:
  explicit DriftOf(DiffusionCoefficients c) : c_(std::move(c)) {}
  Index dimension() const override { return c_.dimension; }
  void evaluate(double t, PointsView x, PointsOut out, Scratch& scratch) const override {
    c_.drift(t, x, out, scratch);
  }

 private:
  DiffusionCoefficients c_;
};

/// tau of constant noise sqrt(2 tau) times the identity, looked at at three times; none for other noise.
std::optional<Temperature> isotropic_temperature(const DiffusionCoefficients& c) {
  if (c.noise_class != NoiseClass::additive || c.noises != c.dimension) return std::nullopt;
  Scratch scratch;
  const Points x = Points::Zero(kLanes, c.dimension);
  Points sigma(kLanes, c.dimension * c.noises);
  c.noise(0, x, sigma, scratch);
  const double size = sigma(0, 0);
  for (const double t : {0.0, 0.37, 1.0}) {
    c.noise(t, x, sigma, scratch);
    for (Index j = 0; j < c.noises; ++j)
      for (Index i = 0; i < c.dimension; ++i)
        if (std::abs(sigma(0, j * c.dimension + i) - (i == j ? size : 0.0)) > 1e-14 * std::abs(size))
          return std::nullopt;
  }
  if (!(size > 0)) return std::nullopt;
  return Temperature(0.5 * size * size);
}

OrderProblem with_diffusion(const std::string& scheme, DiffusionQuestion question) {
  OrderProblem problem{question.name, question.statement, question.coordinates, question.paths, {}, {}, {}, {}, {}};
  const DiffusionSchemeRecord* record = find_diffusion_scheme(scheme);
  if (record) {
    problem.make = [record, equation = question.equation](double h) { return record->make(equation, h); };
    if (question.period > 0) {
      problem.chain = [make = problem.make](double h) { return LatticeChain{make(h)}; };
      problem.lattice = [question]() -> Result<LatticeProblem> {
        return circle_lattice(backward_equation(question.equation), question.period, question.paths.start.front(),
                              question.paths.until);
      };
    }
    return problem;
  }
  const std::optional<Temperature> tau = isotropic_temperature(question.equation.coefficients());
  if (!is_overdamped(scheme) || !tau)
    throw UsageError(
        fmt::format("{} is no scheme for the noise of {}; take euler-maruyama, milstein or "
                    "stratonovich-heun, or another problem (sgdlimits list problems)",
                    scheme, question.name));
  const OverdampedProblem overdamped{std::make_shared<DriftOf>(question.equation.coefficients()), nullptr, *tau};
  // only the plain increments of these are a Brownian path that a solution can be asked about
  if (scheme == "exponential-euler") problem.paths.solution = {};
  problem.make = [scheme, overdamped](double h) { return make_scheme(scheme, overdamped, h); };
  return problem;
}

struct GradientQuestion {
  std::string name, statement;
  std::shared_ptr<const Potential> potential;
  Temperature temperature;
  std::vector<double> start;
};

OrderProblem overdamped(const std::string& scheme, const GradientQuestion& g, double until) {
  const OverdampedProblem motion = OverdampedProblem::of(g.potential, g.temperature);
  OrderProblem problem{g.name, g.statement, g.potential->coordinate_names(), {g.start, until}, {}, {}, {}, {}, {}};
  problem.make = [scheme, motion](double h) { return make_scheme(scheme, motion, h); };
  problem.temperature = g.temperature;
  const Index d = g.potential->dimension();
  if (d == 1) problem.line = g.potential;
  if (d > 2 || !scheme_record(scheme).additive_noise.weak || (d == 2 && (scheme == "sra1" || scheme == "mala")))
    return problem;
  problem.chain = [scheme, motion](double h) {
    if (scheme == "mala")
      return LatticeChain{euler_maruyama(motion.drift, motion.tau, h), 0, mala(motion.potential, motion.tau, h)};
    if (!scheme_record(scheme).takes_prescribed_normals) return LatticeChain{make_scheme(scheme, motion, h)};
    MarkovForm form = markov_form(scheme, motion, h);
    return LatticeChain{std::move(form.chain), form.smoothing};
  };
  problem.lattice = [g, until] { return overdamped_lattice(g.potential, g.temperature, g.start, until); };
  return problem;
}

OrderProblem underdamped(const OrderArguments& a, const GradientQuestion& g, double until) {
  const UnderdampedProblem motion =
      UnderdampedProblem::of(g.potential, g.temperature, a.friction.value_or(1), a.mass.value_or(1));
  OrderProblem problem{
      g.name,
      fmt::format("{}, friction {}, mass {}", g.statement, shortest(motion.friction), shortest(motion.mass)),
      g.potential->coordinate_names(),
      {g.start, until},
      {},
      {},
      {},
      {},
      g.temperature};
  problem.make = [scheme = a.scheme, motion](double h) { return underdamped_scheme(scheme, motion, h); };
  if (g.potential->dimension() != 1) return problem;
  problem.coordinates.push_back("p");
  problem.underdamped = true;
  problem.chain = [make = problem.make](double h) { return LatticeChain{make(h)}; };
  problem.lattice = [g, motion, until] { return underdamped_lattice(g.potential, motion, g.start, until); };
  return problem;
}

OrderProblem modified_equation(const OrderArguments& a, const std::shared_ptr<const FiniteSum>& sum, LearningRate s,
                               PathProblem paths, const std::string& name, bool circle) {
  const ModifiedEquation equation = a.scheme == "sme-1" ? ModifiedEquation::sme1 : ModifiedEquation::sme2;
  OrderProblem problem{
      name,
      fmt::format("{} of SGD with batch 1, learning rate {}", to_string(equation), shortest(s.value())),
      sum->coordinate_names(),
      std::move(paths),
      {},
      {},
      {},
      {},
      {}};
  problem.make = [=](double h) {
    return sgd_modified_equation(sum, s, 1, Replacement::with, equation, CovarianceRoot::symmetric, h);
  };
  if (!circle) return problem;
  problem.chain = [make = problem.make](double h) { return LatticeChain{make(h)}; };
  const BackwardEquation backward{
      [=](PointsView x, PointsOut b, Scratch& scratch) { modified_drift(*sum, s, equation, x, b, scratch); },
      [=](PointsView x, PointsOut covariance, Scratch&) {
        for (Index i = 0; i < x.rows(); ++i)
          covariance(i, 0) = s.value() * gradient_covariance(*sum, x.row(i).transpose().matrix())(0, 0);
      }};
  problem.lattice = [backward, paths = problem.paths]() -> Result<LatticeProblem> {
    return circle_lattice(backward, 2 * std::numbers::pi, paths.start.front(), paths.until);
  };
  return problem;
}

OrderProblem of_gradient(const OrderArguments& a, const GradientQuestion& g, double until) {
  if (find_underdamped(a.scheme)) return underdamped(a, g, until);
  if (is_overdamped(a.scheme)) return overdamped(a.scheme, g, until);
  const ItoDiffusion equation = additive_diffusion(g.potential, g.temperature.value());
  return with_diffusion(a.scheme, {g.name,
                                   g.statement,
                                   g.potential->coordinate_names(),
                                   equation,
                                   {g.start, until, {}, equation.coefficients().noises}});
}

void check_scheme(const std::string& scheme) {
  const std::vector<std::string> known = order_scheme_names();
  if (scheme.empty()) throw UsageError(fmt::format("order needs --scheme NAME; known: {}", fmt::join(known, ", ")));
  if (contains(known, scheme)) return;
  const std::string near = nearest_name(scheme, known);
  throw UsageError(fmt::format("there is no scheme {}; {}known: {}", scheme,
                               near.empty() ? "" : "did you mean " + near + "? ", fmt::join(known, ", ")));
}

void check_one_problem(const OrderArguments& a) {
  const int asked = int(!a.problem.empty()) + int(!a.drift.empty() || !a.diffusion.empty()) +
                    int(a.formula.has_value() || !a.file.empty());
  if (asked > 1)
    throw UsageError("order takes one of --problem, --drift with --diffusion, and a potential (--formula or a file)");
  if (a.drift.empty() && !a.exact.empty()) throw UsageError("--exact belongs to --drift and --diffusion");
  if (a.problem.empty()) return;
  for (const auto& [given, option] : {std::pair{!a.start.empty(), "--start"},
                                      {!a.parameters.empty(), "--param"},
                                      {a.temperature || a.learning_rate, "--temperature"}})
    if (given)
      throw UsageError(std::string(option) + " belongs to an equation of one's own; a --problem has its own");
}

std::string default_problem(const OrderArguments& a) {
  if (find_underdamped(a.scheme)) return "cosine-well";
  if (is_modified_equation(a.scheme)) return "three-waves";
  if (is_overdamped(a.scheme)) return "double-well";
  return a.kind == "weak" ? "circle" : "tanh";
}

OrderProblem named_problem(const OrderArguments& a, const std::string& name, double until) {
  if (name == "three-waves" || is_modified_equation(a.scheme)) {
    if (name != "three-waves" || !is_modified_equation(a.scheme))
      throw UsageError(
          fmt::format("problem {} and scheme {} do not go together: three-waves is for sme-1 and sme-2, "
                      "which take three-waves or an experiment file with samples",
                      name, a.scheme));
    return modified_equation(a, three_waves(), LearningRate(kWavesRate), {{0.7}, until}, name, true);
  }
  if (const GradientProblem* g = find_gradient_problem(name))
    return of_gradient(a, {name, g->statement, g->potential, Temperature(g->temperature), g->start}, until);
  std::vector<std::string> known = diffusion_problem_names();
  for (const std::string& each : gradient_problem_names()) known.push_back(each);
  known.push_back("three-waves");
  if (!contains(known, name)) {
    const std::string near = nearest_name(name, known);
    throw UsageError(fmt::format("there is no problem {}; {}known: {}", name,
                                 near.empty() ? "" : "did you mean " + near + "? ", fmt::join(known, ", ")));
  }
  DiffusionQuestion question = named_diffusion(name);
  question.paths.until = until;
  return with_diffusion(a.scheme, std::move(question));
}

}  // namespace

std::vector<std::string> order_scheme_names() {
  std::vector<std::string> names = scheme_names();
  for (const std::string& name : underdamped_names()) names.push_back(name);
  for (const DiffusionSchemeRecord& record : diffusion_scheme_catalogue())
    if (!contains(names, record.name)) names.push_back(record.name);
  names.insert(names.end(), {"sme-1", "sme-2"});
  return names;
}

OrderProblem order_problem(const OrderArguments& a, const PotentialFactories& user) {
  check_scheme(a.scheme);
  check_one_problem(a);
  const double until = a.until.value_or(1);
  if (!(until > 0) || std::isinf(until))
    throw UsageError("--until is " + shortest(until) + " but must be positive and finite");
  if ((a.friction || a.mass) && !find_underdamped(a.scheme))
    throw UsageError("--friction and --mass belong to baoab, aboba, obabo and oabao");
  if (!a.drift.empty() || !a.diffusion.empty()) {
    DiffusionQuestion question = own_diffusion(a);
    question.paths.until = until;
    return with_diffusion(a.scheme, std::move(question));
  }
  if (a.formula || !a.file.empty()) {
    const AskedProblem asked = asked_problem(a, "order", user);
    const std::vector<double> start = asked_start(a, asked.potential->coordinate_names());
    if (is_modified_equation(a.scheme)) {
      const auto sum = std::dynamic_pointer_cast<const FiniteSum>(asked.potential);
      if (!sum) throw UsageError(a.scheme + " needs a potential that is a mean over samples: an experiment file");
      return modified_equation(a, sum, asked.temperature.learning_rate(), {start, until}, "own potential", false);
    }
    return of_gradient(
        a,
        {"own potential",
         fmt::format("f = {}, temperature {}", asked.potential->description(), shortest(asked.temperature.value())),
         asked.potential, asked.temperature, start},
        until);
  }
  return named_problem(a, a.problem.empty() ? default_problem(a) : a.problem, until);
}

}  // namespace sgdlimits
