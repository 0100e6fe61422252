#include "core/errors.hpp"
#include "solvers/sde/langevin_problem.hpp"

namespace sgdlimits {
namespace {

class EulerMaruyama final : public Scheme {
 public:
  EulerMaruyama(LangevinProblem problem, std::string name, SchemeOrders orders)
      : problem_(std::move(problem)), name_(std::move(name)), orders_(orders) {}

  std::string name() const override { return name_; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return orders_; }
  Index normals_per_step() const override { return dimension(); }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(block.x.rows(), block.x.cols());
    problem_.drift->evaluate(block.time, block.x, drift, block.scratch);
    block.x += problem_.step * drift + problem_.noise * block.normals;
    problem_.reflection.apply(block.x);
  }

 private:
  LangevinProblem problem_;
  std::string name_;
  SchemeOrders orders_;
};

}  // namespace

std::unique_ptr<Scheme> euler_maruyama(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<EulerMaruyama>(LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step),
                                         "euler-maruyama", SchemeOrders{1.0, 1.0, 1.0});
}

std::unique_ptr<Scheme> isotropic_noise_sgd(std::shared_ptr<const Potential> potential, LearningRate s) {
  if (!potential) throw InvalidArgument("potential", "null", "a potential");
  auto drift = std::make_shared<GradientDrift>(std::move(potential));
  // sqrt(2 (s/2) s) = s to the bit
  return std::make_unique<EulerMaruyama>(LangevinProblem(std::move(drift), s.value(), s.value()),
                                         "isotropic-noise sgd", SchemeOrders{});
}

}  // namespace sgdlimits
