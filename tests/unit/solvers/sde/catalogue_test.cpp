// The catalogue of schemes: what it says is what its schemes say.
#include "solvers/sde/catalogue.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/errors.hpp"
#include "solvers/sde/ensemble.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

OverdampedProblem rippled() { return OverdampedProblem::of(std::make_shared<test::Rippled>(), Temperature(0.5)); }

// Fails if a name is taken twice, or a record promises other orders than the scheme that carries its name.
TEST(SchemeCatalogue, RecordsSpeakForTheirSchemes) {
  std::set<std::string> names;
  for (const SchemeRecord& record : scheme_catalogue()) {
    EXPECT_TRUE(names.insert(record.name).second) << record.name;
    const auto scheme = make_scheme(record.name, rippled(), 0.05);
    EXPECT_EQ(scheme->name(), record.name);
    EXPECT_EQ(scheme->dimension(), 2);
    EXPECT_EQ(scheme->step_size(), 0.05);
    EXPECT_EQ(scheme->orders().strong, record.additive_noise.strong) << record.name;
    EXPECT_EQ(scheme->orders().weak, record.additive_noise.weak) << record.name;
    EXPECT_EQ(scheme->orders().invariant_measure, record.additive_noise.invariant_measure) << record.name;
    EXPECT_FALSE(record.statement.empty());
    EXPECT_FALSE(record.source.empty());
    EXPECT_GE(record.gradients_a_step, 1);
  }
  EXPECT_EQ(names.size(), scheme_names().size());
}

// Fails if a scheme that needs the potential takes a bare drift, or one that needs none refuses it.
TEST(SchemeCatalogue, NeedsAreChecked) {
  OverdampedProblem bare = rippled();
  bare.potential = nullptr;
  for (const SchemeRecord& record : scheme_catalogue()) {
    if (record.needs_gradient_drift || record.needs_potential_values || record.needs_hessian) {
      EXPECT_THROW(make_scheme(record.name, bare, 0.05), InvalidArgument) << record.name;
    } else {
      EXPECT_NO_THROW(make_scheme(record.name, bare, 0.05)) << record.name;
    }
    EXPECT_THROW(make_scheme(record.name, rippled(), 0.0), InvalidArgument) << record.name;
    if (!record.takes_prescribed_normals) {
      EXPECT_THROW(markov_form(record.name, rippled(), 0.05), InvalidArgument) << record.name;
    }
  }
}

TEST(SchemeCatalogue, UnknownNamesAreAnsweredWithTheNearest) {
  try {
    scheme_record("huen");
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.remedy(), "did you mean heun?");
  }
}

/// One step on f = a x^2/2 from x with all Gaussians zero but the one of that number (-1: none).
double linear_step(const Scheme& scheme, double x, Index number) {
  Points start = Points::Constant(kLanes, 1, x), g = Points::Zero(kLanes, scheme.normals_per_step());
  if (number >= 0) g.col(number).setOnes();
  Scratch scratch;
  PathBlock block{{start.data(), kLanes, 1}, {g.data(), kLanes, g.cols()}, 0, 0.0, scratch};
  scheme.advance(block, 0, Noise(1, scheme.stream()));
  return start(0, 0);
}

// A linear step X' = r X + sum c_j g_j has the stationary variance sum c_j^2/(1 - r^2), to rounding. Fails for a
// wrong closed form, or a scheme whose coefficients are wrong though its orders are right.
TEST(SchemeCatalogue, HarmonicVariancesAreThoseOfTheStep) {
  const double a = 2, tau = 0.7;
  const auto f = OverdampedProblem::of(std::make_shared<test::Harmonic>(a), Temperature(tau));
  int checked = 0;
  for (const SchemeRecord& record : scheme_catalogue()) {
    if (!record.takes_prescribed_normals || !record.harmonic_variance) continue;
    for (const double z : {0.05, 0.5, 1.3, 1.9}) {
      const MarkovForm form = markov_form(record.name, f, z / a);
      double noise = 0;
      for (Index j = 0; j < form.chain->normals_per_step(); ++j) noise += std::pow(linear_step(*form.chain, 0, j), 2);
      const double r = linear_step(*form.chain, 1, -1);
      const double variance = noise / (1 - r * r) + form.smoothing * form.smoothing;
      EXPECT_NEAR(variance * a / tau, record.harmonic_variance(z), 1e-9 * record.harmonic_variance(z))
          << record.name << " z " << z;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 7 * 4);
}

// From 1000 in a quartic well with h = .1: schemes with an invariant measure stay finite, and those that move by
// their drift come home; the others are lost. Metropolis schemes refuse to move from there.
TEST(SchemeCatalogue, FarStartsSeparateTheSchemes) {
  const auto f = OverdampedProblem::of(std::make_shared<test::DoubleWell>(), Temperature(0.5));
  for (const SchemeRecord& record : scheme_catalogue()) {
    Ensemble e;
    e.points = Points::Constant(100, 1, 1000.0);
    const Report report = advance(e, *make_scheme(record.name, f, 0.1), 20000);
    if (record.superlinear_drift == SuperlinearDrift::no_invariant_measure) {
      EXPECT_EQ(report.status, Status::blew_up) << record.name;
    } else {
      EXPECT_EQ(report.status, Status::ok) << record.name << ": " << report.why;
      if (record.superlinear_drift == SuperlinearDrift::invariant_measure && !record.needs_potential_values) {
        EXPECT_LT(e.points.abs().maxCoeff(), 5) << record.name;
      }
    }
  }
}

}  // namespace
}  // namespace sgdlimits
