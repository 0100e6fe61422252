// Strong and weak orders of every scheme of the catalogue, over at least four halvings, nonlinear drift, noise of
// order one. The interval of a fit must hold the declared order and exclude both neighbouring half orders.
#include <gtest/gtest.h>

#include <functional>

#include "solvers/sde/brownian_path.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/metropolis.hpp"
#include "solvers/sde/observers.hpp"
#include "support/markov_operator.hpp"
#include "support/order_fit.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

constexpr double kTau = 0.5;

struct Field {
  std::string name;
  std::shared_ptr<const Potential> potential;
};
std::vector<Field> fields() {
  return {{"Rippled", std::make_shared<test::Rippled>()},
          {"Tanh", std::make_shared<test::HyperbolicTangent>()},
          {"Sinh", std::make_shared<test::HyperbolicSine>()},
          {"GinzburgLandau", std::make_shared<test::DoubleWell>()}};
}

OverdampedProblem problem(const std::shared_ptr<const Potential>& f) {
  return OverdampedProblem::of(f, Temperature(kTau));
}

std::string camel(const std::string& name) {
  std::string out;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c))) out += c;
  return out;
}

void expect_order(const Measurement& fitted, double declared) {
  EXPECT_LT(fitted.lower(), declared);
  EXPECT_GT(fitted.upper(), declared);
  EXPECT_GT(fitted.lower(), declared - 0.5);
  EXPECT_LT(fitted.upper(), declared + 0.5);
}

/// Whether expect_order would hold.
bool proves(const Measurement& fitted, double declared) {
  return fitted.lower() < declared && fitted.upper() > declared && fitted.lower() > declared - 0.5 &&
         fitted.upper() < declared + 0.5;
}

/// A scheme spoiled on purpose: its Gaussians go through `spoil` first.
class Spoiled final : public Scheme {
 public:
  using Spoil = void (*)(Points& normals, double step);
  Spoiled(std::shared_ptr<const Scheme> scheme, Spoil spoil) : scheme_(std::move(scheme)), spoil_(spoil) {}
  std::string name() const override { return scheme_->name(); }
  Index dimension() const override { return scheme_->dimension(); }
  double step_size() const override { return scheme_->step_size(); }
  Index normals_per_step() const override { return scheme_->normals_per_step(); }
  void halve(double step, PointsView own, PointsView fresh, PointsOut halves) const override {
    scheme_->halve(step, own, fresh, halves);
  }
  void advance(PathBlock& block, std::int64_t step, const Noise& noise) const override {
    Points normals = block.normals;
    spoil_(normals, step_size());
    PathBlock inner{
        block.x, {normals.data(), normals.rows(), normals.cols()}, block.first_path, block.time, block.scratch};
    scheme_->advance(inner, step, noise);
  }

 private:
  std::shared_ptr<const Scheme> scheme_;
  Spoil spoil_;
};

/// h^.6 where the root of h should be.
void wrong_root(Points& normals, double step) { normals *= std::pow(step, 0.1); }
/// The iterated integral of SRA1 taken as half the increment.
void no_integral(Points& normals, double) { normals.rightCols(normals.cols() / 2).setZero(); }
/// A temperature wrong by 4 per cent.
void wrong_temperature(Points& normals, double) { normals *= 1.02; }

using Make = std::function<std::shared_ptr<const Scheme>(double)>;

/// Root mean square of X_h - X_{h/2} at T = 1 on one Brownian path, h = 2^-3, ..., 2^-8. Levels have their own
/// replicates: independent errors.
Measurement strong_order(const Make& make) {
  constexpr int kLevels = 6;
  constexpr Index kPaths = 2048;
  Eigen::ArrayXd h(kLevels), error(kLevels), sd(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    h(level) = std::ldexp(1.0, -3 - level);
    const auto on_coarse = make(h(level)), on_fine = make(h(level) / 2);
    Ensemble coarse;
    coarse.seed = 2025;
    coarse.replicate = static_cast<std::uint32_t>(level);
    coarse.points = Points::Constant(kPaths, on_coarse->dimension(), 0.3);
    Ensemble fine = coarse;
    EXPECT_EQ(advance(coarse, *on_coarse, std::int64_t{8} << level).status, Status::ok);
    EXPECT_EQ(advance(fine, *on_refined_path(on_fine, 1), std::int64_t{16} << level).status, Status::ok);
    const MeanAndError square = ensemble_mean((coarse.points - fine.points).square().rowwise().sum());
    error(level) = std::sqrt(square.mean(0));
    sd(level) = 0.5 * square.standard_error(0) / error(level);
  }
  return test::fitted_order(h, error, sd);
}

class StrongOrder : public ::testing::TestWithParam<std::tuple<std::string, int>> {};

// Fails if a scheme misses the path that it is handed, or its order is half an order off.
TEST_P(StrongOrder, IsTheDeclaredOne) {
  const auto& [name, field] = GetParam();
  const OverdampedProblem f = problem(fields()[static_cast<std::size_t>(field)].potential);
  expect_order(strong_order([&, n = name](double h) { return make_scheme(n, f, h); }),
               *scheme_record(name).additive_noise.strong);
}

