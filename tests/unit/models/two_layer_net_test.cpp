#include "models/networks/two_layer_net.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "models/networks/loss_sum.hpp"
#include "unit/models/differences.hpp"

namespace sgdlimits {
namespace {

using testing::random_points;

TwoLayerNetSpec random_spec(Activation activation, Loss loss, Index width, Index inputs, Index n = 12) {
  TwoLayerNetSpec spec;
  spec.activation = activation;
  spec.loss = loss;
  spec.scale = width == 1 ? OutputScale::one : OutputScale::inverse_root_width;
  spec.loss_factor = 0.7;
  spec.ridge = 0.13;
  spec.inputs = random_points(n, inputs, 1.0, 11).topRows(n).matrix();
  spec.outer_weights = random_points(width, 1, 2.0, 12).col(0).head(width).matrix();
  const Eigen::ArrayXd y = random_points(n, 1, 3.0, 13).col(0).head(n);
  spec.targets = (loss == Loss::square ? y : Eigen::ArrayXd(y.sign())).matrix();
  // repeat rows, so that merging is at work everywhere
  for (Index i = 0; i < n / 3; ++i) {
    spec.inputs.row(n - 1 - i) = spec.inputs.row(i);
    if (i % 2 == 0) spec.targets(n - 1 - i) = spec.targets(i);
  }
  return spec;
}

template <class Body>
void for_all_nets(Body body) {
  for (const Activation activation : all_activations())
    for (const Loss loss : {Loss::square, Loss::logistic})
      for (const auto& [width, inputs] : {std::pair<Index, Index>{1, 1}, {1, 2}, {3, 2}, {2, 3}})
        body(random_spec(activation, loss, width, inputs));
}

/// Largest difference, relative to the largest entry of the reference.
double relative(const Points& a, const Points& reference) {
  return (a - reference).abs().maxCoeff() / reference.abs().maxCoeff();
}

// A wrong derivative of any activation or loss fails. ReLU and the ramp have kinks, so only gradients away from them
// are checked, by the comparison with the reference below and by term gradients.
TEST(TwoLayerNet, DerivativesAgreeWithDifferences) {
  for_all_nets([](const TwoLayerNetSpec& spec) {
    if (spec.activation == Activation::relu || spec.activation == Activation::piecewise_linear) return;
    const auto net = two_layer_net(spec);
    testing::expect_consistent_derivatives(*net, random_points(24, net->dimension(), 1.5, 3));
    testing::expect_consistent_derivatives(*two_layer_net_reference(spec),
                                           random_points(8, net->dimension(), 1.5, 3));
  });
}

// ReLU on a stretch where no pre-activation changes sign is a quadratic: differences are exact.
TEST(TwoLayerNet, ReluDerivativesAgreeWithDifferencesOffItsKinks) {
  TwoLayerNetSpec spec = random_spec(Activation::relu, Loss::square, 2, 1);
  spec.inputs = spec.inputs.cwiseAbs().array() + 0.1;
  const Points x = random_points(16, 2, 1, 4);
  testing::expect_consistent_derivatives(*two_layer_net(spec), x + 0.1 * x.sign());
}

// The vectorised kernel is the formula, repeated rows merged or not, also far out where exponentials saturate.
TEST(TwoLayerNet, KernelAgreesWithTheScalarReference) {
  for_all_nets([](const TwoLayerNetSpec& spec) {
    const auto fast = two_layer_net(spec), slow = two_layer_net_reference(spec);
    Scratch scratch;
    for (const double scale : {1e-6, 0.05, 1.0, 30.0}) {
      const Points x = random_points(200, fast->dimension(), scale, 7);
      Points g(x.rows(), x.cols()), h(x.rows(), x.cols());
      Values f(x.rows()), e(x.rows());
      fast->value(x, f, scratch);
      slow->value(x, e, scratch);
      EXPECT_LT(((f - e) / e).abs().maxCoeff(), 1e-13) << fast->description();
      fast->gradient(x, g, scratch);
      slow->gradient(x, h, scratch);
      EXPECT_LT(relative(g, h), 1e-13) << fast->description() << " at scale " << scale;
      Indices k(x.rows(), 5);
      Noise(1, Stream::batch).integers(0, 0, fast->terms(), k);
      fast->batch_gradient(x, k, g, scratch);
      slow->batch_gradient(x, k, h, scratch);
      EXPECT_LT(relative(g, h), 1e-13) << fast->description() << " at scale " << scale;
    }
  });
}

/// Groups of 1, 2, 7, 30 and 60 samples with one input each, in mixed order, with random targets: in the logistic
/// case groups with one sign, with a majority of either, and with a tie.
TwoLayerNetSpec repeated_inputs(Activation activation, Loss loss, Index width, Index inputs) {
  TwoLayerNetSpec spec = random_spec(activation, loss, width, inputs, 100);
  const Index last[] = {1, 3, 10, 40, 100};
  for (Index i = 0; i < 100; ++i) {
    const Index place = 37 * i % 100;
    const Index group = std::upper_bound(last, last + 5, place) - last;
    spec.inputs.row(i) = random_points(5, inputs, 1.0, 31).row(group).matrix();
    if (loss == Loss::logistic && group == 1) spec.targets(i) = place == 1 ? 1 : -1;
    if (loss == Loss::logistic && group == 2) spec.targets(i) = -1;
  }
  return spec;
}

// Merging is exact: a mean target without its constant, a lost count, a sign taken for the majority's or a slope
// missing in one derivative fails. Hessian and Laplacian are compared with the sample-by-sample ones too.
TEST(TwoLayerNet, MergedInputsAgreeWithTheSamplesOneByOne) {
  for (const Activation activation : all_activations())
    for (const Loss loss : {Loss::square, Loss::logistic})
      for (const auto& [width, inputs] : {std::pair<Index, Index>{1, 2}, {3, 3}}) {
        const TwoLayerNetSpec spec = repeated_inputs(activation, loss, width, inputs);
        EXPECT_EQ(networks::distinct_inputs(spec).inputs.rows(), 5);
        const auto merged = two_layer_net(spec), one_by_one = two_layer_net_reference(spec);
        EXPECT_EQ(merged->terms(), 100);
        Scratch scratch;
        for (const double scale : {0.05, 1.0, 30.0}) {
          const Points x = random_points(64, merged->dimension(), scale, 33);
          const std::string where = merged->description() + " at scale " + std::to_string(scale);
          const Values f = values(*merged, x), e = values(*one_by_one, x);
          EXPECT_LT(((f - e) / e).abs().maxCoeff(), 1e-13) << where;
          EXPECT_LT(relative(gradients(*merged, x), gradients(*one_by_one, x)), 1e-13) << where;
          Values trace(x.rows()), other(x.rows());
          merged->laplacian(x, trace, scratch);
          one_by_one->laplacian(x, other, scratch);
          EXPECT_LT((trace - other).abs().maxCoeff(), 1e-13 * other.abs().maxCoeff()) << where;
          const Eigen::VectorXd point = x.row(0).transpose();
          const Eigen::MatrixXd a = merged->hessian(point, scratch), b = one_by_one->hessian(point, scratch);
          EXPECT_LT((a - b).cwiseAbs().maxCoeff(), 1e-13 * b.cwiseAbs().maxCoeff()) << where;
          EXPECT_TRUE((merged->term_gradients(point, scratch) == one_by_one->term_gradients(point, scratch)).all());
        }
      }
}

// Without repeats merging does nothing, and equal targets keep their bits whatever their number.
TEST(TwoLayerNet, MergingLeavesDistinctInputsAlone) {
  for (const Loss loss : {Loss::square, Loss::logistic}) {
    TwoLayerNetSpec spec = random_spec(Activation::tanh, loss, 2, 2);
    spec.inputs = random_points(12, 2, 1.0, 11).topRows(12).matrix();
    const networks::LossSum merged = networks::distinct_inputs(spec), all = networks::individual_samples(spec);
    EXPECT_EQ(merged.inputs, all.inputs);
    EXPECT_EQ(merged.targets, all.targets);
    EXPECT_EQ(merged.weight, all.weight);
    EXPECT_EQ(merged.slope, all.slope);
    EXPECT_EQ(merged.constant, 0);
    spec.inputs.rowwise() = spec.inputs.row(0).eval();
    spec.targets.setConstant(loss == Loss::square ? 0.1 : -1);
    const networks::LossSum one = networks::distinct_inputs(spec);
    EXPECT_EQ(one.targets(0), spec.targets(0));
    EXPECT_EQ(one.slope(0), 0);
    EXPECT_EQ(one.constant, 0);
  }
}

// Pre-activations of +-1000 neither overflow nor give NaN, and the saturated values are exact.
TEST(TwoLayerNet, SaturatedPreactivationsAreExact) {
  for (const Activation activation : all_activations())
    for (const double z : {-1000.0, -705.0, 705.0, 1000.0}) {
      TwoLayerNetSpec spec;
      spec.activation = activation;
      spec.inputs = Eigen::MatrixXd::Ones(1, 1);
      spec.targets = Eigen::VectorXd::Constant(1, 0.25);
      spec.outer_weights = Eigen::VectorXd::Ones(1);
      const Points x = Points::Constant(kLanes, 1, z);
      const double sigma = evaluate(activation, z).value, slope = evaluate(activation, z).first;
      EXPECT_NEAR(values(*two_layer_net(spec), x)(0), (sigma - 0.25) * (sigma - 0.25), 1e-13 * (1 + sigma * sigma));
      EXPECT_NEAR(gradients(*two_layer_net(spec), x)(0, 0), 2 * (sigma - 0.25) * slope,
                  1e-13 * (1 + std::abs(sigma)));
    }
}

// f is the mean of its terms: gradients and batches are means of term_gradients; a batch of all samples is f.
TEST(TwoLayerNet, GradientsAreMeansOfTermGradients) {
  for_all_nets([](const TwoLayerNetSpec& spec) {
    const auto net = two_layer_net(spec);
    Scratch scratch;
    const Points x = random_points(8, net->dimension(), 1, 21);
    const Points g = gradients(*net, x);
    Indices all(x.rows(), net->terms()), pair(x.rows(), 2);
    for (Index i = 0; i < net->terms(); ++i) all.col(i).setConstant(i);
    pair.col(0).setConstant(net->terms() - 1);
    pair.col(1).setConstant(1);
    Points batch(x.rows(), x.cols()), two(x.rows(), x.cols());
    net->batch_gradient(x, all, batch, scratch);
    net->batch_gradient(x, pair, two, scratch);
    EXPECT_LT(relative(batch, g), 1e-13);
    for (Index r = 0; r < x.rows(); ++r) {
      const Points terms = net->term_gradients(x.row(r).matrix().transpose(), scratch);
      ASSERT_EQ(terms.rows(), spec.inputs.rows());
      const double size = terms.abs().maxCoeff();
      EXPECT_LT((terms.colwise().mean() - g.row(r)).abs().maxCoeff(), 1e-13 * size);
      EXPECT_LT((0.5 * (terms.row(terms.rows() - 1) + terms.row(1)) - two.row(r)).abs().maxCoeff(), 1e-13 * size);
    }
  });
}

TEST(TwoLayerNet, BitsDoNotDependOnTheSplit) {
  for_all_nets([](const TwoLayerNetSpec& spec) {
    const auto net = two_layer_net(spec);
    const Points x = random_points(264, net->dimension(), 2, 8);
    for (const Index block : {8, 64, 104}) testing::expect_same_bits_for_any_split(*net, x, block);
    Indices k(x.rows(), 4);
    Noise(2, Stream::batch).integers(0, 0, net->terms(), k);
    Scratch scratch;
    Points whole(x.rows(), x.cols());
    net->batch_gradient(x, k, whole, scratch);
    for (Index begin = 0; begin < x.rows(); begin += 88) {
      const Points part = x.middleRows(begin, 88);
      const Indices rows = k.middleRows(begin, 88);
      Points g(88, x.cols());
      net->batch_gradient(part, rows, g, scratch);
      EXPECT_TRUE((g == whole.middleRows(begin, 88)).all());
    }
  });
}

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

// netB: one sigmoid neuron, two inputs, a = 1, five data, f = (1/5) sum (y - sigma(w.x))^2 + .065 |w|^2.
TEST(TwoLayerNet, NetBIsItsFormula) {
  TwoLayerNetSpec spec;
  spec.inputs.resize(5, 2);
  spec.inputs << .75, .66, .66, -.75, .47, -.38, 0, .94, -.28, .85;
  spec.targets.resize(5);
  spec.targets << -5, 4, 9, 9, 19;
  spec.outer_weights = Eigen::VectorXd::Ones(1);
  spec.ridge = 0.13;
  const auto net = two_layer_net(spec);
  EXPECT_EQ(net->coordinate_names(), (std::vector<std::string>{"w[0]", "w[1]"}));
  EXPECT_EQ(net->facts().ridge, 0.13);
  const Points w = random_points(32, 2, 4, 1);
  const Values f = values(*net, w);
  for (Index i = 0; i < w.rows(); ++i) {
    double direct = 0.065 * (w(i, 0) * w(i, 0) + w(i, 1) * w(i, 1));
    for (Index k = 0; k < 5; ++k)
      direct += std::pow(spec.targets(k) - sigmoid(w(i, 0) * spec.inputs(k, 0) + w(i, 1) * spec.inputs(k, 1)), 2) / 5;
    EXPECT_NEAR(f(i), direct, 1e-13 * direct);
  }
}

// netC: two sigmoid neurons, one input, a = (1, 1)/sqrt 2, given both by a and by the scale.
TEST(TwoLayerNet, NetCIsItsFormula) {
  TwoLayerNetSpec spec;
  spec.inputs = Eigen::Vector4d(-1, -0.5, 0.25, 1);
  spec.targets = Eigen::Vector4d(1, 0, 0, 1);
  spec.outer_weights = Eigen::Vector2d::Constant(1 / std::sqrt(2.0));
  spec.ridge = 0.13;
  TwoLayerNetSpec scaled = spec;
  scaled.outer_weights.setOnes();
  scaled.scale = OutputScale::inverse_root_width;
  const auto net = two_layer_net(spec);
  EXPECT_EQ(net->coordinate_names(), (std::vector<std::string>{"w[0,0]", "w[1,0]"}));
  const Points w = random_points(32, 2, 4, 2);
  const Values f = values(*net, w), g = values(*two_layer_net(scaled), w);
  for (Index i = 0; i < w.rows(); ++i) {
    double direct = 0.065 * (w(i, 0) * w(i, 0) + w(i, 1) * w(i, 1));
    for (Index k = 0; k < 4; ++k) {
      const double x = spec.inputs(k, 0);
      direct += std::pow(spec.targets(k) - (sigmoid(w(i, 0) * x) + sigmoid(w(i, 1) * x)) / std::sqrt(2.0), 2) / 4;
    }
    EXPECT_NEAR(f(i), direct, 1e-13 * direct);
    EXPECT_NEAR(g(i), direct, 1e-13 * direct);
  }
}

TEST(TwoLayerNet, PredictionIsTheNet) {
  const TwoLayerNetSpec spec = random_spec(Activation::tanh, Loss::square, 3, 2);
  const Points w = random_points(70, 6, 1, 5);
  const Points yhat = two_layer_prediction(spec, w, spec.inputs);
  const Values data = (yhat.rowwise() - spec.targets.array().transpose()).square().rowwise().mean();
  const Values f = 0.7 * data + 0.065 * w.square().rowwise().sum();
  EXPECT_TRUE(f.isApprox(values(*two_layer_net(spec), w), 1e-13));
}

template <class Change>
std::string refusal(Loss loss, Change change) {
  TwoLayerNetSpec spec = random_spec(Activation::sigmoid, loss, 2, 2);
  change(spec);
  try {
    two_layer_net(spec);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(TwoLayerNet, RefusesBadSpecifications) {
  const auto square = [](auto change) { return refusal(Loss::square, change); };
  EXPECT_EQ(square([](auto& s) { s.outer_weights.resize(0); }),
            "number of outer weights is 0 but must be at least 1");
  EXPECT_EQ(square([](auto& s) { s.targets.conservativeResize(3); }),
            "number of targets is 3 but must be the number of input rows, 12");
  EXPECT_EQ(square([](auto& s) { s.ridge = -1; }), "ridge is -1 but must be at least 0 and finite");
  EXPECT_EQ(square([](auto& s) { s.loss_factor = 0; }), "loss_factor is 0 but must be positive and finite");
  EXPECT_EQ(square([](auto& s) { s.inputs(2, 1) = NAN; }), "inputs of column 1[2] is nan but must be finite");
  EXPECT_EQ(square([](auto& s) { s.input_names = {"a"}; }),
            "number of input names is 1 but must be the number of inputs, 2, or 0");
  EXPECT_EQ(refusal(Loss::logistic, [](auto& s) { s.targets(4) = 0; }),
            "targets[4] is 0 but must be +1 or -1 with the logistic loss; for 0/1 labels write 2*y-1");
  EXPECT_THROW(loss_from_name("sqare"), InvalidArgument);
  for (const OutputScale scale : {OutputScale::one, OutputScale::inverse_width, OutputScale::inverse_root_width})
    EXPECT_EQ(output_scale_from_name(to_string(scale)), scale);
}

}  // namespace
}  // namespace sgdlimits
