// Studies of SGD with momentum, schedules, epochs and added noise, and of its modified equations.
#include <gtest/gtest.h>

#include <cmath>

#include "apps/experiment/output_folder.hpp"
#include "apps/experiment/run.hpp"
#include "solvers/sde/ensemble.hpp"
#include "support/folder.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

/// f_i = (x - c_i)^2/2, c = +-1, from 1; the study's keys are replaced by those of each test.
const std::string kQuadratic = R"TOML(title = "quadratic"
run = {seed = 12}
[potential]
kind = "formula"
formula = "(x - c)^2/2"
samples = {c = [1.0, -1.0]}
[dynamics]
learning_rate = 0.1
initial = {kind = "point", x = 1.0}
until = 2.0
report_at = [0.5, 2.0]
observe = ["x", "x^2"]
[[study]]
name = "walk"
kind = "sgd"
batch = 1
paths = 20000
)TOML";

std::string study(const std::string& keys) { return with(kQuadratic, "batch = 1\n", keys + "\n"); }

std::string message_of(const std::string& text) {
  const Folder folder;
  try {
    load_experiment(folder.write("e.toml", text));
  } catch (const ExperimentError& error) {
    return std::string(error.what()).substr(folder.path().string().size() + 1);
  }
  return "accepted";
}

Points last_points(const std::string& text) {
  const Folder folder;
  const Result<RunResults> run =
      run_experiment(load_experiment(folder.write("e.toml", text)), {}, Execution::with_threads(1));
  EXPECT_TRUE(run.ok()) << run.why();
  EXPECT_EQ(run->studies.front().report.status, Status::ok) << run->studies.front().report.why;
  return run->studies.front().ensemble->snapshots.back();
}

// Gradient descent is known step by step. Fails if momentum, its form or the start at rest do not arrive.
TEST(SgdStudy, HeavyBallAndNesterovAreTheirRecursions) {
  for (const bool nesterov : {false, true}) {
    const Points x = last_points(study(std::string("noise = \"none\"\nmomentum = {kind = \"") +
                                       (nesterov ? "nesterov" : "heavy-ball") + "\", beta = 0.8}"));
    double position = 1, velocity = 0;
    for (int k = 0; k < 20; ++k) {
      velocity = 0.8 * velocity + 0.2 * (nesterov ? position - 0.1 * 0.8 * velocity : position);
      position -= 0.1 * velocity;
    }
    ASSERT_EQ(x.cols(), 1);
    EXPECT_NEAR(x(0, 0), position, 1e-14);
  }
}

// x_k = prod (1 - s_j): fails if the schedule, its first rate or the clock sum s_j do not arrive.
TEST(SgdStudy, SchedulesRunOnTheClockOfTheirRates) {
  const Points piecewise =
      last_points(study("noise = \"none\"\nschedule = {kind = \"piecewise\", starts = [5], rates = [0.05]}"));
  EXPECT_NEAR(piecewise(0, 0), std::pow(0.9, 5) * std::pow(0.95, 30), 1e-14);
  const Points power =
      last_points(study("noise = \"none\"\nschedule = {kind = \"power-law\", exponent = 1.0, offset = 10}"));
  double x = 1, time = 0;
  for (int k = 0; time + 0.05 / (1 + k / 10.0) < 2.0; ++k) {
    const double s = 0.1 / (1 + k / 10.0);
    x *= 1 - s;
    time += s;
  }
  EXPECT_NEAR(power(0, 0), x, 1e-13);
}

// x_20 = .9^20 + sum of .9^j times noise of variance V: variance V (1 - .81^20)/.19. Level 1e-6. Fails if the kind,
// its variance or the default temperature is another: the smallest of them differ by a factor of 2.
TEST(SgdStudy, AddedNoiseHasItsVariance) {
  const std::pair<std::string, double> cases[] = {{"{kind = \"langevin\"}", 0.1 * 0.1},
                                                  {"{kind = \"mean-field\", temperature = 0.05}", 4 * 0.1 * 0.05},
                                                  {"{kind = \"gradient-error\", sd = 0.5}", 0.1 * 0.1 * 0.25}};
  for (const auto& [noise, variance] : cases) {
    const Values x = last_points(study("noise = \"none\"\nadded_noise = " + noise)).col(0);
    const double expected = variance * (1 - std::pow(0.81, 20)) / 0.19;
    EXPECT_NEAR((x - std::pow(0.9, 20)).square().mean(), expected,
                Measurement::kLevelOneInAMillion * expected * std::sqrt(2 / 20000.0))
        << noise;
  }
}

