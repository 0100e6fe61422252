/// Every interval of the toolkit whose coverage is simulated: the rows of the table in docs/guide/rates.md.
#pragma once

#include "support/coverage/counts.hpp"
#include "support/coverage/distances.hpp"
#include "support/coverage/rates.hpp"
#include "support/coverage/regression.hpp"
#include "support/coverage/series.hpp"

namespace sgdlimits::test {

inline std::vector<CoverageSimulation> coverage_simulations() {
  std::vector<CoverageSimulation> all = count_simulations();
  for (const auto& more :
       {series_simulations(), regression_simulations(), rate_simulations(), distance_simulations()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace sgdlimits::test
