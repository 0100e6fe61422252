/// A graph lowered to a list of vector instructions on numbered registers.
#pragma once

#include <vector>

#include "models/formula/graph.hpp"
#include "models/formula/tape_kernel.hpp"

namespace sgdlimits::formula {

/// Registers: first the inputs, then the outputs, then temporaries that are reused once dead.
class Tape {
 public:
  Tape() = default;
  /// Outputs are the values of the roots; inputs 0 .. inputs-1 may appear in the graph.
  Tape(const Graph& graph, const std::vector<int>& roots, int inputs);

  int inputs() const { return inputs_; }
  int outputs() const { return outputs_; }
  int temporaries() const { return temporaries_; }
  /// registers: inputs() + outputs() + temporaries() pointers at n doubles each.
  void run(double* const* registers, int n) const {
    run_tape(code_.data(), code_.data() + code_.size(), registers, n);
  }
  const std::vector<Instruction>& code() const { return code_; }

 private:
  int inputs_ = 0, outputs_ = 0, temporaries_ = 0;
  std::vector<Instruction> code_;
};

}  // namespace sgdlimits::formula
