// Weak orders, and measure orders in phase space, without sampling: one-step operators of the schemes' own code
// against backward equations and the invariant density, five steps and more, nonlinear problems with noise of order
// one. The interval must hold the declared order and exclude its neighbours at 1/2; planted faults must not pass.
#include <gtest/gtest.h>

#include <cmath>

#include "models/diffusions/diffusion_problem.hpp"
#include "models/diffusions/gradient_problem.hpp"
#include "solvers/sde/diffusion.hpp"
#include "solvers/sde/sgd_modified_equation.hpp"
#include "validation/orders/lattice_order.hpp"

namespace sgdlimits {
namespace {

std::vector<double> halvings(int first, int last) {
  std::vector<double> steps;
  for (int level = first; level <= last; ++level) steps.push_back(std::ldexp(1.0, -level));
  return steps;
}

Measurement measured(const ChainFactory& make, const LatticeProblem& problem, const std::vector<double>& steps) {
  const Result<OrderEstimate> estimate =
      lattice_weak_order(make, problem, lattice_observables(problem), steps, Execution::with_threads(2));
  EXPECT_TRUE(estimate.ok()) << estimate.why();
  for (const StepError& each : estimate->errors)
    EXPECT_LT(each.error.discretisation_bound(), 0.1 * each.error.value()) << each.step;
  return estimate->order;
}

void expect_proved(const Measurement& order, double declared) {
  const OrderVerdict verdict = judge_order(order, declared);
  EXPECT_TRUE(verdict.verdict == Verdict::consistent && verdict.sharp)
      << order.lower() << " " << order.value() << " " << order.upper() << ": " << verdict.why;
}

// ---- noise that depends on the state, on the circle

const DiffusionProblem& circle() { return diffusion_problem("circle"); }

Measurement on_circle(const std::string& scheme, const ItoDiffusion& equation) {
  const LatticeProblem problem = circle_lattice(backward_equation(circle().equation), circle().period, 0.7, 1);
  return measured([&](double h) { return LatticeChain{find_diffusion_scheme(scheme)->make(equation, h)}; }, problem,
                  halvings(3, 8));
}

class DiffusionWeakOrder : public ::testing::TestWithParam<std::string> {};

// Fails if a drift, a noise or a correction is wrong at first order.
TEST_P(DiffusionWeakOrder, IsTheDeclaredOne) {
  const auto scheme = find_diffusion_scheme(GetParam())->make(circle().equation, 0.1);
  expect_proved(on_circle(GetParam(), circle().equation), *scheme->orders().weak);
}

INSTANTIATE_TEST_SUITE_P(Schemes, DiffusionWeakOrder,
                         ::testing::Values("euler-maruyama", "milstein", "stratonovich-heun"), [](const auto& name) {
                           std::string plain = name.param;
                           std::erase(plain, '-');
                           return plain;
                         });

// Planted: the drift of the other calculus (a missing or a doubled correction), and noise of sqrt(1.02 h).
TEST(DiffusionWeakOrder, FaultsAreRefuted) {
  for (const DiffusionSchemeRecord& record : diffusion_scheme_catalogue()) {
    const ItoDiffusion uncorrected(circle().equation.stratonovich().coefficients());
    const ItoDiffusion twice = StratonovichDiffusion(circle().equation.coefficients()).ito();
    DiffusionCoefficients c = circle().equation.coefficients();
    c.noise = [noise = c.noise](double t, PointsView x, PointsOut out, Scratch& scratch) {
      noise(t, x, out, scratch);
      out *= std::sqrt(1.02);
    };
    for (const ItoDiffusion& wrong : {uncorrected, twice, ItoDiffusion(c)})
      EXPECT_EQ(judge_order(on_circle(record.name, wrong), 1).verdict, Verdict::refuted) << record.name;
  }
}

// ---- underdamped splittings

UnderdampedProblem cosine_well() {
  const GradientProblem& problem = *find_gradient_problem("cosine-well");
  return UnderdampedProblem::of(problem.potential, Temperature(problem.temperature), 1.2, 0.9);
}

Measurement in_phase_space(const ChainFactory& make) {
  const GradientProblem& well = *find_gradient_problem("cosine-well");
  const Result<LatticeProblem> problem = underdamped_lattice(well.potential, cosine_well(), {0.5}, 1);
  EXPECT_TRUE(problem.ok()) << problem.why();
  return measured(make, problem.value(), halvings(2, 6));
}

class SplittingWeakOrder : public ::testing::TestWithParam<std::string> {};

// Fails if a half step, a sign, the thermostat's root or the palindrome's symmetry is lost.
TEST_P(SplittingWeakOrder, IsTwo) {
  EXPECT_EQ(find_underdamped(GetParam())->orders.weak, 2.0);
  expect_proved(
      in_phase_space([&](double h) { return LatticeChain{underdamped_scheme(GetParam(), cosine_well(), h)}; }), 2);
}

INSTANTIATE_TEST_SUITE_P(Splittings, SplittingWeakOrder, ::testing::ValuesIn(underdamped_names()),
                         [](const auto& name) { return name.param; });

/// Wrong: full steps of B, A and O in turn, no palindrome; or BAOAB with a thermostat of another temperature.
class Wrong : public Scheme {
 public:
  Wrong(bool palindrome, double step)
      : palindrome_(palindrome), step_(step), right_(underdamped_scheme("baoab", cosine_well(), step)) {}
  std::string name() const override { return "a wrong splitting"; }
  Index dimension() const override { return 2; }
  double step_size() const override { return step_; }
  Index normals_per_step() const override { return 1; }
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    if (palindrome_) {
      const Points normals = std::sqrt(1.02) * block.normals;
      PathBlock inner{block.x, {normals.data(), normals.rows(), 1}, block.first_path, block.time, block.scratch};
      right_->advance(inner, step, noise);
      return;
    }
    const UnderdampedProblem motion = cosine_well();
    const double decay = std::exp(-motion.friction * step_);
    Points force(block.x.rows(), 1);
    motion.force->evaluate(0, block.x.leftCols(1), force, block.scratch);
    block.x.col(1) += step_ * force.col(0);
    block.x.col(0) += step_ / motion.mass * block.x.col(1);
    block.x.col(1) = decay * block.x.col(1) +
                     std::sqrt(motion.mass * motion.tau.value() * (1 - decay * decay)) * block.normals.col(0);
  }

