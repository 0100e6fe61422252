// gap --prove as a user runs it, and the checker on its certificate: verified as written, refused when tampered with.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace cli {
namespace {

using Json = nlohmann::json;

std::vector<std::string> prove(const std::string& formula, const std::string& rate,
                               std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"gap", "--formula", formula,   "--learning-rate",
                                     rate,  "--prove",   "--quiet", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Exit status of the checker on the text.
int check(const Place& place, const std::string& certificate) {
  std::ofstream(place.path() / "checked.txt") << certificate;
  const std::string line =
      std::string(SGDLIMITS_CHECKER) + " " + (place.path() / "checked.txt").string() + " > /dev/null 2>&1";
  const int status = std::system(line.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

// The rest of the line after `key`.
std::string after(const std::string& text, const std::string& key) {
  const std::size_t begin = text.find(key) + key.size();
  return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

// Truth to twenty digits. Fails if a key is missing or the interval misses the truth.
TEST(GapProof, OfTheDoubleWellAsJson) {
  const Place place;
  const Outcome outcome = place.run(prove("(x^2-1)^2", "0.25", {"--certificate", "well.txt"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json proof = Json::parse(outcome.out).at("proof");
  EXPECT_EQ(proof.at("status"), "ok");
  const double truth = 0.00057186888886856569819;
  EXPECT_LT(proof.at("lower").get<double>(), truth);
  EXPECT_GT(proof.at("upper").get<double>(), truth);
  EXPECT_LT(proof.at("relative_width").get<double>(), 1.01e-9);
  EXPECT_LT(proof.at("poincare_lower").get<double>(), 0.125 / truth);
  EXPECT_GT(proof.at("poincare_upper").get<double>(), 0.125 / truth);
  EXPECT_EQ(proof.at("certificate"), "well.txt");
  const std::string certificate = read_file(place.path() / "well.txt");
  EXPECT_EQ(check(place, certificate), 0);
  // tampered with: rates beyond the truth, another temperature, another potential, a bent node, a missing part
  const std::string lower = after(certificate, "\nsupersolution "), upper = after(certificate, "\nsubsolution ");
  EXPECT_EQ(check(place, replaced(certificate, "supersolution " + lower, "supersolution " + upper)), 1);
  EXPECT_EQ(check(place, replaced(certificate, "subsolution " + upper, "subsolution " + lower)), 1);
  EXPECT_EQ(check(place, replaced(certificate, "temperature 0x1p-3", "temperature 0x1.0001p-3")), 1);
  EXPECT_EQ(check(place, replaced(certificate, "constant -0x1p+0", "constant -0x1.0001p+0")), 1);
  const std::size_t nodes = certificate.find('\n', certificate.find("nodes ")) + 1;
  const std::string second = certificate.substr(certificate.find('\n', nodes) + 1);
  const std::string value = after(second, after(second, "") + " " + after(second, " ") + " ");
  EXPECT_NE(check(place, replaced(certificate, " " + value + " ", " 7" + value + " ")), 0);
  EXPECT_EQ(check(place, certificate.substr(0, certificate.size() / 2)), 65);
  EXPECT_EQ(check(place, "nothing of the kind\n"), 65);
}

// Certificates of every kind of end and of a kink, and of formulas with samples and parameters.
TEST(GapProof, CertificatesOfEveryKindAreVerified) {
  const Place place;
  for (const auto& [formula, more] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"x^2/2+abs(x)", {}},
           {"x^2-3*exp(-x^2)", {}},
           {"sqrt(1+x^4)", {}},
           {"x", {"--domain", "x=0:1"}},
           {"-log(1-abs(x))", {"--domain", "x=-1:1"}},
           {"0.5*k*x^2+softplus(3*x)", {"--param", "k=0.26"}}}) {
    std::vector<std::string> options = {"--certificate", "c.txt"};
    options.insert(options.end(), more.begin(), more.end());
    const Outcome outcome = place.run(prove(formula, "1", options));
    ASSERT_EQ(outcome.status, 0) << formula << outcome.out << outcome.err;
    const Json json = Json::parse(outcome.out);
    // the numerical answer and its bound agree with the theorem
    EXPECT_GE(json.at("spectral_gap").get<double>() * (1 + 1e-6), json.at("proof").at("lower").get<double>());
    EXPECT_LE(json.at("spectral_gap").get<double>() * (1 - 1e-6), json.at("proof").at("upper").get<double>());
    EXPECT_EQ(check(place, read_file(place.path() / "c.txt")), 0) << formula;
  }
}

// The neuron of example 01 with one weight: a net on real data, proved from its own program.
TEST(GapProof, OfAOneWeightNetOnData) {
  const Place place;
  std::ofstream(place.path() / "net.toml")
      << R"toml(title = "one weight"
[potential]
kind = "two-layer-net"
activation = "sigmoid"
trained = "hidden"
scale = "one"
loss = "square"
loss_factor = 1.0
outer_weights = [4.0]
ridge = 0.13
data = {file = ")toml"
      << SGDLIMITS_SOURCE_DIR
      << R"toml(/examples/data/iris.csv", inputs = ["petal_length_cm"], target = "8*(species == 1)", standardise = ["petal_length_cm"]}
[dynamics]
learning_rate = 0.5
)toml";
  const Outcome outcome = place.run({"gap", "net.toml", "--prove", "--json", "--quiet"});
  ASSERT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("proof").at("status"), "ok");
  EXPECT_NEAR(json.at("spectral_gap").get<double>() / json.at("proof").at("lower").get<double>(), 1, 1e-6);
}

TEST(GapProof, RefusesWithReasonAndStatus) {
  const Place place;
  const Outcome continuum = place.run(prove("abs(x)", "0.5"));
  EXPECT_EQ(continuum.status, 2);
  EXPECT_EQ(Json::parse(continuum.out).at("proof").at("status"), "essential spectrum");
  const Outcome plane = place.run(prove("x^2+y^2", "0.5"));
  EXPECT_EQ(plane.status, 3);
  EXPECT_NE(plane.out.find("one dimension"), std::string::npos);
  const Outcome tails = place.run(prove("(x+2*sin(x))^2", "2"));
  EXPECT_EQ(tails.status, 3);
  EXPECT_NE(tails.out.find("growth of f"), std::string::npos);
  EXPECT_EQ(place.run(prove("x^2", "1", {"--relative-width", "2"})).status, 64);
  EXPECT_EQ(place.run({"gap", "--formula", "x^2", "--learning-rate", "1", "--certificate", "c.txt"}).status, 64);
  EXPECT_EQ(place.run(prove("x^2", "1", {"--certificate", "no/such/folder/c.txt"})).status, 74);
}

}  // namespace
}  // namespace cli
