#include "models/networks/sampled_net.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace networks {

SampledNet::SampledNet(const TwoLayerNetSpec& spec, std::shared_ptr<const SampleLaw> law)
    : spec_(spec), law_(std::move(law)) {
  if (!law_) throw InvalidArgument("law of samples", "null", "an object");
  if (spec.inputs.size() != 0 || spec.targets.size() != 0 || !spec.input_names.empty())
    throw InvalidArgument("inputs, targets or input names", "given", "empty where samples come from a law",
                          "empirical_law draws from data");
  check_net(spec);
  outer_ = output_factor(spec.scale, width()) * spec.outer_weights;
}

void SampledNet::sample_gradient(PointsView w, const Noise& noise, Index first_path, std::int64_t step, Index batch,
                                 PointsOut g, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Points> x = frame.points(inputs(), batch);
  Eigen::Map<Values> y = frame.values(batch), z = frame.values(width());
  for (Index i = 0; i < w.rows(); ++i) {
    draw_samples(*law_, noise, first_path + i, step * batch, x, y, scratch);
    g.row(i) = spec_.ridge * w.row(i);
    for (Index b = 0; b < batch; ++b) add_gradient(w, i, x, y, b, 1 / static_cast<double>(batch), z, g);
  }
}

void SampledNet::add_gradient(PointsView w, Index i, PointsView x, ValuesView y, Index b, double weight, ValuesOut z,
                              PointsOut g) const {
  const Index d = inputs();
  double prediction = 0;
  for (Index j = 0; j < width(); ++j) {
    z(j) = 0;
    for (Index k = 0; k < d; ++k) z(j) += w(i, j * d + k) * x(k, b);
    prediction += outer_(j) * evaluate(spec_.activation, z(j)).value;
  }
  const double slope = evaluate_loss(spec_.loss, prediction, y(b)).first;
  for (Index j = 0; j < width(); ++j) {
    const double q = weight * spec_.loss_factor * slope * outer_(j) * evaluate(spec_.activation, z(j)).first;
    for (Index k = 0; k < d; ++k) g(i, j * d + k) += q * x(k, b);
  }
}

std::string SampledNet::description() const {
  return fmt::format("two-layer net, {} {} neuron{}, scale {}, {} loss with factor {}, ridge {}; samples: {}",
                     width(), to_string(spec_.activation), width() == 1 ? "" : "s", to_string(spec_.scale),
                     to_string(spec_.loss), shortest(spec_.loss_factor), shortest(spec_.ridge), law_->description());
}

}  // namespace networks

std::shared_ptr<const SampledSum> sampled_two_layer_net_reference(const TwoLayerNetSpec& spec,
                                                                  std::shared_ptr<const SampleLaw> law) {
  return std::make_shared<networks::SampledNet>(spec, std::move(law));
}

TwoLayerNetSpec mean_field_net(Activation activation, Index neurons, double lambda) {
  if (neurons < 1) throw InvalidArgument("neurons", std::to_string(neurons), "at least 1");
  if (!(lambda >= 0 && std::isfinite(lambda))) throw InvalidArgument("lambda", lambda, "at least 0 and finite");
  TwoLayerNetSpec spec;
  spec.activation = activation;
  spec.outer_weights = Eigen::VectorXd::Ones(neurons);
  spec.scale = OutputScale::inverse_width;
  spec.loss_factor = static_cast<double>(neurons);
  spec.ridge = 2 * lambda;
  return spec;
}

}  // namespace sgdlimits
