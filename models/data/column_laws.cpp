#include "models/data/column_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numbers>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "models/data/gauss_rules.hpp"

namespace sgdlimits {
namespace {

/// P(G > z), accurate in the upper tail.
double upper_tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

void check_finite(const char* name, double value) {
  if (!std::isfinite(value)) throw InvalidArgument(name, value, "finite");
}
void check_nonnegative(const char* name, double value) {
  if (!(value >= 0 && std::isfinite(value))) throw InvalidArgument(name, value, "at least 0 and finite");
}
void check_positive(const char* name, double value) {
  if (!(value > 0 && std::isfinite(value))) throw InvalidArgument(name, value, "positive and finite");
}

/// A map of one Gaussian.
class SingleColumn : public ColumnLaw {
 public:
  Index normals_per_sample() const override { return 1; }
  void transform(PointsView z, ValuesOut out) const override {
    for (Index i = 0; i < z.rows(); ++i) out(i) = sample(z(i, 0));
  }

 private:
  virtual double sample(double z) const = 0;
};

class Gaussian final : public SingleColumn {
 public:
  Gaussian(double mean, double sd) : mean_(mean), sd_(sd) {}
  WeightedNodes rule(Index m) const override {
    WeightedNodes rule = gauss_hermite(sd_ > 0 ? m : 1);
    rule.nodes = mean_ + sd_ * rule.nodes;
    return rule;
  }
  std::string description() const override { return fmt::format("N({}, {}^2)", shortest(mean_), shortest(sd_)); }

 private:
  double sample(double z) const override { return mean_ + sd_ * z; }
  double mean_, sd_;
};

class Uniform final : public SingleColumn {
 public:
  Uniform(double lower, double upper) : lower_(lower), upper_(upper) {}
  WeightedNodes rule(Index m) const override {
    WeightedNodes rule = gauss_legendre(m);
    rule.nodes = 0.5 * (lower_ + upper_) + 0.5 * (upper_ - lower_) * rule.nodes;
    return rule;
  }
  std::string description() const override {
    return fmt::format("uniform on [{}, {}]", shortest(lower_), shortest(upper_));
  }

 private:
  double sample(double z) const override { return upper_ - (upper_ - lower_) * upper_tail(z); }
  double lower_, upper_;
};

class Rademacher final : public SingleColumn {
 public:
  explicit Rademacher(double scale) : scale_(scale) {}
  WeightedNodes rule(Index m) const override {
    if (m < 1) throw InvalidArgument("number of nodes", std::to_string(m), "at least 1");
    WeightedNodes rule{Values(2), Values::Constant(2, 0.5)};
    rule.nodes << -scale_, scale_;
    return rule;
  }
  std::string description() const override { return fmt::format("+-{}", shortest(scale_)); }

 private:
  double sample(double z) const override { return z < 0 ? -scale_ : scale_; }
  double scale_;
};

class Exponential final : public SingleColumn {
 public:
  explicit Exponential(double mean) : mean_(mean) {}
  WeightedNodes rule(Index m) const override {
    WeightedNodes rule = gauss_laguerre(m);
    rule.nodes *= mean_;
    return rule;
  }
  std::string description() const override { return fmt::format("exponential of mean {}", shortest(mean_)); }

 private:
  double sample(double z) const override { return -mean_ * std::log(upper_tail(z)); }
  double mean_;
};

class Lognormal final : public SingleColumn {
 public:
  Lognormal(double log_mean, double log_sd) : log_mean_(log_mean), log_sd_(log_sd) {}
  WeightedNodes rule(Index m) const override {
    WeightedNodes rule = gauss_hermite(log_sd_ > 0 ? m : 1);
    for (double& node : rule.nodes) node = sample(node);
    return rule;
  }
  std::string description() const override {
    return fmt::format("exp(N({}, {}^2))", shortest(log_mean_), shortest(log_sd_));
  }

