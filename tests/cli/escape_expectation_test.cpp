// The key `expect` of an escape study decides whether its verdict counts in the exit status.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace cli {
namespace {

std::string file(const std::string& expect) {
  return R"TOML(title = "Leaving a well"
[potential]
kind = "formula"
formula = "(x^2-1)^2 + 0.2*x"
[dynamics]
learning_rate = 0.8
until = 12.0
[[study]]
name = "leave"
kind = "escape"
noise = "langevin"
step = 0.02
paths = 4000
discard = 2.0
)TOML" + expect;
}

// The verdict itself is the same run for run; said as expected it is no failure, another one is, none does not count.
// Fails if the key is read and forgotten, or counts without being asked.
TEST(EscapeExpectation, CountsWhereItIsSaid) {
  Place place;
  const auto status = [&](const std::string& expect) {
    place.write("e.toml", file(expect));
    return place.run({"run", "e.toml", "--out", "out" + std::to_string(expect.size()), "--json", "--quiet"});
  };
  const Outcome silent = status("");
  ASSERT_EQ(silent.status, 0) << silent.err;
  const nlohmann::json escape = nlohmann::json::parse(silent.out).at("escapes").at(0);
  EXPECT_TRUE(escape.at("expected").is_null());
  const std::string verdict = escape.at("verdict");
  EXPECT_EQ(status("expect = \"" + verdict + "\"\n").status, 0);
  const std::string other = verdict == "refuted" ? "consistent" : "refuted";
  EXPECT_EQ(status("expect = \"" + other + "\"  # other\n").status, verdict == "undecided" ? 2 : 1);
  EXPECT_EQ(status("expect = \"perhaps\"\n").status, 78);
}

}  // namespace
}  // namespace cli
