#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "solvers/sde/langevin_problem.hpp"
#include "solvers/sde/overdamped.hpp"

namespace sgdlimits {
namespace {

constexpr double kKappa = 0.5;
constexpr std::int64_t kMostCuts = 4096;

class AdaptiveEuler final : public Scheme {
 public:
  AdaptiveEuler(LangevinProblem problem, Temperature tau) : problem_(std::move(problem)), tau_(tau) {}

  std::string name() const override { return "adaptive-euler"; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return {1.0, 1.0, 1.0}; }
  Index normals_per_step() const override { return dimension(); }
  std::string remedy_for_loss() const override {
    return "a path needed more than " + std::to_string(kMostCuts) + " cuts of the step " + shortest(problem_.step) +
           " or left the range of the drift; start nearer, or take a smaller step";
  }

  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const Index n = block.x.rows(), d = block.x.cols();
    const Noise bridge(noise.seed(), Stream::bridge, static_cast<std::uint32_t>(noise.stream() >> 16));
    Scratch::Frame frame(block.scratch);
    Walk walk{block.x, frame.points(n, d), frame.points(n, d), frame.points(n, d), frame.values(n), frame.values(n)};
    Eigen::Map<Values> norm = frame.values(n);
    walk.ahead = problem_.noise * block.normals;
    walk.left.setConstant(problem_.step);
    for (std::int64_t round = 0; round < kMostCuts; ++round) {
      problem_.drift->evaluate(block.time, walk.x, walk.drift, block.scratch);
      choose_cuts(walk, norm);
      if ((walk.cut == walk.left).all()) {
        for (Index j = 0; j < d; ++j) walk.x.col(j) += walk.left * walk.drift.col(j) + walk.ahead.col(j);
        problem_.reflection.apply(walk.x);
        return;
      }
      bridge.normals(block.first_path, (step * kMostCuts + round) * d, walk.fresh);
      take_cuts(walk);
    }
    for (Index i = 0; i < n; ++i)
      if (walk.left(i) > 0) walk.x.row(i) = std::numeric_limits<double>::infinity();
  }

 private:
  /// Paths between two ticks of the clock: the increment sqrt(2 tau)(B(tick) - B(now)) and the time still ahead.
  struct Walk {
    Eigen::Map<Points> x, drift, ahead, fresh;
    Eigen::Map<Values> left, cut;
  };

  /// cut = min(left, kappa max(1, |x|)/|b|); 0 where nothing is left.
  static void choose_cuts(Walk& walk, Eigen::Map<Values>& norm) {
    squared_norms(walk.drift, norm);
    squared_norms(walk.x, walk.cut);
    walk.cut = walk.left.min(kKappa * walk.cut.sqrt().max(1.0) / norm.sqrt());
  }

  static void squared_norms(const Eigen::Map<Points>& x, Eigen::Map<Values>& norm) {
    norm = x.col(0).square();
    for (Index j = 1; j < x.cols(); ++j) norm += x.col(j).square();
  }

  /// Given its end, a Brownian path after the part p of the time left is N(p end, 2 tau cut (1 - p)).
  void take_cuts(Walk& walk) const {
    for (Index i = 0; i < walk.x.rows(); ++i) {
      if (!(walk.left(i) > 0)) continue;
      const double part = walk.cut(i) / walk.left(i);
      const double spread = std::sqrt(2 * tau_.value() * walk.cut(i) * (1 - part));
      for (Index j = 0; j < walk.x.cols(); ++j) {
        const double increment = part * walk.ahead(i, j) + spread * walk.fresh(i, j);
        walk.x(i, j) += walk.cut(i) * walk.drift(i, j) + increment;
        walk.ahead(i, j) -= increment;
      }
      walk.left(i) -= walk.cut(i);
    }
    problem_.reflection.apply(walk.x);
  }

  LangevinProblem problem_;
  Temperature tau_;
};

}  // namespace

std::unique_ptr<Scheme> adaptive_euler(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<AdaptiveEuler>(LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step), tau);
}

}  // namespace sgdlimits
