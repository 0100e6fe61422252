/// Studies of stochastic gradient descent.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/experiment/run_context.hpp"
#include "apps/experiment/study_reading.hpp"
#include "core/text.hpp"

namespace sgdlimits::experiment {

namespace {

constexpr std::int64_t kMostPaths = (std::int64_t{1} << 32) - 1;
const std::vector<std::string> kWays = {"with",
                                        "without"};  // what has a covariance that stays the same from step to step

/// How a batch is drawn; `ways` of "with", "without", "epochs".
void read_batch(Section& section, const Problem& problem, Study& study, const std::vector<std::string>& ways,
                std::optional<std::int64_t> otherwise = {}) {
  if (!problem.sum) {
    section.fail(section.has("noise") ? "noise" : "kind",
                 "mini-batch noise needs a potential that is a mean over samples",
                 problem.sampled ? "take noise = \"online\", or write the samples out"
                                 : "use a net, or a formula with samples");
  }
  const auto terms = static_cast<std::int64_t>(problem.sum->terms());
  const std::string way = section.choice("replacement", ways, "with");
  study.replacement = way == "with" ? Replacement::with : Replacement::without;
  study.epochs = way == "epochs";
  study.batch = section.integer("batch", 1, way == "with" ? kMostPaths : terms, otherwise);
  if (study.epochs && terms % study.batch != 0)
    section.fail(
        "batch",
        fmt::format("{} is {} but must divide the number of samples, {}", section.full("batch"), study.batch, terms),
        "an epoch takes every sample once, in batches of one size");
}

void refuse(const Section& section, const std::vector<std::string>& keys, const std::string& what,
            const std::string& remedy = "") {
  for (const std::string& key : keys)
    if (section.has(key)) section.fail(key, fmt::format("{} {}", section.full(key), what), remedy);
}

void read_noise(Section& section, const Problem& problem, Study& study, const std::vector<std::string>& noises,
                const std::vector<std::string>& ways) {
  const bool online = problem.sampled && std::ranges::find(noises, "online") != noises.end();
  const std::string noise = section.choice("noise", noises,
                                           problem.sum ? "mini-batch"
                                           : online    ? "online"
                                                       : "isotropic");
  if (noise != "mini-batch") refuse(section, {"replacement"}, "is for noise = \"mini-batch\" alone");
  if (noise != "mini-batch" && noise != "online") refuse(section, {"batch"}, "is for noise = \"mini-batch\" alone");
  if (noise == "langevin") return read_scheme(section, study);
  refuse(section, {"scheme", "step", "leapfrog_steps"}, "is for noise = \"langevin\" alone");
  if (noise == "isotropic") study.motion = Motion::isotropic_sgd;
  if (noise == "none") study.motion = Motion::gradient_descent;
  if (noise == "mini-batch") {
    study.motion = Motion::mini_batch_sgd;
    read_batch(section, problem, study, ways);
  }
  if (noise == "online") {
    study.motion = Motion::online_sgd;
    if (!problem.sampled)
      section.fail(section.has("noise") ? "noise" : "kind",
                   "online SGD draws a fresh sample of a law at each step, but the potential has no law of samples",
                   problem.sum ? "take noise = \"mini-batch\", which draws from the data"
                               : "write potential.data = {law = ..., ...}, for a net or a formula");
    study.batch = section.integer("batch", 1, kMostPaths, 1);
  }
}

void read_momentum(Section& section, const Problem& problem, Study& study) {
  if (!section.has("momentum")) return;
  if (!problem.potential->domain().is_everywhere())
    section.fail("momentum", "momentum has no walls, but the potential lives on a box", "leave momentum out");
  Section momentum = section.table("momentum");
  momentum.allow({"kind", "beta"});
  const std::string kind = momentum.choice("kind", {"heavy-ball", "nesterov"});
  const double beta = momentum.number("beta", {0, 1, false, true});
  study.momentum = kind == "nesterov" ? Momentum::nesterov(beta) : Momentum::heavy_ball(beta);
}

LearningRateSchedule read_piecewise(Section& schedule, LearningRate first) {
  schedule.allow({"kind", "starts", "rates"});
  std::vector<std::int64_t> starts = {0};
  std::vector<LearningRate> rates = {first};
  for (const double start : schedule.numbers("starts", {1, 0x1p49, false, false})) {
    if (start != std::floor(start))
      schedule.fail("starts",
                    fmt::format("{} holds {} but must hold integers", schedule.full("starts"), shortest(start)),
                    "they are numbers of steps");
    starts.push_back(static_cast<std::int64_t>(start));
  }
  schedule.resolved().set("starts", literal(std::vector<std::int64_t>(starts.begin() + 1, starts.end())));
  for (const double rate : schedule.numbers("rates", kPositive)) rates.emplace_back(rate);
  if (rates.size() != starts.size())
    schedule.fail("rates",
                  fmt::format("{} has {} entries but {} has {}", schedule.full("rates"), rates.size() - 1,
                              schedule.full("starts"), starts.size() - 1),
                  "one rate for each start");
  return schedule.at("starts", [&] { return LearningRateSchedule::piecewise(starts, rates); });
}

/// Report times of a clock that varies are met to half a step; there must be a step for each.
void check_schedule(const Section& section, const LearningRateSchedule& schedule, const std::vector<double>& times) {
  std::int64_t before = 0;
  for (const double t : times) {
    const std::int64_t step = section.at("schedule", [&] { return schedule.steps_until(t); });
    if (step <= before)
      section.fail("schedule",
                   fmt::format("under {} no step lies between time {} and the report time before it",
                               section.full("schedule"), shortest(t)),
                   "lower learning_rate or report more rarely");
    before = step;
  }
}

void read_schedule(Section& section, const Problem& problem, Study& study) {
  const LearningRate first(study.learning_rate);
  if (section.has("schedule")) {
    Section schedule = section.table("schedule");
    const std::string kind = schedule.choice("kind", {"constant", "power-law", "piecewise"});
    if (kind == "constant") {
      schedule.allow({"kind"});
    } else if (kind == "piecewise") {
      study.schedule = read_piecewise(schedule, first);
    } else {
      schedule.allow({"kind", "exponent", "offset"});
      const double exponent = schedule.number("exponent", {0, 1, false, false});
      const double offset = schedule.number("offset", {0, 0x1p48, true, false});
      study.schedule = LearningRateSchedule::power_law(first, exponent, offset);
    }
  }
  if (study.schedule && study.schedule->is_constant()) study.schedule.reset();
  if (study.schedule) return check_schedule(section, *study.schedule, problem.report_at);
  check_times(section, "learning_rate", study.learning_rate, problem.report_at);
}

void read_added_noise(Section& section, const Problem& problem, Study& study) {
  if (!section.has("added_noise")) return;
  if (study.motion == Motion::isotropic_sgd)
    section.fail("added_noise",
                 fmt::format("{} adds a second Gaussian to noise = \"isotropic\"", section.full("added_noise")),
                 "take noise = \"none\" and say here what is added");
  Section added = section.table("added_noise");
  const std::string kind = added.choice("kind", {"langevin", "mean-field", "gradient-error"});
  if (kind == "gradient-error") {
    added.allow({"kind", "sd"});
    study.added_noise = AddedNoise::gradient_error(added.number("sd", kNonnegative));
    return;
  }
  added.allow({"kind", "temperature"});
  const double own = problem.temperature->value();
  const Temperature tau(added.number("temperature", kPositive, kind == "langevin" ? own : own / 2));
  study.added_noise = kind == "langevin" ? AddedNoise::langevin(tau) : AddedNoise::mean_field(tau);
}

}  // namespace

void read_sgd(Section& section, const Problem& problem, Study& study) {
  section.allow({"name", "kind", "problem", "noise", "batch", "replacement", "learning_rate", "schedule", "momentum",
                 "added_noise", "paths", "sample_paths"});
  need_clock(section, problem);
  read_noise(section, problem, study, {"isotropic", "mini-batch", "online", "none"}, {"with", "without", "epochs"});
  study.learning_rate = section.number("learning_rate", kPositive, problem.temperature->learning_rate().value());
  read_schedule(section, problem, study);
  read_momentum(section, problem, study);
  read_added_noise(section, problem, study);
}

void read_escape(Section& section, const Problem& problem, Study& study) {
  refuse(section, {"momentum", "schedule", "added_noise"},
         "is not for escape, whose predicted rate is that of plain SGD at one learning rate",
         "leave it out, or follow the law in time by kind = \"sgd\"");
  section.allow({"name", "kind", "problem", "noise", "scheme", "step", "leapfrog_steps", "batch", "replacement",
                 "learning_rate", "paths", "until", "discard", "threshold", "expect"});
  if (problem.potential->dimension() > 3) {
    section.fail("kind", fmt::format("escape needs the eigenfunction on a grid, which reaches three dimensions, but "
                                     "the potential has {}",
                                     problem.potential->dimension()));
  }
  read_noise(section, problem, study, {"langevin", "isotropic", "mini-batch"}, kWays);
  study.learning_rate = section.number("learning_rate", kPositive, problem.temperature->learning_rate().value());
  study.until =
      section.number("until", kPositive, problem.until > 0 ? std::optional<double>(problem.until) : std::nullopt);
  study.discard = section.number("discard", {0, study.until, false, true}, 0.1 * study.until);
  study.threshold = section.number("threshold", {0.5, 1, false, true}, 0.9);
  const std::string expect = section.choice("expect", {"none", "consistent", "refuted", "undecided"}, "none");
  for (const Verdict verdict : {Verdict::consistent, Verdict::refuted, Verdict::undecided})
    if (to_string(verdict) == expect) study.expect = verdict;
  const bool langevin = study.motion == Motion::langevin;
  check_times(section, langevin ? "step" : "learning_rate", langevin ? study.step : study.learning_rate,
              {study.until});
}

void read_sgd_operator(Section& section, const Problem& problem, Study& study) {
  refuse(section, {"momentum", "schedule", "added_noise"},
         "is not for sgd-operator, the Markov chain of plain SGD at one learning rate",
         "leave it out, or follow the law in time by kind = \"sgd\"");
  section.allow({"name", "kind", "problem", "batch", "replacement", "learning_rate", "cells"});
  if (problem.potential->dimension() > 2)
    section.fail("kind", fmt::format("the transfer operator needs dimension 1 or 2, but the potential has {}",
                                     problem.potential->dimension()));
  read_batch(section, problem, study, kWays, 1);
  study.learning_rate = section.number("learning_rate", kPositive, problem.temperature->learning_rate().value());
  study.operator_cells = section.integer("cells", 16, 1'000'000, problem.potential->dimension() == 1 ? 2000 : 128);
}

void read_sgd_modified_equation(Section& section, const Problem& problem, Study& study) {
  refuse(section, {"momentum", "schedule", "added_noise"},
         "is not for sgd-modified-equation, whose equations are those of plain SGD at one learning rate",
         "leave it out");
  section.allow(
      {"name", "kind", "problem", "order", "step", "batch", "replacement", "learning_rate", "paths", "sample_paths"});
  need_clock(section, problem);
  if (!problem.potential->domain().is_everywhere())
    section.fail("kind", "a modified equation has no walls, but the potential lives on a box",
                 "take a potential on the whole space");
  study.motion = Motion::modified_equation;
  if (problem.sampled && problem.sampled->has_gradient_covariance()) {
    refuse(section, {"replacement"}, "is for finite data, but the samples have a law");
    study.batch = section.integer("batch", 1, kMostPaths, 1);
  } else {
    read_batch(section, problem, study, kWays);
  }
  study.learning_rate = section.number("learning_rate", kPositive, problem.temperature->learning_rate().value());
  const toml::node* order = section.find("order");
  study.exact_equation = order && order->is_string();
  if (study.exact_equation) {
    section.choice("order", {"exact"});
    section.at("order", [&] { return exact_equation(problem, study); });
  } else {
    study.equation = section.integer("order", 1, 2) == 1 ? ModifiedEquation::sme1 : ModifiedEquation::sme2;
  }
  study.step = section.number("step", kPositive);
  check_times(section, "step", study.step, problem.report_at);
}

}  // namespace sgdlimits::experiment
