// SGD's invariant measure and gap by its transfer operator, beside the plain way: a long ensemble and its histogram.
//     transfer_bench
// Both end with the variance of f_+- = (x^2-1)^2 +- 2.5 x at s = 0.1; the counter `error` is relative to a grid of
// 6400 cells, so that time and accuracy stand together. Deposits: entries of P a second, batch by batch.

#include <benchmark/benchmark.h>

#include <cmath>

#include "models/laws/point.hpp"
#include "models/potentials/catalogue.hpp"
#include "models/potentials/sampled.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/transfer/chain_spectrum.hpp"
#include "solvers/transfer/transfer_operator.hpp"

namespace sgdlimits {
namespace {

constexpr double kRate = 0.1;

std::shared_ptr<const FiniteSum> wells() {
  Points tilts(2, 1);
  tilts << 2.5, -2.5;
  return tilted_samples(make_potential("double-well"), tilts);
}

double variance_on(Index cells) {
  const auto sum = wells();
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-1.5, 1.5, cells)});
  const TransferOperator transfer(*sum, LearningRate(kRate), BatchLaw(2, 1, Replacement::with), grid);
  const std::vector<Index> states = closed_classes(transfer.matrix()).front();
  const Values law = stationary_law(restricted(transfer.matrix(), states)).value();
  double variance = 0;
  for (std::size_t k = 0; k < states.size(); ++k)
    variance += law(static_cast<Index>(k)) * std::pow(grid->axis(0).centers()(states[k]), 2);
  return variance;
}

double reference() {
  static const double value = variance_on(6400);
  return value;
}

void by_operator(benchmark::State& state) {
  double variance = 0;
  for (auto _ : state) benchmark::DoNotOptimize(variance = variance_on(state.range(0)));
  state.counters["error"] = std::abs(variance / reference() - 1);
}
BENCHMARK(by_operator)->Arg(400)->Arg(1600)->Unit(benchmark::kMillisecond);

void by_ensemble(benchmark::State& state) {
  const auto scheme = mini_batch_sgd(wells(), LearningRate(kRate), 1, Replacement::with);
  double variance = 0;
  for (auto _ : state) {
    Ensemble ensemble = Ensemble::from_law(PointLaw(Eigen::VectorXd::Zero(1)), state.range(0), 1);
    benchmark::DoNotOptimize(advance(ensemble, *scheme, 500).status);
    variance = ensemble.points.square().mean();
  }
  state.counters["error"] = std::abs(variance / reference() - 1);
}
BENCHMARK(by_ensemble)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void assembly(benchmark::State& state) {
  const auto sum = wells();
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-1.5, 1.5, 4000)});
  for (auto _ : state) {
    const TransferOperator transfer(*sum, LearningRate(kRate), BatchLaw(2, 1, Replacement::with), grid);
    benchmark::DoNotOptimize(transfer.matrix().nonZeros());
  }
  state.counters["deposits_per_s"] = benchmark::Counter(2 * 3 * 4000, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(assembly)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sgdlimits

BENCHMARK_MAIN();
