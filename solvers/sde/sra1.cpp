#include <cmath>

#include "solvers/sde/brownian_path.hpp"
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

  void halve(double, PointsView own, PointsView fresh, PointsOut halves) const override {
    halve_increments_and_integrals(own, fresh, halves);
  }

 private:
  LangevinProblem problem_;
};

}  // namespace

std::unique_ptr<Scheme> sra1(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<Sra1>(LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step));
}

}  // namespace sgdlimits
