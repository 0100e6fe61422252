// Path-steps per second of the ensembles beside the plain program anyone would write: one std::mt19937_64 with
// std::normal_distribution, path by path. Prints the ratios after the table.
//
//     build/release/bench/ensemble_bench [--benchmark_filter=...]
#include <benchmark/benchmark.h>

#include <cstdio>
#include <map>
#include <random>

#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/diffusion.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/underdamped.hpp"

namespace sgdlimits {
namespace {

constexpr Index kPaths = 16 * kChunk;
constexpr double kStep = 0.01, kTau = 0.5;

/// f = sum over coordinates of x^4/4 - x^2/2, hand-vectorised.
class DoubleWells final : public Potential {
 public:
  explicit DoubleWells(Index dimension) : dimension_(dimension) {}
  Index dimension() const override { return dimension_; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = (0.25 * x.square().square() - 0.5 * x.square()).rowwise().sum();
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x * (x.square() - 1); }
  void laplacian(PointsView x, ValuesOut l, Scratch&) const override { l = (3 * x.square() - 1).rowwise().sum(); }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch&) const override {
    return (3 * x.array().square() - 1).matrix().asDiagonal();
  }
  bool has_exact_hessian() const override { return true; }

 private:
  Index dimension_;
};

/// Least squares with one parameter a coordinate: f_i = |x - c_i|^2/2.
class Centres final : public FiniteSum {
 public:
  Centres(Index terms, Index dimension) : centres_(terms, dimension) {
    Noise(1, Stream::data).normals(0, 0, centres_);
  }
  Index dimension() const override { return centres_.cols(); }
  Index terms() const override { return centres_.rows(); }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = 0.5 * x.square().rowwise().sum(); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g = x.rowwise() - centres_.colwise().mean(); }
  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch&) const override {
    g = x;
    const double weight = 1.0 / static_cast<double>(indices.cols());
    for (Index j = 0; j < x.cols(); ++j)
      for (Index b = 0; b < indices.cols(); ++b)
        for (Index i = 0; i < x.rows(); ++i) g(i, j) -= weight * centres_(indices(i, b), j);
  }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override {
    return -(centres_.rowwise() - x.array().transpose());
  }

 private:
  Points centres_;
};

std::shared_ptr<const Drift> drift(Index dimension) {
  return std::make_shared<GradientDrift>(std::make_shared<DoubleWells>(dimension));
}

/// items: path-steps, or Gaussians.
void count(benchmark::State& state, std::int64_t items_an_iteration) {
  state.SetItemsProcessed(state.iterations() * items_an_iteration);
}

void move(benchmark::State& state, const Scheme& scheme, Index paths, std::int64_t steps, Execution execution = {}) {
  Ensemble ensemble;
  ensemble.points = Points::Constant(paths, scheme.dimension(), -1.0);
  ensemble.seed = 1;
  for (auto _ : state) {
    const Report report = advance(ensemble, scheme, steps, execution);
    if (report.status != Status::ok) state.SkipWithError(report.why.c_str());
  }
  benchmark::DoNotOptimize(ensemble.points.data());
  count(state, paths * steps);
}

void plain_loop(benchmark::State& state) {
  const Index d = state.range(0);
  std::mt19937_64 engine(1);
  std::normal_distribution<double> normal;
  std::vector<double> x(static_cast<std::size_t>(1000 * d), -1.0);
  const double noise = std::sqrt(2 * kTau * kStep);
  for (auto _ : state) {
    for (double& value : x) value += kStep * (value - value * value * value) + noise * normal(engine);
    benchmark::DoNotOptimize(x.data());
  }
  count(state, 1000);
}

void noise_alone(benchmark::State& state) {
  const Noise noise(1, Stream::brownian);
  Points out(256, 8);
  std::int64_t index = 0;
  for (auto _ : state) {
    noise.normals(0, index, out);
    benchmark::DoNotOptimize(out.data());
    index += 8;
  }
  count(state, out.size());
}

void euler(benchmark::State& state) {
  const Index d = state.range(0);
  move(state, *euler_maruyama(drift(d), Temperature(kTau), kStep), kPaths / d, 64);
}

void heun_scheme(benchmark::State& state) {
  const Index d = state.range(0);
  move(state, *heun(drift(d), Temperature(kTau), kStep), kPaths / d, 64);
}

/// Any scheme of the catalogue, for the ratio to Euler-Maruyama.
void by_name(benchmark::State& state, const std::string& name) {
  const Index d = state.range(0);
  const auto problem = OverdampedProblem::of(std::make_shared<DoubleWells>(d), Temperature(kTau));
  move(state, *make_scheme(name, problem, kStep), kPaths / d, 64);
}

