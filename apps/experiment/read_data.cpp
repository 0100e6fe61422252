#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "apps/experiment/reading.hpp"
#include "models/data/synthetic.hpp"
#include "models/data/table.hpp"
#include "models/formula/column_expression.hpp"

namespace sgdlimits::experiment {

namespace {

constexpr std::int64_t kMost = 10'000'000;

Table inline_table(Section& section) {
  Section columns = section.table("columns");
  std::vector<std::string> names = columns.keys();
  if (names.empty()) section.fail("columns", "data.columns is empty", "give at least one column of numbers");
  Points values;
  for (std::size_t j = 0; j < names.size(); ++j) {
    const std::vector<double> column = columns.numbers(names[j], kAny);
    if (j == 0) values.resize(static_cast<Index>(column.size()), static_cast<Index>(names.size()));
    if (static_cast<Index>(column.size()) != values.rows()) {
      columns.fail(names[j], fmt::format("{} has {} entries but {} has {}", columns.full(names[j]), column.size(),
                                         columns.full(names[0]), values.rows()));
    }
    values.col(static_cast<Index>(j)) = Eigen::Map<const Values>(column.data(), values.rows());
  }
  return section.at("columns", [&] { return Table(names, values, "inline columns"); });
}

/// Columns x0, x1, ... by law and seed, and y where there is a teacher.
Table synthetic_table(Section& parent, std::uint64_t run_seed) {
  Section section = parent.table("synthetic");
  section.allow({"law", "rows", "dimension", "scale", "seed", "teacher", "noise_sd"});
  const std::string law = section.choice("law", {"gaussian", "uniform-cube", "sphere"});
  const Index rows = section.integer("rows", 1, kMost), dimension = section.integer("dimension", 1, 10'000);
  const double scale = section.number("scale", kPositive, 1.0);
  const auto seed = static_cast<std::uint64_t>(
      section.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), static_cast<std::int64_t>(run_seed >> 1)));
  const Eigen::MatrixXd inputs = synthetic_inputs(input_law_from_name(law), rows, dimension, scale, seed);
  std::vector<std::string> names;
  for (Index j = 0; j < dimension; ++j) names.push_back(fmt::format("x{}", j));
  Table table(names, inputs.array(), "synthetic data");
  const double noise_sd = section.number("noise_sd", kNonnegative, 0.0);
  if (section.has("teacher")) {
    const Teacher truth = read_teacher(section, dimension, seed);
    table.add_column("y", teacher_labels(truth, inputs, noise_sd, seed).array());
  }
  return table;
}

/// The columns that inputs, target and standardise name, as inline data.
void write_inline(const Table& table, const std::set<std::string>& used, ResolvedTable& resolved) {
  ResolvedTable& columns = resolved.child("columns");
  for (const std::string& name : table.names()) {
    if (!used.count(name)) continue;
    const Values column = table.column(name);
    columns.set(name, literal(std::vector<double>(column.begin(), column.end())));
  }
}

Table read_table(Section& section, const std::filesystem::path& folder, std::uint64_t seed) {
  const int kinds = section.has("file") + section.has("columns") + section.has("synthetic");
  if (kinds != 1) {
    section.fail("file", fmt::format("[{}] has {} of the keys file, columns, synthetic but needs one of them",
                                     section.path(), kinds));
  }
  if (section.has("file")) {
    const std::string file = section.text("file");
    return read_csv(folder / file);
  }
  return section.has("columns") ? inline_table(section) : synthetic_table(section, seed);
}

}  // namespace

TrainingData read_data(Section& section, const std::filesystem::path& folder, std::uint64_t seed) {
  section.allow({"file", "columns", "synthetic", "inputs", "target", "standardise", "source"});
  ResolvedTable dropped;  // where the data came from; the columns themselves are written below
  Section loading = section.writing_to(dropped);
  Table table = read_table(loading, folder, seed);
  section.text("source", loading.has("file") ? loading.text("file") : table.source());

  TrainingData data;
  data.input_names = section.texts("inputs");
  const bool has_y = table.has_column("y");
  const std::string target = section.text("target", has_y ? std::optional<std::string>("y") : std::nullopt);
  const std::vector<std::string> standardise = section.texts("standardise", std::vector<std::string>{});
  std::set<std::string> used(data.input_names.begin(), data.input_names.end());
  used.insert(standardise.begin(), standardise.end());

  section.at("target", [&] {
    const ColumnExpression expression = ColumnExpression::parse(target, table.names());
    used.insert(expression.names().begin(), expression.names().end());
    const auto evaluate_target = [&](const Table& t) {
      Points columns(t.rows(), static_cast<Index>(expression.names().size()));
      for (std::size_t j = 0; j < expression.names().size(); ++j) {
        columns.col(static_cast<Index>(j)) = t.column(expression.names()[j]);
      }
      return expression.evaluate(columns);
    };
    data.targets = evaluate(evaluate_target, table, section.full("target")).matrix();
  });
  Table inputs = table;
  for (const std::string& name : standardise) section.at("standardise", [&] { return inputs.standardise(name); });
  section.at("inputs", [&] { data.inputs = design_matrix(inputs, data.input_names); });
  write_inline(table, used, section.resolved());
  return data;
}

}  // namespace sgdlimits::experiment
