// Nets on a law of samples, from the file to the object that SGD and the observables see.
#include <gtest/gtest.h>

#include "apps/experiment/experiment.hpp"
#include "models/networks/sampled_net_risk.hpp"
#include "support/experiments.hpp"
#include "support/folder.hpp"
#include "support/message_of.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

const std::string kNet = R"TOML([run]
seed = 7
[potential]
kind = "two-layer-net"
activation = "piecewise-linear"
trained = "hidden"
scale = "1/N"
loss = "square"
loss_factor = "N"
ridge = 0.02
outer_weights = {law = "constant", width = 3}
data = {law = "isotropic-gaussians", dimension = 4, delta = 0.8}
)TOML";

Problem problem_of(const std::string& text) {
  const Folder folder;
  return load_experiment(folder.write("e.toml", text)).problems.front();
}

std::string refusal(const std::string& from, const std::string& to) { return message_of(with(kNet, from, to)); }

Points weights() {
  Points w(8, 12);
  Noise(1, Stream::test).normals(0, 0, w);
  return w;
}

// The file's net is the library's mean-field net: the same risk and the same bits of a sample's gradient. A factor N
// read as 1, or a wrong Delta, fails.
TEST(SampledNet, IsTheLibrarysMeanFieldNet) {
  const Problem problem = problem_of(kNet);
  ASSERT_TRUE(problem.sampled);
  EXPECT_FALSE(problem.sum);
  const auto same =
      exact_risk(mean_field_net(Activation::piecewise_linear, 3, 0.01), GaussianClasses::isotropic(4, 0.8));
  const Points w = weights();
  EXPECT_TRUE((values(*problem.potential, w) == values(*same, w)).all());
  Points g(8, 12), h(8, 12);
  Scratch scratch;
  const Noise noise(3, Stream::sample);
  problem.sampled->sample_gradient(w, noise, 0, 5, 2, g, scratch);
  same->sample_gradient(w, noise, 0, 5, 2, h, scratch);
  EXPECT_TRUE((g == h).all());
}

// A test sample belongs to data.seed, which the resolved file writes out, so that it gives the same risk again also
// where the seed of the run is another.
TEST(SampledNet, ResolvedFileKeepsTheTestSample) {
  const std::string text = with(kNet, "delta = 0.8}", "delta = 0.8, test_samples = 50}");
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", text));
  const std::string resolved = resolved_toml(experiment);
  const Problem again = problem_of(with(resolved, "seed = 7", "seed = 8"));
  const Points w = weights();
  EXPECT_TRUE((values(*experiment.problems.front().potential, w) == values(*again.potential, w)).all());
  EXPECT_FALSE(
      (values(*problem_of(with(text, "seed = 7", "seed = 8")).potential, w) == values(*again.potential, w)).all());
}

// Classes by name and a teacher, each the library's law.
TEST(SampledNet, OtherLaws) {
  const std::string law = "law = \"isotropic-gaussians\", dimension = 4, delta = 0.8";
  const Problem classes = problem_of(with(
      kNet, law,
      "law = \"gaussian-classes\", dimension = 4, classes = {b = {probability = 0.25, target = 2.0, mean = 1.0, sd "
      "= [1.0, 2.0, 0.0, 1.0]}, a = {probability = 0.75, target = -1.0}}"));
  TwoLayerNetSpec spec = mean_field_net(Activation::piecewise_linear, 3, 0.01);
  const GaussianClass b{0.25, Eigen::Vector4d::Ones(), Eigen::Vector4d(1, 2, 0, 1), 2};
  const GaussianClass a{0.75, Eigen::Vector4d::Zero(), Eigen::Vector4d::Ones(), -1};
  const auto same = exact_risk(spec, std::make_shared<GaussianClasses>(std::vector<GaussianClass>{b, a}));
  const Points w = weights();
  EXPECT_TRUE((values(*classes.potential, w) == values(*same, w)).all());
  const Problem taught =
      problem_of(with(kNet, law,
                      "law = \"teacher\", dimension = 4, inputs = \"sphere\", scale = 2.0, seed = 5, "
                      "noise_sd = 0.1, teacher = {width = 3}, test_samples = 20"));
  const Teacher teacher = gaussian_teacher(Activation::sigmoid, 3, 4, 1, OuterWeightLaw::gaussian, 5);
  const auto risk = test_sample_risk(spec, teacher_law(InputLaw::sphere, 2, teacher, 0.1), 20, 5);
  EXPECT_TRUE((values(*taught.potential, w) == values(*risk, w)).all());
}

TEST(SampledNet, RefusesWhatHasNoRisk) {
  EXPECT_EQ(
      refusal("piecewise-linear", "tanh"),
      "the risk of this net under this law is not known in closed form; write test_samples = 10000, the samples on "
      "which to measure it");
  EXPECT_EQ(refusal("delta = 0.8", "delta = 1.8"),
            "potential.data.delta is 1.8 but must be at least 0 and at most 1");
  EXPECT_EQ(refusal("delta = 0.8", "detla = 0.8"),
            "unknown key \"detla\" in [potential.data]; did you mean \"delta\"?");
  EXPECT_EQ(refusal("loss_factor = \"N\"", "loss_factor = \"n\""),
            "potential.loss_factor is \"n\" but must be one of N; did you mean \"N\"?");
  EXPECT_EQ(refusal("isotropic-gaussians", "isotropic-gaussian"),
            "potential.data.law is \"isotropic-gaussian\" but must be one of isotropic-gaussians, gaussian-classes, "
            "teacher; did you mean \"isotropic-gaussians\"?");
}

}  // namespace