/// A splitting of underdamped motion: positions and momenta, one Gaussian a coordinate and step.
void splitting(benchmark::State& state, const std::string& name) {
  const Index d = state.range(0);
  const auto problem = UnderdampedProblem::of(std::make_shared<DoubleWells>(d), Temperature(kTau));
  move(state, *underdamped_scheme(name, problem, kStep), kPaths / d, 64);
}

/// A scheme for state-dependent noise on dX = -X dt + (1/2) sqrt(1 + X^2) dB, Ito.
void state_dependent(benchmark::State& state, const std::string& name) {
  DiffusionCoefficients equation;
  equation.drift = [](double, PointsView x, PointsOut b, Scratch&) { b = -x; };
  equation.noise = [](double, PointsView x, PointsOut s, Scratch&) { s = 0.5 * (1 + x.square()).sqrt(); };
  move(state, *find_diffusion_scheme(name)->make(ItoDiffusion(equation), kStep), kPaths, 64);
}

void euler_blocks(benchmark::State& state) {
  Execution execution;
  execution.block = state.range(0);
  move(state, *euler_maruyama(drift(1), Temperature(kTau), kStep), kPaths, 64, execution);
}

/// By wall time: what threads are for. Long enough that starting the pool does not count.
void euler_threads(benchmark::State& state) {
  const Execution execution = Execution::with_threads(static_cast<int>(state.range(0)));
  move(state, *euler_maruyama(drift(1), Temperature(kTau), kStep), kPaths, 640, execution);
}

void mini_batch(benchmark::State& state) {
  const auto replacement = state.range(0) == 0 ? Replacement::with : Replacement::without;
  move(state, *mini_batch_sgd(std::make_shared<Centres>(100, 2), LearningRate(0.1), 10, replacement), kChunk, 64);
}

/// The usual table, and the rates for the ratios below it.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (const auto rate = run.counters.find("items_per_second"); rate != run.counters.end())
        best_[run.run_name.function_name + "/" + run.run_name.args] =
            std::max(best_[run.run_name.function_name + "/" + run.run_name.args], rate->second.value);
    ConsoleReporter::ReportRuns(runs);
  }
  void ratio(const char* of, const char* to) const {
    const auto a = best_.find(of), b = best_.find(to);
    if (a != best_.end() && b != best_.end())
      std::printf("%-32s %7.1f M/s = %6.2f x %s\n", of, a->second / 1e6, a->second / b->second, to);
  }

 private:
  std::map<std::string, double> best_;
};

BENCHMARK(noise_alone);
BENCHMARK(plain_loop)->Name("mt19937_loop")->Arg(1)->Arg(10);
BENCHMARK(euler)->Name("euler_maruyama")->Arg(1)->Arg(10);
BENCHMARK(heun_scheme)->Name("heun")->Arg(1)->Arg(10);
BENCHMARK(euler_blocks)->Name("euler_maruyama_block")->Arg(64)->Arg(128)->Arg(256)->Arg(512)->Arg(1000);
BENCHMARK(euler_threads)->Name("euler_maruyama_threads")->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(mini_batch)->Name("mini_batch_sgd_without_replacement")->Arg(0)->Arg(1);

}  // namespace
}  // namespace sgdlimits

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const std::string& name : sgdlimits::scheme_names())
    benchmark::RegisterBenchmark(("scheme " + name).c_str(), sgdlimits::by_name, name)->Arg(1)->Arg(10);
  for (const std::string& name : sgdlimits::underdamped_names())
    benchmark::RegisterBenchmark(("splitting " + name).c_str(), sgdlimits::splitting, name)->Arg(1)->Arg(10);
  for (const auto& record : sgdlimits::diffusion_scheme_catalogue())
    benchmark::RegisterBenchmark(("state-dependent " + record.name).c_str(), sgdlimits::state_dependent, record.name);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
  sgdlimits::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  std::printf("\nbest rate of all repetitions, in path-steps (Gaussians) a second:\n");
  reporter.ratio("euler_maruyama/1", "mt19937_loop/1");
  reporter.ratio("euler_maruyama/1", "noise_alone/");
  reporter.ratio("euler_maruyama_threads/2", "euler_maruyama_threads/1");
  reporter.ratio("heun/1", "mt19937_loop/1");
  reporter.ratio("euler_maruyama/10", "mt19937_loop/10");
  reporter.ratio("heun/10", "mt19937_loop/10");
  for (const std::string& name : sgdlimits::scheme_names())
    for (const char* d : {"/1", "/10"})
      reporter.ratio(("scheme " + name + d).c_str(), (std::string("scheme euler-maruyama") + d).c_str());
  for (const std::string& name : sgdlimits::underdamped_names())
    for (const char* d : {"/1", "/10"})
      reporter.ratio(("splitting " + name + d).c_str(), (std::string("scheme euler-maruyama") + d).c_str());
  for (const auto& record : sgdlimits::diffusion_scheme_catalogue())
    reporter.ratio(("state-dependent " + record.name + "/").c_str(), "scheme euler-maruyama/1");
}
