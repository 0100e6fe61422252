// Laws of samples: pure functions of (seed, path, sample), with the moments they state.
#include "models/data/sample_law.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "unit/models/differences.hpp"

namespace sgdlimits {
namespace {

struct Samples {
  Points x;
  Values y;
};

Samples draw(const SampleLaw& law, Index path, std::int64_t first, Index n, std::uint64_t seed = 3) {
  Samples s{Points(law.inputs(), n), Values(n)};
  Scratch scratch;
  draw_samples(law, Noise(seed, Stream::sample), path, first, s.x, s.y, scratch);
  return s;
}

Teacher teacher() { return gaussian_teacher(Activation::tanh, 3, 4, 1.0, OuterWeightLaw::signs, 5); }

std::vector<std::shared_ptr<const SampleLaw>> laws() {
  GaussianClass one{0.3, Eigen::Vector3d(1, 0, -1), Eigen::Vector3d(0.5, 0, 2), 4};
  GaussianClass two{0.7, Eigen::Vector3d::Zero(), Eigen::Vector3d::Ones(), -2};
  return {GaussianClasses::isotropic(5, 0.4),
          std::make_shared<GaussianClasses>(std::vector<GaussianClass>{one, two}),
          teacher_law(InputLaw::gaussian, 2, teacher(), 0.1),
          teacher_law(InputLaw::uniform_cube, 2, teacher(), 0),
          teacher_law(InputLaw::sphere, 2, teacher(), 0),
          empirical_law(testing::random_points(8, 3, 1, 1).matrix(), Eigen::VectorXd::LinSpaced(8, 0, 7))};
}

// Any split of the samples, also one by one and from the middle, gives the same bits; paths and seeds differ.
TEST(SampleLaw, SamplesAreAPureFunction) {
  for (const auto& law : laws()) {
    const Samples whole = draw(*law, 2, 10, 300);
    for (const Index block : {1, 7, 128})
      for (Index begin = 0; begin < 300; begin += block) {
        const Index n = std::min<Index>(block, 300 - begin);
        const Samples part = draw(*law, 2, 10 + begin, n);
        EXPECT_TRUE((part.x == whole.x.middleCols(begin, n)).all()) << law->description();
        EXPECT_TRUE((part.y == whole.y.segment(begin, n)).all()) << law->description();
      }
    EXPECT_FALSE((draw(*law, 3, 10, 300).x == whole.x).all());
    EXPECT_FALSE((draw(*law, 2, 10, 300, 4).x == whole.x).all());
  }
}

/// |sample mean - exact| in standard errors; 5 is passed by chance with probability below 6e-7.
double deviations(const Values& values, double exact) {
  const double n = static_cast<double>(values.size()), mean = values.mean();
  return std::abs(mean - exact) / std::sqrt((values - mean).square().sum() / (n - 1) / n);
}

// Probability, means and second moments of both classes. A swapped Delta, a variance for an sd or a label that does
// not depend on the class fails; a Delta of .42 for .4 moves the last mean by .04, 11 standard errors sqrt(5.3/n).
TEST(SampleLaw, IsotropicGaussiansHaveTheirMoments) {
  const Index n = 400000;
  const Samples s = draw(*GaussianClasses::isotropic(5, 0.4), 0, 0, n);
  EXPECT_TRUE((s.y.abs() == 1).all());
  EXPECT_LT(deviations(s.y, 0), 5);
  EXPECT_LT(deviations(s.x.row(2).transpose() * s.x.row(3).transpose(), 0), 5);
  for (Index k = 0; k < 5; ++k) {
    const Values square = s.x.row(k).transpose().square();
    EXPECT_LT(deviations(s.x.row(k).transpose(), 0), 5);
    EXPECT_LT(deviations(square, (1.4 * 1.4 + 0.6 * 0.6) / 2), 5);
    EXPECT_LT(deviations(square * s.y, (1.4 * 1.4 - 0.6 * 0.6) / 2), 5);
    EXPECT_GT(deviations(square * s.y, (1.42 * 1.42 - 0.58 * 0.58) / 2), 5);
  }
}

// A mixture of unequal classes, one of them degenerate in one coordinate.
TEST(SampleLaw, ClassesHaveTheirProbabilities) {
  const Samples s = draw(*laws()[1], 0, 0, 40000);
  const Values first = (s.y == 4).cast<double>();
  EXPECT_LT(deviations(first, 0.3), 5);
  EXPECT_GT(deviations(first, 0.28), 5);
  EXPECT_TRUE(((s.y == 4) || (s.y == -2)).all());
  EXPECT_LT(deviations(s.x.row(0).transpose(), 0.3), 5);
  EXPECT_LT(deviations(s.x.row(2).transpose().square(), 0.3 * 5 + 0.7), 5);
  EXPECT_TRUE(((s.y == 4) == (s.x.row(1).transpose() == 0)).all());
}

// The teacher's labels are those of teacher_labels, and inputs follow their law.
TEST(SampleLaw, TeacherLabelsItsInputs) {
  for (const InputLaw inputs : {InputLaw::gaussian, InputLaw::uniform_cube, InputLaw::sphere}) {
    const Samples s = draw(*teacher_law(inputs, 2, teacher(), 0), 0, 0, 20000);
    const Eigen::VectorXd labels = teacher_labels(teacher(), s.x.matrix().transpose(), 0, 1);
    EXPECT_LT((labels.array() - s.y).abs().maxCoeff(), 1e-14);
    const double second = inputs == InputLaw::gaussian ? 4 : inputs == InputLaw::uniform_cube ? 4.0 / 3 : 1;
    for (Index k = 0; k < 4; ++k) {
      EXPECT_LT(deviations(s.x.row(k).transpose(), 0), 5);
      EXPECT_LT(deviations(s.x.row(k).transpose().square(), second), 5);
    }
    if (inputs == InputLaw::sphere) {
      EXPECT_LT((s.x.square().colwise().sum() - 4).abs().maxCoeff(), 1e-13);
    }
    if (inputs == InputLaw::uniform_cube) {
      EXPECT_LT(s.x.abs().maxCoeff(), 2);
    }
  }
  const Samples noisy = draw(*teacher_law(InputLaw::gaussian, 1, teacher(), 0.5), 0, 0, 20000);
  const Values error = noisy.y - teacher_labels(teacher(), noisy.x.matrix().transpose(), 0, 1).array();
  EXPECT_LT(deviations(error, 0), 5);
  EXPECT_LT(deviations(error.square(), 0.25), 5);
}

// Each of 7 rows, input and target together, in a seventh of the draws.
TEST(SampleLaw, EmpiricalLawDrawsRowsUniformly) {
  Eigen::MatrixXd inputs(7, 1);
  for (Index i = 0; i < 7; ++i) inputs(i, 0) = static_cast<double>(10 * i);
  const Samples s = draw(*empirical_law(inputs, Eigen::VectorXd::LinSpaced(7, 0, 6)), 0, 0, 40000);
  EXPECT_TRUE((s.x.row(0).transpose() == 10 * s.y).all());
  for (Index i = 0; i < 7; ++i)
    EXPECT_LT(deviations((s.y == static_cast<double>(i)).cast<double>(), 1.0 / 7), 5) << i;
}

TEST(SampleLaw, RefusesWhatIsNone) {
  EXPECT_THROW(GaussianClasses::isotropic(0, 0.5), InvalidArgument);
  EXPECT_THROW(GaussianClasses::isotropic(3, -0.1), InvalidArgument);
  EXPECT_THROW(GaussianClasses({}), InvalidArgument);
  const GaussianClass one{0.5, Eigen::Vector2d::Zero(), Eigen::Vector2d::Ones(), 1};
  GaussianClass other = one;
  EXPECT_THROW(GaussianClasses({one}), InvalidArgument);
  other.probability = 0.6;
  EXPECT_THROW(GaussianClasses({one, other}), InvalidArgument);
  other = one;
  other.sd = Eigen::Vector3d::Ones();
  EXPECT_THROW(GaussianClasses({one, other}), InvalidArgument);
  other = one;
  other.sd(1) = -1;
  EXPECT_THROW(GaussianClasses({one, other}), InvalidArgument);
  EXPECT_THROW(teacher_law(InputLaw::gaussian, 0, teacher(), 0), InvalidArgument);
  EXPECT_THROW(teacher_law(InputLaw::gaussian, 1, teacher(), -1), InvalidArgument);
  EXPECT_THROW(empirical_law(Eigen::MatrixXd::Zero(2, 1), Eigen::VectorXd::Zero(3)), InvalidArgument);
  EXPECT_THROW(empirical_law(Eigen::MatrixXd::Zero(0, 1), Eigen::VectorXd::Zero(0)), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
