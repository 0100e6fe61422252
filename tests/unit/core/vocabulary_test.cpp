// Strong types, measurements, results, errors, scratch: the words that every layer speaks.
#include <gtest/gtest.h>

#include <cmath>
#include <type_traits>

#include "core/errors.hpp"
#include "core/measurement.hpp"
#include "core/result.hpp"
#include "core/scratch.hpp"
#include "core/temperature.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

// theory: s = 2 tau, C_P = tau/lambda_1. A dropped factor 2 fails.
TEST(Temperature, NamedConversionsFollowTheConvention) {
  EXPECT_EQ(Temperature(0.25).learning_rate().value(), 0.5);
  EXPECT_EQ(LearningRate(0.5).temperature().value(), 0.25);
  EXPECT_EQ(Temperature(0.25).inverse(), 4);
  EXPECT_EQ(SpectralGap(2).poincare_constant(Temperature(0.5)).value(), 0.25);
  EXPECT_EQ(PoincareConstant(0.25).spectral_gap(Temperature(0.5)).value(), 2);
  EXPECT_TRUE(std::isinf(SpectralGap(0).poincare_constant(Temperature(1)).value()));
}

// Mixing the types up must not compile.
static_assert(!std::is_convertible_v<double, Temperature>);
static_assert(!std::is_convertible_v<LearningRate, Temperature>);
static_assert(!std::is_constructible_v<Temperature, LearningRate>);
static_assert(!std::is_constructible_v<SpectralGap, PoincareConstant>);
static_assert(!std::is_convertible_v<SpectralGap, double>);

TEST(Temperature, RefusesWhatIsNoTemperature) {
  for (const double bad : {0.0, -1.0, static_cast<double>(INFINITY), static_cast<double>(NAN)}) {
    EXPECT_THROW(Temperature{bad}, InvalidArgument);
    EXPECT_THROW(LearningRate{bad}, InvalidArgument);
  }
  EXPECT_THROW(SpectralGap{-1e-300}, InvalidArgument);
  EXPECT_THROW(PoincareConstant{0}, InvalidArgument);
}

TEST(Measurement, IntervalsAddBothErrorsAndKeepTheSide) {
  const Measurement m(10, 2, 0.5, Side::two_sided, Grade::estimate, "test");
  EXPECT_DOUBLE_EQ(m.lower(3), 3.5);
  EXPECT_DOUBLE_EQ(m.upper(3), 16.5);
  const Measurement upper(10, 0, 0, Side::upper, Grade::bound, "test");
  EXPECT_EQ(upper.upper(), 10);
  EXPECT_EQ(upper.lower(), -INFINITY);
  const Measurement lower(10, 0, 0, Side::lower, Grade::bound, "test");
  EXPECT_EQ(lower.upper(), INFINITY);
}

// NaN must never enter a measurement: it would compare as neither refuted nor consistent.
TEST(Measurement, RefusesNaN) {
  EXPECT_THROW(Measurement::exact(NAN, "test"), InvalidArgument);
  EXPECT_THROW(Measurement::sampled(1, NAN, "test"), InvalidArgument);
  EXPECT_THROW(Measurement::deterministic(1, -1, Grade::bound, "test"), InvalidArgument);
}

TEST(Result, CarriesValueOrReason) {
  const Result<int> good = 3;
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(good.value(), 3);
  const Result<int> bad = Result<int>::failure(Status::blew_up, "x became infinite at step 3");
  EXPECT_FALSE(bad.ok());
  EXPECT_FALSE(bad.has_value());
  EXPECT_EQ(bad.why(), "x became infinite at step 3");
  EXPECT_EQ(to_string(bad.status()), "blew up");
}

TEST(Errors, SayNameValueBoundAndRemedy) {
  const InvalidArgument e("step", -0.1, "positive", "take h = 0.01");
  EXPECT_STREQ(e.what(), "step is -0.1 but must be positive; take h = 0.01");
  const DataError d("iris.csv", 3, 7, "'abc' is no number");
  EXPECT_STREQ(d.what(), "iris.csv:3:7: 'abc' is no number");
}

TEST(Text, ShortestReadsBack) {
  for (const double x : {0.1, 1.0 / 3, 1e-300, 123456789.0, -2.5e17}) EXPECT_EQ(std::stod(shortest(x)), x);
  EXPECT_EQ(shortest(0.1), "0.1");
}

TEST(Text, NearestNameFindsMisprintsAndNothingFarAway) {
  const std::vector<std::string> names{"temperature", "learning_rate", "until"};
  EXPECT_EQ(nearest_name("temprature", names), "temperature");
  EXPECT_EQ(nearest_name("utnil", names), "until");
  EXPECT_EQ(nearest_name("qqqqqq", names), "");
}

// Frames give back what they took, pointers stay valid while slabs are added, all are aligned.
TEST(Scratch, FramesNestAndPointersStay) {
  Scratch scratch;
  double* first_use = nullptr;
  for (int loop = 0; loop < 3; ++loop) {
    Scratch::Frame outer(scratch);
    double* a = outer.take(5);
    a[0] = 1;
    if (loop == 0) first_use = a;
    EXPECT_EQ(a, first_use);
    {
      Scratch::Frame inner(scratch);
      double* big = inner.take(1 << 20);
      big[0] = 2;
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(big) % 64, 0u);
    }
    EXPECT_EQ(a[0], 1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a) % 64, 0u);
  }
}

}  // namespace
}  // namespace sgdlimits
