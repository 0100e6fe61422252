#include "solvers/sde/underdamped.hpp"

#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check_positive(const std::string& name, double value) {
  if (!(value > 0) || std::isinf(value)) throw InvalidArgument(name, value, "positive and finite");
}

/// O_t: p <- decay p + spread g.
struct Thermostat {
  Thermostat(const UnderdampedProblem& problem, double t)
      : decay(std::exp(-problem.friction * t)),
        spread(std::sqrt(-problem.mass * problem.tau.value() * std::expm1(-2 * problem.friction * t))) {}
  double decay, spread;
};

/// A palindrome of A, B and O: the letters before its centre take half a step, the centre a whole one.
class Palindrome final : public Scheme {
 public:
  Palindrome(const UnderdampedRecord& record, const UnderdampedProblem& problem, double step)
      : record_(record),
        problem_(problem),
        step_(step),
        letters_(record.name),
        half_(problem, 0.5 * step),
        whole_(problem, step) {}

  std::string name() const override { return record_.name; }
  Index dimension() const override { return 2 * positions(); }
  double step_size() const override { return step_; }
  SchemeOrders orders() const override { return record_.orders; }
  Index normals_per_step() const override { return record_.normals_a_step * positions(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index n = block.x.rows(), d = positions();
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> q(block.x.data(), n, d), p(block.x.data() + n * d, n, d), force = frame.points(n, d);
    Index drawn = 0;
    double time = block.time;
    bool force_is_current = false;  // the two kicks of ABOBA see the same positions
    for (std::size_t k = 0; k < letters_.size(); ++k) {
      const bool centre = 2 * k + 1 == letters_.size();
      const double t = centre ? step_ : 0.5 * step_;
      if (letters_[k] == 'a') {
        q += (t / problem_.mass) * p;
        time += t;
        force_is_current = false;
      } else if (letters_[k] == 'b') {
        if (!force_is_current) problem_.force->evaluate(time, q, force, block.scratch);
        force_is_current = true;
        p += t * force;
      } else {
        const Thermostat& o = centre ? whole_ : half_;
        p = o.decay * p + o.spread * block.normals.middleCols(drawn, d);
        drawn += d;
      }
    }
  }

 private:
  Index positions() const { return problem_.force->dimension(); }

  const UnderdampedRecord& record_;
  UnderdampedProblem problem_;
  double step_;
  std::string letters_;
  Thermostat half_, whole_;
};

HarmonicVariances within(double w, double position, double momentum) {
  return w < 2 ? HarmonicVariances{position, momentum} : HarmonicVariances{kInfinity, kInfinity};
}

}  // namespace

UnderdampedProblem::UnderdampedProblem(std::shared_ptr<const Drift> force_in, Temperature tau_in, double friction_in,
                                       double mass_in)
    : force(std::move(force_in)), tau(tau_in), friction(friction_in), mass(mass_in) {
  check_positive("friction", friction);
  check_positive("mass", mass);
  if (!force) throw InvalidArgument("force", "null", "a drift");
  if (force->sees_ensemble())
    throw InvalidArgument("force", "a function of the whole ensemble", "a function of one path");
  if (!force->domain().is_everywhere())
    throw InvalidArgument("domain of the force", "bounded", "the whole space",
                          "underdamped motion has no walls; take an overdamped scheme, which reflects");
}

UnderdampedProblem UnderdampedProblem::of(std::shared_ptr<const Potential> potential, Temperature tau,
                                          double friction, double mass) {
  if (!potential) throw InvalidArgument("potential", "null", "a potential");
  return {std::make_shared<const GradientDrift>(std::move(potential)), tau, friction, mass};
}

const std::vector<UnderdampedRecord>& underdamped_catalogue() {
  static const std::vector<UnderdampedRecord> records = {
      {"baoab",
       "B A O A B",
       {1.0, 2.0, 2.0},
       2,
       1,
       [](double w) { return within(w, 1, 1 - w * w / 4); },
       "Leimkuhler, Matthews 2013"},
      {"aboba",
       "A B O B A",
       {1.0, 2.0, 2.0},
       1,
       1,
       [](double w) { return within(w, 1, 1 / (1 - w * w / 4)); },
       "Leimkuhler, Matthews 2013"},
      {"obabo",
       "O B A B O",
       {1.0, 2.0, 2.0},
       2,
       2,
       [](double w) { return within(w, 1 / (1 - w * w / 4), 1); },
       "Bussi, Parrinello 2007"},
      {"oabao",
       "O A B A O",
       {1.0, 2.0, 2.0},
       1,
       2,
       [](double w) { return within(w, 1 - w * w / 4, 1); },
       "Leimkuhler, Matthews 2015, section 7.3"},
  };
  return records;
}

std::vector<std::string> underdamped_names() {
  std::vector<std::string> names;
  for (const UnderdampedRecord& record : underdamped_catalogue()) names.push_back(record.name);
  return names;
}

const UnderdampedRecord* find_underdamped(const std::string& name) {
  for (const UnderdampedRecord& record : underdamped_catalogue())
    if (record.name == name) return &record;
  return nullptr;
}

std::unique_ptr<Scheme> underdamped_scheme(const std::string& name, const UnderdampedProblem& problem, double step) {
  check_positive("step", step);
  const UnderdampedRecord* record = find_underdamped(name);
  if (!record) {
    const std::string near = nearest_name(name, underdamped_names());
    throw InvalidArgument("scheme", name, "one of baoab, aboba, obabo, oabao",
                          near.empty() ? "" : "did you mean " + near + "?");
  }
  return std::make_unique<Palindrome>(*record, problem, step);
}

Ensemble underdamped_ensemble(const Law& positions, const UnderdampedProblem& problem, Index paths,
                              std::uint64_t seed, std::uint32_t replicate) {
  const Index d = problem.force->dimension();
  if (positions.dimension() != d)
    throw InvalidArgument("dimension of the initial law", std::to_string(positions.dimension()),
                          std::to_string(d) + ", that of the force");
  Ensemble ensemble = Ensemble::from_law(positions, paths, seed, replicate);
  constexpr std::int64_t kBeyondTheLaw = std::int64_t{1} << 48;  // indices of Stream::initial that no law uses
  Points momenta(padded(paths), d);
  Noise(seed, Stream::initial, replicate).normals(0, kBeyondTheLaw, momenta);
  ensemble.points.conservativeResize(Eigen::NoChange, 2 * d);
  ensemble.points.rightCols(d) = std::sqrt(problem.mass * problem.tau.value()) * momenta.topRows(paths);
  return ensemble;
}

}  // namespace sgdlimits
