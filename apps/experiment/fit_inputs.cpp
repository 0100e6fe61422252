#include "apps/experiment/fit_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace sgdlimits::experiment {

namespace {

/// The row at a time, or the last one.
const MeasurementRow& row_at(const Rows& rows, std::optional<double> at, const std::string& name) {
  if (!at || !rows.front()->time) return *rows.back();
  for (const MeasurementRow* row : rows) {
    if (row->time == at) return *row;
  }
  throw LeftOut{fmt::format("{} was not measured at t = {}", name, shortest(*at))};
}

/// What the point knows of the correlation of two of its rows.
std::optional<double> known_correlation(const PointOutcome& outcome, const MeasurementRow& a,
                                        const MeasurementRow& b) {
  if (a.study != b.study || !a.time || a.time != b.time) return std::nullopt;
  for (const RowCorrelations& known : outcome.correlations) {
    if (known.study != a.study || known.time != *a.time) continue;
    const auto place = [&](const std::string& quantity) {
      return std::find(known.quantities.begin(), known.quantities.end(), quantity) - known.quantities.begin();
    };
    const auto i = place(a.quantity), j = place(b.quantity), n = std::ssize(known.quantities);
    if (i < n && j < n) return known.at(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
  }
  return std::nullopt;
}

}  // namespace

std::map<std::string, Rows> rows_by_name(const PointOutcome& outcome) {
  std::map<std::string, Rows> table;
  for (const MeasurementRow& row : outcome.rows) {
    const std::string first = plain_name(row.study) + "." + plain_name(row.quantity);
    std::string name = first;
    for (int n = 2; table.count(name); ++n) {
      const MeasurementRow& other = *table.at(name).front();
      if (other.study == row.study && other.quantity == row.quantity) break;
      name = fmt::format("{}_{}", first, n);
    }
    table[name].push_back(&row);
  }
  return table;
}

const SweptKey* swept_key(const Sweep& sweep, const std::string& name, std::size_t& place) {
  for (place = 0; place < sweep.keys.size(); ++place) {
    if (sweep.keys[place].name == name) return &sweep.keys[place];
  }
  return nullptr;
}

FitInputs inputs_of(const std::vector<std::string>& names, std::optional<double> at, const Sweep& sweep,
                    const PointOutcome& outcome) {
  const std::map<std::string, Rows> table = rows_by_name(outcome);
  FitInputs inputs;
  Rows rows;
  for (const std::string& name : names) {
    std::size_t place = 0;
    rows.push_back(nullptr);
    if (swept_key(sweep, name, place)) {
      const std::optional<double> value = number_of(outcome.values[place]);
      if (!value) throw LeftOut{fmt::format("{} = {} is no number", name, outcome.values[place])};
      inputs.numbers.push_back({name, *value, 0, 0});
      continue;
    }
    const auto found = table.find(name);
    if (found == table.end()) {
      const std::string why = outcome.why();
      throw LeftOut{fmt::format("{} was not measured{}", name, why.empty() ? "" : " (" + why + ")")};
    }
    rows.back() = &row_at(found->second, at, name);
    const Measurement& m = rows.back()->measurement;
    if (m.side() != Side::two_sided) throw LeftOut{fmt::format("{} is known from one side only", name)};
    inputs.numbers.push_back({name, m.value(), m.standard_error(), m.discretisation_bound()});
  }
  inputs.correlations = correlations_by_owner(inputs.numbers);
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows.size(); ++j) {
      if (i == j || !rows[i] || !rows[j]) continue;
      if (const auto known = known_correlation(outcome, *rows[i], *rows[j]))
        inputs.correlations(static_cast<Index>(i), static_cast<Index>(j)) = *known;
    }
  return inputs;
}

}  // namespace sgdlimits::experiment
