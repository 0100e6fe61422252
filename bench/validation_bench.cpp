// What judges a run, on one snapshot of its size: distances of two samples and of a sample and a density, the
// resampling of W2, chi squared by modes and the series of modes, chi squared of a density.
//     validation_bench
// Beside each the loop that one would write first. The last table prints processor time and ratios of one run on one
// thread. The plain ones give a number alone: no p-value, no interval, no value where a Gibbs measure underflows.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>
#include <vector>

#include "core/noise.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/spectrum/eigenfunction_interpolant.hpp"
#include "validation/distances/one_dimensional.hpp"
#include "validation/rates/mode_decay.hpp"

namespace {

using namespace sgdlimits;

constexpr Index kPaths = 100000, kCells = 192, kModes = 5, kTimes = 9, kResamples = 99;

Values sample(std::uint64_t seed) {
  Points x(kPaths, 1);
  Noise(seed, Stream::test).normals(0, 0, x);
  return x.col(0);
}

Density normal_density() {
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-6, 6, 2048)});
  return Density::from_log(grid, -0.5 * grid->centers().col(0).square());
}

/// Processor seconds of one call: the least of several, since other work can only slow a call down.
double seconds(const std::function<double()>& call) {
  double best = 1e300;
  for (int k = 0; k < 5; ++k) {
    const std::clock_t start = std::clock();
    benchmark::DoNotOptimize(call());
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

std::vector<double> sorted(const Values& x) {
  std::vector<double> y(x.data(), x.data() + x.size());
  std::sort(y.begin(), y.end());
  return y;
}

// Samples of one size: the mean over order statistics.
double plain_wasserstein(const Values& a, const Values& b, int power) {
  const std::vector<double> x = sorted(a), y = sorted(b);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(std::abs(x[i] - y[i]), power);
  return std::pow(sum / static_cast<double>(x.size()), 1.0 / power);
}

double plain_kolmogorov_smirnov(const Values& a, const Values& b) {
  const std::vector<double> x = sorted(a), y = sorted(b);
  double largest = 0;
  std::size_t i = 0, k = 0;
  while (i < x.size() && k < y.size()) {
    (x[i] <= y[k] ? i : k) += 1;
    largest = std::max(largest, std::abs(static_cast<double>(i) - static_cast<double>(k)));
  }
  return largest / static_cast<double>(x.size());
}

// On 50 bins of equal mass of the pooled sample.
double plain_total_variation(const Values& a, const Values& b) {
  constexpr std::size_t kBins = 50;
  std::vector<double> all(a.data(), a.data() + a.size()), edges, count(kBins);
  all.insert(all.end(), b.data(), b.data() + b.size());
  std::sort(all.begin(), all.end());
  for (std::size_t k = 1; k < kBins; ++k) edges.push_back(all[k * all.size() / kBins]);
  const auto bin = [&](double x) {
    return static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), x) - edges.begin());
  };
  for (const double x : a) count[bin(x)] += 1;
  for (const double x : b) count[bin(x)] -= 1;
  double sum = 0;
  for (const double c : count) sum += std::abs(c);
  return sum / 2 / static_cast<double>(a.size());
}

// W1 = int |F - G| by the midpoint rule at the upper edges of the cells.
double plain_wasserstein_to_density(const Values& a, const Density& density) {
  const std::vector<double> x = sorted(a);
  const Axis& axis = density.grid().axis(0);
  double sum = 0, mass = 0;
  std::size_t below = 0;
  for (Index i = 0; i < axis.cells(); ++i) {
    while (below < x.size() && x[below] <= axis.edges()(i + 1)) ++below;
    mass += density.averages()(i) * axis.widths()(i);
    sum += std::abs(mass - static_cast<double>(below) / static_cast<double>(x.size())) * axis.widths()(i);
  }
  return sum;
}

// The bootstrap that one would write: two samples by the standard generator, sorted, for every resample.
double plain_resampling() {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  double sum = 0;
  for (Index r = 0; r < kResamples; ++r) {
    Values a(kPaths), b(kPaths);
    for (double& x : a) x = normal(random);
    for (double& x : b) x = normal(random);
    sum += plain_wasserstein(a, b, 2);
  }
  return sum / kResamples;
}

/// Five functions on a square by interpolation, as a run has them.
struct Modes {
  std::shared_ptr<const Grid> grid =
      std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-4, 4, kCells), Axis::uniform(-4, 4, kCells)});
  std::vector<Values> cells;
  std::vector<GridInterpolant> interpolants;
  std::vector<double> times;
  std::vector<Points> snapshots;

  Modes() {
    const Points x = grid->centers();
    for (Index k = 0; k < kModes; ++k) {
      cells.push_back((static_cast<double>(k + 1) * x.col(0) + x.col(1)).sin());
      interpolants.emplace_back(grid, cells.back());
    }
    for (Index t = 0; t < kTimes; ++t) {
      times.push_back(static_cast<double>(t + 1));
      snapshots.emplace_back(kPaths, 2);
      Noise(static_cast<std::uint64_t>(t + 1), Stream::test).normals(0, 0, snapshots.back());
    }
  }
  void evaluate(PointsView x, PointsOut out) const {
    for (Index k = 0; k < kModes; ++k) interpolants[static_cast<std::size_t>(k)].evaluate(x, out.col(k));
  }
  // Bilinear interpolation on equal cells, path by path; mean and mean square alone.
  double plain(const Points& x) const {
    const double h = 8.0 / static_cast<double>(kCells);
    std::vector<double> sum(kModes), square(kModes);
    for (Index i = 0; i < x.rows(); ++i) {
      const double u = std::clamp((x(i, 0) + 4) / h - 0.5, 0.0, kCells - 1.001);
      const double v = std::clamp((x(i, 1) + 4) / h - 0.5, 0.0, kCells - 1.001);
      const Index a = static_cast<Index>(u), b = static_cast<Index>(v), c = a + kCells * b;
      const double p = u - static_cast<double>(a), q = v - static_cast<double>(b);
      for (std::size_t k = 0; k < kModes; ++k) {
        const Values& f = cells[k];
        const double g =
            (1 - q) * ((1 - p) * f(c) + p * f(c + 1)) + q * ((1 - p) * f(c + kCells) + p * f(c + kCells + 1));
        sum[k] += g;
        square[k] += g * g;
      }
    }
    const auto n = static_cast<double>(x.rows());
    double chi = 0;
    for (std::size_t k = 0; k < kModes; ++k) chi += sum[k] / n * sum[k] / n - square[k] / n / n;
    return chi;
  }
};

