// The promise of the runner: bits depend on problem, seed, path and step, and on nothing else.
#include <gtest/gtest.h>

#include <cstring>

#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/sde/observers.hpp"
#include "solvers/sde/sgd.hpp"
#include "support/gaussian_source.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

using test::minus_gradient;

Ensemble start(Index paths, Index dimension) {
  Ensemble ensemble;
  ensemble.seed = 0xfedcba9876543210u;
  ensemble.replicate = 3;
  ensemble.points = Points(paths, dimension);
  Noise(5, Stream::test).normals(0, 0, ensemble.points);
  return ensemble;
}

bool same_bits(const Points& a, const Points& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(double)) == 0;
}

std::vector<std::shared_ptr<const Scheme>> schemes() {
  const auto rippled = std::make_shared<test::Rippled>();
  const Values g6 = Values::LinSpaced(6, 0.0, 2.0);
  const auto power = LearningRateSchedule::power_law(LearningRate(0.1), 0.6, 5);
  const auto curvatures = std::make_shared<test::RandomCurvature>(Values::LinSpaced(7, 0.0, 2.0));
  return {euler_maruyama(minus_gradient(rippled), Temperature(0.5), 0.05),
          heun(minus_gradient(std::make_shared<test::DoubleWell>()), Temperature(0.5), 0.05),
          isotropic_noise_sgd(rippled, LearningRate(0.1)),
          mini_batch_sgd(curvatures, LearningRate(0.1), 3, Replacement::with),
          mini_batch_sgd(curvatures, LearningRate(0.1), 3, Replacement::without),
          stochastic_gradient_descent(epoch_gradient(std::make_shared<test::RandomCurvature>(g6), 2),
                                      {power, Momentum::heavy_ball(0.8), AddedNoise::langevin(Temperature(0.1))}),
          stochastic_gradient_descent(online_gradient(std::make_shared<test::GaussianSource>(3, 0.7, false), 2),
                                      {power, Momentum::nesterov(0.5), {}}),
          stochastic_gradient_descent(online_gradient(std::make_shared<test::GaussianSource>(3, 0.7, true), 2),
                                      {power, {}, AddedNoise::mean_field(Temperature(0.1))})};
}

/// Every scheme of the catalogue: in two dimensions, and in one, where a Philox block serves two steps; a step at
/// which the adaptive scheme cuts and the Metropolis tests refuse.
std::vector<std::shared_ptr<const Scheme>> catalogue() {
  const auto plane = OverdampedProblem::of(std::make_shared<test::Rippled>(), Temperature(0.5));
  const auto line = OverdampedProblem::of(std::make_shared<test::DoubleWell>(), Temperature(0.5));
  std::vector<std::shared_ptr<const Scheme>> all;
  for (const std::string& name : scheme_names()) {
    all.push_back(make_scheme(name, plane, 0.3));
    all.push_back(make_scheme(name, line, 0.1));
  }
  return all;
}

/// The first ones, and the catalogue.
std::vector<std::shared_ptr<const Scheme>> every_scheme() {
  std::vector<std::shared_ptr<const Scheme>> all = schemes();
  for (auto& scheme : catalogue()) all.push_back(std::move(scheme));
  return all;
}

// Fails if a tile's size or its padding, the thread that moves it, or the place where Gaussians are drawn shows.
TEST(Determinism, SameBitsForAnyThreadsAndBlocks) {
  for (const auto& scheme : schemes())
    for (const Index paths : {1, 7, 1025, 3000}) {
      Ensemble reference = start(paths, scheme->dimension());
      advance(reference, *scheme, 37);
      for (const int threads : {1, 2, 3})
        for (const Index block : {8, 64, 256, 1000, 4096}) {
          Execution execution = Execution::with_threads(threads);
          execution.block = block;
          Ensemble other = start(paths, scheme->dimension());
          advance(other, *scheme, 37, execution);
          ASSERT_TRUE(same_bits(reference.points, other.points))
              << scheme->name() << " paths " << paths << " threads " << threads << " block " << block;
        }
    }
}

