// Samples against exact or quadrature moments at level 1e-6 (|z| < 4.9), each with a planted error that the same
// check must reject.
#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "models/data/synthetic.hpp"
#include "models/laws/gaussian.hpp"
#include "models/laws/gibbs.hpp"
#include "models/laws/point.hpp"
#include "models/potentials/catalogue.hpp"

namespace sgdlimits {
namespace {

constexpr double kLevel = 4.9;  // two-sided normal quantile of 1e-6
constexpr Index kPaths = 100000;

/// Mean of the sample minus `exact`, in standard errors.
double z_score(const Values& sample, double exact) {
  const double n = static_cast<double>(sample.size()), mean = sample.mean();
  const double sd = std::sqrt((sample - mean).square().sum() / (n - 1));
  return (mean - exact) / (sd / std::sqrt(n));
}

Points sample(const Law& law, std::uint64_t seed, Index paths = kPaths) {
  Points x(paths, law.dimension());
  law.sample(Noise(seed, Stream::initial), 0, x);
  return x;
}

// An error of 5 per cent in one sd gives |z| = .1025 / sqrt(2/1e5) = 23 in the second moment: rejected with
// certainty.
TEST(GaussianLaw, MomentsAndAPlantedErrorOfFivePerCent) {
  const Eigen::Vector2d mean(-2.8, 2.7), sd(0.3, 1.5);
  const Points x = sample(GaussianLaw(mean, sd), 1);
  const Points wrong = sample(GaussianLaw(mean, Eigen::Vector2d(sd(0), 1.05 * sd(1))), 1);
  for (Index j = 0; j < 2; ++j) {
    EXPECT_LT(std::abs(z_score(x.col(j), mean(j))), kLevel);
    EXPECT_LT(std::abs(z_score((x.col(j) - mean(j)).square(), sd(j) * sd(j))), kLevel);
  }
  EXPECT_LT(std::abs(z_score((x.col(0) - mean(0)) * (x.col(1) - mean(1)), 0)), kLevel);
  EXPECT_GT(std::abs(z_score((wrong.col(1) - mean(1)).square(), sd(1) * sd(1))), kLevel);
}

// The density integrates to one (trapezoidal sums converge faster than any power) and has the law's moments.
TEST(GaussianLaw, DensityIsNormalised) {
  const GaussianLaw law(Eigen::VectorXd::Constant(1, 0.4), 0.7);
  const Points x = Eigen::ArrayXd::LinSpaced(2001, -9, 10);
  Values log_density(x.rows());
  Scratch scratch;
  law.log_density(x, log_density, scratch);
  const double h = 19.0 / 2000;
  EXPECT_NEAR(h * log_density.exp().sum(), 1, 1e-13);
  EXPECT_NEAR(h * (log_density.exp() * x.col(0)).sum(), 0.4, 1e-13);
}

TEST(Laws, RefuseBadParameters) {
  EXPECT_THROW(GaussianLaw(Eigen::VectorXd::Zero(2), Eigen::VectorXd::Ones(3)), InvalidArgument);
  EXPECT_THROW(GaussianLaw(Eigen::VectorXd::Zero(2), 0.0), InvalidArgument);
  EXPECT_THROW(PointLaw(Eigen::VectorXd::Constant(1, NAN)), InvalidArgument);
  EXPECT_THROW(GibbsLaw(make_potential("quadratic", {{"dimension", 4}}), Temperature(1)), InvalidArgument);
  EXPECT_THROW(GibbsLaw(make_potential("quadratic"), Temperature(1), Eigen::VectorXd::Ones(2)), InvalidArgument);
  // |x| tilted by more than its slope has no Gibbs law
  EXPECT_THROW(GibbsLaw(make_potential("laplace"), Temperature(1), Eigen::VectorXd::Constant(1, 1.5)),
               InvalidArgument);
}

TEST(PointLaw, SamplesItsPointAndHasNoDensity) {
  const PointLaw law(Eigen::Vector2d(1, -2));
  const Points x = sample(law, 1, 10);
  EXPECT_TRUE((x.col(0) == 1).all() && (x.col(1) == -2).all());
  EXPECT_FALSE(law.has_density());
  Values out(10);
  Scratch scratch;
  EXPECT_THROW(law.log_density(x, out, scratch), InvalidArgument);
}

/// E_rho h by trapezoidal sums on a box, d = 1 or 2.
double quadrature(const Law& law, double radius, const std::function<Values(const Points&)>& h) {
  const Index m = law.dimension() == 1 ? 40000 : 1200, d = law.dimension();
  const Index n = d == 1 ? m : m * m;
  Points x(n, d);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0, rest = i; j < d; ++j, rest /= m)
      x(i, j) = -radius + 2 * radius * (static_cast<double>(rest % m) + 0.5) / static_cast<double>(m);
  Values log_density(n);
  Scratch scratch;
  law.log_density(x, log_density, scratch);
  const Values weight = (log_density - log_density.maxCoeff()).exp();
  return (weight * h(x)).sum() / weight.sum();
}

struct Case {
  std::string potential;
  double temperature;
  std::vector<double> tilt;
  double radius;
};

// Moments to order four of the sampler against quadrature; a temperature wrong by 5 per cent must be rejected by the
// mean of f at the same size.
TEST(GibbsLaw, MomentsAgreeWithQuadrature) {
  const Case cases[] = {
      {"double-well", 0.25, {0.3}, 4},       {"triple-well", 0.2, {}, 3}, {"log-cosh", 0.4, {}, 20},
      {"laplace", 0.5, {0.4}, 40},           {"triangular", 1.0, {}, 1},  {"rugged-well", 0.3, {0.2}, 4},
      {"coupled-well", 0.3, {0.2, -0.5}, 5}, {"mexican-hat", 0.3, {}, 3}};
  for (const Case& c : cases) {
    const auto f = make_potential(c.potential);
    const Eigen::VectorXd tilt = Eigen::Map<const Eigen::VectorXd>(c.tilt.data(), static_cast<Index>(c.tilt.size()));
    const GibbsLaw law(f, Temperature(c.temperature), tilt);
    const Points x = sample(law, 7);
    EXPECT_GT(law.acceptance(), 0.9) << c.potential;
    for (Index j = 0; j < law.dimension(); ++j)
      for (int power = 1; power <= 4; ++power) {
        const auto moment = [&](const Points& y) -> Values { return y.col(j).pow(power); };
        EXPECT_LT(std::abs(z_score(moment(x), quadrature(law, c.radius, moment))), kLevel)
            << law.description() << " moment " << power;
      }
    const auto energy = [&](const Points& y) -> Values { return values(*f, y); };
    const double exact = quadrature(law, c.radius, energy);
    EXPECT_LT(std::abs(z_score(energy(x), exact)), kLevel) << law.description();
    const GibbsLaw warmer(f, Temperature(1.05 * c.temperature), tilt);
    EXPECT_GT(std::abs(z_score(energy(sample(warmer, 7)), exact)), kLevel) << law.description();
  }
}

// Three dimensions and a quadratic far from the origin: N(m, tau K^{-1}) exactly.
TEST(GibbsLaw, QuadraticInThreeDimensionsIsGaussian) {
  const auto f = make_potential("quadratic", {{"dimension", 3}, {"k0", 4}, {"k1", 1}, {"k2", 0.25}});
  const GibbsLaw law(f, Temperature(0.5), Eigen::Vector3d(-40, 0, 1));
  const Points x = sample(law, 3);
  const double mean[] = {10, 0, -4}, variance[] = {0.125, 0.5, 2};
  for (Index j = 0; j < 3; ++j) {
    EXPECT_LT(std::abs(z_score(x.col(j), mean[j])), kLevel);
    EXPECT_LT(std::abs(z_score((x.col(j) - mean[j]).square(), variance[j])), kLevel);
  }
}

// Row i depends on (noise, path) alone.
TEST(GibbsLaw, BitsDoNotDependOnTheSplit) {
  const GibbsLaw law(make_potential("coupled-well"), Temperature(0.3));
  const Noise noise(5, Stream::initial);
  Points whole(1000, 2);
  law.sample(noise, 0, whole);
  for (Index begin = 0; begin < 1000; begin += 137) {
    Points part(std::min<Index>(137, 1000 - begin), 2);
    law.sample(noise, begin, part);
    EXPECT_TRUE((part == whole.middleRows(begin, part.rows())).all());
  }
}

// Inputs: covariance of each law; the sphere's norm exactly; prefixes to the bit.
TEST(SyntheticData, InputsHaveTheirLawAndArePrefixes) {
  for (const InputLaw law : {InputLaw::gaussian, InputLaw::uniform_cube, InputLaw::sphere}) {
    const Eigen::MatrixXd x = synthetic_inputs(law, 50000, 3, 2.0, 4);
    const double second = law == InputLaw::gaussian ? 4 : 4.0 / 3;
    for (Index j = 0; j < 3; ++j) {
      EXPECT_LT(std::abs(z_score(x.col(j).array(), 0)), kLevel) << to_string(law);
      EXPECT_LT(std::abs(z_score(x.col(j).array().square(), second)), kLevel) << to_string(law);
      EXPECT_GT(std::abs(z_score((1.05 * x.col(j)).array().square(), second)), kLevel) << to_string(law);
    }
    EXPECT_LT(std::abs(z_score(x.col(0).array() * x.col(2).array(), 0)), kLevel) << to_string(law);
    const Eigen::MatrixXd prefix = synthetic_inputs(law, 333, 3, 2.0, 4);
    EXPECT_TRUE((prefix.array() == x.topRows(333).array()).all()) << to_string(law);
    EXPECT_NE(synthetic_inputs(law, 1, 3, 2.0, 5)(0, 0), x(0, 0));
    EXPECT_EQ(input_law_from_name(to_string(law)), law);
  }
  const Eigen::VectorXd norms = synthetic_inputs(InputLaw::sphere, 100, 5, 3.0, 1).rowwise().norm();
  EXPECT_LT((norms.array() - 3).abs().maxCoeff(), 1e-14);
}

TEST(SyntheticData, TeachersLabelsAndOuterWeights) {
  const Teacher teacher = gaussian_teacher(Activation::tanh, 5, 3, 1.5, OuterWeightLaw::gaussian, 8);
  const Eigen::MatrixXd x = synthetic_inputs(InputLaw::gaussian, 20000, 3, 1.0, 8);
  const Eigen::VectorXd clean = teacher_labels(teacher, x, 0, 8), noisy = teacher_labels(teacher, x, 0.3, 8);
  double direct = 0;
  for (Index j = 0; j < 5; ++j) direct += teacher.outer(j) * std::tanh(teacher.hidden.row(j).dot(x.row(17)));
  EXPECT_NEAR(clean(17), direct, 1e-14);
  const Values noise = (noisy - clean).array();
  EXPECT_LT(std::abs(z_score(noise, 0)), kLevel);
  EXPECT_LT(std::abs(z_score(noise.square(), 0.09)), kLevel);
  EXPECT_LT(std::abs(z_score(noise * x.col(0).array(), 0)), kLevel);  // noise and inputs share no bits
  const Eigen::VectorXd prefix = teacher_labels(teacher, x.topRows(100), 0.3, 8);
  EXPECT_TRUE((prefix.array() == noisy.head(100).array()).all());
  const Eigen::VectorXd signs = outer_weights(OuterWeightLaw::signs, 10000, 2, 1);
  EXPECT_TRUE((signs.array().abs() == 0.02).all());
  EXPECT_LT(std::abs(z_score(signs.array(), 0)), kLevel);
  EXPECT_LT(std::abs(z_score(outer_weights(OuterWeightLaw::gaussian, 10000, 2, 1).array().square(), 4e-4)), kLevel);
  EXPECT_TRUE((outer_weights(OuterWeightLaw::constant, 3, 4, 1).array() == 4).all());
  EXPECT_THROW(synthetic_inputs(InputLaw::gaussian, 0, 1, 1, 1), InvalidArgument);
  EXPECT_THROW(synthetic_inputs(InputLaw::gaussian, 1, 1, -1, 1), InvalidArgument);
  EXPECT_THROW(with_label_noise(clean, -1, 1), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
