// Schemes in experiment files: every name of the catalogue runs, and says what a reader must know about it.
#include <gtest/gtest.h>

#include "apps/experiment/run.hpp"
#include "solvers/sde/catalogue.hpp"
#include "support/folder.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

/// A langevin study of `scheme` for the potential `formula`.
std::string file(const std::string& formula, const std::string& scheme, const std::string& more = "") {
  return R"(title = "t"
[potential]
kind = "formula"
formula = ")" +
         formula + R"("
[dynamics]
temperature = 0.5
initial = {kind = "gaussian", mean = [0.5], sd = 0.3}
until = 1.0
report_at = [0.5, 1.0]
observe = ["x^2"]
[[study]]
name = "particles"
kind = "langevin"
scheme = ")" +
         scheme + "\"\nstep = 0.05\npaths = 500\n" + more;
}

RunResults run(const std::string& text) {
  const Folder folder;
  Result<RunResults> result = run_experiment(load_experiment(folder.write("e.toml", text)), {}, {});
  EXPECT_TRUE(result.ok()) << result.why();
  return std::move(result).value();
}

std::string remarks(const RunResults& results) {
  std::string all;
  for (const std::string& remark : results.studies[0].remarks) all += remark + "\n";
  return all;
}

// In a quartic well the schemes without an invariant measure carry the warning, the others do not; the harmonic well
// is no occasion for it. Metropolis schemes report acceptance at every report time, the start included.
TEST(SchemesOfFiles, SayWhatAReaderMustKnow) {
  for (const SchemeRecord& record : scheme_catalogue()) {
    const RunResults quartic = run(file("x^4/4 - x^2/2", record.name));
    EXPECT_EQ(quartic.studies[0].report.status, Status::ok) << record.name;
    const bool warned =
        remarks(quartic).find("The drift grows like |x|^3, where " + record.name) != std::string::npos;
    EXPECT_EQ(warned, record.superlinear_drift != SuperlinearDrift::invariant_measure) << remarks(quartic);
    EXPECT_EQ(remarks(run(file("x^2/2", record.name))).find("The drift grows"), std::string::npos) << record.name;
    int rates = 0;
    for (const MeasurementRow& row : quartic.measurements)
      if (row.quantity == "acceptance rate") {
        ++rates;
        EXPECT_GT(row.measurement.value(), 0.5);
        EXPECT_LT(row.measurement.value(), 1);
      }
    EXPECT_EQ(rates, record.needs_potential_values ? 3 : 0) << record.name;
  }
}

TEST(SchemesOfFiles, LeapfrogStepsBelongToHmc) {
  const Folder folder;
  EXPECT_EQ(
      load_experiment(folder.write("a.toml", file("x^2", "hmc", "leapfrog_steps = 7\n"))).studies[0].leapfrog_steps,
      7);
  try {
    (void)load_experiment(folder.write("b.toml", file("x^2", "mala", "leapfrog_steps = 7\n")));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("is for scheme = \"hmc\" alone"), std::string::npos) << error.what();
  }
}

}  // namespace