 private:
  double sample(double z) const override { return std::exp(log_mean_ + log_sd_ * z); }
  double log_mean_, log_sd_;
};

class Mixture final : public ColumnLaw {
 public:
  explicit Mixture(std::vector<MixturePart> parts) : parts_(std::move(parts)) {
    double below = 0;
    for (const MixturePart& part : parts_) {
      normals_ = std::max(normals_, 1 + part.law->normals_per_sample());
      below += part.probability;
      if (thresholds_.size() + 1 < parts_.size())
        thresholds_.push_back(boost::math::quantile(boost::math::normal(), below));
    }
  }
  Index normals_per_sample() const override { return normals_; }
  void transform(PointsView z, ValuesOut out) const override {
    Values one(z.rows());
    for (std::size_t c = 0; c < parts_.size(); ++c) {
      const ColumnLaw& law = *parts_[c].law;
      law.transform(z.middleCols(1, law.normals_per_sample()), one);
      for (Index i = 0; i < z.rows(); ++i)
        if (chosen(z(i, 0)) == c) out(i) = one(i);
    }
  }
  WeightedNodes rule(Index m) const override {
    WeightedNodes all;
    for (const MixturePart& part : parts_) {
      const WeightedNodes own = part.law->rule(m);
      const Index before = all.nodes.size();
      all.nodes.conservativeResize(before + own.nodes.size());
      all.weights.conservativeResize(before + own.nodes.size());
      all.nodes.tail(own.nodes.size()) = own.nodes;
      all.weights.tail(own.nodes.size()) = part.probability * own.weights;
    }
    return all;
  }
  std::string description() const override {
    std::string text;
    for (const MixturePart& part : parts_)
      text += fmt::format("{}{} {}", text.empty() ? "" : " + ", shortest(part.probability), part.law->description());
    return text;
  }

 private:
  std::size_t chosen(double z) const {
    return static_cast<std::size_t>(std::upper_bound(thresholds_.begin(), thresholds_.end(), z) -
                                    thresholds_.begin());
  }

  std::vector<MixturePart> parts_;
  std::vector<double> thresholds_;  // part c is chosen below thresholds_[c], the last one above all
  Index normals_ = 0;
};

}  // namespace

std::shared_ptr<const ColumnLaw> gaussian_column(double mean, double sd) {
  check_finite("mean", mean);
  check_nonnegative("sd", sd);
  return std::make_shared<Gaussian>(mean, sd);
}

std::shared_ptr<const ColumnLaw> uniform_column(double lower, double upper) {
  check_finite("lower", lower);
  if (!(upper > lower && std::isfinite(upper - lower)))
    throw InvalidArgument("upper", upper, "greater than lower = " + shortest(lower));
  return std::make_shared<Uniform>(lower, upper);
}

std::shared_ptr<const ColumnLaw> rademacher_column(double scale) {
  check_positive("scale", scale);
  return std::make_shared<Rademacher>(scale);
}

std::shared_ptr<const ColumnLaw> exponential_column(double mean) {
  check_positive("mean", mean);
  return std::make_shared<Exponential>(mean);
}

std::shared_ptr<const ColumnLaw> lognormal_column(double log_mean, double log_sd) {
  check_finite("log_mean", log_mean);
  check_nonnegative("log_sd", log_sd);
  return std::make_shared<Lognormal>(log_mean, log_sd);
}

std::shared_ptr<const ColumnLaw> mixture_column(std::vector<MixturePart> parts) {
  if (parts.empty()) throw InvalidArgument("number of parts", "0", "at least 1");
  double total = 0;
  for (const MixturePart& part : parts) {
    if (!part.law) throw InvalidArgument("law of a part", "null", "a law");
    check_positive("probability", part.probability);
    total += part.probability;
  }
  if (!(std::abs(total - 1) <= 1e-12)) throw InvalidArgument("sum of the probabilities of parts", total, "1");
  return std::make_shared<Mixture>(std::move(parts));
}

}  // namespace sgdlimits
