/// Data, teachers and outer weights by law and seed, from Noise(seed, Stream::data).
///
/// Row i depends on (seed, i) alone: n rows are the first n of any longer sample, and inputs, label noise, teacher
/// weights and outer weights of one seed are independent.
#pragma once

#include <cstdint>
#include <string>

#include "core/points.hpp"
#include "models/networks/two_layer_net.hpp"

namespace sgdlimits {

enum class InputLaw {
  gaussian,      ///< N(0, scale^2 I)
  uniform_cube,  ///< uniform on [-scale, scale]^D
  sphere,        ///< uniform on the sphere of radius scale
};
enum class OuterWeightLaw {
  constant,  ///< a_j = scale
  signs,     ///< a_j = +-scale/sqrt(p), fair independent signs
  gaussian,  ///< a_j ~ N(0, scale^2)/sqrt(p)
};

/// "gaussian", "uniform-cube", "sphere"; "constant", "signs", "gaussian".
std::string to_string(InputLaw law);
std::string to_string(OuterWeightLaw law);
/// Inverses; throw InvalidArgument with the nearest valid name.
InputLaw input_law_from_name(const std::string& name);
OuterWeightLaw outer_weight_law_from_name(const std::string& name);

/// n x dimension. Throws InvalidArgument unless n, dimension >= 1 and 0 < scale < infinity.
Eigen::MatrixXd synthetic_inputs(InputLaw law, Index n, Index dimension, double scale, std::uint64_t seed);

/// Length `width`. For a fixed width only the law and seed matter; signs and normals are prefixes up to the factor
/// 1/sqrt(width).
Eigen::VectorXd outer_weights(OuterWeightLaw law, Index width, double scale, std::uint64_t seed);

/// y = S sum_j a_j sigma(w_j . x), w_j the rows of `hidden` (p x D).
struct Teacher {
  Activation activation = Activation::sigmoid;
  OutputScale scale = OutputScale::one;
  Eigen::MatrixXd hidden;
  Eigen::VectorXd outer;
};
/// hidden entries N(0, hidden_sd^2), outer weights by law with scale 1.
Teacher gaussian_teacher(Activation activation, Index width, Index dimension, double hidden_sd, OuterWeightLaw outer,
                         std::uint64_t seed);

/// Labels of the teacher at inputs (n x D) plus N(0, noise_sd^2). Length n. Throws InvalidArgument on a wrong shape
/// or negative noise_sd.
Eigen::VectorXd teacher_labels(const Teacher& teacher, const Eigen::MatrixXd& inputs, double noise_sd,
                               std::uint64_t seed);
/// y + N(0, noise_sd^2), the same noise as in teacher_labels.
Eigen::VectorXd with_label_noise(const Eigen::VectorXd& labels, double noise_sd, std::uint64_t seed);

}  // namespace sgdlimits
