#include "solvers/sde/stochastic_gradient.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/errors.hpp"
#include "solvers/sde/batch_sampler.hpp"
#include "solvers/sde/online_gradient.hpp"

namespace sgdlimits {
namespace {

template <class T>
std::shared_ptr<const T> not_null(std::shared_ptr<const T> object, const char* what) {
  if (!object) throw InvalidArgument(what, "null", "an object");
  return object;
}

class ExactGradient final : public StochasticGradient {
 public:
  explicit ExactGradient(std::shared_ptr<const Potential> f) : f_(not_null(std::move(f), "potential")) {}
  Index dimension() const override { return f_->dimension(); }
  Box domain() const override { return f_->domain(); }
  std::string name() const override { return "exact gradient"; }
  std::unique_ptr<Run> run(const Noise&, Index) const override { return std::make_unique<Steps>(*f_); }

 private:
  struct Steps final : Run {
    explicit Steps(const Potential& potential) : f(potential) {}
    void evaluate(PointsView x, std::int64_t, PointsOut g, Scratch& scratch) override { f.gradient(x, g, scratch); }
    const Potential& f;
  };
  std::shared_ptr<const Potential> f_;
};

class MiniBatchGradient final : public StochasticGradient {
 public:
  MiniBatchGradient(std::shared_ptr<const FiniteSum> sum, Index batch, Replacement replacement)
      : sum_(not_null(std::move(sum), "finite sum")),
        sampler_(sum_->terms(), batch, replacement),
        name_("B = " + std::to_string(batch) +
              (replacement == Replacement::with ? ", with replacement" : ", without replacement")) {}
  Index dimension() const override { return sum_->dimension(); }
  Box domain() const override { return sum_->domain(); }
  std::string name() const override { return name_; }
  std::unique_ptr<Run> run(const Noise& noise, Index first_path) const override {
    return std::make_unique<Steps>(*sum_, sampler_, noise.with(Stream::batch), first_path);
  }

 private:
  struct Steps final : Run {
    Steps(const FiniteSum& f, const BatchSampler& s, Noise n, Index first)
        : sum(f), sampler(s), noise(n), first_path(first) {}
    void evaluate(PointsView x, std::int64_t step, PointsOut g, Scratch& scratch) override {
      Scratch::Frame frame(scratch);
      Eigen::Map<Indices> indices = scratch_indices(frame, x.rows(), sampler.batch());
      sampler.draw(noise, first_path, step, indices, scratch);
      sum.batch_gradient(x, indices, g, scratch);
    }
    const FiniteSum& sum;
    const BatchSampler& sampler;
    Noise noise;
    Index first_path;
  };
  std::shared_ptr<const FiniteSum> sum_;
  BatchSampler sampler_;
  std::string name_;
};

class EpochGradient final : public StochasticGradient {
 public:
  EpochGradient(std::shared_ptr<const FiniteSum> sum, Index batch)
      : sum_(not_null(std::move(sum), "finite sum")),
        batch_(batch),
        shuffle_(sum_->terms(), sum_->terms(), Replacement::without) {
    if (batch < 1 || sum_->terms() % batch != 0)
      throw InvalidArgument("batch", std::to_string(batch),
                            "a divisor of the number of terms, " + std::to_string(sum_->terms()),
                            "an epoch takes every sample once, in batches of one size");
  }
  Index dimension() const override { return sum_->dimension(); }
  Box domain() const override { return sum_->domain(); }
  std::string name() const override { return "B = " + std::to_string(batch_) + ", epochs"; }
  std::unique_ptr<Run> run(const Noise& noise, Index first_path) const override {
    return std::make_unique<Steps>(*this, noise.with(Stream::batch), first_path);
  }

 private:
  struct Steps final : Run {
    Steps(const EpochGradient& e, Noise n, Index first) : gradient(e), noise(n), first_path(first) {}
    void evaluate(PointsView x, std::int64_t step, PointsOut g, Scratch& scratch) override {
      const Index batch = gradient.batch_;
      const std::int64_t steps = gradient.sum_->terms() / batch;
      if (step / steps != epoch || order.rows() != x.rows()) {
        epoch = step / steps;
        order.resize(x.rows(), gradient.sum_->terms());
        gradient.shuffle_.draw(noise, first_path, epoch, order, scratch);
      }
      gradient.sum_->batch_gradient(x, order.middleCols((step % steps) * batch, batch), g, scratch);
    }
    const EpochGradient& gradient;
    Noise noise;
    Index first_path;
    std::int64_t epoch = -1;
    Indices order;  // row i: the permutation of path first_path + i
  };
  std::shared_ptr<const FiniteSum> sum_;
  Index batch_;
  BatchSampler shuffle_;
};

}  // namespace

OnlineGradient::OnlineGradient(std::shared_ptr<const SampledSum> sum, Index batch)
    : sum_(not_null(std::move(sum), "law")), batch_(batch) {
  if (batch < 1) throw InvalidArgument("batch", std::to_string(batch), "at least 1");
}

namespace {

struct OnlineRun final : StochasticGradient::Run {
  OnlineRun(const SampledSum& f, Index b, const Noise& n, Index first)
      : sum(f), batch(b), noise(n), first_path(first) {}
  void evaluate(PointsView x, std::int64_t step, PointsOut g, Scratch& scratch) override {
    sum.sample_gradient(x, noise, first_path, step, batch, g, scratch);
  }
  const SampledSum& sum;
  Index batch;
  const Noise& noise;
  Index first_path;
};

}  // namespace

std::unique_ptr<StochasticGradient::Run> OnlineGradient::run(const Noise& noise, Index first_path) const {
  return std::make_unique<OnlineRun>(*sum_, batch_, noise, first_path);
}

std::shared_ptr<const StochasticGradient> exact_gradient(std::shared_ptr<const Potential> potential) {
  return std::make_shared<ExactGradient>(std::move(potential));
}

std::shared_ptr<const StochasticGradient> mini_batch_gradient(std::shared_ptr<const FiniteSum> sum, Index batch,
                                                              Replacement replacement) {
  return std::make_shared<MiniBatchGradient>(std::move(sum), batch, replacement);
}

std::shared_ptr<const StochasticGradient> epoch_gradient(std::shared_ptr<const FiniteSum> sum, Index batch) {
  return std::make_shared<EpochGradient>(std::move(sum), batch);
}

std::shared_ptr<const StochasticGradient> online_gradient(std::shared_ptr<const SampledSum> sum, Index batch) {
  return std::make_shared<OnlineGradient>(std::move(sum), batch);
}

}  // namespace sgdlimits
