#include <cmath>

#include "solvers/sde/langevin_problem.hpp"
#include "solvers/sde/overdamped.hpp"

namespace sgdlimits {
namespace {

const double kInverseRootThree = 1 / std::sqrt(3.0);

class Sra1 final : public Scheme {
 public:
  explicit Sra1(LangevinProblem problem) : problem_(std::move(problem)) {}

  std::string name() const override { return "sra1"; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return {1.5, 2.0, 2.0}; }
  Index normals_per_step() const override { return 2 * dimension(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index n = block.x.rows(), d = block.x.cols();
    const double h = problem_.step, c = problem_.noise;
    const auto g = block.normals.leftCols(d), other = block.normals.rightCols(d);
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> here = frame.points(n, d), there = frame.points(n, d), stage = frame.points(n, d);
    problem_.drift->evaluate(block.time, block.x, here, block.scratch);
    stage = block.x + 0.75 * h * here + 0.75 * c * (g + kInverseRootThree * other);
    problem_.reflection.apply(stage);
    problem_.drift->evaluate(block.time + 0.75 * h, stage, there, block.scratch);
    block.x += (h / 3) * (here + 2 * there) + c * g;
    problem_.reflection.apply(block.x);
  }

  /// In units of the fine step: W grows by g_i, int W by W_i + (g_i + g'_i/sqrt(3))/2.
  void coarsen(PointsView fine, Index m, PointsOut coarse) const override {
    const Index d = dimension();
    auto w = coarse.leftCols(d), integral = coarse.rightCols(d);
    coarse.setZero();
    for (Index i = 0; i < m; ++i) {
      const auto g = fine.middleCols(2 * d * i, d), other = fine.middleCols(2 * d * i + d, d);
      integral += w + 0.5 * (g + kInverseRootThree * other);
      w += g;
    }
    const auto count = static_cast<double>(m);
    w /= std::sqrt(count);
    integral = (2 / (count * std::sqrt(count)) * integral - w) / kInverseRootThree;
  }

 private:
  LangevinProblem problem_;
};

}  // namespace

std::unique_ptr<Scheme> sra1(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<Sra1>(LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step));
}

}  // namespace sgdlimits
