// Online SGD of the mean-field net (N = 800 or 10^4 piecewise-linear neurons, d = 40, isotropic Gaussians), through
// the runner and with its samples drawn, beside the plain loop anyone would write on samples drawn before, and
// mini-batches beside the two matrix products that they contain. Rates are by processor time of the thread, so that
// other work on the machine spoils little; ratios of one run follow.
//
//     build/release/bench/sgd_bench [--benchmark_filter=...]
#include <benchmark/benchmark.h>

#include <Eigen/Dense>
#include <cstdio>
#include <map>
#include <random>
#include <vector>

#include "models/networks/sampled_two_layer_net.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/sgd.hpp"

namespace sgdlimits {
namespace {

constexpr Index kDimension = 40, kNeurons = 800, kManyNeurons = 10000, kBatch = 100;
constexpr double kDelta = 0.8, kRate = 1e-6;

Ensemble start(Index neurons) {
  Ensemble e;
  e.seed = 1;
  e.points.resize(1, neurons * kDimension);
  Noise(2, Stream::initial).normals(0, 0, e.points);
  e.points *= 0.8 / std::sqrt(static_cast<double>(kDimension));
  return e;
}

/// items: steps, or neurons times samples.
void move(benchmark::State& state, const SampledSum& net, std::shared_ptr<const SampledSum> sum, Index batch,
          AddedNoise noise, std::int64_t steps, double items_a_step) {
  const auto scheme = stochastic_gradient_descent(online_gradient(sum, batch),
                                                  {LearningRateSchedule::constant(LearningRate(kRate)), {}, noise});
  Ensemble e = start(net.dimension() / kDimension);
  const Execution execution;
  for (auto _ : state) {
    const Report report = advance(e, *scheme, steps, execution);
    if (report.status != Status::ok) state.SkipWithError(report.why.c_str());
  }
  benchmark::DoNotOptimize(e.points.data());
  state.SetItemsProcessed(static_cast<std::int64_t>(static_cast<double>(state.iterations() * steps) * items_a_step));
}

std::shared_ptr<const SampledSum> net(Activation activation, Index neurons) {
  return sampled_two_layer_net(mean_field_net(activation, neurons), GaussianClasses::isotropic(kDimension, kDelta));
}

void online(benchmark::State& state, Activation activation) {
  const auto sum = net(activation, kNeurons);
  move(state, *sum, sum, 1, {}, 1000, 1);
}

void noisy(benchmark::State& state, Activation activation) {
  const auto sum = net(activation, kNeurons);
  move(state, *sum, sum, 1, AddedNoise::mean_field(Temperature(1e-3)), 100, 1);
}

void mini_batch(benchmark::State& state, Activation activation) {
  const auto sum = net(activation, kManyNeurons);
  move(state, *sum, sum, kBatch, {}, 4, static_cast<double>(kManyNeurons * kBatch));
}

void reference(benchmark::State& state) {
  const auto sum = sampled_two_layer_net_reference(mean_field_net(Activation::piecewise_linear, kNeurons),
                                                   GaussianClasses::isotropic(kDimension, kDelta));
  move(state, *sum, sum, 1, {}, 8, 1);
}

/// Samples of the same law from the standard library, one after another.
void plain_samples(Index count, std::vector<double>& x, std::vector<double>& y) {
  std::mt19937_64 engine(1);
  std::normal_distribution<double> normal;
  for (Index k = 0; k < count; ++k) {
    y.push_back(k % 2 == 0 ? 1 : -1);
    for (Index j = 0; j < kDimension; ++j) x.push_back((1 + kDelta * y.back()) * normal(engine));
  }
}

std::vector<double> plain_weights() {
  const Points w = start(kNeurons).points;
  return {w.data(), w.data() + w.size()};
}

/// One step, neuron by neuron, weights of a neuron side by side.
void plain_step(double* __restrict w, double* __restrict z, const double* __restrict x, double y) {
  double sum = 0;
  for (Index i = 0; i < kNeurons; ++i) {
    double a = 0;
    for (Index j = 0; j < kDimension; ++j) a += w[i * kDimension + j] * x[j];
    sum += std::min(std::max(10 * a - 7.5, -2.5), 7.5);
    z[i] = a > 0.5 && a < 1.5 ? 10 : 0;
  }
  const double factor = 2 * kRate * (y - sum / kNeurons);
  for (Index i = 0; i < kNeurons; ++i)
    for (Index j = 0; j < kDimension; ++j) w[i * kDimension + j] += factor * z[i] * x[j];
}

void plain_loop(benchmark::State& state) {
  constexpr Index count = 1000;
  std::vector<double> x, y, w = plain_weights(), z(kNeurons);
  plain_samples(count, x, y);
  for (auto _ : state)
    for (Index k = 0; k < count; ++k)
      plain_step(w.data(), z.data(), x.data() + k * kDimension, y[static_cast<std::size_t>(k)]);
  benchmark::DoNotOptimize(w.data());
  state.SetItemsProcessed(state.iterations() * count);
}

void plain_noisy_loop(benchmark::State& state) {
  constexpr Index count = 20;
  std::vector<double> x, y, w = plain_weights(), z(kNeurons);
  plain_samples(count, x, y);
  std::mt19937_64 engine(3);
  std::normal_distribution<double> normal;
  const double sd = std::sqrt(4 * kRate * 1e-3);
  for (auto _ : state)
    for (Index k = 0; k < count; ++k) {
      plain_step(w.data(), z.data(), x.data() + k * kDimension, y[static_cast<std::size_t>(k)]);
      for (double& value : w) value += sd * normal(engine);
    }
  benchmark::DoNotOptimize(w.data());
  state.SetItemsProcessed(state.iterations() * count);
}

/// The Gaussians that a noisy step adds, and nothing else.
void noise_alone(benchmark::State& state) {
  const Noise noise(1, Stream::brownian);
  Values out(kNeurons * kDimension);
  std::int64_t step = 0;
  for (auto _ : state) {
    for (Index begin = 0; begin < out.size(); begin += 1280)
      noise.path_normals(0, step * out.size() + begin, out.segment(begin, 1280));
    benchmark::DoNotOptimize(out.data());
    ++step;
  }
  state.SetItemsProcessed(state.iterations());
}

/// Eigen's products of a mini-batch step's shapes: pre-activations N x d times d x B, gradient N x B times B x d.
void matrix_products(benchmark::State& state) {
  const Eigen::MatrixXd w = Eigen::MatrixXd::Random(kManyNeurons, kDimension),
                        x = Eigen::MatrixXd::Random(kDimension, kBatch),
                        q = Eigen::MatrixXd::Random(kManyNeurons, kBatch);
  Eigen::MatrixXd z(kManyNeurons, kBatch), g(kManyNeurons, kDimension);
  for (auto _ : state) {
    z.noalias() = w * x;
    g.noalias() = q * x.transpose();
    benchmark::DoNotOptimize(z.data());
    benchmark::DoNotOptimize(g.data());
  }
  state.SetItemsProcessed(state.iterations() * kManyNeurons * kBatch);
}

/// The usual table, and the best rates for the ratios below it.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (const auto rate = run.counters.find("items_per_second"); rate != run.counters.end()) {
        double& best = best_[run.run_name.function_name];
        best = std::max(best, rate->second.value);
      }
    ConsoleReporter::ReportRuns(runs);
  }
  void ratio(const std::string& of, const std::string& to, double unit, const char* what) const {
    const auto a = best_.find(of), b = best_.find(to);
    if (a != best_.end() && b != best_.end())
      std::printf("%-32s %8.1f %s = %5.2f x %s\n", of.c_str(), a->second / unit, what, a->second / b->second,
                  to.c_str());
  }

 private:
  std::map<std::string, double> best_;
};

}  // namespace
}  // namespace sgdlimits

