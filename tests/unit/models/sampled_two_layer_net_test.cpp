// Two-layer nets on fresh samples: gradients against the finite-data net, against differences of the exact population
// risk, and against the step of the mean-field theory.
#include "models/networks/sampled_two_layer_net.hpp"

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

struct Samples {
  Points x;
  Values y;
};

Samples samples_of(const SampleLaw& law, const Noise& noise, Index path, std::int64_t first, Index n) {
  Samples s{Points(law.inputs(), n), Values(n)};
  Scratch scratch;
  draw_samples(law, noise, path, first, s.x, s.y, scratch);
  return s;
}

TwoLayerNetSpec on_data(TwoLayerNetSpec spec, const Samples& s) {
  spec.inputs = s.x.matrix().transpose();
  spec.targets = s.y.matrix();
  return spec;
}

// A batch's gradient is the full gradient of the finite-data net on just these samples, for every activation and
// loss, each path with its own. A shifted sample number, a lost ridge or factor, or a batch counted from the wrong
// step fails.
TEST(SampledTwoLayerNet, BatchIsTheFiniteDataNetOnItsSamples) {
  const auto law = GaussianClasses::isotropic(3, 0.4);
  const Noise noise(9, Stream::brownian, 1);
  for (const Activation activation : all_activations())
    for (const Loss loss : {Loss::square, Loss::logistic})
      for (const Index batch : {1, 5}) {
        const TwoLayerNetSpec spec = random_net(activation, loss, 4);
        for (const auto& net : {sampled_two_layer_net(spec, law), sampled_two_layer_net_reference(spec, law)}) {
          EXPECT_EQ(net->dimension(), 12);
          const Points w = random_points(8, 12, 1, 3);
          Points g(8, 12);
          Scratch scratch;
          net->sample_gradient(w, noise, 40, 6, batch, g, scratch);
          for (Index i = 0; i < 8; ++i) {
            const Samples s = samples_of(*law, noise, 40 + i, 6 * batch, batch);
            const Points exact = gradients(*two_layer_net_reference(on_data(spec, s)), w.row(i));
            EXPECT_LT((g.row(i) - exact.row(0)).abs().maxCoeff(), 1e-13 * (1 + exact.abs().maxCoeff()))
                << net->description();
          }
        }
      }
}

// The mean over 2e5 samples' gradients is the gradient of the exact population risk (central differences) within
// statistical error; the same with the sign of the data term turned is seen. Nothing is shared but sigma and the law.
TEST(SampledTwoLayerNet, MeanGradientIsThatOfThePopulationRisk) {
  const auto law = GaussianClasses::isotropic(2, 0.6);
  const Noise noise(4, Stream::sample);
  for (const Activation activation : {Activation::relu, Activation::piecewise_linear}) {
    const TwoLayerNetSpec spec = random_net(activation, Loss::square, 3);
    const auto net = sampled_two_layer_net(spec, law);
    const Points w = random_points(8, 6, 1, 5).topRows(1);
    const Index batch = 100, batches = 2000;
    Points g(batches, 6), one(1, 6);
    Scratch scratch;
    for (Index k = 0; k < batches; ++k) {
      net->sample_gradient(w, noise, 0, k, batch, one, scratch);
      g.row(k) = one.row(0);
    }
    const double h = 1e-3;
    for (Index j = 0; j < 6; ++j) {
      Points shifted = w.replicate(4, 1);
      shifted.col(j) += Eigen::Array4d(h, -h, 2 * h, -2 * h);
      const Values f = population_risk(spec, *law, shifted);
      const double exact = (8 * (f(0) - f(1)) - (f(2) - f(3))) / (12 * h);
      const double mean = g.col(j).mean();
      const double error = std::sqrt((g.col(j) - mean).square().mean() / static_cast<double>(batches));
      EXPECT_LT(std::abs(mean - exact), 5.3 * error) << to_string(activation) << j;
      EXPECT_GT(std::abs(mean - (2 * spec.ridge * w(0, j) - exact)), 5.3 * error) << to_string(activation) << j;
    }
  }
}

// One step at rate s is theta_i + 2 s (y - yhat) grad sigma - 2 lambda s theta_i, written out: fails if a factor 2 or
// the 1/N of the scale is counted twice or not at all.
TEST(SampledTwoLayerNet, MeanFieldStepIsThatOfTheTheory) {
  const auto law = GaussianClasses::isotropic(4, 0.8);
  const double s = 0.01, lambda = 0.3;
  const Index n = 5;
  const auto net = sampled_two_layer_net(mean_field_net(Activation::piecewise_linear, n, lambda), law);
  const Noise noise(2, Stream::sample);
  for (std::int64_t step = 0; step < 20; ++step) {
    const Points theta = random_points(8, n * 4, 0.7, 30 + static_cast<std::uint64_t>(step)).topRows(1);
    Points g(1, n * 4);
    Scratch scratch;
    net->sample_gradient(theta, noise, 0, step, 1, g, scratch);
    const Samples sample = samples_of(*law, noise, 0, step, 1);
    const auto z = [&](Index i) {
      double sum = 0;
      for (Index k = 0; k < 4; ++k) sum += theta(0, 4 * i + k) * sample.x(k, 0);
      return sum;
    };
    double prediction = 0;
    for (Index i = 0; i < n; ++i) prediction += evaluate(Activation::piecewise_linear, z(i)).value / 5;
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < 4; ++k) {
        const double slope = evaluate(Activation::piecewise_linear, z(i)).first * sample.x(k, 0),
                     at = theta(0, 4 * i + k);
        const double next = at + 2 * s * (sample.y(0) - prediction) * slope - 2 * lambda * s * at;
        EXPECT_NEAR(at - s * g(0, 4 * i + k), next, 1e-14);
      }
  }
}

