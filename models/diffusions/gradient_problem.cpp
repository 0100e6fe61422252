#include "models/diffusions/gradient_problem.hpp"

#include <cmath>

namespace sgdlimits {
namespace {

/// f of one coordinate with two derivatives.
class OnLine final : public Potential {
 public:
  using Column = Values (*)(const Values&);
  OnLine(Column f, Column slope, Column curvature) : f_(f), slope_(slope), curvature_(curvature) {}
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override { f = f_(x.col(0)); }
  void gradient(PointsView x, PointsOut g, Scratch&) const override { g.col(0) = slope_(x.col(0)); }
  void laplacian(PointsView x, ValuesOut l, Scratch&) const override { l = curvature_(x.col(0)); }
  bool has_exact_hessian() const override { return true; }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch&) const override {
    return Eigen::MatrixXd::Constant(1, 1, curvature_(x.array())(0));
  }

 private:
  Column f_, slope_, curvature_;
};

/// |x|^2/2 + (3/2) cos(x + 0.7 y) + (1/2) sin(2 y): neither quadratic nor separable, gradient globally Lipschitz.
class Rippled final : public Potential {
 public:
  Index dimension() const override { return 2; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = 0.5 * x.square().rowwise().sum() + 1.5 * (x.col(0) + 0.7 * x.col(1)).cos() + 0.5 * (2 * x.col(1)).sin();
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    const Values wave = (x.col(0) + 0.7 * x.col(1)).sin();
    g.col(0) = x.col(0) - 1.5 * wave;
    g.col(1) = x.col(1) - 1.05 * wave + (2 * x.col(1)).cos();
  }
  bool has_exact_hessian() const override { return true; }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch&) const override {
    const double c = 1.5 * std::cos(x(0) + 0.7 * x(1));
    Eigen::MatrixXd h(2, 2);
    h << 1 - c, -0.7 * c, -0.7 * c, 1 - 0.49 * c - 2 * std::sin(2 * x(1));
    return h;
  }
};

class ThreeWaves final : public FiniteSum {
 public:
  Index dimension() const override { return 1; }
  Index terms() const override { return 3; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = (-2.2 * x.col(0).cos() + 0.3 * x.col(0).sin() - 0.4 * (2 * x.col(0)).cos()) / 3;
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g = (2.2 * x.sin() + 0.3 * x.cos() + 0.8 * (2 * x).sin()) / 3;
  }
  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch& scratch) const override {
    for (Index i = 0; i < x.rows(); ++i) {
      const Points terms = term_gradients(x.row(i).transpose().matrix(), scratch);
      g(i, 0) = 0;
      for (Index b = 0; b < indices.cols(); ++b) g(i, 0) += terms(indices(i, b), 0);
      g(i, 0) /= static_cast<double>(indices.cols());
    }
  }
  Points term_gradients(const Eigen::VectorXd& x, Scratch&) const override {
    const double sine = std::sin(x(0)), cosine = std::cos(x(0)), twice = std::sin(2 * x(0));
    Points terms(3, 1);
    terms << sine + 0.8 * twice, 1.2 * sine + 1.3 * cosine, -cosine;
    return terms;
  }
};

std::vector<GradientProblem> make_problems() {
  using V = const Values&;
  std::vector<GradientProblem> all;
  all.push_back({"double-well",
                 "f = x^4/4 - x^2/2, temperature 0.5",
                 "two wells; drift one-sided Lipschitz",
                 std::make_shared<OnLine>([](V x) -> Values { return 0.25 * x.square().square() - 0.5 * x.square(); },
                                          [](V x) -> Values { return x.cube() - x; },
                                          [](V x) -> Values { return 3 * x.square() - 1; }),
                 0.5,
                 {0.5}});
  all.push_back({"log-cosh",
                 "f = log(cosh(x)) + x^2/4, temperature 0.5",
                 "drift -tanh(x) - x/2, globally Lipschitz",
                 std::make_shared<OnLine>([](V x) -> Values { return x.cosh().log() + 0.25 * x.square(); },
                                          [](V x) -> Values { return x.tanh() + 0.5 * x; },
                                          [](V x) -> Values { return 1.5 - x.tanh().square(); }),
                 0.5,
                 {0.5}});
  all.push_back(
      {"cosh",
       "f = cosh(x), temperature 0.5",
       "drift -sinh(x), one-sided Lipschitz",
       std::make_shared<OnLine>([](V x) -> Values { return x.cosh(); }, [](V x) -> Values { return x.sinh(); },
                                [](V x) -> Values { return x.cosh(); }),
       0.5,
       {0.5}});
  all.push_back({"cosine-well",
                 "f = x^2/2 + cos(2*x), temperature 0.6",
                 "two wells with bounded curvature",
                 std::make_shared<OnLine>([](V x) -> Values { return 0.5 * x.square() + (2 * x).cos(); },
                                          [](V x) -> Values { return x - 2 * (2 * x).sin(); },
                                          [](V x) -> Values { return 1 - 4 * (2 * x).cos(); }),
                 0.6,
                 {0.5}});
  all.push_back({"rippled",
                 "f = (x^2+y^2)/2 + 1.5*cos(x+0.7*y) + 0.5*sin(2*y), temperature 0.5",
                 "two coordinates, not separable, gradient globally Lipschitz",
                 std::make_shared<Rippled>(),
                 0.5,
                 {0.3, 0.3}});
  return all;
}

}  // namespace

const std::vector<GradientProblem>& gradient_problems() {
  static const std::vector<GradientProblem> problems = make_problems();
  return problems;
}

std::vector<std::string> gradient_problem_names() {
  std::vector<std::string> names;
  for (const GradientProblem& problem : gradient_problems()) names.push_back(problem.name);
  return names;
}

const GradientProblem* find_gradient_problem(const std::string& name) {
  for (const GradientProblem& problem : gradient_problems())
    if (problem.name == name) return &problem;
  return nullptr;
}

std::shared_ptr<const FiniteSum> three_waves() { return std::make_shared<ThreeWaves>(); }

ItoDiffusion additive_diffusion(std::shared_ptr<const Potential> potential, double temperature) {
  DiffusionCoefficients c;
  c.dimension = c.noises = potential->dimension();
  c.noise_class = NoiseClass::additive;
  c.drift = [potential](double, PointsView x, PointsOut out, Scratch& scratch) {
    potential->gradient(x, out, scratch);
    out = -out;
  };
  c.noise = [d = c.dimension, size = std::sqrt(2 * temperature)](double, PointsView, PointsOut out, Scratch&) {
    out.setZero();
    for (Index j = 0; j < d; ++j) out.col(j * d + j).setConstant(size);
  };
  c.noise_derivatives = [](double, PointsView, PointsOut out, Scratch&) { out.setZero(); };
  return ItoDiffusion(c);
}

}  // namespace sgdlimits
