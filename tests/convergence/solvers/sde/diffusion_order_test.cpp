// Strong orders of the schemes for state-dependent noise, against solutions or on nested paths, and planted faults.
#include <gtest/gtest.h>

#include "core/errors.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/nested_path.hpp"
#include "solvers/sde/observers.hpp"
#include "support/diffusion_problems.hpp"
#include "support/order_fit.hpp"

namespace sgdlimits {
namespace {

using test::DiffusionProblem;
using Maker = std::function<std::unique_ptr<Scheme>(double step)>;

/// The scheme and, in further coordinates, the Brownian path that drives it.
class WithBrownianPath final : public Scheme {
 public:
  explicit WithBrownianPath(std::unique_ptr<Scheme> scheme) : scheme_(std::move(scheme)) {}
  std::string name() const override { return scheme_->name(); }
  Index dimension() const override { return scheme_->dimension() + scheme_->normals_per_step(); }
  double step_size() const override { return scheme_->step_size(); }
  Index normals_per_step() const override { return scheme_->normals_per_step(); }
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const Index n = block.x.rows(), d = scheme_->dimension(), m = normals_per_step();
    PathBlock inner{
        {block.x.data(), n, d}, {block.normals.data(), n, m}, block.first_path, block.time, block.scratch};
    scheme_->advance(inner, step, noise);
    block.x.rightCols(m) += std::sqrt(step_size()) * block.normals;
  }