// Two samples through epochs: after each pair x -> .81 x +- .1 (.9 - 1), so |x - .81^10| <= .01/.19. Independent
// batches have standard deviation .23. Fails if batches are drawn afresh.
TEST(SgdStudy, EpochsTakeEverySampleOnce) {
  const Values x = last_points(study("batch = 1\nreplacement = \"epochs\"")).col(0);
  EXPECT_LE((x - std::pow(0.81, 10)).abs().maxCoeff(), 0.01 / 0.19 + 1e-12);
  EXPECT_GT((x - std::pow(0.81, 10)).abs().maxCoeff(), 0.01);
}

// Euler-Maruyama of step h on dX = -a X dt + s^(1/2) dB, a = 1 (SME-1) or 1 + s/2 (SME-2): exact moments of the
// recursion. Fails if order, step or the variance of the noise does not arrive. Level 1e-6.
TEST(SgdModifiedEquationStudy, HasTheMomentsOfItsEquation) {
  for (const int order : {1, 2}) {
    const std::string text = with(with(kQuadratic, "\"sgd\"", "\"sgd-modified-equation\""), "batch = 1\n",
                                  "batch = 1\norder = " + std::to_string(order) + "\nstep = 0.05\n");
    const Values x = last_points(text).col(0);
    const double q = 1 - 0.05 * (order == 1 ? 1 : 1.05), mean = std::pow(q, 40);
    const double variance = 0.1 * 0.05 * (1 - std::pow(q, 80)) / (1 - q * q);
    EXPECT_NEAR(x.mean(), mean, Measurement::kLevelOneInAMillion * std::sqrt(variance / 20000));
    EXPECT_NEAR((x - mean).square().mean(), variance,
                Measurement::kLevelOneInAMillion * variance * std::sqrt(2 / 20000.0));
  }
}

// Fails if threads, blocks or a stop in the middle change a byte of any file, or a default is not written.
TEST(SgdStudy, SameBytesForThreadsBlocksAndRestarts) {
  const std::string text = study(
                               "batch = 1\nreplacement = \"epochs\"\nmomentum = {kind = \"heavy-ball\", beta = 0.5}\n"
                               "schedule = {kind = \"power-law\", exponent = 0.5, offset = 20}\n"
                               "added_noise = {kind = \"langevin\"}") +
                           "[[study]]\nname = \"sme\"\nkind = \"sgd-modified-equation\"\norder = 2\nstep = 0.05\n"
                           "batch = 1\npaths = 20000\n";
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", text));
  const std::string once = resolved_toml(experiment);
  EXPECT_EQ(resolved_toml(load_experiment(folder.write("again.toml", once))), once);
  std::map<std::string, std::string> first;
  int number = 0;
  for (const auto& [threads, block, stop_in] : {std::tuple{1, 256, ""}, {2, 64, "walk"}, {3, 1000, "sme"}}) {
    RunOptions options;
    options.out = folder.path() / std::to_string(number++);
    Execution execution = Execution::with_threads(threads);
    execution.block = block;
    if (*stop_in) {
      std::stop_source stop;
      Execution stopping = execution;
      stopping.stop = stop.get_token();
      const auto stopped =
          run_experiment(experiment, options, stopping, [&, at = stop_in](const std::string& name, double done) {
            if (name == at && done > 0.3) stop.request_stop();
          });
      ASSERT_EQ(stopped.status(), Status::interrupted);
      options.resume = true;
    }
    ASSERT_TRUE(run_experiment(experiment, options, execution).ok());
    if (first.empty()) first = files_of(options.out);
    EXPECT_EQ(files_of(options.out), first);
  }
}

const std::string kOnlineNet = R"TOML(run = {seed = 7}
[potential]
kind = "two-layer-net"
activation = "piecewise-linear"
trained = "hidden"
scale = "1/N"
loss = "square"
loss_factor = "N"
ridge = 0.02
outer_weights = {law = "constant", width = 5}
data = {law = "isotropic-gaussians", dimension = 3, delta = 0.8}
[dynamics]
learning_rate = 0.01
initial = {kind = "gaussian", mean = 0.0, sd = 0.4}
until = 0.2
[[study]]
name = "walk"
kind = "sgd"
batch = 2
added_noise = {kind = "mean-field", temperature = 0.05}
paths = 7
)TOML";

// A net on a law runs online unless said otherwise: the bits of the library's scheme. Fails if the batch, the noise,
// the law or the replicate is another, or if momentum, which leaves the fused steps, cannot run.
TEST(SgdStudy, OnlineIsTheLibrarysOnlineSgd) {
  const Folder folder;
  const Experiment experiment = load_experiment(folder.write("e.toml", kOnlineNet));
  const Problem& problem = experiment.problems.front();
  EXPECT_EQ(experiment.studies.front().motion, Motion::online_sgd);
  const auto scheme = stochastic_gradient_descent(
      online_gradient(problem.sampled, 2),
      {LearningRateSchedule::constant(LearningRate(0.01)), {}, AddedNoise::mean_field(Temperature(0.05))});
  Ensemble ensemble = Ensemble::from_law(*problem.initial, 7, 7);
  ASSERT_EQ(advance(ensemble, *scheme, 20).status, Status::ok);
  EXPECT_TRUE((last_points(kOnlineNet) == ensemble.points).all());
  const Points moved = last_points(with(kOnlineNet, "batch = 2\n", "momentum = {kind = \"nesterov\", beta = 0.5}\n"));
  EXPECT_EQ(moved.cols(), 15);
  EXPECT_TRUE(moved.isFinite().all());
}

