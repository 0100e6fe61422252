#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/experiment/reading.hpp"
#include "models/formula/column_expression.hpp"
#include "models/laws/gaussian.hpp"
#include "models/laws/gibbs.hpp"
#include "models/laws/point.hpp"

namespace sgdlimits::experiment {

namespace {

/// An array of one number a coordinate, or one number for all of them.
Eigen::VectorXd read_vector(Section& section, const std::string& key, Index dimension, const Range& range = kAny) {
  if (const toml::node* node = section.find(key); node && node->is_number()) {
    return Eigen::VectorXd::Constant(dimension, section.number(key, range));
  }
  const std::vector<double> values = section.numbers(key, range);
  if (static_cast<Index>(values.size()) != dimension) {
    section.fail(key, fmt::format("{} has {} entries but the potential has dimension {}", section.full(key),
                                  values.size(), dimension));
  }
  return Eigen::Map<const Eigen::VectorXd>(values.data(), dimension);
}

std::shared_ptr<const Law> read_gaussian(Section& section, Index d) {
  section.allow({"kind", "mean", "sd"});
  return std::make_shared<GaussianLaw>(read_vector(section, "mean", d), read_vector(section, "sd", d, kPositive));
}

std::shared_ptr<const Law> read_gibbs(Section& section, const Problem& problem) {
  section.allow({"kind", "temperature", "temperature_ratio", "tilt"});
  if (section.has("temperature") && section.has("temperature_ratio")) {
    section.fail("temperature_ratio", fmt::format("[{}] has both temperature and temperature_ratio", section.path()),
                 "keep one of them");
  }
  const double tau = section.has("temperature")
                         ? section.number("temperature", kPositive)
                         : problem.temperature->value() * section.number("temperature_ratio", kPositive, 0.5);
  Eigen::VectorXd tilt;
  if (section.has("tilt")) tilt = read_vector(section, "tilt", problem.potential->dimension());
  return std::make_shared<GibbsLaw>(problem.potential, Temperature(tau), tilt);
}

std::shared_ptr<const Law> read_initial(Section& parent, const Problem& problem) {
  Section section = parent.table("initial");
  const Index d = problem.potential->dimension();
  const std::string kind = section.choice("kind", {"gaussian", "point", "gibbs"});
  return parent.at("initial", [&]() -> std::shared_ptr<const Law> {
    if (kind == "gaussian") return read_gaussian(section, d);
    if (kind == "gibbs") return read_gibbs(section, problem);
    section.allow({"kind", "x"});
    return std::make_shared<PointLaw>(read_vector(section, "x", d));
  });
}

void read_temperature(Section& section, Problem& problem) {
  const bool own = section.has_own("temperature") || section.has_own("learning_rate");
  const auto given = [&](const std::string& key) { return own ? section.has_own(key) : section.has(key); };
  if (given("temperature") && given("learning_rate")) {
    section.fail("temperature", fmt::format("[{}] has both temperature and learning_rate", section.path()),
                 "keep one of them: learning_rate = 2 temperature");
  }
  if (!given("temperature") && !given("learning_rate")) {
    section.fail("", fmt::format("[{}] has neither learning_rate nor temperature", section.path()),
                 "write one of them: learning_rate = 2 temperature");
  }
  if (given("temperature")) {
    problem.temperature = Temperature(section.number("temperature", kPositive));
  } else {
    problem.temperature = LearningRate(section.number("learning_rate", kPositive)).temperature();
  }
}

void read_clock(Section& section, Problem& problem) {
  problem.until = section.number("until", kPositive);
  problem.report_at = section.numbers("report_at", kPositive, std::vector<double>{problem.until});
  if (problem.report_at.empty()) section.fail("report_at", section.full("report_at") + " is empty");
  for (std::size_t k = 1; k < problem.report_at.size(); ++k) {
    if (problem.report_at[k] <= problem.report_at[k - 1]) {
      section.fail("report_at", fmt::format("{} must increase, but entry {} does not", section.full("report_at"), k));
    }
  }
  if (problem.report_at.back() != problem.until) {
    section.fail("report_at", fmt::format("the last entry of {} must be until", section.full("report_at")));
  }
}

}  // namespace

Observable make_observable(const std::string& expression, std::shared_ptr<const Potential> potential) {
  const std::vector<std::string> coordinates = potential->coordinate_names();
  std::vector<std::string> known = coordinates;
  for (const char* name : {"loss", "f"}) {
    if (std::find(known.begin(), known.end(), name) == known.end()) known.emplace_back(name);
  }
  const ColumnExpression parsed = ColumnExpression::parse(expression, known);
  std::vector<Index> columns;  // -1: the potential
  for (const std::string& name : parsed.names()) {
    const auto place = std::find(coordinates.begin(), coordinates.end(), name);
    columns.push_back(place == coordinates.end() ? -1 : place - coordinates.begin());
  }
  return {expression, [=](PointsView x, ValuesOut out, Scratch& scratch) {
            Scratch::Frame frame(scratch);
            Eigen::Map<Points> values = frame.points(x.rows(), static_cast<Index>(columns.size()));
            for (std::size_t j = 0; j < columns.size(); ++j) {
              const auto column = static_cast<Index>(j);
              if (columns[j] >= 0) {
                values.col(column) = x.col(columns[j]);
              } else {
                potential->value(x, values.col(column), scratch);
              }
            }
            out = parsed.evaluate(values);
          }};
}

void read_dynamics(Section& section, Problem& problem) {
  section.allow({"learning_rate", "temperature", "initial", "until", "report_at", "observe"});
  read_temperature(section, problem);
  if (section.has("initial")) problem.initial = read_initial(section, problem);
  if (section.has("until")) {
    read_clock(section, problem);
  } else if (section.has("report_at")) {
    section.fail("report_at", fmt::format("[{}] has report_at but not until", section.path()), "write until = ...");
  }
  const std::vector<std::string> observe = section.texts("observe", std::vector<std::string>{"loss"});
  for (const std::string& expression : observe) {
    problem.observe.push_back(section.at("observe", [&] { return make_observable(expression, problem.potential); }));
  }
}

}  // namespace sgdlimits::experiment