std::vector<std::string> with_strong_order() {
  std::vector<std::string> names;
  for (const SchemeRecord& record : scheme_catalogue())
    if (record.additive_noise.strong) names.push_back(record.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, StrongOrder,
                         ::testing::Combine(::testing::ValuesIn(with_strong_order()), ::testing::Range(0, 4)),
                         [](const auto& p) {
                           return camel(std::get<0>(p.param)) +
                                  fields()[static_cast<std::size_t>(std::get<1>(p.param))].name;
                         });

TEST(StrongOrderOfSpoiledSchemes, IsNotTheDeclaredOne) {
  for (const Field& field : fields()) {
    const OverdampedProblem f = problem(field.potential);
    const auto spoiled = [&](const std::string& name, Spoiled::Spoil spoil) {
      return strong_order([&](double h) { return std::make_shared<Spoiled>(make_scheme(name, f, h), spoil); });
    };
    EXPECT_FALSE(proves(spoiled("euler-maruyama", wrong_root), 1)) << field.name;
    EXPECT_FALSE(proves(spoiled("heun", wrong_root), 1)) << field.name;
    EXPECT_FALSE(proves(spoiled("sra1", no_integral), 1.5)) << field.name;
  }
}

/// E h(X_1 | X_0 = 1/2) in the double well for four test functions: the error of one alone can pass through zero.
Eigen::ArrayXd weak_values(const test::MarkovOperator& step, std::int64_t steps) {
  Eigen::ArrayXd values(4);
  values << step.expectation(0.5, steps, [](double x) { return x; }),
      step.expectation(0.5, steps, [](double x) { return x * x; }),
      step.expectation(0.5, steps, [](double x) { return x * x * x; }),
      step.expectation(0.5, steps, [](double x) { return std::sin(2 * x); });
  return values;
}

/// The same of the SDE, and its uncertainty.
struct WeakReference {
  Eigen::ArrayXd values;
  double uncertainty;
};

/// Heun at h = 2^-10, 2^-11, 2^-12, the terms h^2 and h^3 extrapolated away; the uncertainty is what the last
/// extrapolation moved, about 1e-10.
WeakReference weak_reference(const OverdampedProblem& f) {
  Eigen::ArrayXd value[3];
  for (int k = 0; k < 3; ++k)
    value[k] = weak_values(test::MarkovOperator(markov_form("heun", f, std::ldexp(1.0, -10 - k))), 1024 << k);
  const Eigen::ArrayXd first = (4 * value[1] - value[0]) / 3, second = (4 * value[2] - value[1]) / 3;
  const Eigen::ArrayXd values = (8 * second - first) / 7;
  return {values, (values - second).matrix().norm()};
}

/// Of the norm of the four errors, h = 2^-6, ..., 2^-10. The interval also covers what the uncertainty of the
/// reference does to the slope through the smallest error, for schemes that have no other deviation from h^p.
Measurement weak_order(const std::function<test::MarkovOperator(double)>& make, const WeakReference& reference) {
  constexpr int kLevels = 5;
  Eigen::ArrayXd h(kLevels), error(kLevels);
  for (int level = 0; level < kLevels; ++level) {
    h(level) = std::ldexp(1.0, -6 - level);
    error(level) = (weak_values(make(h(level)), std::int64_t{64} << level) - reference.values).matrix().norm();
  }
  Eigen::ArrayXd moved = error;
  moved(kLevels - 1) += reference.uncertainty;
  const Eigen::ArrayXd none = Eigen::ArrayXd::Zero(kLevels);
  const Measurement fitted = test::fitted_order(h, error, none);
  const double bound = std::abs(test::fitted_order(h, moved, none).value() - fitted.value());
  return {fitted.value(), 0, fitted.discretisation_bound() + bound, Side::two_sided, fitted.grade(), "weak order"};
}

class WeakOrder : public ::testing::TestWithParam<std::string> {};

// No sampling: one-step Markov operators. adaptive-euler does not cut at these steps within |x| <= 2.9, so its weak
// order is that of Euler-Maruyama there; its cuts are tested by tests/unit.
TEST_P(WeakOrder, IsTheDeclaredOne) {
  const OverdampedProblem f = problem(std::make_shared<test::DoubleWell>());
  const auto make = [&](double h) {
    if (GetParam() == "mala")
      return test::MarkovOperator(mala(f.potential, f.tau, h), euler_maruyama(f.drift, f.tau, h));
    if (GetParam() == "adaptive-euler") return test::MarkovOperator(MarkovForm{make_scheme(GetParam(), f, h), 0.0});
    return test::MarkovOperator(markov_form(GetParam(), f, h));
  };
  expect_order(weak_order(make, weak_reference(f)), *scheme_record(GetParam()).additive_noise.weak);
}

std::vector<std::string> with_weak_order() {
  std::vector<std::string> names;
  for (const SchemeRecord& record : scheme_catalogue())
    if (record.additive_noise.weak) names.push_back(record.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, WeakOrder, ::testing::ValuesIn(with_weak_order()),
                         [](const auto& p) { return camel(p.param); });

TEST(WeakOrderOfSpoiledSchemes, IsNotTheDeclaredOne) {
  const OverdampedProblem f = problem(std::make_shared<test::DoubleWell>());
  const WeakReference reference = weak_reference(f);
  const auto spoiled = [&](const std::string& name, Spoiled::Spoil spoil) {
    return weak_order(
        [&](double h) {
          MarkovForm form = markov_form(name, f, h);
          form.chain = std::make_unique<Spoiled>(std::move(form.chain), spoil);
          return test::MarkovOperator(std::move(form));
        },
        reference);
  };
  for (const char* name : {"euler-maruyama", "heun", "leimkuhler-matthews", "trapezoidal"})
    EXPECT_FALSE(proves(spoiled(name, wrong_temperature), *scheme_record(name).additive_noise.weak)) << name;
  EXPECT_FALSE(proves(spoiled("sra1", no_integral), 2));
}

}  // namespace
}  // namespace sgdlimits