 private:
  std::unique_ptr<Scheme> scheme_;
};

Ensemble start_of(const DiffusionProblem& problem, Index paths, Index more, std::uint32_t replicate) {
  Ensemble ensemble;
  ensemble.seed = 77;
  ensemble.replicate = replicate;
  const auto d = static_cast<Index>(problem.start.size());
  ensemble.points = Points::Zero(paths, d + more);
  for (Index i = 0; i < d; ++i) ensemble.points.col(i).setConstant(problem.start[static_cast<std::size_t>(i)]);
  return ensemble;
}

constexpr int kLevels = 6;
constexpr Index kPaths = 20000;

/// Mean absolute error at T = 1, level by level on independent paths: against the solution at W(1), or of steps h and
/// h/2 on one path.
Measurement strong_order(const DiffusionProblem& problem, const Maker& make) {
  Eigen::ArrayXd h(kLevels), error(kLevels), sd(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    const std::int64_t steps = std::int64_t{16} << level;
    h(level) = 1.0 / static_cast<double>(steps);
    Points difference;
    if (problem.solution) {
      const WithBrownianPath scheme(make(h(level)));
      const Index m = scheme.normals_per_step(), d = scheme.dimension() - m;
      Ensemble ensemble = start_of(problem, kPaths, m, static_cast<std::uint32_t>(level));
      EXPECT_EQ(advance(ensemble, scheme, steps).status, Status::ok);
      difference = ensemble.points.leftCols(d) - problem.solution(1, ensemble.points.rightCols(m));
    } else {
      Ensemble coarse = start_of(problem, kPaths, 0, static_cast<std::uint32_t>(level)), fine = coarse;
      EXPECT_EQ(advance(coarse, *on_finer_path(make(h(level)), 2), steps).status, Status::ok);
      EXPECT_EQ(advance(fine, *make(h(level) / 2), 2 * steps).status, Status::ok);
      difference = coarse.points - fine.points;
    }
    const MeanAndError mean = ensemble_mean(difference.square().rowwise().sum().sqrt());
    error(level) = mean.mean(0);
    sd(level) = mean.standard_error(0);
  }
  return test::fitted_order(h, error, sd);
}

bool holds_order(const Measurement& fitted, double declared) {
  return fitted.lower() < declared && declared < fitted.upper() && fitted.lower() > declared - 0.5 &&
         fitted.upper() < declared + 0.5;
}

std::unique_ptr<Scheme> make(const std::string& name, const ItoDiffusion& equation, double h) {
  if (name == "milstein") return milstein(equation, h);
  if (name == "heun") return stratonovich_heun(equation.stratonovich(), h);
  return euler_maruyama(equation, h);
}

const std::vector<DiffusionProblem>& problems() {
  static const std::vector<DiffusionProblem> all = {
      test::geometric_brownian_motion(), test::tanh_problem(), test::sinh_problem(),
      test::ginzburg_landau(),           test::kubo(),         test::spiral(),
      test::diagonal_problem()};
  return all;
}

class DiffusionOrders : public ::testing::TestWithParam<std::tuple<std::string, std::size_t>> {};

// Fails if the order is a half off, or if the scheme converges to another solution: then the order is 0.
TEST_P(DiffusionOrders, Strong) {
  const auto& [name, place] = GetParam();
  const DiffusionProblem& problem = problems()[place];
  const double declared = *make(name, problem.equation, 0.1)->orders().strong;
  EXPECT_EQ(declared, name == "euler" ? 0.5 : 1.0);
  const Measurement fitted = strong_order(problem, [&](double h) { return make(name, problem.equation, h); });
  EXPECT_TRUE(holds_order(fitted, declared)) << fitted.lower() << " " << fitted.value() << " " << fitted.upper();
}

INSTANTIATE_TEST_SUITE_P(Schemes, DiffusionOrders,
                         ::testing::Combine(::testing::Values("euler", "milstein", "heun"),
                                            ::testing::Range(std::size_t{0}, std::size_t{7})),
                         [](const auto& test) {
                           return std::get<0>(test.param) + "_" + problems()[std::get<1>(test.param)].name;
                         });

// Planted: Ito coefficients read as Stratonovich ones, by Heun, converge to another process.
TEST(DiffusionFaults, ItoReadAsStratonovichIsCaught) {
  for (const DiffusionProblem& problem :
       {test::geometric_brownian_motion(), test::tanh_problem(), test::sinh_problem()}) {
    const Measurement fitted = strong_order(problem, [&](double h) {
      return stratonovich_heun(StratonovichDiffusion(problem.equation.coefficients()), h);
    });
    EXPECT_LT(fitted.upper(), 0.5) << problem.name;
  }
}

// Planted: Milstein without its correction, that is derivatives of zero, has order 1/2 and not 1.
TEST(DiffusionFaults, MissingCorrectionIsCaught) {
  for (const DiffusionProblem& problem : {test::geometric_brownian_motion(), test::tanh_problem(), test::kubo()}) {
    DiffusionCoefficients c = problem.equation.coefficients();
    c.noise_derivatives = [](double, PointsView, PointsOut out, Scratch&) { out.setZero(); };
    const Measurement fitted = strong_order(problem, [&](double h) { return milstein(ItoDiffusion(c), h); });
    EXPECT_FALSE(holds_order(fitted, 1)) << problem.name;
    EXPECT_LT(fitted.value(), 0.75) << problem.name;
  }
}

// Planted: noise of sqrt(2h) for sqrt(h), a factor of the SDE's convention; the error does not go to zero.
TEST(DiffusionFaults, WrongRootIsCaught) {
  for (const DiffusionProblem& problem : {test::geometric_brownian_motion(), test::tanh_problem(), test::kubo()})
    for (const std::string name : {"euler", "milstein", "heun"}) {
      DiffusionCoefficients c = problem.equation.coefficients();
      c.noise = [noise = c.noise](double t, PointsView x, PointsOut out, Scratch& scratch) {
        noise(t, x, out, scratch);
        out *= std::sqrt(2.0);
      };
      const Measurement fitted = strong_order(problem, [&](double h) { return make(name, ItoDiffusion(c), h); });
      EXPECT_FALSE(holds_order(fitted, name == "euler" ? 0.5 : 1)) << problem.name << " " << name;
    }
}

// The modulus of the Kubo oscillator is kept in Stratonovich's reading: its error is of order 1; read as Ito, with
// the same coefficients, E |X|^2 grows as exp(.64 t).
TEST(Kubo, ModulusIsKeptInStratonovichAlone) {
  const DiffusionProblem problem = test::kubo();
  Ensemble right = start_of(problem, kPaths, 0, 1), wrong = right;
  advance(right, *stratonovich_heun(test::kubo_equation(), 1e-3), 1000);
  advance(wrong, *euler_maruyama(ItoDiffusion(test::kubo_equation().coefficients()), 1e-3), 1000);
  EXPECT_LT((right.points.square().rowwise().sum().sqrt() - 1).abs().maxCoeff(), 2e-3);
  const MeanAndError grown = ensemble_mean(wrong.points.square().rowwise().sum());
  EXPECT_NEAR(grown.mean(0), std::exp(0.64), 4.9 * grown.standard_error(0) + 0.002);
}

// dX = (dW_1, dW_2, X_1 dW_2) has a Levy area: steps h and h/2 of X_3 differ by sqrt(T h/4) for Euler-Maruyama
// (errors sqrt(T h/2)) and by sqrt(T h/8) for Milstein, if the noise is said to commute (errors sqrt(T h/4)): order
// 1/2.
TEST(LevyArea, IsMissedByTheKnownAmount) {
  DiffusionCoefficients c;
  c.dimension = 3;
  c.noises = 2;
  c.noise_class = NoiseClass::general;
  c.drift = [](double, PointsView, PointsOut out, Scratch&) { out.setZero(); };
  c.noise = [](double, PointsView x, PointsOut out, Scratch&) {
    out.setZero();
    out.col(0).setOnes();
    out.col(4).setOnes();
    out.col(5) = x.col(0);
  };
  EXPECT_THROW(milstein(ItoDiffusion(c), 0.1), InvalidArgument);
  DiffusionCoefficients pretended = c;
  pretended.noise_class = NoiseClass::commutative;
  EXPECT_GT(noise_defect(pretended, 0, Points::Random(8, 3)), 0.1);
  EXPECT_EQ(stratonovich_heun(StratonovichDiffusion(c), 0.1)->orders().strong, 0.5);
  const DiffusionProblem problem{"levy", ItoDiffusion(c), {0.0, 0.0, 0.0}, {}};
  const double h = 1.0 / 64;
  const auto square_of = [&](const Maker& maker) {
    Ensemble coarse = start_of(problem, 100000, 0, 9), fine = coarse;
    advance(coarse, *on_finer_path(maker(h), 2), 64);
    advance(fine, *maker(h / 2), 128);
    return ensemble_mean((coarse.points.col(2) - fine.points.col(2)).square());
  };
  const MeanAndError euler = square_of([&](double s) { return euler_maruyama(ItoDiffusion(c), s); });
  EXPECT_NEAR(euler.mean(0), h / 4, 4.9 * euler.standard_error(0));
  const MeanAndError with = square_of([&](double s) { return milstein(ItoDiffusion(pretended), s); });
  EXPECT_NEAR(with.mean(0), h / 8, 4.9 * with.standard_error(0));
}

TEST(Diffusion, ConversionsAreInverseAndClassesHold) {
  Scratch scratch;
  const Points line = Values::LinSpaced(16, -1.5, 1.5);
  for (const DiffusionProblem& problem : problems()) {
    const Index d = static_cast<Index>(problem.start.size());
    const Points x = line.replicate(1, d) + 0.1;
    EXPECT_LT(noise_defect(problem.equation.coefficients(), 0, x), 1e-8) << problem.name;
    Points b(16, d), back(16, d), stratonovich(16, d);
    problem.equation.coefficients().drift(0, x, b, scratch);
    problem.equation.stratonovich().coefficients().drift(0, x, stratonovich, scratch);
    problem.equation.stratonovich().ito().coefficients().drift(0, x, back, scratch);
    EXPECT_LT((b - back).abs().maxCoeff(), 1e-12) << problem.name;
    if (problem.name == "gbm") {
      EXPECT_LT((stratonovich - (1.01 - 0.5 * 0.87 * 0.87) * x).abs().maxCoeff(), 1e-9);
    }
  }
}

TEST(Diffusion, SameBitsForThreadsAndBlocks) {
  for (const std::string name : {"euler", "milstein", "heun"}) {
    const DiffusionProblem problem = test::diagonal_problem();
    Ensemble one = start_of(problem, 2077, 0, 3), two = one;
    advance(one, *make(name, problem.equation, 0.01), 50);
    Execution execution = Execution::with_threads(3);
    execution.block = 1000;
    advance(two, *make(name, problem.equation, 0.01), 20, execution);
    execution.block = 64;
    advance(two, *make(name, problem.equation, 0.01), 30, execution);
    EXPECT_TRUE((one.points == two.points).all()) << name;
  }
}

TEST(Diffusion, MistakesAreRefused) {
  DiffusionCoefficients c = test::geometric_brownian_motion().equation.coefficients();
  EXPECT_THROW(euler_maruyama(ItoDiffusion(c), 0), InvalidArgument);
  c.noises = 2;
  EXPECT_THROW(ItoDiffusion{c}, InvalidArgument);
  c.noise_class = NoiseClass::diagonal;
  EXPECT_THROW(ItoDiffusion{c}, InvalidArgument);
  c = test::geometric_brownian_motion().equation.coefficients();
  c.drift = {};
  EXPECT_THROW(StratonovichDiffusion{c}, InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
