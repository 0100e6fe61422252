// One gradient of a one-neuron net with two inputs on 50 distinct data rows, for a tile of paths in cache: the inner
// loop of a Langevin ensemble on iris. Beside it the scalar reference, and the bare vector exponential on as many
// arguments, which bounds the sigmoid from above. Tables of ratios of one run follow; the last is of data whose
// inputs repeat.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <functional>

#include "core/noise.hpp"
#include "models/data/synthetic.hpp"
#include "models/networks/two_layer_net.hpp"
#include "models/networks/two_layer_net_kernel.hpp"

namespace {

using namespace sgdlimits;

constexpr Index kRows = 50, kPaths = 256, kBatch = 10;

TwoLayerNetSpec spec(Activation activation, Index width, Index inputs) {
  TwoLayerNetSpec s;
  s.activation = activation;
  s.inputs = synthetic_inputs(InputLaw::gaussian, kRows, inputs, 1.0, 1);
  s.targets = s.inputs.col(0).array().square();
  s.outer_weights = Eigen::VectorXd::Constant(width, 4.0);
  s.ridge = 0.13;
  return s;
}

Points paths(Index dimension) { return synthetic_inputs(InputLaw::gaussian, kPaths, dimension, 2.0, 2).array(); }

/// Seconds of one call: the best of several batches, since other work can only slow a batch down.
double seconds(const std::function<void()>& call) {
  using Clock = std::chrono::steady_clock;
  double best = 1e300;
  for (int batch = 0; batch < 25; ++batch) {
    const auto start = Clock::now();
    int calls = 0;
    double elapsed = 0;
    do {
      call();
      ++calls;
      elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    } while (elapsed < 0.01);
    best = std::min(best, elapsed / calls);
  }
  return best;
}

double gradient_seconds(const FiniteSum& net) {
  const Points x = paths(net.dimension());
  Points g(x.rows(), x.cols());
  Scratch scratch;
  return seconds([&] {
    net.gradient(x, g, scratch);
    benchmark::DoNotOptimize(g.data());
  });
}

double batch_seconds(const FiniteSum& net) {
  const Points x = paths(net.dimension());
  Points g(x.rows(), x.cols());
  Indices indices(kPaths, kBatch);
  Noise(3, Stream::batch).integers(0, 0, kRows, indices);
  Scratch scratch;
  return seconds([&] {
    net.batch_gradient(x, indices, g, scratch);
    benchmark::DoNotOptimize(g.data());
  });
}

/// The vector exponential, `count` arguments from a buffer in L1.
double exp_seconds(Index count) {
  const Values z = synthetic_inputs(InputLaw::gaussian, kPaths, 1, 2.0, 4).col(0).array();
  Values out(z.size());
  return seconds([&] {
    for (Index done = 0; done < count; done += kPaths) kernel::vector_exp(z.data(), out.data(), kPaths);
    benchmark::DoNotOptimize(out.data());
  });
}

void gradient(benchmark::State& state, const std::function<std::shared_ptr<const FiniteSum>()>& make) {
  const auto net = make();
  const Points x = paths(net->dimension());
  Points g(x.rows(), x.cols());
  Scratch scratch;
  for (auto _ : state) {
    net->gradient(x, g, scratch);
    benchmark::DoNotOptimize(g.data());
  }
  state.SetItemsProcessed(state.iterations() * kPaths * kRows);
}

/// 150 samples of one measurement and a constant, 43 distinct inputs, two classes that overlap in a few of them: the
/// shape of the petal lengths of iris.
TwoLayerNetSpec repeated(Activation activation, Loss loss, Index width, bool apart) {
  constexpr Index samples = 150, distinct = 43;
  TwoLayerNetSpec s = spec(activation, width, 2);
  s.loss = loss;
  s.inputs.setOnes(samples, 2);
  s.targets.resize(samples);
  for (Index i = 0; i < samples; ++i) {
    const Index place = 29 * i % distinct;
    // a relative change far below anything that matters keeps the samples apart
    const double change = apart ? 1e-14 * static_cast<double>(i) : 0;
    s.inputs(i, 0) = (static_cast<double>(place) / 13 - 1.6) * (1 + change);
    const bool high = place > 24 || (place > 20 && i % 2 == 0);
    s.targets(i) = loss == Loss::logistic ? (high ? 1 : -1) : (high ? 8 : 0);
  }
  return s;
}

void print_merging() {
  std::printf("\n150 samples with 43 distinct inputs: merged, and the same kernel on samples kept apart\n");
  std::printf("%-10s %-9s %6s %18s %18s %10s\n", "activation", "loss", "width", "merged us/gradient",
              "apart us/gradient", "ratio");
  for (const Activation activation : {Activation::sigmoid, Activation::tanh, Activation::relu})
    for (const Loss loss : {Loss::square, Loss::logistic})
      for (const Index width : {1, 10}) {
        const double merged = gradient_seconds(*two_layer_net(repeated(activation, loss, width, false)));
        const double apart = gradient_seconds(*two_layer_net(repeated(activation, loss, width, true)));
        std::printf("%-10s %-9s %6d %18.1f %18.1f %10.2f\n", to_string(activation).c_str(), to_string(loss).c_str(),
                    static_cast<int>(width), 1e6 * merged, 1e6 * apart, apart / merged);
      }
}

void print_ratios() {
  const double limit = exp_seconds(kPaths * kRows);
  std::printf("\n%-10s %6s %6s %14s %16s %16s %14s\n", "activation", "width", "inputs", "M terms/s", "fast/reference",
              "of exp limit", "batch/reference");
  for (const Activation activation : all_activations())
    for (const auto& [width, inputs] : {std::pair<Index, Index>{1, 2}, {1, 1}, {10, 2}, {10, 4}}) {
      const TwoLayerNetSpec s = spec(activation, width, inputs);
      const double fast = gradient_seconds(*two_layer_net(s)), slow = gradient_seconds(*two_layer_net_reference(s));
      const double batch = batch_seconds(*two_layer_net_reference(s)) / batch_seconds(*two_layer_net(s));
      const auto neurons = static_cast<double>(width);
      std::printf("%-10s %6d %6d %14.0f %16.1f %16.2f %14.1f\n", to_string(activation).c_str(),
                  static_cast<int>(width), static_cast<int>(inputs), kPaths * kRows * neurons / fast / 1e6,
                  slow / fast, neurons * limit / fast, batch);
    }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sgdlimits;
  benchmark::Initialize(&argc, argv);
  for (const Activation activation : all_activations()) {
    const TwoLayerNetSpec s = spec(activation, 1, 2);
    benchmark::RegisterBenchmark((to_string(activation) + "/fast").c_str(), gradient,
                                 [s] { return two_layer_net(s); });
    benchmark::RegisterBenchmark((to_string(activation) + "/reference").c_str(), gradient,
                                 [s] { return two_layer_net_reference(s); });
  }
  benchmark::RunSpecifiedBenchmarks();
  print_ratios();
  print_merging();
}
