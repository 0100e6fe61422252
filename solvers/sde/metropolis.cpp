#include "solvers/sde/metropolis.hpp"

#include <cmath>
#include <limits>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

class Hamiltonian final : public MetropolisScheme {
 public:
  Hamiltonian(std::shared_ptr<const Potential> potential, Temperature tau, double step, Index leapfrogs,
              std::string name, SchemeOrders orders)
      : potential_(std::move(potential)),
        tau_(tau),
        step_(step),
        leapfrogs_(leapfrogs),
        name_(std::move(name)),
        orders_(orders) {
    if (!potential_) throw InvalidArgument("potential", "null", "a potential");
    if (!(step > 0) || std::isinf(step)) throw InvalidArgument("step", step, "positive and finite");
    if (leapfrogs < 1 || leapfrogs > 10000)
      throw InvalidArgument("leapfrog steps", std::to_string(leapfrogs), "between 1 and 10000");
    domain_ = potential_->domain();
    everywhere_ = domain_.is_everywhere();
  }

  std::string name() const override { return name_; }
  Index dimension() const override { return potential_->dimension(); }
  double step_size() const override { return step_; }
  SchemeOrders orders() const override { return orders_; }
  Index normals_per_step() const override { return dimension(); }

  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const Index n = block.x.rows();
    Scratch::Frame frame(block.scratch);
    Proposal proposal = propose(block, frame);
    Eigen::Map<Points> uniform = frame.points(n, 1);
    Noise(noise.seed(), Stream::proposal, static_cast<std::uint32_t>(noise.stream() >> 16))
        .uniforms(block.first_path, step, uniform);
    for (Index i = 0; i < n; ++i)
      if (uniform(i, 0) < proposal.probability(i)) block.x.row(i) = proposal.y.row(i);
  }

  void acceptance(PathBlock& block, ValuesOut probability) const override {
    Scratch::Frame frame(block.scratch);
    probability = propose(block, frame).probability;
  }

 private:
  struct Proposal {
    Eigen::Map<Points> y;
    Eigen::Map<Values> probability;
  };

  Proposal propose(PathBlock& block, Scratch::Frame& frame) const {
    const Index n = block.x.rows(), d = block.x.cols();
    const double eps = std::sqrt(2 * step_);
    Eigen::Map<Points> y = frame.points(n, d), p = frame.points(n, d), gradient = frame.points(n, d);
    Eigen::Map<Values> energy = frame.values(n), value = frame.values(n), inside = frame.values(n);
    inside.setOnes();
    y = block.x;
    p = std::sqrt(tau_.value()) * block.normals;
    potential_->value_and_gradient(y, energy, gradient, block.scratch);
    for (Index j = 0; j < d; ++j) energy += 0.5 * p.col(j).square();
    for (Index k = 0; k < leapfrogs_; ++k) {
      p -= 0.5 * eps * gradient;
      y += eps * p;
      hold_inside(y, inside);
      potential_->value_and_gradient(y, value, gradient, block.scratch);
      p -= 0.5 * eps * gradient;
    }
    energy -= value;
    for (Index j = 0; j < d; ++j) energy -= 0.5 * p.col(j).square();
    for (Index i = 0; i < n; ++i) {
      const double gain = energy(i) / tau_.value();  // NaN where a trajectory overflows: refused
      value(i) = !(inside(i) > 0) ? 0.0 : gain >= 0 ? 1.0 : gain < 0 ? std::exp(gain) : 0.0;
    }
    return {y, value};
  }

  /// A trajectory that leaves the domain goes on from its end, to be refused.
  void hold_inside(Eigen::Map<Points> y, Eigen::Map<Values> inside) const {
    if (everywhere_) return;
    for (Index j = 0; j < y.cols(); ++j) {
      inside *= (y.col(j) >= domain_.lower(j) && y.col(j) <= domain_.upper(j)).cast<double>();
      y.col(j) = y.col(j).max(domain_.lower(j)).min(domain_.upper(j));
    }
  }

  std::shared_ptr<const Potential> potential_;
  Temperature tau_;
  double step_;
  Index leapfrogs_;
  std::string name_;
  SchemeOrders orders_;
  Box domain_;
  bool everywhere_;
};

/// Stays where it is and writes the acceptance of its paths into a column.
class AcceptanceRecorder final : public Scheme {
 public:
  AcceptanceRecorder(const MetropolisScheme& scheme, Values& probability)
      : scheme_(scheme), probability_(probability) {}

  std::string name() const override { return scheme_.name(); }
  Index dimension() const override { return scheme_.dimension(); }
  double step_size() const override { return scheme_.step_size(); }
  Index normals_per_step() const override { return scheme_.normals_per_step(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Values> all = frame.values(block.x.rows());
    scheme_.acceptance(block, all);
    const Index rows = std::min(block.x.rows(), probability_.size() - block.first_path);
    probability_.segment(block.first_path, rows) = all.head(rows);
  }

 private:
  const MetropolisScheme& scheme_;
  Values& probability_;
};

constexpr double kExact = std::numeric_limits<double>::infinity();

}  // namespace

std::unique_ptr<MetropolisScheme> hamiltonian_monte_carlo(std::shared_ptr<const Potential> potential, Temperature tau,
                                                          double step, Index leapfrog_steps) {
  return std::make_unique<Hamiltonian>(std::move(potential), tau, step, leapfrog_steps, "hmc",
                                       SchemeOrders{{}, {}, kExact});
}

std::unique_ptr<MetropolisScheme> mala(std::shared_ptr<const Potential> potential, Temperature tau, double step) {
  return std::make_unique<Hamiltonian>(std::move(potential), tau, step, 1, "mala", SchemeOrders{{}, 1.0, kExact});
}

MeanAndError acceptance_rate(const Ensemble& ensemble, const MetropolisScheme& scheme, const Execution& execution) {
  Ensemble copy = ensemble;
  Values probability(ensemble.paths());
  advance(copy, AcceptanceRecorder(scheme, probability), 1, execution);
  return ensemble_mean(probability, execution);
}

}  // namespace sgdlimits
