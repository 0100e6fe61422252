/// The part of `gap` that proves: sgdlimits gap --prove.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "apps/commands/asked_problem.hpp"
#include "apps/commands/sub_commands.hpp"
#include "solvers/proof/proved_gap.hpp"

namespace sgdlimits {

Result<ProvedGap> prove(const AskedProblem& problem, const GapArguments& arguments, const Box& box,
                        const Execution& execution);

/// Keys status, why and, with a proof, lower, upper, poincare_lower, poincare_upper, relative_width, cells, tails,
/// certificate (its file, or null).
nlohmann::ordered_json proof_json(const Result<ProvedGap>& proof, const GapArguments& arguments);
std::string proof_text(const Result<ProvedGap>& proof, const GapArguments& arguments);

/// Writes the certificate where --certificate says. Throws OutputError if that fails.
void write_certificate(const Result<ProvedGap>& proof, const GapArguments& arguments);

}  // namespace sgdlimits