std::shared_ptr<const Generator> square_generator() {
  const auto grid =
      std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-2, 2, kCells), Axis::uniform(-2, 2, kCells)});
  const Points x = grid->centers();
  return std::make_shared<Generator>(Values((x.col(0).square() - 1).square() + x.col(1).square()), grid,
                                     Temperature(0.25));
}

double plain_chi_squared(const Generator& generator, const Density& density) {
  const Values& rho = density.averages();
  const Values& mu = generator.gibbs().averages();
  const Values& vol = generator.grid().volumes();
  double sum = 0;
  for (Index i = 0; i < rho.size(); ++i) sum += (rho(i) / mu(i) - 1) * (rho(i) / mu(i) - 1) * mu(i) * vol(i);
  return sum;
}

struct Row {
  std::string name;
  std::function<double()> here, plain;
};

std::vector<Row> rows() {
  static const Values a = sample(1), b = sample(2);
  static const Density density = normal_density();
  static const Modes modes;
  static const auto generator = square_generator();
  static const Density start = Density::from_log(
      generator->shared_grid(), 2 * generator->log_gibbs() + 0.3 * generator->grid().centers().col(0));
  static ThreadPool pool(1);
  const auto two_samples = [](auto distance) {
    return [=] { return distance(LineLaw::from_sample(a), LineLaw::from_sample(b)).value.value(); };
  };
  const auto w1 = [](const LineLaw& x, const LineLaw& y) { return wasserstein1(x, y); };
  const auto tv = [](const LineLaw& x, const LineLaw& y) { return total_variation(x, y); };
  const auto ks = [](const LineLaw& x, const LineLaw& y) { return kolmogorov_smirnov(x, y); };
  const auto w2 = [](const LineLaw& x, const LineLaw& y) { return wasserstein2(x, y, {kResamples, 1}, pool); };
  const Eigenfunctions functions = [](PointsView x, PointsOut out) { modes.evaluate(x, out); };
  return {
      {"W1, two samples", two_samples(w1), [] { return plain_wasserstein(a, b, 1); }},
      {"W1, sample and density",
       [w1] { return w1(LineLaw::from_sample(a), LineLaw::from_density(density)).value.value(); },
       [] { return plain_wasserstein_to_density(a, density); }},
      {"TV, two samples", two_samples(tv), [] { return plain_total_variation(a, b); }},
      {"KS, two samples", two_samples(ks), [] { return plain_kolmogorov_smirnov(a, b); }},
      {"W2 with its 99 resamples", two_samples(w2),
       [] {
         benchmark::DoNotOptimize(plain_resampling());
         return plain_wasserstein(a, b, 2);
       }},
      {"chi squared by 5 modes",
       [functions] { return mode_snapshot(1, modes.snapshots[0], functions, kModes, pool).chi_squared.value(); },
       [] { return modes.plain(modes.snapshots[0]); }},
      {"series of 5 modes, 9 times",
       [functions] {
         double sum = 0;
         for (const ModeSnapshot& t : mode_series(modes.times, modes.snapshots, functions, kModes, pool).snapshots)
           sum += t.chi_squared.value();
         return sum;
       },
       [] {
         double sum = 0;
         for (const Points& x : modes.snapshots) sum += modes.plain(x);
         return sum;
       }},
      {"chi squared of a density", [] { return chi_squared(*generator, start); },
       [] { return plain_chi_squared(*generator, start); }},
  };
}

void print_ratios() {
  std::printf("\n%-28s %14s %14s %12s %14s %14s\n", "1e5 paths, 192^2 cells", "here (ms)", "plain (ms)", "here/plain",
              "value here", "value plain");
  for (const Row& row : rows()) {
    const double here = seconds(row.here), plain = seconds(row.plain);
    std::printf("%-28s %14.3f %14.3f %12.2f %14.6g %14.6g\n", row.name.c_str(), 1e3 * here, 1e3 * plain, here / plain,
                row.here(), row.plain());
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const Row& row : rows()) {
    const auto run = [](benchmark::State& state, const std::function<double()>& call) {
      for (auto _ : state) benchmark::DoNotOptimize(call());
    };
    benchmark::RegisterBenchmark((row.name + "/here").c_str(), run, row.here)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark((row.name + "/plain").c_str(), run, row.plain)->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  print_ratios();
}
