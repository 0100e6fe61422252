// `verify CLAIM --on FILE` and [claims] of the file are one thing.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace cli {
namespace {

const std::string kFile = R"TOML(title = "Least squares"
[potential]
kind = "formula"
formula = "0.5*a*x^2 - b*x"
variables = ["x"]
samples = {a = [1.0, 0.64, 0.36], b = [1.0, -0.4, 0.18]}
[dynamics]
learning_rate = 0.5
initial = {kind = "gaussian", mean = 0.0, sd = 0.5}
until = 1.0
[[study]]
name = "sgd"
kind = "sgd"
batch = 2
replacement = "without"
paths = 100
[[study]]
name = "gap"
kind = "spectral-gap"
[claims]
check = ["A6", "H1"]
)TOML";

nlohmann::json claims_in(const std::string& text) { return nlohmann::json::parse(text).at("claims"); }

// Fails if verify takes other batches, another sample size or seed than the run, or leaves a claim's own ends without
// their effort: of the larger sample the numbers differ.
TEST(VerifyOn, SaysWhatTheRunOfTheFileSays) {
  Place place;
  place.write("e.toml", kFile);
  const Outcome run = place.run({"run", "e.toml", "--out", "out", "--quiet"});
  ASSERT_EQ(run.status, 0) << run.err;
  const Outcome verify = place.run({"verify", "A6", "H1", "--on", "e.toml", "--controls", "--json", "--quiet"});
  ASSERT_EQ(verify.status, 0) << verify.err;
  const nlohmann::json claims = claims_in(verify.out);
  EXPECT_EQ(claims, claims_in(read_file(place.path() / "out" / "claims.json")));
  ASSERT_EQ(claims.size(), 2u);
  EXPECT_EQ(claims[1].at("subject"), "sgd (mini-batch sgd (B = 2))");
  const Outcome larger =
      place.run({"verify", "H1", "--on", "e.toml", "--controls", "--effort", "standard", "--json", "--quiet"});
  ASSERT_EQ(larger.status, 0) << larger.err;
  EXPECT_NE(claims_in(larger.out)[0], claims[1]);
  EXPECT_EQ(claims_in(larger.out)[0].at("subject"), claims[1].at("subject"));
}

}  // namespace
}  // namespace cli
