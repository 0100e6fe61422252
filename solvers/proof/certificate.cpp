#include "solvers/proof/certificate.hpp"

#include <fmt/format.h>

#include <memory>

namespace sgdlimits::proof {
namespace {

std::string exact(const Ball& ball) {
  const std::unique_ptr<char, decltype(&flint_free)> text(arf_dump_str(arb_midref(ball.get())), &flint_free);
  return text.get();
}

std::string end_text(const char* side, const BarrierEnd& end) {
  switch (end.kind) {
    case BarrierEnd::Kind::tail:
      return fmt::format("{} tail {:a} slope {:a} order {}\n", side, end.x, end.growth.slope, end.growth.order);
    case BarrierEnd::Kind::reflecting: return fmt::format("{} reflecting {:a}\n", side, end.x);
    case BarrierEnd::Kind::zero: break;
  }
  return fmt::format("{} zero {:a} curvature {:a} length {:a}\n", side, end.x, end.piece.curvature, end.piece.length);
}

std::string march_text(const char* side, const BarrierEnd& end, const BarrierMarch& march) {
  std::string text = end_text(side, end) + fmt::format("nodes {}\n", march.nodes.size());
  for (const BarrierNode& node : march.nodes)
    text +=
        exact(node.x) + " " + exact(node.value) + " " + exact(node.arriving_slope) + " " + exact(node.slope) + "\n";
  return text;
}

std::string barrier_text(const char* name, const Barrier& barrier) {
  return fmt::format("{} {:a} solved for {:a}\n", name, barrier.problem.proved_for, barrier.problem.solved_for) +
         march_text("left", barrier.left_end, barrier.left) + march_text("right", barrier.right_end, barrier.right);
}

}  // namespace

std::string certificate(const LineProgram& program, int terms, double lower_end, double upper_end,
                        const Barrier& supersolution, const Barrier& subsolution) {
  return fmt::format(
             "sgdlimits spectral gap certificate 1\nbits {} terms {}\ntemperature {:a}\ndomain {:a} {:a}\nprogram "
             "{}\n",
             supersolution.problem.bits, terms, supersolution.problem.temperature, lower_end, upper_end,
             program.code().size()) +
         program.text() + barrier_text("supersolution", supersolution) + barrier_text("subsolution", subsolution);
}

}  // namespace sgdlimits::proof