/// Some steps from one start: rates vary, noise if sd > 0, taken in stretches of the given lengths.
Points after_steps(const SampledSum& net, Index batch, double sd, const std::vector<Index>& stretches,
                   double rate = 0.02) {
  Points x = random_points(8, net.dimension(), 0.8, 17).topRows(1);
  Values w = x.row(0).transpose();
  const Noise noise(6, Stream::brownian, 2);
  Scratch scratch;
  std::int64_t step = 1000;
  for (const Index n : stretches) {
    Values rates(n), deviations(sd > 0 ? n : 0);
    for (Index k = 0; k < n; ++k) rates(k) = rate / (1 + 0.01 * static_cast<double>(step + k - 1000));
    for (Index k = 0; k < deviations.size(); ++k) deviations(k) = sd * std::sqrt(rates(k));
    net.online_steps(w, {noise, 5, step, batch, rates, deviations}, scratch);
    step += n;
  }
  x.row(0) = w.transpose();
  return x;
}

struct Shape {
  Index width, inputs, batch;
};
const std::vector<Shape> kShapes = {{1, 1, 1}, {5, 3, 1},   {32, 7, 1},  {70, 40, 1}, {1, 1, 2},
                                    {5, 3, 7}, {33, 4, 13}, {70, 11, 6}, {64, 1, 3}};

TwoLayerNetSpec shaped(Activation activation, Loss loss, Index width, double ridge) {
  TwoLayerNetSpec spec = random_net(activation, loss, width);
  spec.scale = OutputScale::inverse_width;
  spec.loss_factor = static_cast<double>(width);
  spec.ridge = ridge;
  return spec;
}

// Many fused steps are the readable ones up to rounding: every activation, loss, shape on both sides of a block of 32
// neurons, with and without ridge and added noise, across a redraw of samples after 64. A padded neuron that counts,
// a noise index transposed, a rate or sample shifted by one fails.
TEST(SampledTwoLayerNet, OnlineStepsAreTheReadableOnes) {
  for (const Activation activation : all_activations())
    for (const Loss loss : {Loss::square, Loss::logistic})
      for (const Shape& shape : kShapes)
        for (const double ridge : {0.0, 0.3})
          for (const double sd : {0.0, 0.1}) {
            const TwoLayerNetSpec spec = shaped(activation, loss, shape.width, ridge);
            const auto law = GaussianClasses::isotropic(shape.inputs, 0.6);
            const auto fast = sampled_two_layer_net(spec, law), slow = sampled_two_layer_net_reference(spec, law);
            EXPECT_TRUE(fast->has_online_steps() && !slow->has_online_steps());
            const Points a = after_steps(*fast, shape.batch, sd, {70}), b = after_steps(*slow, shape.batch, sd, {70});
            EXPECT_LT((a - b).abs().maxCoeff(), 1e-11 * (1 + b.abs().maxCoeff()))
                << fast->description() << " batch " << shape.batch;
            EXPECT_GT((a - random_points(8, a.cols(), 0.8, 17).topRows(1)).abs().maxCoeff(), 1e-6);
          }
}

// The same bits however the steps are split, at the borders of the samples drawn together too.
TEST(SampledTwoLayerNet, OnlineStepsHaveTheSameBitsForAnySplit) {
  for (const Activation activation : all_activations())
    for (const Shape& shape : kShapes)
      for (const double ridge : {0.0, 0.3})
        for (const double sd : {0.0, 0.1}) {
          const auto net = sampled_two_layer_net(shaped(activation, Loss::square, shape.width, ridge),
                                                 GaussianClasses::isotropic(shape.inputs, 0.6));
          const Points whole = after_steps(*net, shape.batch, sd, {140});
          for (const auto& split : {std::vector<Index>{1, 63, 1, 64, 11}, {139, 1}, {65, 75}})
            EXPECT_TRUE((after_steps(*net, shape.batch, sd, split) == whole).all())
                << net->description() << " batch " << shape.batch;
        }
}

TEST(SampledTwoLayerNet, RefusesWhatIsNone) {
  const auto law = GaussianClasses::isotropic(3, 0.4);
  TwoLayerNetSpec spec = mean_field_net(Activation::relu, 2);
  EXPECT_THROW(sampled_two_layer_net(spec, nullptr), InvalidArgument);
  spec.targets = Eigen::VectorXd::Zero(2);
  EXPECT_THROW(sampled_two_layer_net(spec, law), InvalidArgument);
  spec.targets.resize(0);
  spec.ridge = -1;
  EXPECT_THROW(sampled_two_layer_net(spec, law), InvalidArgument);
  spec.ridge = 0;
  spec.outer_weights(1) = NAN;
  EXPECT_THROW(sampled_two_layer_net(spec, law), InvalidArgument);
  EXPECT_THROW(mean_field_net(Activation::relu, 0), InvalidArgument);
  EXPECT_THROW(mean_field_net(Activation::relu, 3, -1), InvalidArgument);
}

}  // namespace
}  // namespace sgdlimits
