// The Gaussians as a distribution: moments, correlation and Kolmogorov-Smirnov distance at level 1e-6 each, and the
// planted faults that each must see at the same sample size.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/noise.hpp"

namespace sgdlimits {
namespace {

constexpr double kZ = 4.891638475699413;  // two-sided normal quantile of level 1e-6
constexpr Index kPaths = 100000, kDraws = 8;

Values sample() {
  Points z(kPaths, kDraws);
  Noise(20, Stream::test).normals(0, 0, z);
  return z.reshaped();
}

/// Largest standardised deviation of the first four moments from those of N(0, 1).
double moment_deviation(const Values& z) {
  const double root_n = std::sqrt(static_cast<double>(z.size()));
  // Var z^k = E z^2k - (E z^k)^2: 1, 2, 15, 96
  return std::max({std::abs(z.mean()) * root_n, std::abs(z.square().mean() - 1) * root_n / std::sqrt(2.0),
                   std::abs(z.cube().mean()) * root_n / std::sqrt(15.0),
                   std::abs(z.square().square().mean() - 3) * root_n / std::sqrt(96.0)});
}

TEST(NoiseStatistics, MomentsAreThoseOfAGaussian) {
  const Values z = sample();
  EXPECT_LT(moment_deviation(z), kZ);
  // planted: a variance wrong by one per cent, a mean by 0.01
  EXPECT_GT(moment_deviation(std::sqrt(1.01) * z), kZ);
  EXPECT_GT(moment_deviation(z + 0.01), kZ);
}

/// sqrt(n) times the Kolmogorov-Smirnov distance to N(0, 1).
double kolmogorov(Values z) {
  std::sort(z.begin(), z.end());
  double distance = 0;
  const auto n = static_cast<double>(z.size());
  for (Index i = 0; i < z.size(); ++i) {
    const double f = 0.5 * std::erfc(-z(i) / std::sqrt(2.0));
    distance =
        std::max({distance, std::abs(f - static_cast<double>(i) / n), std::abs(f - static_cast<double>(i + 1) / n)});
  }
  return std::sqrt(n) * distance;
}

TEST(NoiseStatistics, KolmogorovSmirnovDistance) {
  const double critical = std::sqrt(std::log(2e6) / 2);  // P(sqrt(n) D > x) <= 2 exp(-2 x^2) = 1e-6
  const Values z = sample();
  EXPECT_LT(kolmogorov(z), critical);
  EXPECT_GT(kolmogorov(1.02 * z), critical);  // planted: standard deviation two per cent off
}

/// Standardised correlation of two samples of equal length.
double correlation(const Values& a, const Values& b) {
  return std::abs((a * b).mean()) * std::sqrt(static_cast<double>(a.size()));
}

// Neighbouring paths, draws, steps, streams and seeds must look independent.
TEST(NoiseStatistics, NeighboursAreUncorrelated) {
  Points z(kPaths, 2), other(kPaths, 1);
  const Noise noise(7, Stream::brownian);
  noise.normals(0, 0, z);
  EXPECT_LT(correlation(z.col(0), z.col(1)), kZ);
  EXPECT_LT(correlation(z.col(0).square() - 1, z.col(1).square() - 1), 2 * kZ);
  EXPECT_LT(correlation(z.col(0).head(kPaths - 1), z.col(0).tail(kPaths - 1)), kZ);
  for (const Noise& neighbour :
       {Noise(8, Stream::brownian), Noise(7, Stream::initial), Noise(7, Stream::brownian, 1)}) {
    neighbour.normals(0, 0, other);
    EXPECT_LT(correlation(z.col(0), other.col(0)), kZ);
  }
  noise.normals(0, 2, other);
  EXPECT_LT(correlation(z.col(0), other.col(0)), kZ);
  // planted: a correlation of 0.02
  EXPECT_GT(correlation(z.col(0), z.col(1) + 0.02 * z.col(0)), kZ);
}

}  // namespace
}  // namespace sgdlimits
