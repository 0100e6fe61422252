#include "core/errors.hpp"
#include "solvers/sde/langevin_problem.hpp"
#include "solvers/sde/overdamped.hpp"

namespace sgdlimits {
namespace {

class LeimkuhlerMatthews final : public Scheme {
 public:
  explicit LeimkuhlerMatthews(LangevinProblem problem) : problem_(std::move(problem)) {}

  std::string name() const override { return "leimkuhler-matthews"; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return {0.5, 1.0, 2.0}; }
  Index normals_per_step() const override { return dimension(); }
  Index steps_ahead() const override { return 1; }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index d = block.x.cols();
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(block.x.rows(), d);
    problem_.drift->evaluate(block.time, block.x, drift, block.scratch);
    block.x +=
        problem_.step * drift + 0.5 * problem_.noise * (block.normals.leftCols(d) + block.normals.rightCols(d));
    problem_.reflection.apply(block.x);
  }

 private:
  LangevinProblem problem_;
};

class LeimkuhlerMatthewsChain final : public Scheme {
 public:
  explicit LeimkuhlerMatthewsChain(LangevinProblem problem) : problem_(std::move(problem)) {
    if (!problem_.drift->domain().is_everywhere())
      throw InvalidArgument("domain of the drift", "finite", "the whole space",
                            "the chain of Leimkuhler-Matthews takes half a noise step outside");
  }

  std::string name() const override { return "leimkuhler-matthews chain"; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return {0.5, 1.0, 1.0}; }
  Index normals_per_step() const override { return dimension(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> shifted = frame.points(block.x.rows(), block.x.cols());
    Eigen::Map<Points> drift = frame.points(block.x.rows(), block.x.cols());
    shifted = block.x + 0.5 * problem_.noise * block.normals;
    problem_.drift->evaluate(block.time, shifted, drift, block.scratch);
    block.x += problem_.step * drift + problem_.noise * block.normals;
  }

 private:
  LangevinProblem problem_;
};

}  // namespace

std::unique_ptr<Scheme> leimkuhler_matthews(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<LeimkuhlerMatthews>(LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step));
}

std::unique_ptr<Scheme> leimkuhler_matthews_chain(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<LeimkuhlerMatthewsChain>(
      LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step));
}

}  // namespace sgdlimits
