#include "models/networks/two_layer_net_sum.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "models/networks/line_program.hpp"

namespace sgdlimits {

double output_factor(OutputScale scale, Index width) {
  const double p = static_cast<double>(width);
  switch (scale) {
    case OutputScale::one: return 1;
    case OutputScale::inverse_width: return 1 / p;
    case OutputScale::inverse_root_width: return 1 / std::sqrt(p);
  }
  return 1;
}

namespace networks {
namespace {

std::string text(Index i) { return std::to_string(i); }

void check_finite(const std::string& name, const Eigen::VectorXd& values) {
  for (Index i = 0; i < values.size(); ++i)
    if (!std::isfinite(values(i))) throw InvalidArgument(name + "[" + text(i) + "]", values(i), "finite");
}

}  // namespace

void check_net(const TwoLayerNetSpec& spec) {
  if (spec.outer_weights.size() < 1) throw InvalidArgument("number of outer weights", "0", "at least 1");
  if (!(spec.loss_factor > 0 && std::isfinite(spec.loss_factor)))
    throw InvalidArgument("loss_factor", spec.loss_factor, "positive and finite");
  if (!(spec.ridge >= 0 && std::isfinite(spec.ridge)))
    throw InvalidArgument("ridge", spec.ridge, "at least 0 and finite");
  check_finite("outer_weights", spec.outer_weights);
}

void check(const TwoLayerNetSpec& spec) {
  check_net(spec);
  if (spec.inputs.rows() < 1 || spec.inputs.cols() < 1)
    throw InvalidArgument("inputs", text(spec.inputs.rows()) + " x " + text(spec.inputs.cols()),
                          "at least one row and one column");
  if (spec.targets.size() != spec.inputs.rows())
    throw InvalidArgument("number of targets", text(spec.targets.size()),
                          "the number of input rows, " + text(spec.inputs.rows()));
  if (!spec.input_names.empty() && static_cast<Index>(spec.input_names.size()) != spec.inputs.cols())
    throw InvalidArgument("number of input names", std::to_string(spec.input_names.size()),
                          "the number of inputs, " + text(spec.inputs.cols()) + ", or 0");
  check_finite("targets", spec.targets);
  for (Index k = 0; k < spec.inputs.cols(); ++k) check_finite("inputs of column " + text(k), spec.inputs.col(k));
  if (spec.loss != Loss::logistic) return;
  for (Index i = 0; i < spec.targets.size(); ++i)
    if (std::abs(spec.targets(i)) != 1)
      throw InvalidArgument("targets[" + text(i) + "]", spec.targets(i), "+1 or -1 with the logistic loss",
                            "for 0/1 labels write 2*y-1");
}

LossValues evaluate_loss(Loss loss, double prediction, double target) {
  if (loss == Loss::square) {
    const double r = prediction - target;
    return {r * r, 2 * r, 2};
  }
  const ActivationValues s = evaluate(Activation::softplus, -target * prediction);
  return {s.value, -target * s.first, s.second};
}

TwoLayerNetSum::TwoLayerNetSum(TwoLayerNetSpec spec, LossSum sum) : spec_(std::move(spec)), sum_(std::move(sum)) {
  outer_ = output_factor(spec_.scale, width()) * spec_.outer_weights;
}

Eigen::MatrixXd TwoLayerNetSum::hessian(const Eigen::VectorXd& w, Scratch&) const {
  const Index d = dimension(), p = width(), D = inputs();
  Eigen::MatrixXd hessian = spec_.ridge * Eigen::MatrixXd::Identity(d, d);
  Eigen::VectorXd output_gradient(d), curvature(p);
  for (Index i = 0; i < sum_.inputs.rows(); ++i) {
    const Eigen::VectorXd x = sum_.inputs.row(i);
    double prediction = 0;
    for (Index j = 0; j < p; ++j) {
      const ActivationValues s = evaluate(spec_.activation, w.segment(j * D, D).dot(x));
      prediction += outer_(j) * s.value;
      output_gradient.segment(j * D, D) = outer_(j) * s.first * x;
      curvature(j) = outer_(j) * s.second;
    }
    const LossValues loss = evaluate_loss(spec_.loss, prediction, sum_.targets(i));
    const double first = sum_.weight(i) * loss.first + sum_.slope(i);
    // Hess = loss'' grad yhat grad yhat^T + loss' Hess yhat, and Hess yhat has one block a neuron
    hessian.noalias() += sum_.weight(i) * loss.second * output_gradient * output_gradient.transpose();
    for (Index j = 0; j < p; ++j)
      hessian.block(j * D, j * D, D, D).noalias() += first * curvature(j) * x * x.transpose();
  }
  return hessian;
}

Points TwoLayerNetSum::term_gradients(const Eigen::VectorXd& w, Scratch&) const {
  const Index p = width(), D = inputs();
  Points gradients(terms(), dimension());
  for (Index i = 0; i < terms(); ++i) {
    const Eigen::VectorXd x = spec_.inputs.row(i);
    double prediction = 0;
    for (Index j = 0; j < p; ++j) {
      const ActivationValues s = evaluate(spec_.activation, w.segment(j * D, D).dot(x));
      prediction += outer_(j) * s.value;
      gradients.row(i).segment(j * D, D) = outer_(j) * s.first * x.array().transpose();
    }
    gradients.row(i) *= spec_.loss_factor * evaluate_loss(spec_.loss, prediction, spec_.targets(i)).first;
    gradients.row(i) += spec_.ridge * w.array().transpose();
  }
  return gradients;
}

PotentialFacts TwoLayerNetSum::facts() const {
  PotentialFacts facts;
  // sigma grows at most linearly: unbounded sigma makes the square loss grow quadratically, which a ridge cannot name
  const bool bounded = std::isfinite(activation_constants(spec_.activation).bound);
  if (bounded || spec_.loss == Loss::logistic) facts.ridge = spec_.ridge;
  return facts;
}

std::vector<std::string> weight_names(Index width, Index inputs) {
  std::vector<std::string> names;
  for (Index j = 0; j < width; ++j)
    for (Index k = 0; k < inputs; ++k)
      names.push_back(width == 1 ? fmt::format("w[{}]", k) : fmt::format("w[{},{}]", j, k));
  return names;
}

std::vector<std::string> TwoLayerNetSum::coordinate_names() const { return weight_names(width(), inputs()); }

std::optional<LineProgram> TwoLayerNetSum::line_program() const { return networks::line_program(spec_); }

std::string TwoLayerNetSum::description() const {
  std::string inputs_text = fmt::format("{} inputs", inputs());
  if (!spec_.input_names.empty()) {
    inputs_text = "inputs";
    for (std::size_t k = 0; k < spec_.input_names.size(); ++k)
      inputs_text += (k == 0 ? " " : ", ") + spec_.input_names[k];
  }
  return fmt::format("two-layer net, {} {} neuron{}, {}, scale {}, {} loss with factor {}, ridge {}, {} samples",
                     width(), to_string(spec_.activation), width() == 1 ? "" : "s", inputs_text,
                     to_string(spec_.scale), to_string(spec_.loss), shortest(spec_.loss_factor),
                     shortest(spec_.ridge), terms());
}

}  // namespace networks
}  // namespace sgdlimits