 private:
  bool palindrome_;
  double step_;
  std::unique_ptr<Scheme> right_;
};

TEST(SplittingWeakOrder, FaultsAreRefuted) {
  const Measurement lie = in_phase_space([](double h) { return LatticeChain{std::make_unique<Wrong>(false, h)}; });
  EXPECT_EQ(judge_order(lie, 2).verdict, Verdict::refuted);
  expect_proved(lie, 1);
  const Measurement hot = in_phase_space([](double h) { return LatticeChain{std::make_unique<Wrong>(true, h)}; });
  EXPECT_EQ(judge_order(hot, 2).verdict, Verdict::refuted);
}

// ---- the invariant measure of splittings

/// Steps 1/2 to 1/32: at 1/64 the lattice's bound, which grows as steps shrink, is no longer a tenth of BAOAB's
/// error.
Measurement measure_in_phase_space(const ChainFactory& make, const std::vector<Observable>& observables,
                                   const std::vector<double>& steps = halvings(1, 5)) {
  const GradientProblem& well = *find_gradient_problem("cosine-well");
  const Result<LatticeProblem> problem = underdamped_lattice(well.potential, cosine_well(), {0.5}, 1);
  EXPECT_TRUE(problem.ok()) << problem.why();
  const Result<OrderEstimate> estimate =
      lattice_measure_order(make, problem.value(), observables, steps, Execution::with_threads(2));
  EXPECT_TRUE(estimate.ok()) << estimate.why();
  for (const StepError& each : estimate->errors)
    EXPECT_LT(each.error.discretisation_bound(), 0.1 * each.error.value()) << each.step;
  return estimate->order;
}

const std::vector<Observable> kMixed{
    {"q p", [](PointsView x, ValuesOut out, Scratch&) { out = x.col(0) * x.col(1); }}};
const std::vector<Observable> kKineticTemperature{
    {"p^2", [](PointsView x, ValuesOut out, Scratch&) { out = x.col(1).square(); }}};

class SplittingMeasureOrder : public ::testing::TestWithParam<std::string> {};

// Positions, and of BAOAB the kinetic temperature by itself: at this friction (1.2) it has order 2 in both. Fails if
// a half step, a sign, the thermostat's root or the palindrome's symmetry is lost.
TEST_P(SplittingMeasureOrder, IsTwo) {
  EXPECT_EQ(find_underdamped(GetParam())->orders.invariant_measure, 2.0);
  const ChainFactory make = [&](double h) { return LatticeChain{underdamped_scheme(GetParam(), cosine_well(), h)}; };
  expect_proved(measure_in_phase_space(make, position_observables()), 2);
  if (GetParam() == "baoab") expect_proved(measure_in_phase_space(make, kKineticTemperature), 2);
}

INSTANTIATE_TEST_SUITE_P(Splittings, SplittingMeasureOrder, ::testing::ValuesIn(underdamped_names()),
                         [](const auto& name) { return name.param; });

// The constant bias of a wrong temperature must outweigh that of the step, so its steps are half as long: at 1/2 to
// 1/32 the verdict is undecided.
TEST(SplittingMeasureOrder, FaultsAreRefuted) {
  const Measurement lie =
      measure_in_phase_space([](double h) { return LatticeChain{std::make_unique<Wrong>(false, h)}; }, kMixed);
  EXPECT_EQ(judge_order(lie, 2).verdict, Verdict::refuted);
  expect_proved(lie, 1);
  const Measurement hot =
      measure_in_phase_space([](double h) { return LatticeChain{std::make_unique<Wrong>(true, h)}; },
                             position_observables(), halvings(2, 6));
  EXPECT_EQ(judge_order(hot, 2).verdict, Verdict::refuted);
}

// ---- modified equations of SGD: the order in their own step, at a fixed learning rate

constexpr double kRate = 0.8;

/// s times the covariance of one sample's gradient, and the equation's drift, written plainly.
BackwardEquation modified(const std::shared_ptr<const FiniteSum>& sum, ModifiedEquation equation) {
  return {[sum, equation](PointsView x, PointsOut b, Scratch& scratch) {
            modified_drift(*sum, LearningRate(kRate), equation, x, b, scratch);
          },
          [sum](PointsView x, PointsOut a, Scratch& scratch) {
            for (Index i = 0; i < x.rows(); ++i) {
              const Points g = sum->term_gradients(x.row(i).transpose().matrix(), scratch);
              a(i, 0) = kRate * (g - g.mean()).square().mean();
            }
          }};
}

// Fails if the ensemble scheme has another drift or covariance than its equation. Planted: SME-1 is no scheme of
// order 1 for SME-2.
TEST(ModifiedEquationWeakOrder, IsOneInTheStep) {
  const std::shared_ptr<const FiniteSum> sum = three_waves();
  const auto scheme_for = [&](ModifiedEquation equation) {
    return [&sum, equation](double h) {
      return LatticeChain{sgd_modified_equation(sum, LearningRate(kRate), 1, Replacement::with, equation,
                                                CovarianceRoot::symmetric, h)};
    };
  };
  for (const ModifiedEquation equation : {ModifiedEquation::sme1, ModifiedEquation::sme2}) {
    const LatticeProblem problem = circle_lattice(modified(sum, equation), 2 * M_PI, 0.7, 1);
    expect_proved(measured(scheme_for(equation), problem, halvings(3, 7)), 1);
    const ModifiedEquation other =
        equation == ModifiedEquation::sme1 ? ModifiedEquation::sme2 : ModifiedEquation::sme1;
    EXPECT_EQ(judge_order(measured(scheme_for(other), problem, halvings(3, 7)), 1).verdict, Verdict::refuted);
  }
}

}  // namespace
}  // namespace sgdlimits
