#include "solvers/sde/langevin_problem.hpp"

namespace sgdlimits {
namespace {

class Heun final : public Scheme {
 public:
  explicit Heun(LangevinProblem problem) : problem_(std::move(problem)) {}

  std::string name() const override { return "heun"; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return {1.0, 2.0, 2.0}; }
  Index normals_per_step() const override { return dimension(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index n = block.x.rows(), d = block.x.cols();
    const double h = problem_.step;
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> here = frame.points(n, d), there = frame.points(n, d), predicted = frame.points(n, d);
    problem_.drift->evaluate(block.time, block.x, here, block.scratch);
    predicted = block.x + (h * here + problem_.noise * block.normals);
    problem_.reflection.apply(predicted);
    problem_.drift->evaluate(block.time + h, predicted, there, block.scratch);
    block.x += 0.5 * h * (here + there) + problem_.noise * block.normals;
    problem_.reflection.apply(block.x);
  }

 private:
  LangevinProblem problem_;
};

}  // namespace

std::unique_ptr<Scheme> heun(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<Heun>(LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step));
}

}  // namespace sgdlimits
