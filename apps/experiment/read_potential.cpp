#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "apps/experiment/reading.hpp"
#include "core/text.hpp"
#include "models/data/synthetic.hpp"
#include "models/formula/sampled_formula.hpp"
#include "models/networks/sampled_net_risk.hpp"
#include "models/potentials/catalogue.hpp"

namespace sgdlimits::experiment {

namespace {

std::shared_ptr<const Potential> read_formula(Section& section, std::uint64_t seed) {
  section.allow({"kind", "formula", "variables", "parameters", "samples", "data"});
  FormulaSpec spec;
  spec.expression = section.text("formula");
  if (section.has("variables")) spec.variables = section.texts("variables");
  spec.parameters = section.number_table("parameters");
  if (!section.has("data")) {
    spec.samples = section.numbers_table("samples");
    return section.at("formula", [&]() -> std::shared_ptr<const Potential> {
      if (spec.samples.empty()) return formula_potential(spec);
      return formula_finite_sum(spec);
    });
  }
  if (section.has("samples"))
    section.fail("samples",
                 fmt::format("{} are finite data, but {} is a law", section.full("samples"), section.full("data")),
                 "take one of them");
  Section data_section = section.table("data");
  const SampleColumnData data = read_sample_columns(data_section, seed);
  return section.at("formula", [&]() -> std::shared_ptr<const Potential> {
    const SampledFormulaSpec sampled{spec.expression, spec.variables, spec.parameters, data.columns};
    if (data.test_samples > 0) return test_sample_risk(sampled, data.test_samples, data.seed);
    return quadrature_risk(sampled, data.nodes);
  });
}

Eigen::VectorXd read_outer_weights(Section& section, std::uint64_t seed) {
  const toml::node* node = section.find("outer_weights");
  if (node && node->is_table()) {
    Section law = section.table("outer_weights");
    law.allow({"law", "width", "scale", "seed"});
    const std::string name = law.choice("law", {"constant", "signs", "gaussian"});
    const Index width = law.integer("width", 1, 100'000);
    const double scale = law.number("scale", kPositive, 1.0);
    const auto own =
        law.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), static_cast<std::int64_t>(seed >> 1));
    return outer_weights(outer_weight_law_from_name(name), width, scale, static_cast<std::uint64_t>(own));
  }
  const std::vector<double> weights = section.numbers("outer_weights", kAny);
  if (weights.empty())
    section.fail("outer_weights", section.full("outer_weights") + " is empty", "one weight a neuron");
  return Eigen::Map<const Eigen::VectorXd>(weights.data(), static_cast<Index>(weights.size()));
}

/// A number, or "N": the width.
double read_loss_factor(Section& section, Index width) {
  const toml::node* node = section.find("loss_factor");
  if (!node || !node->is_string()) return section.number("loss_factor", kPositive);
  section.choice("loss_factor", {"N"});
  return static_cast<double>(width);
}

/// The risk under a law of samples: exact where that is known and no test sample is asked for.
std::shared_ptr<const Potential> read_sampled_net(const Section& section, Section& data_section,
                                                  const TwoLayerNetSpec& spec, std::uint64_t seed) {
  const SampledData data = read_sampled_data(data_section, seed);
  if (data.test_samples == 0 && !has_exact_risk(spec, *data.law)) {
    data_section.fail("law", "the risk of this net under this law is not known in closed form",
                      "write test_samples = 10000, the samples on which to measure it");
  }
  return section.at("data", [&]() -> std::shared_ptr<const Potential> {
    if (data.test_samples == 0) return exact_risk(spec, data.law);
    return test_sample_risk(spec, data.law, data.test_samples, data.seed);
  });
}

std::shared_ptr<const Potential> read_net(Section& section, const std::filesystem::path& folder, std::uint64_t seed) {
  section.allow({"kind", "activation", "trained", "scale", "loss", "loss_factor", "ridge", "outer_weights", "data"});
  TwoLayerNetSpec spec;
  std::vector<std::string> activations;
  for (Activation activation : all_activations()) activations.push_back(to_string(activation));
  spec.activation = activation_from_name(section.choice("activation", activations));
  section.choice("trained", {"hidden"});
  spec.scale = output_scale_from_name(section.choice("scale", {"one", "1/N", "1/sqrt(N)"}));
  spec.loss = loss_from_name(section.choice("loss", {"square", "logistic"}));
  spec.ridge = section.number("ridge", kNonnegative);
  spec.outer_weights = read_outer_weights(section, seed);
  spec.loss_factor = read_loss_factor(section, spec.outer_weights.size());
  Section data_section = section.table("data");
  if (data_section.has("law")) return read_sampled_net(section, data_section, spec, seed);
  TrainingData data = read_data(data_section, folder, seed);
  spec.inputs = std::move(data.inputs);
  spec.targets = std::move(data.targets);
  spec.input_names = std::move(data.input_names);
  return section.at("data", [&]() -> std::shared_ptr<const Potential> { return two_layer_net(spec); });
}

}  // namespace

std::shared_ptr<const Potential> read_potential(Section& section, const std::filesystem::path& folder,
                                                const PotentialFactories& user, std::uint64_t seed) {
  std::vector<std::string> kinds = {"formula", "two-layer-net"};
  for (const PotentialEntry& entry : potential_catalogue()) kinds.push_back(entry.name);
  for (const auto& [name, factory] : user) kinds.push_back(name);
  const std::string kind = section.choice("kind", kinds);
  const auto factory = user.find(kind);
  if (factory == user.end() && kind == "formula") return read_formula(section, seed);
  if (factory == user.end() && kind == "two-layer-net") return read_net(section, folder, seed);
  section.allow({"kind", "parameters"});
  const std::map<std::string, double> parameters = section.number_table("parameters");
  const std::string place = section.has("parameters") ? "parameters" : "kind";
  if (factory == user.end()) return section.at(place, [&] { return make_potential(kind, parameters); });
  std::shared_ptr<const Potential> potential = section.at(place, [&] { return factory->second(parameters); });
  if (!potential) section.fail("kind", fmt::format("the factory of \"{}\" gave no potential", kind));
  return potential;
}

}  // namespace sgdlimits::experiment