// Fails if nonsense is accepted, or refused without place and remedy.
TEST(SgdStudy, RefusesWhatMakesNoSense) {
  const std::pair<std::string, std::string> cases[] = {
      {study("noise = \"online\""),
       "e.toml:16:9: online SGD draws a fresh sample of a law at each step, but the potential has no law of samples; "
       "take noise = \"mini-batch\", which draws from the data"},
      {study("noise = \"isotropic\"\nadded_noise = {kind = \"langevin\"}"),
       "e.toml:17:15: study.walk.added_noise adds a second Gaussian to noise = \"isotropic\"; take noise = \"none\" "
       "and "
       "say here what is added"},
      {study("batch = 1\nmomentum = {kind = \"nesterov\", beta = 1.0}"),
       "e.toml:17:39: study.walk.momentum.beta is 1 but must be at least 0 and less than 1"},
      {study("batch = 1\nschedule = {kind = \"piecewise\", starts = [5, 6], rates = [0.05]}"),
       "e.toml:17:58: study.walk.schedule.rates has 1 entries but study.walk.schedule.starts has 2; one rate for "
       "each "
       "start"},
      {study("batch = 1\nlearning_rate = 2.0\nschedule = {kind = \"power-law\", exponent = 1.0, offset = 1}"),
       "e.toml:18:12: under study.walk.schedule no step lies between time 0.5 and the report time before it; lower "
       "learning_rate or report more rarely"},
      {with(study("batch = 1\nmomentum = {kind = \"nesterov\", beta = 0.5}"), "\"sgd\"", "\"escape\""),
       "e.toml:17:12: study.walk.momentum is not for escape, whose predicted rate is that of plain SGD at one "
       "learning "
       "rate; leave it out, or follow the law in time by kind = \"sgd\""},
      {with(with(study("batch = 2\nreplacement = \"epochs\""), "[1.0, -1.0]", "[1.0, 0.0, -1.0]"), "1.0", "1.0"),
       "e.toml:16:9: study.walk.batch is 2 but must divide the number of samples, 3; an epoch takes every sample "
       "once, "
       "in batches of one size"},
      {with(study("batch = 1\nschedule = {kind = \"constant\"}"), "\"sgd\"", "\"sgd-operator\""),
       "e.toml:17:12: study.walk.schedule is not for sgd-operator, the Markov chain of plain SGD at one learning "
       "rate; "
       "leave it out, or follow the law in time by kind = \"sgd\""},
      {with(study("batch = 1\norder = 1\nstep = 0.05\nreplacement = \"epochs\""), "\"sgd\"",
            "\"sgd-modified-equation\""),
       "e.toml:19:15: study.walk.replacement is \"epochs\" but must be one of with, without"},
      {study("noise = \"none\"\nbatch = 1"), "e.toml:17:9: study.walk.batch is for noise = \"mini-batch\" alone"},
      {study("noise = \"isotropic\"\nreplacement = \"epochs\""),
       "e.toml:17:15: study.walk.replacement is for noise = \"mini-batch\" alone"},
      {study("batch = 1\nschedule = {kind = \"piecewise\", starts = [6, 5], rates = [0.05, 0.01]}"),
       "e.toml:17:42: start of the schedule is 5 but must be greater than the one before, 6"},
      {study("batch = 1\nadded_noise = {kind = \"langevin\", sd = 0.5}"),
       "e.toml:17:40: unknown key \"sd\" in [study.walk.added_noise]; known: kind, temperature"},
      {with(with(study("noise = \"isotropic\"\nmomentum = {kind = \"nesterov\", beta = 0.5}"), "kind = \"formula\"",
                 "kind = \"triangular\""),
            "formula = \"(x - c)^2/2\"\nsamples = {c = [1.0, -1.0]}\n", "\n\n"),
       "e.toml:17:12: momentum has no walls, but the potential lives on a box; leave momentum out"},
      {with(kOnlineNet, "batch = 2\n", "batch = 2\nreplacement = \"epochs\"\n"),
       "e.toml:20:15: study.walk.replacement is for noise = \"mini-batch\" alone"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(message_of(text), message);
}

}  // namespace
