// Assembly and apply of the Fokker-Planck generator beside plain loops.
//     generator_bench
// Counter "cells_per_s"; compare BM_Apply... with BM_PlainApply...

#include <benchmark/benchmark.h>

#include <cmath>

#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {
namespace {

std::shared_ptr<const Grid> grid(int dimension) {
  if (dimension == 1) return std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-3, 3, 100000)});
  return std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-3, 3, 512), Axis::uniform(-3, 3, 512)});
}

Values potential(const Grid& grid) {
  const Points x = grid.centers();
  Values f = (x.col(0).square() - 1).square();
  if (grid.dimension() > 1) f += x.col(1).square() + 0.5 * x.col(0) * x.col(1);
  return f;
}

void count(benchmark::State& state, Index cells) {
  state.counters["cells_per_s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * cells), benchmark::Counter::kIsRate);
}

void BM_Assemble(benchmark::State& state) {
  const auto g = grid(static_cast<int>(state.range(0)));
  const Values f = potential(*g);
  for (auto _ : state) benchmark::DoNotOptimize(Generator(f, g, Temperature(0.25)).gibbs().averages().data());
  count(state, g->size());
}

void BM_Apply(benchmark::State& state) {
  const auto g = grid(static_cast<int>(state.range(0)));
  const Generator generator(potential(*g), g, Temperature(0.25));
  const Values rho = generator.gibbs().averages();
  Values out(g->size());
  for (auto _ : state) {
    generator.apply(rho, out);
    benchmark::DoNotOptimize(out.data());
  }
  count(state, g->size());
}

void BM_ApplySymmetrised(benchmark::State& state) {
  const auto g = grid(static_cast<int>(state.range(0)));
  const Generator generator(potential(*g), g, Temperature(0.25));
  const Values v = generator.gibbs().averages().sqrt();
  Values out(g->size());
  for (auto _ : state) {
    generator.apply_symmetrised(v, out);
    benchmark::DoNotOptimize(out.data());
  }
  count(state, g->size());
}

// A loop over faces that scatters the flux to both sides.
void BM_PlainApply(benchmark::State& state) {
  const auto g = grid(static_cast<int>(state.range(0)));
  const Generator generator(potential(*g), g, Temperature(0.25));
  const Values rho = generator.gibbs().averages();
  Values out(g->size());
  for (auto _ : state) {
    out.setZero();
    for (Index j = 0; j < g->dimension(); ++j) {
      const Index s = g->stride(j);
      for (Index i = 0; i + s < g->size(); ++i) {
        const double flux = generator.rate_up(j)(i) * rho(i) * g->volumes()(i) -
                            generator.rate_down(j)(i) * rho(i + s) * g->volumes()(i + s);
        out(i) -= flux;
        out(i + s) += flux;
      }
    }
    out /= g->volumes();
    benchmark::DoNotOptimize(out.data());
  }
  count(state, g->size());
}

BENCHMARK(BM_Assemble)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Apply)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_ApplySymmetrised)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_PlainApply)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sgdlimits

BENCHMARK_MAIN();