TEST(Determinism, CatalogueHasTheSameBitsForAnyThreadsAndBlocks) {
  for (const auto& scheme : catalogue())
    for (const Index paths : {3, 1030}) {
      Ensemble reference = start(paths, scheme->dimension());
      ASSERT_EQ(advance(reference, *scheme, 11).status, Status::ok) << scheme->name();
      for (const int threads : {1, 3})
        for (const Index block : {8, 64, 1000}) {
          Execution execution = Execution::with_threads(threads);
          execution.block = block;
          Ensemble other = start(paths, scheme->dimension());
          advance(other, *scheme, 11, execution);
          ASSERT_TRUE(same_bits(reference.points, other.points))
              << scheme->name() << " paths " << paths << " threads " << threads << " block " << block;
        }
    }
}

// Fails if a split starts a Philox block anew, or an ensemble carries hidden state.
TEST(Determinism, SplitsAndCopiesContinueIdentically) {
  for (const auto& scheme : every_scheme()) {
    Ensemble whole = start(300, scheme->dimension()), parts = whole;
    advance(whole, *scheme, 41);
    for (const std::int64_t steps : {1, 2, 0, 9, 16}) advance(parts, *scheme, steps);
    Ensemble copy = parts;
    advance(parts, *scheme, 13);
    EXPECT_EQ(parts.step, 41);
    EXPECT_TRUE(same_bits(whole.points, parts.points)) << scheme->name();
    advance(copy, *scheme, 13);
    EXPECT_TRUE(same_bits(whole.points, copy.points)) << scheme->name();
  }
}

// Fails if a path's motion depends on the other paths: the first 100 of many are the 100 alone.
TEST(Determinism, PathsDoNotKnowHowManyTheyAre) {
  for (const auto& scheme : every_scheme()) {
    Ensemble many = start(2000, scheme->dimension()), few = many;
    few.points = Points(many.points.topRows(100));
    advance(many, *scheme, 20);
    advance(few, *scheme, 20);
    EXPECT_TRUE(same_bits(many.points.topRows(100), few.points)) << scheme->name();
  }
}

// Slices are long for few paths and short for many: 200 000 paths are cut every 8 steps.
TEST(Determinism, SlicesOfStepsDoNotShow) {
  const auto scheme = heun(minus_gradient(std::make_shared<test::DoubleWell>()), Temperature(0.5), 0.05);
  Ensemble many = start(200000, 1), few = many;
  few.points = Points(many.points.topRows(1000));
  advance(many, *scheme, 33);
  advance(few, *scheme, 33);
  EXPECT_TRUE(same_bits(many.points.topRows(1000), few.points));
}

// Seeds and replicates are different randomness; equal ones are the same.
TEST(Determinism, SeedAndReplicateSelectThePath) {
  const auto scheme = euler_maruyama(minus_gradient(std::make_shared<test::DoubleWell>()), Temperature(0.5), 0.05);
  Ensemble first = start(10, 1), other_seed = first, other_replicate = first;
  other_seed.seed += 1;
  other_replicate.replicate += 1;
  for (Ensemble* e : {&first, &other_seed, &other_replicate}) advance(*e, *scheme, 2);
  EXPECT_FALSE((first.points == other_seed.points).any());
  EXPECT_FALSE((first.points == other_replicate.points).any());
}

// Fails if chunk sums are added as they arrive, or depend on where the array starts.
TEST(Determinism, EnsembleMeansDoNotDependOnThreads) {
  const Points h = start(5001, 3).points;
  const MeanAndError one = ensemble_mean(h), three = ensemble_mean(h, Execution::with_threads(3));
  EXPECT_TRUE((one.mean == three.mean).all());
  EXPECT_TRUE((one.standard_error == three.standard_error).all());
  Points shifted(5002, 3);
  shifted.bottomRows(5001) = h;
  EXPECT_TRUE((ensemble_mean(shifted.bottomRows(5001)).mean == one.mean).all());
}

}  // namespace
}  // namespace sgdlimits
