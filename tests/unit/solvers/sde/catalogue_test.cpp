// The catalogue of schemes: what it says is what its schemes say.
#include "solvers/sde/catalogue.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/errors.hpp"
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

}  // namespace
}  // namespace sgdlimits
