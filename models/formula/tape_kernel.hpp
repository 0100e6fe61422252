/// The interpreter of tapes. Internal.
#pragma once

#include "models/formula/op.hpp"

namespace sgdlimits::formula {

/// destination = op(a, b, c) with immediates k, m:
/// fill k; axpb k*a+m; axpy k*a+b; mul a*b; mul_k k*a*b; mul_c k*a*b+m; fma a*b+c; fma_k k*a*b+c; div k*a/b; recip
/// k/a.
struct Instruction {
  Op op;
  int destination, a, b, c;
  double k, m;
};

/// Lanes of one block: registers of 1 KiB, so that a formula's working set stays in the first-level cache; what is
/// left of a batch goes in smaller blocks.
inline constexpr int kBlock = 128, kHalfBlock = 64, kSmallBlock = 8;

/// Runs the instructions on n lanes, one of the three block sizes; registers[r] points at n doubles.
void run_tape(const Instruction* first, const Instruction* last, double* const* registers, int n);

}  // namespace sgdlimits::formula
