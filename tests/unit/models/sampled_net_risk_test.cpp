// The population risk as a potential: the test sample against the finite-data net on it, the exact risk against both.
#include "models/networks/sampled_net_risk.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.hpp"
#include "models/networks/gaussian_expectations.hpp"
#include "unit/models/differences.hpp"
#include "unit/models/random_net.hpp"

namespace sgdlimits {
namespace {

using testing::random_net;
using testing::random_points;

/// Keeps the samples that pass through it, so that a test can put them into a finite-data net.
class Recorded final : public SampleLaw {
 public:
  explicit Recorded(std::shared_ptr<const SampleLaw> law) : law_(std::move(law)) {}
  Index inputs() const override { return law_->inputs(); }
  Index normals_per_sample() const override { return law_->normals_per_sample(); }
  void transform(PointsView z, PointsOut x, ValuesOut y) const override {
    law_->transform(z, x, y);
    inputs_seen = x;
    targets_seen = y;
  }
  std::string description() const override { return law_->description(); }
  mutable Points inputs_seen;
  mutable Values targets_seen;

 private:
  std::shared_ptr<const SampleLaw> law_;
};

// Value and gradient on 300 test samples are those of the finite-data net on them, for every activation and loss, on
// both sides of a block of neurons and of a batch of samples.
TEST(SampledNetRisk, TestSampleIsAFiniteDataNet) {
  for (const Activation activation : all_activations())
    for (const Loss loss : {Loss::square, Loss::logistic})
      for (const Index width : {3, 40}) {
        const auto law = std::make_shared<Recorded>(GaussianClasses::isotropic(3, 0.4));
        const TwoLayerNetSpec spec = random_net(activation, loss, width);
        const auto risk = test_sample_risk(spec, law, 300, 5);
        TwoLayerNetSpec data = spec;
        data.inputs = law->inputs_seen.matrix().transpose();
        data.targets = law->targets_seen.matrix();
        const auto net = two_layer_net_reference(data);
        EXPECT_EQ(risk->coordinate_names(), net->coordinate_names());
        const Points w = random_points(8, net->dimension(), 1, 3);
        const Values f = values(*net, w);
        const Points g = gradients(*net, w);
        EXPECT_LT(((values(*risk, w) - f) / f).abs().maxCoeff(), 1e-13) << risk->description();
        EXPECT_LT((gradients(*risk, w) - g).abs().maxCoeff(), 1e-13 * (1 + g.abs().maxCoeff()));
        Values both(8);
        Points slope(8, w.cols());
        Scratch scratch;
        risk->value_and_gradient(w, both, slope, scratch);
        EXPECT_TRUE((both == values(*risk, w)).all() && (slope == gradients(*risk, w)).all());
      }
}

// The exact risk is population_risk with a gradient that agrees with differences, and its samples are those of the
// plain net.
TEST(SampledNetRisk, ExactRiskIsThePopulationRisk) {
  const auto law = GaussianClasses::isotropic(2, 0.4);
  const TwoLayerNetSpec spec = random_net(Activation::piecewise_linear, Loss::square, 3);
  const auto risk = exact_risk(spec, law);
  const Points w = random_points(8, 6, 1, 3);
  EXPECT_TRUE((values(*risk, w) == population_risk(spec, *law, w)).all());
  EXPECT_LT(gradient_check(*risk, w), 1e-8);
  Points g(8, 6), h(8, 6);
  Scratch scratch;
  const Noise noise(1, Stream::sample);
  risk->sample_gradient(w, noise, 3, 4, 5, g, scratch);
  sampled_two_layer_net(spec, law)->sample_gradient(w, noise, 3, 4, 5, h, scratch);
  EXPECT_TRUE((g == h).all());
  // within five standard errors (at most 30/sqrt n, since |y - yhat| < 30) of a test sample's
  EXPECT_LT((values(*test_sample_risk(spec, law, 100000, 2), w) - values(*risk, w)).abs().maxCoeff(),
            5 * 0.7 * 900 / std::sqrt(1e5));
}

TEST(SampledNetRisk, RefusesWhatIsNone) {
  const auto classes = GaussianClasses::isotropic(2, 0.4);
  const auto data = empirical_law(Eigen::MatrixXd::Ones(3, 2), Eigen::VectorXd::Ones(3));
  const TwoLayerNetSpec ramp = random_net(Activation::piecewise_linear, Loss::square, 3);
  EXPECT_TRUE(has_exact_risk(ramp, *classes));
  EXPECT_FALSE(has_exact_risk(ramp, *data));
  EXPECT_THROW(exact_risk(ramp, data), InvalidArgument);
  EXPECT_THROW(exact_risk(random_net(Activation::tanh, Loss::square, 3), classes), InvalidArgument);
  EXPECT_THROW(exact_risk(random_net(Activation::relu, Loss::logistic, 3), classes), InvalidArgument);
  EXPECT_THROW(test_sample_risk(ramp, classes, 0, 1), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
