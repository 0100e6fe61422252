/// Tempered and tilted Gibbs laws: starts that lie in L2(1/mu), where chi_squared decay applies.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/law.hpp"
#include "core/potential.hpp"
#include "core/temperature.hpp"

namespace sgdlimits {

/// rho_0 = exp(-F)/Z, F(x) = (f(x) + b . x)/tau', in 1 to 3 dimensions.
///
/// chi_squared of rho_0 against mu = exp(-f/tau)/Z is finite whenever tau' < 2 tau and exp(-(2/tau' - 1/tau) f) with
/// the tilt is integrable; for quadratic and faster growth any b is allowed.
///
/// Sampling: rejection from an envelope that is constant on the cells of a uniform grid (4096, 512^2 or 96^3 cells on
/// a box outside of which F exceeds its minimum by 36 at every face, density below 3e-16 of its maximum). The
/// envelope of a cell is exp(-min F) over its 3^d nodes times exp(delta), delta twice the most that F could bend
/// below the nodes according to its second differences; so samples are exact up to the mass outside the box and to
/// cells where F bends more than that, both below sampling error for any potential that the grid resolves. A sample
/// takes 1/acceptance attempts on average; attempt k of a path uses uniforms k (d + 2), ... of its own, so bits
/// depend on (noise, path) alone.
class GibbsLaw final : public Law {
 public:
  /// tilt empty means b = 0. The box is found from the potential's domain and minima, growing from [-8, 8]^d until F
  /// is large on every face; a well further away behind a barrier is not seen: then give the box. Throws
  /// InvalidArgument if d > 3, a size is wrong, or F does not grow (no such law exists).
  GibbsLaw(std::shared_ptr<const Potential> potential, Temperature temperature, Eigen::VectorXd tilt = {},
           std::optional<Box> box = std::nullopt);

  Index dimension() const override { return potential_->dimension(); }
  void sample(const Noise& noise, Index first, PointsOut out) const override;
  /// -F(x), not normalised.
  void log_density(PointsView x, ValuesOut out, Scratch& scratch) const override;
  std::string description() const override;

  /// The box of the envelope.
  const Box& box() const { return box_; }
  /// Share of the envelope's mass that lies under the density, estimated on the nodes.
  double acceptance() const { return acceptance_; }

 private:
  /// F on the nodes of a tensor grid on the box, the first axis fastest.
  Values nodes_of(const Box& box, Index nodes) const;
  void find_box();
  void build_envelope();

  std::shared_ptr<const Potential> potential_;
  double tau_;
  Eigen::VectorXd tilt_;
  Box box_;
  Index cells_ = 0;                 // along each axis
  Eigen::ArrayXd width_;            // of a cell, length d
  std::vector<double> floor_;       // -log envelope of each cell, relative to lowest_
  std::vector<double> cumulative_;  // mass of the envelope up to and including each cell
  double lowest_ = 0;               // min F over the nodes
  double acceptance_ = 0;
};

}  // namespace sgdlimits
