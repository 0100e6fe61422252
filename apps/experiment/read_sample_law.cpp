#include <fmt/format.h>

#include <limits>

#include "apps/experiment/reading.hpp"
#include "models/data/sample_law.hpp"

namespace sgdlimits::experiment {

namespace {

constexpr std::int64_t kMostInputs = 10'000;

std::shared_ptr<const SampleLaw> isotropic_gaussians(Section& section) {
  section.allow({"law", "test_samples", "seed", "dimension", "delta"});
  const Index dimension = section.integer("dimension", 1, kMostInputs);
  return GaussianClasses::isotropic(dimension, section.number("delta", {0, 1, false, false}));
}

/// One number for every coordinate, or one each.
Eigen::VectorXd per_input(Section& section, const std::string& key, Index dimension, const Range& range,
                          double otherwise) {
  if (!section.has(key) || section.find(key)->is_number())
    return Eigen::VectorXd::Constant(dimension, section.number(key, range, otherwise));
  const std::vector<double> values = section.numbers(key, range);
  if (static_cast<Index>(values.size()) != dimension)
    section.fail(key,
                 fmt::format("{} has {} entries but dimension is {}", section.full(key), values.size(), dimension));
  return Eigen::Map<const Eigen::VectorXd>(values.data(), dimension);
}

std::shared_ptr<const SampleLaw> gaussian_classes(Section& section) {
  section.allow({"law", "test_samples", "seed", "dimension", "classes"});
  const Index dimension = section.integer("dimension", 1, kMostInputs);
  Section named = section.table("classes");
  std::vector<GaussianClass> classes;
  for (const std::string& name : named.keys()) {
    Section one = named.table(name);
    one.allow({"probability", "target", "mean", "sd"});
    const double probability = one.number("probability", kPositive);
    const double target = one.number("target", kAny);
    const Eigen::VectorXd mean = per_input(one, "mean", dimension, kAny, 0);
    classes.push_back({probability, mean, per_input(one, "sd", dimension, kNonnegative, 1), target});
  }
  return section.at("classes", [&] { return std::make_shared<GaussianClasses>(std::move(classes)); });
}

std::shared_ptr<const SampleLaw> teacher(Section& section, std::uint64_t seed) {
  section.allow({"law", "test_samples", "seed", "dimension", "inputs", "scale", "teacher", "noise_sd"});
  const Index dimension = section.integer("dimension", 1, kMostInputs);
  const std::string inputs = section.choice("inputs", {"gaussian", "uniform-cube", "sphere"}, "gaussian");
  const double scale = section.number("scale", kPositive, 1.0),
               noise_sd = section.number("noise_sd", kNonnegative, 0.0);
  return teacher_law(input_law_from_name(inputs), scale, read_teacher(section, dimension, seed), noise_sd);
}

}  // namespace

Teacher read_teacher(Section& parent, Index dimension, std::uint64_t seed) {
  Section section = parent.table("teacher");
  section.allow({"activation", "width", "hidden_sd", "outer"});
  const Activation activation = section.at(
      "activation", [&] { return activation_from_name(section.text("activation", std::string("sigmoid"))); });
  const Index width = section.integer("width", 1, 100'000);
  const double hidden_sd = section.number("hidden_sd", kPositive, 1.0);
  const std::string outer = section.choice("outer", {"constant", "signs", "gaussian"}, "gaussian");
  return gaussian_teacher(activation, width, dimension, hidden_sd, outer_weight_law_from_name(outer), seed);
}

SampledData read_sampled_data(Section& section, std::uint64_t run_seed) {
  SampledData data;
  const std::string law = section.choice("law", {"isotropic-gaussians", "gaussian-classes", "teacher"});
  data.seed = static_cast<std::uint64_t>(
      section.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), static_cast<std::int64_t>(run_seed >> 1)));
  data.law = law == "isotropic-gaussians" ? isotropic_gaussians(section)
             : law == "gaussian-classes"  ? gaussian_classes(section)
                                          : teacher(section, data.seed);
  if (section.has("test_samples")) data.test_samples = section.integer("test_samples", 1, 10'000'000);
  return data;
}

}  // namespace sgdlimits::experiment
