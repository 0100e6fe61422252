/// What another program needs in order to check a proved spectral gap.
#pragma once

#include <string>

#include "core/line_program.hpp"
#include "solvers/proof/barrier.hpp"
#include "solvers/proof/tail_growth.hpp"

namespace sgdlimits::proof {

/// How one of the two functions begins at one of the two ends.
struct BarrierEnd {
  enum class Kind {
    tail,        ///< supersolution: exp(c r) from x outward, closed by growth
    reflecting,  ///< supersolution at a finite end: any positive value will do
    zero,        ///< subsolution: y + k y^2/2 from x inward
  };
  Kind kind = Kind::tail;
  double x = 0;
  TailGrowth growth{};
  EndPiece piece{};
};

struct Barrier {
  BarrierProblem problem{};
  BarrierEnd left_end{}, right_end{};
  BarrierMarch left{}, right{};  ///< from the ends to one point where they meet
};

/// The file format is described in docs/guide/proof.md. All numbers are exact: doubles as C hexadecimals, nodes as
/// "mantissa exponent" in hexadecimal (mantissa 2^exponent).
std::string certificate(const LineProgram& program, int terms, double lower_end, double upper_end,
                        const Barrier& supersolution, const Barrier& subsolution);

}  // namespace sgdlimits::proof
