/// SGD's own law beside those of the diffusions that are put in its place.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/finite_sum.hpp"
#include "core/grid.hpp"
#include "core/measurement.hpp"
#include "core/parallel.hpp"
#include "core/result.hpp"
#include "core/temperature.hpp"
#include "solvers/spectrum/critical_points.hpp"
#include "solvers/transfer/batch_law.hpp"

namespace sgdlimits {

struct SgdLawsOptions {
  Index batch = 1;
  Replacement replacement = Replacement::with;
  /// Cells an axis on the finer of the two grids; 0: 2000 on a line, 128 in a plane.
  Index cells = 0;
  /// Where SGD may start; empty: Gibbs' box at s/2, tail 1e-6. Grown until SGD stays in it, then cut to its measures
  /// and f's critical points; in a plane where cells stretch more than twofold, to all but 1e-7 of the mass (see
  /// leak).
  std::optional<Box> start;
  Index max_atoms = 4096;
};

/// One invariant measure: on a closed class of the chain for SGD, the stationary law of a diffusion.
struct InvariantMeasure {
  /// Share of paths that end there from the uniform law on the box.
  double weight = 1;
  std::vector<Measurement> mean, variance;  ///< one a coordinate
  std::optional<Measurement> covariance{};  ///< of the two coordinates of a plane
  /// Rate of forgetting within the measure, -log|mu_2|/s of its class for SGD, lambda_1 for a diffusion.
  std::optional<Measurement> gap{};
  Box support;                             ///< hull of its cells (SGD); the grid's box (diffusions)
  std::shared_ptr<const Density> density;  ///< on the finer grid
};

/// q(x): the probability that the motion, now at x, reaches the core of the better well before that of the worse one
/// (hitting.hpp, well_core.hpp).
struct Committor {
  std::shared_ptr<const Grid> grid;  ///< the finer one
  Values probability;                ///< at its centres
  Measurement at_saddle = Measurement::exact(0, "");
};

/// One description of the motion.
struct MotionLaws {
  std::string name;  ///< "SGD", "SME-1", "SME-2", "Gibbs at s/2"
  std::vector<InvariantMeasure> measures{};
  /// Rate at which expectations forget their start: -log|mu_2|/s for SGD, lambda_1 for a diffusion; 0 where there are
  /// several invariant measures. Empty where it was not computed: `remark` says why.
  std::optional<Measurement> gap{};
  /// Mean time, in units of t = k s, from the worse minimum of f until the core of the better well is reached
  /// (well_core.hpp); empty where f has no two wells or it was not computed.
  std::optional<Measurement> escape_time{};
  bool never_escapes = false;  ///< the better well may never be reached from the worse one
  std::optional<Committor> committor{};
  std::string remark{};
};

struct SgdLaws {
  std::vector<MotionLaws> motions;  ///< SGD first
  bool batches_exact = true;        ///< false: BatchLaw's quadrature stands in
  Index atoms = 0;
  std::shared_ptr<const Grid> grid;  ///< SGD's finer one
  std::optional<Barrier> barrier;    ///< between the worse and the better well of f
  Index coarse_measures = 0;         ///< number of closed classes on the coarser grid
  /// Largest stretch (transfer_operator.hpp) on the closed classes: at most 2 means that the classes enclose sets
  /// that SGD never leaves, so that their number is a lower bound for that of its invariant measures.
  double stretch = 0;
  /// Mass a step that leaves the grid under the invariant measures.
  double leak = 0;
  /// The batches are exact, stretch <= 2 and nothing leaks.
  bool enclosed() const { return batches_exact && stretch <= 2 && leak == 0; }

  const MotionLaws& sgd() const { return motions.front(); }
  const MotionLaws* find(const std::string& name) const;
  /// How many invariant measures SGD has and what that number is worth, in a sentence or two.
  std::string summary() const;
};

/// Transfer operator of SGD, SME-1 and SME-2 (or the reason why not), Gibbs at s/2, in dimension 1 or 2, each on two
/// grids whose cells differ by a factor 2. Numbers are Richardson's extrapolation of order 2 with the difference of
/// the two grids as bound (escape times and committors: the finer grid's, since the edge of a well moves with the
/// cells; so everything of an SME in the plane whose chain is of order 1 where it has mass, plane_diffusion.hpp).
///
/// Failure: no_gibbs_measure and the like from the search for the box; not_converged (no invariant box, an
/// iteration); out_of_reach (dimension above 2). Throws as BatchLaw and TransferOperator; cells must be 0 or at
/// least 16.
Result<SgdLaws> sgd_laws(const FiniteSum& sum, LearningRate s, const SgdLawsOptions& options,
                         const Execution& execution = {});

}  // namespace sgdlimits
