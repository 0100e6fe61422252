// Spectral gaps: the default answer in one dimension, and five modes of one discrete operator on 256 x 256 cells
// beside the plain use of Spectra (restarted Lanczos) on Eigen's sparse LDL^T, to the same accuracy.
#include <Spectra/SymEigsShiftSolver.h>
#include <benchmark/benchmark.h>
#include <Eigen/SparseCholesky>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include "solvers/spectrum/lowest_modes.hpp"
#include "solvers/spectrum/spectral_gap.hpp"

namespace sgdlimits {
namespace {

class DoubleWell : public Potential {
 public:
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = (x.col(0).square() - 1).square(); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g.col(0) = 4 * x.col(0) * (x.col(0).square() - 1);
  }
};

/// (x^2-1)^2 + .75 y^2 + .3 x y
class CoupledWell : public Potential {
 public:
  Index dimension() const override { return 2; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = (x.col(0).square() - 1).square() + 0.75 * x.col(1).square() + 0.3 * x.col(0) * x.col(1);
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g.col(0) = 4 * x.col(0) * (x.col(0).square() - 1) + 0.3 * x.col(1);
    g.col(1) = 1.5 * x.col(1) + 0.3 * x.col(0);
  }
};

/// (H - shift I)^{-1} as Spectra wants it.
class ShiftSolve {
 public:
  using Scalar = double;
  explicit ShiftSolve(const Eigen::SparseMatrix<double>& matrix) : matrix_(matrix) {}
  Index rows() const { return matrix_.rows(); }
  Index cols() const { return matrix_.cols(); }
  void set_shift(double shift) {
    solver_.setShift(-shift);
    solver_.compute(matrix_);
  }
  void perform_op(const double* x, double* y) const {
    Eigen::Map<Eigen::VectorXd>(y, rows()) = solver_.solve(Eigen::Map<const Eigen::VectorXd>(x, rows()));
  }

 private:
  const Eigen::SparseMatrix<double>& matrix_;
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> solver_;
};

std::shared_ptr<const Grid> grid(Index n) {
  return std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-2.2, 2.2, n), Axis::uniform(-3.5, 3.5, n)});
}

Values ours(Index n) {
  const Generator generator(CoupledWell(), grid(n), Temperature(0.25));
  return lowest_modes(generator, 5, Points(), Execution{})->eigenvalues;
}

Values plain(Index n) {
  const Generator generator(CoupledWell(), grid(n), Temperature(0.25));
  const Eigen::SparseMatrix<double> matrix = generator.symmetrised_matrix();
  ShiftSolve op(matrix);
  Spectra::SymEigsShiftSolver<ShiftSolve> solver(op, 6, 20, -1e-3);
  solver.init();
  solver.compute(Spectra::SortRule::LargestMagn, 1000, 1e-10, Spectra::SortRule::SmallestAlge);
  return solver.eigenvalues().array().tail(5);
}

void one_dimension(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(spectral_gap(DoubleWell(), Temperature(0.25)));
}
void two_dimensions(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ours(state.range(0)));
}
void two_dimensions_spectra(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(plain(state.range(0)));
}
BENCHMARK(one_dimension)->Unit(benchmark::kMillisecond);
BENCHMARK(two_dimensions)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK(two_dimensions_spectra)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);

double seconds(Values (*method)(Index), Index n) {
  const auto start = std::chrono::steady_clock::now();
  benchmark::DoNotOptimize(method(n));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Alternating runs in one process; the median of the ratios.
void print_ratio(Index n) {
  std::vector<double> ratios;
  for (int i = 0; i < 5; ++i) ratios.push_back(seconds(plain, n) / seconds(ours, n));
  std::nth_element(ratios.begin(), ratios.begin() + 2, ratios.end());
  const double difference = ((ours(n) - plain(n)) / ours(n)).abs().maxCoeff();
  std::printf(
      "%ld x %ld cells, 5 modes: Spectra with SimplicialLDLT takes %.2f times as long; largest relative difference "
      "%.1e\n",
      static_cast<long>(n), static_cast<long>(n), ratios[2], difference);
}

}  // namespace
}  // namespace sgdlimits

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  for (const sgdlimits::Index n : {128, 256}) sgdlimits::print_ratio(n);
  return 0;
}
