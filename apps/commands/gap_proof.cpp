#include "apps/commands/gap_proof.hpp"

#include <fmt/format.h>

#include <fstream>

#include "apps/experiment/output_folder.hpp"
#include "apps/report/text.hpp"

namespace sgdlimits {

Result<ProvedGap> prove(const AskedProblem& problem, const GapArguments& arguments, const Box& box,
                        const Execution& execution) {
  if (problem.potential->dimension() != 1)
    return Result<ProvedGap>::failure(
        Status::out_of_reach, fmt::format("no proof: proofs are for one dimension, the potential has {}",
                                          problem.potential->dimension()));
  GapProofOptions options;
  options.relative_width = arguments.relative_width;
  options.box = box;
  return prove_spectral_gap(*problem.potential, problem.temperature, options, execution);
}

nlohmann::ordered_json proof_json(const Result<ProvedGap>& proof, const GapArguments& arguments) {
  nlohmann::ordered_json json{{"status", to_string(proof.status())}, {"why", proof.why()}};
  if (!proof.ok()) return json;
  json["lower"] = proof->lower;
  json["upper"] = proof->upper;
  json["poincare_lower"] = proof->poincare_lower;
  json["poincare_upper"] = proof->poincare_upper;
  json["relative_width"] = (proof->upper - proof->lower) / proof->lower;
  json["cells"] = proof->cells;
  json["tails"] = {proof->reach_lower, proof->reach_upper};
  const std::string file = arguments.certificate.string();
  json["certificate"] = file.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(file);
  return json;
}

std::string proof_text(const Result<ProvedGap>& proof, const GapArguments& arguments) {
  if (!proof.ok()) return fmt::format("\nproved             nothing ({}): {}\n", to_string(proof.status()), proof.why());
  // 17 digits round-trip: what is printed is what is proved
  std::string text = fmt::format(
      "\nproved             lambda_1 in [{:.17g}, {:.17g}], relative width {}\n"
      "                   C_P in [{:.17g}, {:.17g}]\n"
      "                   {} cells verified by ball arithmetic, tails closed beyond [{}, {}]\n",
      proof->lower, proof->upper, brief((proof->upper - proof->lower) / proof->lower, 2), proof->poincare_lower,
      proof->poincare_upper, proof->cells, brief(proof->reach_lower), brief(proof->reach_upper));
  if (!arguments.certificate.empty())
    text += fmt::format("                   certificate in {}: sgdlimits-check-certificate verifies it\n",
                        arguments.certificate.string());
  return text;
}

void write_certificate(const Result<ProvedGap>& proof, const GapArguments& arguments) {
  if (!proof.ok() || arguments.certificate.empty()) return;
  std::ofstream file(arguments.certificate, std::ios::binary | std::ios::trunc);
  file << proof->certificate;
  file.close();
  if (!file) throw OutputError("the certificate " + arguments.certificate.string() + " could not be written", false);
}

}  // namespace sgdlimits
