#include "models/data/sample_law.hpp"

#include <fmt/format.h>

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

/// Phi(z), the uniform of a Gaussian.
double normal_distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

std::string member(Index c, const char* field) { return "classes[" + std::to_string(c) + "]." + field; }

void check(const std::vector<GaussianClass>& classes) {
  if (classes.empty()) throw InvalidArgument("number of classes", "0", "at least 1");
  const Index inputs = classes.front().mean.size();
  if (inputs < 1) throw InvalidArgument("length of a class's mean", "0", "at least 1");
  double total = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const GaussianClass& one = classes[i];
    const auto c = static_cast<Index>(i);
    if (one.mean.size() != inputs || one.sd.size() != inputs)
      throw InvalidArgument(member(c, "mean and sd"),
                            std::to_string(one.mean.size()) + " and " + std::to_string(one.sd.size()) + " long",
                            "both " + std::to_string(inputs) + " long, as those of the first class");
    if (!(one.probability > 0)) throw InvalidArgument(member(c, "probability"), one.probability, "positive");
    if (!std::isfinite(one.target)) throw InvalidArgument(member(c, "target"), one.target, "finite");
    if (!one.mean.allFinite()) throw InvalidArgument(member(c, "mean"), "infinite or NaN", "finite");
    if (!(one.sd.allFinite() && (one.sd.array() >= 0).all()))
      throw InvalidArgument(member(c, "sd"), "negative, infinite or NaN", "at least 0 and finite");
    total += one.probability;
  }
  if (!(std::abs(total - 1) <= 1e-12)) throw InvalidArgument("sum of the probabilities of classes", total, "1");
}

class TeacherLaw final : public SampleLaw {
 public:
  TeacherLaw(InputLaw law, double scale, Teacher teacher, double noise_sd)
      : law_(law), scale_(scale), noise_sd_(noise_sd), teacher_(std::move(teacher)) {
    factor_ = output_factor(teacher_.scale, teacher_.outer.size());
  }

  Index inputs() const override { return teacher_.hidden.cols(); }
  Index normals_per_sample() const override { return inputs() + 1; }

  void transform(PointsView z, PointsOut x, ValuesOut y) const override {
    const Index d = inputs();
    for (Index b = 0; b < z.cols(); ++b) {
      double square = 0;
      for (Index k = 0; k < d; ++k) square += z(k, b) * z(k, b);
      for (Index k = 0; k < d; ++k) x(k, b) = input(z(k, b), square);
      y(b) = target(x, b) + noise_sd_ * z(d, b);
    }
  }

  std::string description() const override {
    return fmt::format("{} inputs of scale {} in dimension {}, teacher of {} {} neurons, noise sd {}",
                       to_string(law_), shortest(scale_), inputs(), teacher_.outer.size(),
                       to_string(teacher_.activation), shortest(noise_sd_));
  }

 private:
  double input(double z, double square) const {
    switch (law_) {
      case InputLaw::uniform_cube: return scale_ * (2 * normal_distribution(z) - 1);
      case InputLaw::sphere: return scale_ * z / std::sqrt(square);
      default: return scale_ * z;
    }
  }

  double target(PointsOut x, Index b) const {
    double y = 0;
    for (Index j = 0; j < teacher_.outer.size(); ++j) {
      double t = 0;
      for (Index k = 0; k < inputs(); ++k) t += teacher_.hidden(j, k) * x(k, b);
      y += factor_ * teacher_.outer(j) * evaluate(teacher_.activation, t).value;
    }
    return y;
  }

  InputLaw law_;
  double scale_, noise_sd_, factor_ = 1;
  Teacher teacher_;
};

class EmpiricalLaw final : public SampleLaw {
 public:
  EmpiricalLaw(const Eigen::MatrixXd& inputs, Values targets)
      : columns_(inputs.transpose().array()), targets_(std::move(targets)) {}

  Index inputs() const override { return columns_.rows(); }
  Index normals_per_sample() const override { return 1; }
  void transform(PointsView z, PointsOut x, ValuesOut y) const override {
    const Index n = columns_.cols();
    for (Index b = 0; b < z.cols(); ++b) {
      const Index row = std::min(n - 1, static_cast<Index>(normal_distribution(z(0, b)) * static_cast<double>(n)));
      x.col(b) = columns_.col(row);
      y(b) = targets_(row);
    }
  }
  std::string description() const override {
    return fmt::format("{} samples of {} inputs, drawn with replacement", columns_.cols(), inputs());
  }

