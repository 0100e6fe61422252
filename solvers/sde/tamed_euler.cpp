#include "solvers/sde/langevin_problem.hpp"
#include "solvers/sde/overdamped.hpp"

namespace sgdlimits {
namespace {

class TamedEuler final : public Scheme {
 public:
  explicit TamedEuler(LangevinProblem problem) : problem_(std::move(problem)) {}

  std::string name() const override { return "tamed-euler"; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return {1.0, 1.0, 1.0}; }
  Index normals_per_step() const override { return dimension(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index n = block.x.rows(), d = block.x.cols();
    const double h = problem_.step;
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(n, d);
    Eigen::Map<Values> factor = frame.values(n);
    problem_.drift->evaluate(block.time, block.x, drift, block.scratch);
    factor = drift.col(0).square();
    for (Index j = 1; j < d; ++j) factor += drift.col(j).square();
    factor = h / (1 + h * factor.sqrt());
    for (Index j = 0; j < d; ++j) block.x.col(j) += factor * drift.col(j) + problem_.noise * block.normals.col(j);
    problem_.reflection.apply(block.x);
  }

 private:
  LangevinProblem problem_;
};

}  // namespace

std::unique_ptr<Scheme> tamed_euler(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<TamedEuler>(LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step));
}

}  // namespace sgdlimits
