/// The numbers of a sweep's point that an expression asks for, with what is known of their correlations; internal to
/// apps/experiment.
#pragma once

#include <map>

#include "apps/experiment/measured_expression.hpp"
#include "apps/experiment/sweep_results.hpp"

namespace sgdlimits::experiment {

using Rows = std::vector<const MeasurementRow*>;

/// Rows by STUDY.QUANTITY. Quantities whose plain names coincide are told apart by "_2", "_3", ... in their order.
std::map<std::string, Rows> rows_by_name(const PointOutcome& outcome);

/// The swept key of this name and its place, or null.
const SweptKey* swept_key(const Sweep& sweep, const std::string& name, std::size_t& place);

/// Why a point has no place on the line.
struct LeftOut {
  std::string why;
};

struct FitInputs {
  std::vector<Uncertain> numbers;  ///< one a name
  Correlations correlations;
};

/// Values of swept keys are exact. Correlations: those that the point knows (RowCorrelations), else
/// correlations_by_owner. Throws LeftOut where a name was not measured, is known from one side only or is no number.
FitInputs inputs_of(const std::vector<std::string>& names, std::optional<double> at, const Sweep& sweep,
                    const PointOutcome& outcome);

}  // namespace sgdlimits::experiment