 private:
  Points columns_;  // D x n
  Values targets_;
};

}  // namespace

void draw_samples(const SampleLaw& law, const Noise& noise, Index path, std::int64_t first, PointsOut x, ValuesOut y,
                  Scratch& scratch) {
  const Index s = law.normals_per_sample(), n = x.cols();
  Scratch::Frame frame(scratch);
  Eigen::Map<Points> z = frame.points(s, n);
  noise.with(Stream::sample).path_normals(path, first * s, Eigen::Map<Values>(z.data(), s * n));
  law.transform(z, x, y);
}

GaussianClasses::GaussianClasses(std::vector<GaussianClass> classes) : classes_(std::move(classes)) {
  check(classes_);
  double below = 0;
  for (const GaussianClass& one : classes_) {
    below += one.probability;
    if (thresholds_.size() + 1 < classes_.size())
      thresholds_.push_back(boost::math::quantile(boost::math::normal(), below));
  }
}

std::shared_ptr<const GaussianClasses> GaussianClasses::isotropic(Index dimension, double delta) {
  if (dimension < 1) throw InvalidArgument("dimension", std::to_string(dimension), "at least 1");
  if (!(delta >= 0 && delta <= 1)) throw InvalidArgument("Delta", delta, "between 0 and 1");
  const auto one = [dimension](double sd, double target) {
    return GaussianClass{0.5, Eigen::VectorXd::Zero(dimension), Eigen::VectorXd::Constant(dimension, sd), target};
  };
  return std::make_shared<GaussianClasses>(std::vector<GaussianClass>{one(1 + delta, 1), one(1 - delta, -1)});
}

void GaussianClasses::transform(PointsView z, PointsOut x, ValuesOut y) const {
  const Index d = inputs();
  for (Index b = 0; b < z.cols(); ++b) {
    std::size_t c = 0;
    while (c + 1 < classes_.size() && z(d, b) >= thresholds_[c]) ++c;
    const GaussianClass& chosen = classes_[c];
    for (Index k = 0; k < d; ++k) x(k, b) = chosen.mean(k) + chosen.sd(k) * z(k, b);
    y(b) = chosen.target;
  }
}

std::string GaussianClasses::description() const {
  return fmt::format("{} Gaussian class{} in dimension {}", classes_.size(), classes_.size() == 1 ? "" : "es",
                     inputs());
}

std::shared_ptr<const SampleLaw> teacher_law(InputLaw inputs, double scale, Teacher teacher, double noise_sd) {
  if (teacher.hidden.cols() < 1 || teacher.outer.size() < 1)
    throw InvalidArgument("teacher", "empty", "at least one neuron and one input");
  if (teacher.hidden.rows() != teacher.outer.size())
    throw InvalidArgument("number of outer weights", std::to_string(teacher.outer.size()),
                          "the teacher's width, " + std::to_string(teacher.hidden.rows()));
  if (!(teacher.hidden.allFinite() && teacher.outer.allFinite()))
    throw InvalidArgument("teacher's weights", "infinite or NaN", "finite");
  if (!(scale > 0 && std::isfinite(scale))) throw InvalidArgument("scale of inputs", scale, "positive and finite");
  if (!(noise_sd >= 0 && std::isfinite(noise_sd)))
    throw InvalidArgument("noise_sd", noise_sd, "at least 0 and finite");
  return std::make_shared<TeacherLaw>(inputs, scale, std::move(teacher), noise_sd);
}

std::shared_ptr<const SampleLaw> empirical_law(const Eigen::MatrixXd& inputs, const Eigen::VectorXd& targets) {
  if (inputs.rows() < 1 || inputs.cols() < 1)
    throw InvalidArgument("inputs", std::to_string(inputs.rows()) + " x " + std::to_string(inputs.cols()),
                          "at least one row and one column");
  if (targets.size() != inputs.rows())
    throw InvalidArgument("number of targets", std::to_string(targets.size()),
                          "the number of input rows, " + std::to_string(inputs.rows()));
  if (!(inputs.allFinite() && targets.allFinite()))
    throw InvalidArgument("inputs or targets", "infinite or NaN", "finite");
  return std::make_shared<EmpiricalLaw>(inputs, targets.array());
}

}  // namespace sgdlimits
