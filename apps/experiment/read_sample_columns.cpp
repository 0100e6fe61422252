#include <fmt/format.h>

#include <limits>

#include "apps/experiment/reading.hpp"
#include "models/data/column_laws.hpp"

namespace sgdlimits::experiment {

namespace {

const std::vector<std::string> kLaws = {"gaussian", "uniform", "rademacher", "exponential", "lognormal", "mixture"};

std::shared_ptr<const ColumnLaw> read_column(Section& section, bool is_part);

std::shared_ptr<const ColumnLaw> read_mixture(Section& section) {
  Section named = section.table("parts");
  std::vector<MixturePart> parts;
  for (const std::string& name : named.keys()) {
    Section one = named.table(name);
    const double probability = one.number("probability", kPositive);
    parts.push_back({probability, read_column(one, true)});
  }
  return section.at("parts", [&] { return mixture_column(std::move(parts)); });
}

/// The law of one column, or of one part of a mixture, which also has a probability.
std::shared_ptr<const ColumnLaw> read_column(Section& section, bool is_part) {
  const auto also = [is_part](const std::string& key) { return is_part && key == "probability"; };
  const std::string law = section.choice("law", kLaws);
  if (law == "gaussian") {
    section.allow({"law", "mean", "sd"}, also);
    const double mean = section.number("mean", kAny, 0.0);
    return gaussian_column(mean, section.number("sd", kNonnegative, 1.0));
  }
  if (law == "uniform") {
    section.allow({"law", "lower", "upper"}, also);
    const double lower = section.number("lower", kAny);
    const double upper = section.number("upper", kAny);
    return section.at("upper", [&] { return uniform_column(lower, upper); });
  }
  if (law == "rademacher") {
    section.allow({"law", "scale"}, also);
    return rademacher_column(section.number("scale", kPositive, 1.0));
  }
  if (law == "exponential") {
    section.allow({"law", "mean"}, also);
    return exponential_column(section.number("mean", kPositive, 1.0));
  }
  if (law == "lognormal") {
    section.allow({"law", "log_mean", "log_sd"}, also);
    const double mean = section.number("log_mean", kAny, 0.0);
    return lognormal_column(mean, section.number("log_sd", kNonnegative, 1.0));
  }
  section.allow({"law", "parts"}, also);
  return read_mixture(section);
}

}  // namespace

SampleColumnData read_sample_columns(Section& section, std::uint64_t run_seed) {
  section.allow({"law", "columns", "nodes", "test_samples", "seed"});
  section.choice("law", {"independent-columns"});
  SampleColumnData data;
  Section columns = section.table("columns");
  for (const std::string& name : columns.keys()) {
    Section one = columns.table(name);
    data.columns[name] = read_column(one, false);
  }
  if (data.columns.empty())
    section.fail("columns", section.full("columns") + " is empty", "give at least one symbol its law");
  if (section.has("test_samples")) {
    if (section.has("nodes"))
      section.fail("nodes", fmt::format("{} is for a risk by quadrature, but there are {}", section.full("nodes"),
                                        section.full("test_samples")));
    data.test_samples = section.integer("test_samples", 1, 10'000'000);
    data.seed = static_cast<std::uint64_t>(section.integer("seed", 0, std::numeric_limits<std::int64_t>::max(),
                                                           static_cast<std::int64_t>(run_seed >> 1)));
    return data;
  }
  if (section.has("seed"))
    section.fail("seed", fmt::format("{} is for {}", section.full("seed"), section.full("test_samples")));
  if (section.has("nodes")) data.nodes = section.integer("nodes", 2, 4096);
  return data;
}

}  // namespace sgdlimits::experiment
