/// Laws of one sample (x, y), input and target, for training on fresh samples instead of data.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/noise.hpp"
#include "models/data/synthetic.hpp"

namespace sgdlimits {

/// The law of (x, y), x of length D, y a number, as a map of S standard Gaussians. Immutable.
class SampleLaw {
 public:
  virtual ~SampleLaw() = default;
  /// D
  virtual Index inputs() const = 0;
  /// S
  virtual Index normals_per_sample() const = 0;
  /// Column b of z (S x n) is sent to column b of x (D x n) and y(b), the same bits in any batch.
  virtual void transform(PointsView z, PointsOut x, ValuesOut y) const = 0;
  virtual std::string description() const = 0;
};

/// Samples first, first + 1, ... of one path: sample m is made of the Gaussians of Stream::sample at indices m S,
/// ..., m S + S - 1, so it depends on (seed, replicate, path, m) alone. x is D x n, y length n.
void draw_samples(const SampleLaw& law, const Noise& noise, Index path, std::int64_t first, PointsOut x, ValuesOut y,
                  Scratch& scratch);

/// x ~ N(mean, diag(sd^2)) with the target y, with some probability.
struct GaussianClass {
  double probability;
  Eigen::VectorXd mean, sd;  ///< length D
  double target;
};

/// A mixture of classes. S = D + 1: the inputs' Gaussians, then one whose quantile chooses the class.
class GaussianClasses final : public SampleLaw {
 public:
  /// Throws InvalidArgument unless there is a class, all have one D >= 1, means, targets and sd >= 0 are finite,
  /// probabilities are positive and sum to 1 within 1e-12.
  explicit GaussianClasses(std::vector<GaussianClass> classes);
  /// y = +1, x ~ N(0, (1 + Delta)^2 I) or y = -1, x ~ N(0, (1 - Delta)^2 I), each with probability 1/2: the isotropic
  /// Gaussians of Mei, Montanari, Nguyen (2018). Throws InvalidArgument unless D >= 1 and 0 <= Delta <= 1.
  static std::shared_ptr<const GaussianClasses> isotropic(Index dimension, double delta);

  Index inputs() const override { return classes_.front().mean.size(); }
  Index normals_per_sample() const override { return inputs() + 1; }
  void transform(PointsView z, PointsOut x, ValuesOut y) const override;
  std::string description() const override;

  const std::vector<GaussianClass>& classes() const { return classes_; }

 private:
  std::vector<GaussianClass> classes_;
  std::vector<double> thresholds_;  // class c is chosen below thresholds_[c], the last one above all
};

/// x of the law of inputs with its scale, y = teacher(x) + N(0, noise_sd^2). Throws InvalidArgument unless the
/// teacher fits together, 0 < scale < infinity and 0 <= noise_sd < infinity.
std::shared_ptr<const SampleLaw> teacher_law(InputLaw inputs, double scale, Teacher teacher, double noise_sd);

/// Uniform over the n rows of data: online SGD of it is mini-batch SGD with replacement on the data. inputs: n x D,
/// targets: length n. Rows are chosen by the quantile of one Gaussian, probabilities off by at most 1e-15. Throws
/// InvalidArgument for wrong sizes or entries that are not finite.
std::shared_ptr<const SampleLaw> empirical_law(const Eigen::MatrixXd& inputs, const Eigen::VectorXd& targets);

}  // namespace sgdlimits
