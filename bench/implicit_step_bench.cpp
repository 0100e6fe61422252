// One implicit Euler step: elimination without subtraction beside what one would write first.
//     implicit_step_bench
// 1-D: the sweeps beside plain Thomas; counters rows_per_s and mass_drift over 1000 steps at dt lambda_max = 1e9.
// 2-D: nested dissection beside Eigen's SimplicialLDLT on I + dt H; factor and step apart.
// A whole evolution on 150 x 150 cells, by one and two threads.

#include <benchmark/benchmark.h>

#include <Eigen/SparseCholesky>
#include <cmath>

#include "solvers/fokker_planck/evolution.hpp"

namespace sgdlimits {
namespace {

std::shared_ptr<const Generator> line(Index cells) {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-3, 3, cells)});
  return std::make_shared<Generator>(Values((grid->centers().col(0).square() - 1).square()), grid, Temperature(0.5));
}

std::shared_ptr<const Generator> square(Index cells) {
  const auto grid =
      std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-2, 2, cells), Axis::uniform(-2, 2, cells)});
  const Points x = grid->centers();
  const Values f = (x.col(0).square() - 1).square() + x.col(1).square() + 0.5 * x.col(0) * x.col(1);
  return std::make_shared<Generator>(f, grid, Temperature(0.5));
}

// Textbook Thomas with its coefficients factored once.
class Thomas {
 public:
  Thomas(const Generator& g, double dt) : lower_(g.grid().size()), upper_(lower_.size()), inverse_(lower_.size()) {
    const Index n = lower_.size();
    for (Index i = 0; i < n; ++i) {
      lower_(i) = i > 0 ? -dt * g.rate_up(0)(i - 1) : 0;
      const double diagonal = 1 + dt * g.exit_rate()(i);
      inverse_(i) = 1 / (diagonal - (i > 0 ? lower_(i) * upper_(i - 1) : 0));
      upper_(i) = i + 1 < n ? -dt * g.rate_down(0)(i) * inverse_(i) : 0;
    }
  }
  void step(Values& x) const {
    double carry = 0;
    for (Index i = 0; i < x.size(); ++i) x(i) = carry = (x(i) - lower_(i) * carry) * inverse_(i);
    for (Index i = x.size() - 2; i >= 0; --i) x(i) -= upper_(i) * x(i + 1);
  }

 private:
  Values lower_, upper_, inverse_;
};

template <class Step>
void run_line(benchmark::State& state, const Generator& generator, const Step& step) {
  const Values& vol = generator.grid().volumes();
  Values rho = Values::Zero(generator.grid().size());
  rho.segment(rho.size() / 4, rho.size() / 10).setOnes();
  rho /= (rho * vol).sum();
  for (int k = 0; k < 1000; ++k) step(rho);
  state.counters["mass_drift"] = (rho * vol).sum() - 1;
  for (auto _ : state) {
    step(rho);
    benchmark::DoNotOptimize(rho.data());
  }
  state.counters["rows_per_s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * rho.size()), benchmark::Counter::kIsRate);
}

void BM_Line(benchmark::State& state) {
  const auto generator = line(state.range(0));
  const ImplicitEuler euler(generator, 1e9 / generator->largest_eigenvalue_bound());
  run_line(state, *generator, [&](Values& rho) { euler.step(rho); });
}

void BM_LineThomas(benchmark::State& state) {
  const auto generator = line(state.range(0));
  const Thomas thomas(*generator, 1e9 / generator->largest_eigenvalue_bound());
  run_line(state, *generator, [&](Values& rho) { thomas.step(rho); });
}

void BM_SquareFactor(benchmark::State& state) {
  const auto generator = square(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(ImplicitEuler(generator, 1e5 / generator->largest_eigenvalue_bound()));
}

void BM_SquareStep(benchmark::State& state) {
  const auto generator = square(state.range(0));
  const ImplicitEuler euler(generator, 1e5 / generator->largest_eigenvalue_bound());
  Values rho = generator->gibbs().averages();
  for (auto _ : state) {
    euler.step(rho);
    benchmark::DoNotOptimize(rho.data());
  }
}

Eigen::SparseMatrix<double> shifted(const Generator& generator) {
  Eigen::SparseMatrix<double> identity(generator.grid().size(), generator.grid().size());
  identity.setIdentity();
  return identity + 1e5 / generator.largest_eigenvalue_bound() * generator.symmetrised_matrix();
}

void BM_SquareEigenFactor(benchmark::State& state) {
  const Eigen::SparseMatrix<double> matrix = shifted(*square(state.range(0)));
  for (auto _ : state) {
    const Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> ldlt(matrix);
    benchmark::DoNotOptimize(&ldlt);
  }
}

void BM_SquareEigenStep(benchmark::State& state) {
  const auto generator = square(state.range(0));
  const Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> ldlt(shifted(*generator));
  Eigen::VectorXd v = generator->gibbs().averages().sqrt().matrix();
  for (auto _ : state) {
    v = ldlt.solve(v).eval();
    benchmark::DoNotOptimize(v.data());
  }
}

// From the left well to 2/lambda_1 = 10 at tolerance 1e-5, seven report times; lambda_max/lambda_1 = 3e4.
void BM_EvolveSquare(benchmark::State& state) {
  const auto generator = square(150);
  const Points x = generator->grid().centers();
  const Density start =
      Density::from_log(generator->shared_grid(), -((x.col(0) + 1).square() + x.col(1).square()) / (2 * 0.3 * 0.3));
  EvolutionOptions options;
  options.tolerance = 1e-5;
  const Execution execution = Execution::with_threads(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    const auto result = evolve(generator, start, {0.5, 1, 2, 4, 6, 8, 10}, options, execution);
    state.counters["steps"] = result.report().counters.at("steps");
    state.counters["factorisations"] = result.report().counters.at("factorisations");
  }
}

BENCHMARK(BM_Line)->Arg(1000)->Arg(100000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_LineThomas)->Arg(1000)->Arg(100000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_SquareFactor)->Arg(150)->Arg(300)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SquareEigenFactor)->Arg(150)->Arg(300)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SquareStep)->Arg(150)->Arg(300)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SquareEigenStep)->Arg(150)->Arg(300)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_EvolveSquare)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sgdlimits

BENCHMARK_MAIN();
