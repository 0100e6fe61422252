/// All claims that the toolkit can check, by id and name.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/law.hpp"
#include "core/parallel.hpp"
#include "core/potential.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"
#include "solvers/sde/scheme.hpp"
#include "validation/claims/claim.hpp"

namespace sgdlimits {

class ComputedEnds;  // validation/claims/both_ends.hpp

/// How mini-batch SGD draws from the terms of a finite sum.
struct BatchDraw {
  Index size = 1;
  Replacement replacement = Replacement::with;
};

/// What a claim is checked on: a potential at a temperature, and the law that both ends start from.
struct ClaimProblem {
  std::string title;
  std::shared_ptr<const Potential> potential;
  Temperature temperature;
  std::shared_ptr<const Law> initial;
  std::vector<double> report_times;  ///< increasing, positive
  std::uint64_t seed = 1;
  /// What claims on copies of this problem share: ends that one has computed, another finds here. May be empty.
  std::shared_ptr<ComputedEnds> computed{};
  /// Of claims about mini-batch SGD; empty: as the claim's page says.
  std::optional<BatchDraw> draw{};
};

/// quick: seconds; standard: under a minute; thorough: minutes, smaller intervals.
enum class Effort { quick, standard, thorough };
/// "quick", "standard", "thorough".
const std::vector<std::string>& effort_names();
/// Empty for any other name.
std::optional<Effort> effort_named(const std::string& name);

struct ClaimEntry {
  std::string id, name, statement, source;
  /// The problem it is checked on when the user names none.
  std::function<ClaimProblem()> default_problem;
  /// Computes both ends and judges; with `controls`, also the negative controls at the same sample size.
  std::function<Result<ClaimReport>(const ClaimProblem&, Effort, bool controls, const Execution&)> check;
};

const std::vector<ClaimEntry>& claim_registry();

}  // namespace sgdlimits
