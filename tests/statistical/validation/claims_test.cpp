/// Judges on Ornstein-Uhlenbeck processes, whose laws are exact: what holds is consistent, what is planted is
/// refuted, and so is every control at the same sample size.
#include <gtest/gtest.h>

#include <cmath>

#include "models/laws/gaussian.hpp"
#include "models/laws/gibbs.hpp"
#include "models/potentials/catalogue.hpp"
#include "support/line_samples.hpp"
#include "validation/claims/a2_langevin_law/langevin_law.hpp"
#include "validation/claims/a3_gibbs_stationary/gibbs_stationary.hpp"
#include "validation/claims/a4_chi_decay/chi_decay.hpp"
#include "validation/claims/a6_poincare_inequality/poincare_inequality.hpp"

namespace sgdlimits {
namespace {

constexpr Index kPaths = 100000;

// f = x^2/2 at tau = 1; X_0 ~ N(1.5, 0.5): X_t ~ N(1.5 e^{-t}, 1 - 0.5 e^{-2t}).
struct OrnsteinUhlenbeck {
  std::shared_ptr<const Potential> potential = make_potential("quadratic");
  std::shared_ptr<const Grid> grid = std::make_shared<const Grid>(std::vector<Axis>{Axis::uniform(-8, 8, 1600)});
  Generator generator{*potential, grid, Temperature(1)};
  std::vector<double> times{0, 0.5, 1, 2, 3, 4};
  std::vector<DensitySnapshot> densities;
  std::vector<Points> ensemble;

  static double mean(double t) { return 1.5 * std::exp(-t); }
  static double variance(double t) { return 1 - 0.5 * std::exp(-2 * t); }
  // int rho^2/mu - 1 for N(m, v) against N(0, 1), v < 2
  static double chi_squared(double t) {
    const double m = mean(t), v = variance(t);
    return std::exp(m * m / (2 - v)) / std::sqrt(v * (2 - v)) - 1;
  }

