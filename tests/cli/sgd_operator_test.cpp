// sgdlimits sgd-operator on the case of the literature and on example 04; the keys are a promise to scripts.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace cli {
namespace {

using Json = nlohmann::json;

const std::string kWells = R"TOML(title = "Two tilted wells"
[potential]
kind = "formula"
formula = "(x^2-1)^2 + c*x"
samples = {c = [2.5, -2.5]}
[dynamics]
learning_rate = 0.1
)TOML";

const Json& motion(const Json& json, const std::string& name) {
  for (const Json& one : json.at("motions"))
    if (one.at("name") == name) return one;
  throw std::out_of_range(name);
}

// Shirokoff, Zaleski 2409.12243: 4.56e-2 against 6.6e-2 at c = 2.5. Fails for a lost key, a wrong sample or rate.
TEST(SgdOperator, AsJson) {
  Place place;
  place.write("e.toml", kWells);
  const Outcome outcome = place.run({"sgd-operator", "e.toml", "--cells", "1000", "--json", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("schema"), 1);
  EXPECT_EQ(json.at("status"), "ok");
  EXPECT_EQ(json.at("invariant_measures"), 1);
  EXPECT_EQ(json.at("enclosed"), true);
  EXPECT_EQ(json.at("terms"), 2);
  EXPECT_EQ(json.at("batch"), 1);
  EXPECT_NEAR(motion(json, "SGD").at("gap").at("value").get<double>(), 4.56e-2, 0.005e-2);
  EXPECT_NEAR(motion(json, "SME-1").at("gap").at("value").get<double>(), 6.6e-2, 0.05e-2);
  EXPECT_TRUE(motion(json, "SGD").at("escape_time").is_object());
  EXPECT_EQ(motion(json, "SGD").at("invariant_measures").size(), 1u);
  // mirror wells
  for (const char* name : {"SGD", "SME-1", "SME-2", "Gibbs at s/2"})
    EXPECT_NEAR(motion(json, name).at("committor_at_saddle").at("value").get<double>(), 0.5, 0.01) << name;
}

// Options replace what the file says; below the critical tilt there are two measures.
TEST(SgdOperator, AsATable) {
  Place place;
  place.write("e.toml", kWells);
  const Outcome outcome = place.run(
      {"sgd-operator", "e.toml", "--set", "potential.samples.c=[1.3, -1.3]", "--learning-rate", "0.05", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("SGD has 2 invariant measures"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("never"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("learning rate 0.05"), std::string::npos) << outcome.out;
}

TEST(SgdOperator, NeedsSamples) {
  Place place;
  place.write("e.toml", std::string("[potential]\nkind = \"double-well\"\n[dynamics]\nlearning_rate = 0.1\n"));
  const Outcome outcome = place.run({"sgd-operator", "e.toml"});
  EXPECT_EQ(outcome.status, 64);
  EXPECT_NE(outcome.err.find("a mean over samples: a net, or a formula with samples"), std::string::npos);
}

}  // namespace
}  // namespace cli