int main(int argc, char** argv) {
  using namespace sgdlimits;
  benchmark::Initialize(&argc, argv);
  benchmark::RegisterBenchmark("plain_loop", plain_loop);
  benchmark::RegisterBenchmark("readable_reference", reference);
  for (const Activation activation : all_activations())
    benchmark::RegisterBenchmark(("online " + to_string(activation)).c_str(), online, activation);
  benchmark::RegisterBenchmark("noise_alone", noise_alone);
  benchmark::RegisterBenchmark("plain_noisy_loop", plain_noisy_loop);
  benchmark::RegisterBenchmark("noisy piecewise-linear", noisy, Activation::piecewise_linear);
  benchmark::RegisterBenchmark("matrix_products", matrix_products);
  for (const Activation activation : all_activations())
    benchmark::RegisterBenchmark(("mini-batch " + to_string(activation)).c_str(), mini_batch, activation);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  std::printf("\nbest rate of all repetitions:\n");
  reporter.ratio("readable_reference", "plain_loop", 1e3, "k steps/s");
  for (const Activation activation : all_activations())
    reporter.ratio("online " + to_string(activation), "plain_loop", 1e3, "k steps/s");
  reporter.ratio("noisy piecewise-linear", "plain_noisy_loop", 1e3, "k steps/s");
  reporter.ratio("noisy piecewise-linear", "noise_alone", 1e3, "k steps/s");
  for (const Activation activation : all_activations())
    reporter.ratio("mini-batch " + to_string(activation), "matrix_products", 1e6, "M neuron-samples/s");
}