  explicit OrnsteinUhlenbeck(double variance_factor = 1) {
    Points z(kPaths, static_cast<Index>(times.size()));
    Noise(9, Stream::test).normals(0, 0, z);
    Values x;
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double t = times[i];
      const double decay = i == 0 ? 0 : std::exp(-(t - times[i - 1]));
      const double factor = i == 0 ? 1 : variance_factor;
      const Values noise = z.col(static_cast<Index>(i));
      x = i == 0 ? Values(1.5 + std::sqrt(0.5) * noise)
                 : Values(decay * x + std::sqrt(factor * (1 - decay * decay)) * noise);
      ensemble.push_back(x);
      densities.push_back(
          {t, test::gaussian_density(mean(t), std::sqrt(variance(t)), 8, 1600).normalised(), chi_squared(t), 0, 0});
    }
  }
};

LangevinLawMaterial law_of(const OrnsteinUhlenbeck& ou, int threads = 1) {
  return {*ou.potential,
          ou.generator,
          ou.densities,
          1e-8,
          ou.times,
          ou.ensemble,
          "exact transitions",
          0,
          0.05,
          {},
          std::make_shared<ThreadPool>(threads)};
}

TEST(LangevinLaw, IsConsistentOnExactLawsAndSeesAHotterEnsemble) {
  const OrnsteinUhlenbeck right, hot(1.05);
  const ClaimReport good = judge_langevin_law(law_of(right), true);
  EXPECT_EQ(good.verdict, Verdict::consistent) << good.why;
  ASSERT_EQ(good.controls.size(), 1u);
  EXPECT_EQ(good.controls[0].verdict, Verdict::refuted) << good.controls[0].why;
  EXPECT_EQ(judge_langevin_law(law_of(hot), false).verdict, Verdict::refuted);
}

// One evolution for several ensembles is the evolution that each would do. Fails if the shared densities are at
// another temperature, at other times, or judged with another error.
TEST(LangevinLaw, ControlSharedByEnsemblesIsTheSame) {
  const OrnsteinUhlenbeck right;
  LangevinLawMaterial material = law_of(right);
  const ClaimReport alone = judge_langevin_law(material, true);
  Result<std::vector<DensitySnapshot>> hotter = hotter_densities(right.generator, right.densities, {});
  ASSERT_TRUE(hotter.ok()) << hotter.why();
  ASSERT_EQ(hotter.value().size(), right.times.size());
  material.hotter = std::make_shared<const std::vector<DensitySnapshot>>(std::move(hotter).value());
  const ClaimReport shared = judge_langevin_law(material, true);
  ASSERT_EQ(shared.controls.size(), 1u);
  EXPECT_EQ(shared.controls[0].subject, alone.controls[0].subject);
  EXPECT_EQ(shared.controls[0].expected, Verdict::refuted);
  ASSERT_EQ(shared.controls[0].comparisons.size(), alone.controls[0].comparisons.size());
  for (std::size_t k = 0; k < alone.controls[0].comparisons.size(); ++k) {
    const Comparison &a = alone.controls[0].comparisons[k], &b = shared.controls[0].comparisons[k];
    EXPECT_EQ(a.quantity, b.quantity);
    EXPECT_EQ(a.verdict, b.verdict);
    EXPECT_EQ(a.prediction.value(), b.prediction.value());
    EXPECT_EQ(a.prediction.upper(), b.prediction.upper());
  }
}

// Too few paths to tell: undecided, not consistent.
TEST(LangevinLaw, IsUndecidedWithTooFewPaths) {
  OrnsteinUhlenbeck few;
  for (Points& x : few.ensemble) x = x.topRows(500).eval();
  EXPECT_EQ(judge_langevin_law(law_of(few), false).verdict, Verdict::undecided);
}

TEST(LangevinLaw, IsNotApplicableToDifferentStarts) {
  OrnsteinUhlenbeck moved;
  moved.ensemble[0] += 0.1;
  EXPECT_EQ(judge_langevin_law(law_of(moved), false).verdict, Verdict::not_applicable);
}

TEST(LangevinLaw, HasTheSameBitsForAnyThreads) {
  const OrnsteinUhlenbeck ou;
  const ClaimReport a = judge_langevin_law(law_of(ou, 1), false), b = judge_langevin_law(law_of(ou, 3), false);
  ASSERT_EQ(a.comparisons.size(), b.comparisons.size());
  for (std::size_t k = 0; k < a.comparisons.size(); ++k) {
    EXPECT_EQ(a.comparisons[k].measurement.value(), b.comparisons[k].measurement.value());
    EXPECT_EQ(a.comparisons[k].rule, b.comparisons[k].rule);
  }
}

TEST(GibbsStationary, IsConsistentOnExactDrawsAndSeesAWrongTemperature) {
  const OrnsteinUhlenbeck ou;
  const auto judge = [&](double sd, double remaining_chi) {
    const Points x = test::gaussian_sample(kPaths, 0, sd);
    return judge_gibbs_stationary({*ou.potential, ou.generator, 1e-6, x, 10, remaining_chi, "exact draws"}, true);
  };
  const ClaimReport good = judge(1, 0);
  EXPECT_EQ(good.verdict, Verdict::consistent) << good.why;
  EXPECT_EQ(good.controls.at(0).verdict, Verdict::refuted) << good.controls[0].why;
  EXPECT_EQ(judge(std::sqrt(1.05), 0).verdict, Verdict::refuted);
}

// With chi(t) above half the tolerance the theorem says nothing that could be seen: not applicable, controls too.
// Fails if the hypothesis is not checked, or if a control is still expected to be refuted.
TEST(GibbsStationary, IsNotApplicableWhileChiIsLarge) {
  const OrnsteinUhlenbeck ou;
  const Points x = test::gaussian_sample(kPaths, 0, 1);
  const auto judge = [&](double remaining_chi) {
    return judge_gibbs_stationary({*ou.potential, ou.generator, 1e-6, x, 10, remaining_chi, "exact draws"}, true);
  };
  const ClaimReport late = judge(0.3);
  EXPECT_EQ(late.verdict, Verdict::not_applicable);
  EXPECT_NE(late.why.find("run longer, or start in mu"), std::string::npos) << late.why;
  EXPECT_EQ(late.controls.at(0).verdict, Verdict::not_applicable);
  EXPECT_EQ(late.controls.at(0).expected, Verdict::not_applicable);
  EXPECT_EQ(judge(0.026).verdict, Verdict::not_applicable);
  EXPECT_NE(judge(0.024).verdict, Verdict::not_applicable);
  EXPECT_EQ(judge(0.024).controls.at(0).expected, Verdict::refuted);
}

ChiDecayMaterial curve_of(const OrnsteinUhlenbeck& ou, double gap, double larger_box, double step_error = 1e-10) {
  std::vector<std::optional<Measurement>> steps(1);
  for (std::size_t i = 1; i < ou.times.size(); ++i) {
    const double ratio =
        OrnsteinUhlenbeck::chi_squared(ou.times[i]) / OrnsteinUhlenbeck::chi_squared(ou.times[i - 1]);
    steps.emplace_back(Measurement::deterministic(std::log(ratio) / 2, step_error, Grade::estimate, ""));
  }
  return {ou.densities,
          steps,
          larger_box,
          Measurement::exact(gap, ""),
          Measurement::exact(2, ""),
          Measurement::exact(1.5, ""),
          "exact chi"};
}

TEST(ChiDecay, IsConsistentAtTheGapAndRefutedAwayFromIt) {
  const OrnsteinUhlenbeck ou;
  const double chi2 = OrnsteinUhlenbeck::chi_squared(0);
  const ClaimReport good = judge_chi_decay(curve_of(ou, 1, chi2), true);
  EXPECT_EQ(good.verdict, Verdict::consistent) << good.why;
  EXPECT_EQ(good.controls.at(0).verdict, Verdict::refuted);
  EXPECT_LE(good.slack.value(), 1);
  EXPECT_EQ(judge_chi_decay(curve_of(ou, 0.9, chi2), false).verdict, Verdict::refuted);
  EXPECT_EQ(judge_chi_decay(curve_of(ou, 1, 2 * chi2), false).verdict, Verdict::not_applicable);
  EXPECT_EQ(judge_chi_decay(curve_of(ou, 1, INFINITY), false).verdict, Verdict::not_applicable);
  // Steps that may be 10 per cent off say nothing about rates to 2 per cent.
  EXPECT_EQ(judge_chi_decay(curve_of(ou, 1, chi2, 0.1), false).verdict, Verdict::undecided);
}

TEST(ModeDecay, IsConsistentAtTheGapAndRefutedAwayFromIt) {
  const OrnsteinUhlenbeck ou;
  ThreadPool pool(1);
  const Eigenfunctions modes = [](PointsView x, PointsOut out) { out.col(0) = x.col(0); };
  const ModeSeries series = mode_series(ou.times, ou.ensemble, modes, 1, pool);
  std::vector<std::optional<Measurement>> chi2;
  for (const double t : ou.times) chi2.emplace_back(Measurement::exact(OrnsteinUhlenbeck::chi_squared(t), ""));
  const auto judge = [&](double gap, double c1, bool controls) {
    return judge_mode_decay({series, Measurement::exact(gap, ""), Measurement::exact(2, ""),
                             Measurement::deterministic(c1, 1e-6, Grade::estimate, ""), chi2, "exact transitions"},
                            controls);
  };
  const ClaimReport good = judge(1, 1.5, true);
  EXPECT_EQ(good.verdict, Verdict::consistent) << good.why;
  EXPECT_EQ(good.controls.at(0).verdict, Verdict::refuted);
  EXPECT_EQ(judge(0.9, 1.5, false).verdict, Verdict::refuted);
  EXPECT_EQ(judge(1, 1.55, false).verdict, Verdict::refuted);
  EXPECT_EQ(judge(1, 0, false).verdict, Verdict::not_applicable);
}

// u_1 = x at every h, so c_1 = 1.5. Fails if the sign, the normalisation or the grids are wrong.
TEST(FirstCoefficient, IsExactForOrnsteinUhlenbeck) {
  const std::shared_ptr<const Potential> potential = make_potential("quadratic");
  const Result<SpectralGapEstimate> spectrum = spectral_gap(*potential, Temperature(1));
  ASSERT_TRUE(spectrum.ok()) << spectrum.why();
  const GaussianLaw start(Eigen::VectorXd::Constant(1, 1.5), std::sqrt(0.5));
  const Result<FirstCoefficient> c =
      first_coefficient(*potential, start, spectrum.value(), Execution::with_threads(1));
  ASSERT_TRUE(c.ok()) << c.why();
  EXPECT_NEAR(std::abs(c->value.value()), 1.5, c->value.discretisation_bound() + 1e-8);
  EXPECT_LE(c->value.discretisation_bound(), 1e-3);
}

// The truth from many more cells lies within the bound of few. Fails if the bound is none.
TEST(FirstCoefficient, HasABoundThatContainsTheTruth) {
  const std::shared_ptr<const Potential> potential = make_potential("tilted-well");
  const GibbsLaw start(potential, Temperature(0.25), Eigen::VectorXd::Constant(1, -1));
  const auto with = [&](double tolerance, Index cells) {
    SpectralGapOptions options;
    options.modes = 1;
    options.tolerance = tolerance;
    options.max_cells = cells;
    const Result<SpectralGapEstimate> spectrum = spectral_gap(*potential, Temperature(0.5), options);
    EXPECT_TRUE(spectrum.ok()) << spectrum.why();
    return first_coefficient(*potential, start, spectrum.value(), Execution::with_threads(1)).value();
  };
  const FirstCoefficient few = with(1e-2, 400), many = with(1e-7, 1'500'000);
  const double error = std::abs(few.value.value() - many.value.value());
  EXPECT_LE(error, few.value.discretisation_bound());
  EXPECT_LE(few.value.discretisation_bound(), 0.01 * std::abs(few.value.value()));
  EXPECT_LT(many.value.discretisation_bound(), few.value.discretisation_bound());
  EXPECT_LE(few.value.discretisation_bound(), few.eigenfunction_error);
}

// C_P = 1, attained by x; the control's ratio is 1.05.
TEST(PoincareInequality, IsAttainedByTheFirstEigenfunction) {
  const OrnsteinUhlenbeck ou;
  const Values u = ou.grid->centers().col(0);
  const auto judge = [&](double gap) {
    return judge_poincare_inequality(
        {ou.generator, u, Measurement::deterministic(gap, 1e-5, Grade::estimate, ""), 300, 1, "grid"}, true);
  };
  const ClaimReport good = judge(1);
  EXPECT_EQ(good.verdict, Verdict::consistent) << good.why;
  EXPECT_NEAR(good.slack.value(), 1, 1e-3);
  EXPECT_EQ(good.controls.at(0).verdict, Verdict::refuted);
  EXPECT_EQ(judge(1.05).verdict, Verdict::refuted);
  EXPECT_EQ(judge(0.95).verdict, Verdict::refuted);  // the bound holds but is not attained
}

// The Dirichlet form of x is 1 and its variance tau/k, on the grid to second order.
TEST(PoincareSides, AreThoseOfAnExactCase) {
  const OrnsteinUhlenbeck ou;
  const PoincareSides sides = poincare_sides(ou.generator, ou.grid->centers().col(0));
  EXPECT_NEAR(sides.variance, 1, 1e-4);
  EXPECT_NEAR(sides.gradient_energy, 1, 1e-4);
}

}  // namespace
}  // namespace sgdlimits
