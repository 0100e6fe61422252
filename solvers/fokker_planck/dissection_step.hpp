/// (I - dt A)^{-1} in two and three dimensions by sparse elimination without subtraction.
#pragma once

#include "solvers/fokker_planck/dissection_factor.hpp"
#include "solvers/fokker_planck/generator.hpp"

namespace sgdlimits {

/// The mass form I - dt A has off-diagonal entries -dt times the rates and unit column sums; see DissectionFactor.
class DissectionStep {
 public:
  DissectionStep(const Generator& generator, double dt);
  /// In place on cell averages.
  void step(const Values& volumes, double* rho) const;
  /// Stored numbers of both factors.
  Index stored() const { return factor_.stored(); }

 private:
  DissectionFactor factor_;
};

}  // namespace sgdlimits
