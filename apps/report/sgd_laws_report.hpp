/// SGD's own law beside the diffusions: as a table, as JSON and as a picture.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "apps/report/figure.hpp"
#include "solvers/transfer/sgd_laws.hpp"

namespace sgdlimits {

/// A line for each motion (number of invariant measures, gap, mean escape time, committor at the saddle), a line for
/// each invariant measure (weight, means, variances, covariance in a plane, support), and what the number of SGD's
/// invariant measures is worth.
std::string sgd_laws_table(const SgdLaws& laws, const std::vector<std::string>& coordinates);

/// {invariant_measures, coarse_invariant_measures, enclosed, stretch, leak, batches_exact, atoms, cells, motions:
/// [{name, gap, escape_time, never_escapes, committor_at_saddle, remark, invariant_measures: [{weight, gap, mean,
/// variance, covariance, lower, upper}]}]}; numbers as {value, lower, upper, standard_error, grade}, null where there
/// are none.
nlohmann::ordered_json to_json(const SgdLaws& laws);

/// The stationary densities of all motions, a panel for each coordinate (of the marginals in a plane), and the
/// committors between two wells along the way over the saddle.
Figure sgd_laws_figure(const SgdLaws& laws, const std::vector<std::string>& coordinates, const std::string& name);

}  // namespace sgdlimits
