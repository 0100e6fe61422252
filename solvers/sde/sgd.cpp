#include "solvers/sde/sgd.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"
#include "solvers/sde/online_gradient.hpp"
#include "solvers/sde/reflection.hpp"

namespace sgdlimits {
namespace {

void check(const StochasticGradient* gradient, const SgdOptions& options) {
  if (gradient == nullptr) throw InvalidArgument("stochastic gradient", "null", "an object");
  const bool moves = options.momentum.kind != Momentum::Kind::none;
  if (!(options.momentum.beta >= 0 && options.momentum.beta < (moves ? 1.0 : 0x1p-1074)))
    throw InvalidArgument("beta", options.momentum.beta, moves ? "at least 0 and less than 1" : "0 without momentum");
  for (const double v : {options.noise.linear, options.noise.quadratic})
    if (!(v >= 0 && std::isfinite(v)))
      throw InvalidArgument("variance of the added noise", v, "at least 0 and finite");
  if (moves && !gradient->domain().is_everywhere())
    throw InvalidArgument("momentum", to_string(options.momentum.kind), "none on a domain with finite ends");
}

std::string name_of(const StochasticGradient& gradient, const SgdOptions& options) {
  std::string name = "sgd (" + gradient.name();
  if (!options.schedule.is_constant()) name += ", rate " + options.schedule.description();
  if (options.momentum.kind != Momentum::Kind::none)
    name += ", " + to_string(options.momentum.kind) + " " + shortest(options.momentum.beta);
  if (!options.noise.none())
    name +=
        ", added variance " + shortest(options.noise.linear) + " s + " + shortest(options.noise.quadratic) + " s^2";
  return name + ")";
}

/// What all variants share: clock, name, streams.
class SgdBase : public Scheme {
 public:
  SgdBase(std::shared_ptr<const StochasticGradient> gradient, SgdOptions options)
      : gradient_(std::move(gradient)), options_(std::move(options)), name_(name_of(*gradient_, options_)) {}

  std::string name() const override { return name_; }
  double step_size() const override { return options_.schedule.rate(0); }
  double elapsed(std::int64_t steps) const override { return options_.schedule.elapsed(steps); }
  bool has_constant_step() const override { return options_.schedule.is_constant(); }
  std::int64_t steps_until(double time) const override {
    return has_constant_step() ? Scheme::steps_until(time) : options_.schedule.steps_until(time);
  }
  bool takes_many_steps() const override { return true; }
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    advance_many(block, step, step + 1, noise);
  }

 protected:
  std::shared_ptr<const StochasticGradient> gradient_;
  SgdOptions options_;

 private:
  std::string name_;
};

class Sgd final : public SgdBase {
 public:
  Sgd(std::shared_ptr<const StochasticGradient> gradient, SgdOptions options)
      : SgdBase(std::move(gradient), std::move(options)), reflection_(gradient_->domain()) {}

  Index dimension() const override { return moves() ? 2 * positions() : positions(); }
  Index positions() const override { return gradient_->dimension(); }
  Index normals_per_step() const override { return options_.noise.none() ? 0 : positions(); }

  void advance_many(PathBlock& block, std::int64_t begin, std::int64_t end, const Noise& noise) const override {
    const Index n = block.x.rows(), d = positions();
    const std::unique_ptr<StochasticGradient::Run> run = gradient_->run(noise, block.first_path);
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> g = frame.points(n, d), ahead = frame.points(n, moves() ? d : 0);
    Eigen::Map<Points> x(block.x.data(), n, d), v(block.x.data() + (moves() ? n * d : 0), n, d);
    for (std::int64_t step = begin; step < end; ++step) {
      const double s = options_.schedule.rate(step), beta = options_.momentum.beta;
      if (moves()) {
        ahead = x;
        if (options_.momentum.kind == Momentum::Kind::nesterov) ahead -= s * beta * v;
        run->evaluate(ahead, step, g, block.scratch);
        v = beta * v + (1 - beta) * g;
        x -= s * v;
      } else {
        run->evaluate(x, step, g, block.scratch);
        x -= s * g;
      }
      if (!options_.noise.none())
        x += std::sqrt(options_.noise.variance(s)) * block.normals.middleCols((step - begin) * d, d);
      reflection_.apply(x);
    }
  }

 private:
  bool moves() const { return options_.momentum.kind != Momentum::Kind::none; }

  Reflection reflection_;
};

/// Plain SGD of a law whose model takes many steps at once.
class FusedOnlineSgd final : public SgdBase {
 public:
  FusedOnlineSgd(std::shared_ptr<const OnlineGradient> online, SgdOptions options)
      : SgdBase(online, std::move(options)), online_(std::move(online)) {}

  Index dimension() const override { return online_->dimension(); }
  Index normals_per_step() const override { return 0; }
  bool moves_single_paths() const override { return true; }

  void advance_many(PathBlock& block, std::int64_t begin, std::int64_t end, const Noise& noise) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Values> rates = frame.values(end - begin);
    Eigen::Map<Values> sd = frame.values(options_.noise.none() ? 0 : end - begin);
    for (Index k = 0; k < rates.size(); ++k) rates(k) = options_.schedule.rate(begin + k);
    for (Index k = 0; k < sd.size(); ++k) sd(k) = std::sqrt(options_.noise.variance(rates(k)));
    const Index d = dimension();
    Eigen::Map<Values> x(block.x.data(), d);
    online_->sum().online_steps(x, {noise, block.first_path, begin, online_->batch(), rates, sd}, block.scratch);
  }

 private:
  std::shared_ptr<const OnlineGradient> online_;
};

}  // namespace

std::string to_string(Momentum::Kind kind) {
  switch (kind) {
    case Momentum::Kind::heavy_ball: return "heavy-ball";
    case Momentum::Kind::nesterov: return "nesterov";
    default: return "none";
  }
}

std::unique_ptr<Scheme> stochastic_gradient_descent(std::shared_ptr<const StochasticGradient> gradient,
                                                    SgdOptions options) {
  check(gradient.get(), options);
  const auto online = std::dynamic_pointer_cast<const OnlineGradient>(gradient);
  if (online && online->sum().has_online_steps() && options.momentum.kind == Momentum::Kind::none &&
      online->domain().is_everywhere())
    return std::make_unique<FusedOnlineSgd>(online, std::move(options));
  return std::make_unique<Sgd>(std::move(gradient), std::move(options));
}

}  // namespace sgdlimits
