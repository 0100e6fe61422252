/// A positive function that proves one side of a bound of the spectral gap, built cell by cell and verified as it is
/// built.
///
/// With A G = -tau G'' + f' G' + f'' G, the operator of derivatives (u' = G turns -L u = lambda u into A G = lambda
/// G):
///   a positive G with A G >= lambda G, kinks downward, gives lambda_1 >= lambda  (supersolution);
///   a positive G with A G <= lambda G on an interval, zero at its ends, kinks upward, gives lambda_1 <= lambda
///   (subsolution).
/// This is Chen's variational formula (Chen, Wang 1997) with the integral done: I(h) = G/(tau h') for
/// h = -tau G' + f' G. docs/guide/proof.md has both proofs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "solvers/proof/line_series.hpp"

namespace sgdlimits::proof {

/// Where G stands: exact dyadic numbers. Slopes are derivatives in the direction of the march; they differ at a kink.
struct BarrierNode {
  Ball x, value, arriving_slope, slope;
};

/// How one march went. Nodes are in its order; the first is the start.
struct BarrierMarch {
  std::vector<BarrierNode> nodes;
  std::string why;  ///< empty: every cell is verified up to the last node asked for
  bool verified() const { return why.empty(); }
};

struct BarrierProblem {
  double temperature;
  double solved_for;  ///< G solves A G = solved_for G in each cell, up to a verified residual
  double
      proved_for;  ///< below solved_for: supersolution; above it: subsolution. The difference pays for the residual
  int bits;
  bool is_supersolution() const { return proved_for < solved_for; }
};

/// Marches from `start` in the direction of `side` (+1 or -1) to `end`, stopping exactly at the kinks given, where G'
/// jumps by (jump of f') G/tau, rounded to the safe side. first_length > 0: of the first cell tried.
/// A cell of length h is accepted if |proved_for - solved_for| min G >= max |A G - solved_for G| on it, both bounded
/// over the cell by ball arithmetic; the length is halved until it is, and the march fails below 1e-12 of the way.
/// stop() true: the march ends with why = "interrupted".
BarrierMarch march(LineSeries& series, const BarrierProblem& problem, BarrierNode start, int side, double end,
                   const std::vector<double>& kinks, const std::function<bool()>& stop);

/// A subsolution's first piece at x: G = y + k y^2/2 for 0 <= y <= l, verified; the node is at y = l. Empty if none
/// of 60 lengths does. `piece` gets k and l.
struct EndPiece {
  double curvature = 0, length = 0;
};
std::optional<BarrierNode> leave_zero(LineSeries& series, const BarrierProblem& problem, double x, int side,
                                      double longest, EndPiece& piece);

/// w = G'/G from the left plus G'/G from the right at the node where two marches meet: the sign is exact, 0 if it
/// could not be decided; `size` is the value in double.
int kink_sign(const BarrierNode& left, const BarrierNode& right, double& size);

}  // namespace sgdlimits::proof
