#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "solvers/sde/brownian_path.hpp"
#include "solvers/sde/langevin_problem.hpp"
#include "solvers/sde/overdamped.hpp"

namespace sgdlimits {
namespace {

constexpr double kKappa = 0.5;
constexpr double kMostCuts = 4096;
constexpr int kMostHalvings = 40;
constexpr double kLost = std::numeric_limits<double>::infinity();

class AdaptiveEuler final : public Scheme {
 public:
  explicit AdaptiveEuler(LangevinProblem problem) : problem_(std::move(problem)) {}

  std::string name() const override { return "adaptive-euler"; }
  Index dimension() const override { return problem_.drift->dimension(); }
  double step_size() const override { return problem_.step; }
  SchemeOrders orders() const override { return {1.0, 1.0, 1.0}; }
  Index normals_per_step() const override { return dimension(); }
  std::string remedy_for_loss() const override {
    return "a path needed more than " + shortest(kMostCuts) + " cuts or " + std::to_string(kMostHalvings) +
           " halvings of the step " + shortest(problem_.step) +
           ", or left the range of the drift; start nearer, or take a smaller step";
  }

  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    const Index n = block.x.rows();
    Scratch::Frame frame(block.scratch);
    Walk walk{block, noise, frame.points(n, block.x.cols()), frame.values(n), frame.values(n), frame.values(n)};
    Eigen::Map<Values> waiting = frame.values(n);
    walk.cuts.setZero();
    waiting.setOnes();
    look(walk, block.time);
    cross(walk, {0, step, block.time}, block.normals, waiting);
  }

 private:
  /// Paths inside a step: b at x, the longest step allowed there, and how many were taken so far.
  struct Walk {
    PathBlock& block;
    const Noise& noise;
    Eigen::Map<Points> drift;
    Eigen::Map<Values> longest, cuts, norm;
  };
  /// [time, time + h 2^-level), the k-th interval of its level since step 0.
  struct Part {
    int level;
    std::int64_t k;
    double time;
  };

  void look(Walk& walk, double time) const {
    problem_.drift->evaluate(time, walk.block.x, walk.drift, walk.block.scratch);
    squared_norms(walk.drift, walk.norm);
    squared_norms(walk.block.x, walk.longest);
    walk.longest = kKappa * walk.longest.sqrt().max(1.0) / walk.norm.sqrt();
  }

  static void squared_norms(const Eigen::Map<Points>& x, Eigen::Map<Values>& norm) {
    norm = x.col(0).square();
    for (Index j = 1; j < x.cols(); ++j) norm += x.col(j).square();
  }

  /// Moves the paths with waiting = 1 through a part, of which g are the Gaussians and at whose start they were
  /// looked at: at once where it is short enough, else through its halves.
  void cross(Walk& walk, const Part& part, PointsView g, ValuesView waiting) const {
    Eigen::Map<Points>& x = walk.block.x;
    const Index n = x.rows(), d = x.cols();
    const double size = std::ldexp(problem_.step, -part.level);
    const double noise = problem_.noise * std::sqrt(std::ldexp(1.0, -part.level));
    Scratch::Frame frame(walk.block.scratch);
    Eigen::Map<Values> rest = frame.values(n);
    rest = (walk.longest < size).select(waiting, 0.0);
    for (Index j = 0; j < d; ++j)
      x.col(j) = (waiting > rest).select(x.col(j) + (size * walk.drift.col(j) + noise * g.col(j)), x.col(j));
    problem_.reflection.apply(x);
    walk.cuts += waiting - rest;
    give_up(walk, part, rest);
    if ((rest == 0.0).all()) return;

    Eigen::Map<Points> fresh = frame.points(n, d), halves = frame.points(n, 2 * d);
    walk.noise.at_level(part.level + 1).normals(walk.block.first_path, part.k * d, fresh);
    halve_increments(g, fresh, halves);
    const Part left{part.level + 1, 2 * part.k, part.time},
        right{part.level + 1, 2 * part.k + 1, part.time + 0.5 * size};
    cross(walk, left, halves.leftCols(d), rest);
    look(walk, right.time);
    rest = (walk.cuts == kLost).select(0.0, rest);
    cross(walk, right, halves.rightCols(d), rest);
  }

  /// Ends paths that cut without end, and sees that noise indices stay in their range.
  void give_up(Walk& walk, const Part& part, Eigen::Map<Values>& rest) const {
    const bool last = part.level == kMostHalvings ||
                      part.k >= (std::int64_t{1} << 47) / static_cast<std::int64_t>(walk.block.x.cols());
    for (Index i = 0; i < rest.size(); ++i) {
      if (rest(i) == 0 || (!last && walk.cuts(i) <= kMostCuts)) continue;
      walk.block.x.row(i) = kLost;
      walk.cuts(i) = kLost;
      rest(i) = 0;
    }
  }

  LangevinProblem problem_;
};

}  // namespace

std::unique_ptr<Scheme> adaptive_euler(std::shared_ptr<const Drift> drift, Temperature tau, double step) {
  return std::make_unique<AdaptiveEuler>(LangevinProblem(std::move(drift), noise_of_one_step(tau, step), step));
}

}  // namespace sgdlimits
