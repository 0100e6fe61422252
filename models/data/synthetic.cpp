#include "models/data/synthetic.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "core/noise.hpp"
#include "models/names.hpp"

namespace sgdlimits {
namespace {

// Index ranges of Stream::data, so that no two uses of a seed share bits; the path is the row, neuron or weight.
constexpr std::int64_t kInputs = 0, kLabelNoise = std::int64_t{1} << 40, kTeacher = std::int64_t{2} << 40,
                       kOuter = std::int64_t{3} << 40;

void check_positive(const std::string& name, Index value) {
  if (value < 1) throw InvalidArgument(name, std::to_string(value), "at least 1");
}

void check_scale(const std::string& name, double value) {
  if (!(value > 0 && std::isfinite(value))) throw InvalidArgument(name, value, "positive and finite");
}

}  // namespace

std::string to_string(InputLaw law) {
  switch (law) {
    case InputLaw::gaussian: return "gaussian";
    case InputLaw::uniform_cube: return "uniform-cube";
    case InputLaw::sphere: return "sphere";
  }
  return "";
}

std::string to_string(OuterWeightLaw law) {
  switch (law) {
    case OuterWeightLaw::constant: return "constant";
    case OuterWeightLaw::signs: return "signs";
    case OuterWeightLaw::gaussian: return "gaussian";
  }
  return "";
}

InputLaw input_law_from_name(const std::string& name) {
  return choice_from_name<InputLaw>("law of inputs", name,
                                    {InputLaw::gaussian, InputLaw::uniform_cube, InputLaw::sphere});
}

OuterWeightLaw outer_weight_law_from_name(const std::string& name) {
  return choice_from_name<OuterWeightLaw>(
      "law of outer weights", name, {OuterWeightLaw::constant, OuterWeightLaw::signs, OuterWeightLaw::gaussian});
}

Eigen::MatrixXd synthetic_inputs(InputLaw law, Index n, Index dimension, double scale, std::uint64_t seed) {
  check_positive("number of inputs n", n);
  check_positive("dimension of inputs", dimension);
  check_scale("scale of inputs", scale);
  const Noise noise(seed, Stream::data);
  Points x(n, dimension);
  if (law == InputLaw::uniform_cube) {
    noise.uniforms(0, kInputs, x);
    return (scale * (2 * x - 1)).matrix();
  }
  noise.normals(0, kInputs, x);
  if (law == InputLaw::gaussian) return (scale * x).matrix();
  // a Gaussian divided by its norm is uniform on the sphere
  for (Index i = 0; i < n; ++i) {
    double square = 0;
    for (Index k = 0; k < dimension; ++k) square += x(i, k) * x(i, k);
    x.row(i) *= scale / std::sqrt(square);
  }
  return x.matrix();
}

Eigen::VectorXd outer_weights(OuterWeightLaw law, Index width, double scale, std::uint64_t seed) {
  check_positive("width", width);
  check_scale("scale of outer weights", scale);
  if (law == OuterWeightLaw::constant) return Eigen::VectorXd::Constant(width, scale);
  const Noise noise(seed, Stream::data);
  Points z(width, 1);
  const double factor = scale / std::sqrt(static_cast<double>(width));
  if (law == OuterWeightLaw::gaussian) {
    noise.normals(0, kOuter, z);
    return factor * z.matrix();
  }
  noise.uniforms(0, kOuter, z);
  return (z < 0.5).select(-factor, Points::Constant(width, 1, factor)).matrix();
}

Teacher gaussian_teacher(Activation activation, Index width, Index dimension, double hidden_sd, OuterWeightLaw outer,
                         std::uint64_t seed) {
  check_positive("width", width);
  check_positive("dimension of inputs", dimension);
  check_scale("hidden_sd", hidden_sd);
  Points hidden(width, dimension);
  Noise(seed, Stream::data).normals(0, kTeacher, hidden);
  return {activation, OutputScale::one, hidden_sd * hidden.matrix(), outer_weights(outer, width, 1, seed)};
}

Eigen::VectorXd with_label_noise(const Eigen::VectorXd& labels, double noise_sd, std::uint64_t seed) {
  if (!(noise_sd >= 0 && std::isfinite(noise_sd)))
    throw InvalidArgument("noise_sd", noise_sd, "at least 0 and finite");
  Points z(labels.size(), 1);
  Noise(seed, Stream::data).normals(0, kLabelNoise, z);
  return labels + noise_sd * z.matrix();
}

Eigen::VectorXd teacher_labels(const Teacher& teacher, const Eigen::MatrixXd& inputs, double noise_sd,
                               std::uint64_t seed) {
  if (teacher.hidden.cols() != inputs.cols())
    throw InvalidArgument("columns of inputs", std::to_string(inputs.cols()),
                          "the teacher's " + std::to_string(teacher.hidden.cols()));
  if (teacher.hidden.rows() != teacher.outer.size())
    throw InvalidArgument("number of outer weights", std::to_string(teacher.outer.size()),
                          "the teacher's width, " + std::to_string(teacher.hidden.rows()));
  const double factor = output_factor(teacher.scale, teacher.outer.size());
  Eigen::VectorXd labels = Eigen::VectorXd::Zero(inputs.rows());
  // plain loops in a fixed order: a longer sample must not change the first labels by rounding
  for (Index i = 0; i < inputs.rows(); ++i)
    for (Index j = 0; j < teacher.outer.size(); ++j) {
      double z = 0;
      for (Index k = 0; k < inputs.cols(); ++k) z += teacher.hidden(j, k) * inputs(i, k);
      labels(i) += factor * teacher.outer(j) * evaluate(teacher.activation, z).value;
    }
  return with_label_noise(labels, noise_sd, seed);
}

}  // namespace sgdlimits
