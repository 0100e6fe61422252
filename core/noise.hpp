/// Randomness as a pure function: (seed, stream, path, index) -> Gaussian, uniform or integer.
///
/// Generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011), key = seed, counter =
/// (path, block low, block high 16 bits | stream high 16 bits, stream low 32 bits). One block of 128 bits
/// gives two 52-bit uniforms, shifted by half a unit, and by Box-Muller two Gaussians: index 2k is the cosine, 2k + 1
/// the sine of block k. So nothing depends on threads, order or blocks, and a path can be asked again at any index.
/// Brownian paths that can be asked again at a finer step: solvers/sde/brownian_path.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include "core/points.hpp"

namespace sgdlimits {

/// Purposes, below 256, so that two uses of one seed never share bits. Levels of refinement add 1, 2, ... << 8,
/// replicates 1, 2, ... << 16.
enum class Stream : std::uint64_t {
  initial = 1,     ///< initial points
  brownian = 2,    ///< Brownian increments
  batch = 3,       ///< choice of mini-batches
  data = 4,        ///< synthetic data, teachers, outer weights
  resampling = 5,  ///< bootstrap and permutations
  proposal = 6,    ///< acceptance of proposals
  test = 7,        ///< random inputs of tests and claims
  sample = 8,      ///< fresh samples of a law while SGD runs
};

class Noise {
 public:
  Noise(std::uint64_t seed, Stream stream, std::uint32_t replicate = 0);

  std::uint64_t seed() const { return seed_; }
  std::uint64_t stream() const { return stream_; }
  /// The same seed and replicate for another purpose.
  Noise with(Stream purpose) const;
  /// The same seed, purpose and replicate, `more` >= 0 levels of refinement further. Throws InvalidArgument where the
  /// levels exceed 255.
  Noise at_level(int more) const;

  /// out(i, j) = the Gaussian of path first_path + i, index first_index + j. N x n; the rows are computed in
  /// full vectors, so any split of the paths gives the same bits. Paths < 2^32, indices < 2^49.
  void normals(Index first_path, std::int64_t first_index, PointsOut out) const;
  /// out(j) = the Gaussian of one path at index first_index + j, the bits of `normals`; computed along the index, for
  /// few paths of large dimension.
  void path_normals(Index path, std::int64_t first_index, ValuesOut out) const;
  /// The same as `normals` for uniforms in (0, 1), never 0 or 1: index 2k and 2k + 1 are the two halves of block k.
  void uniforms(Index first_path, std::int64_t first_index, PointsOut out) const;
  /// Uniform integers in [0, bound), biased by at most 2^-52 bound.
  void integers(Index first_path, std::int64_t first_index, Index bound, Eigen::Ref<Indices> out) const;

  /// Readable references, one value at a time, through Random123. Agree with the fast ones to the bit for
  /// uniforms and integers and to 4e-15 for normals (polynomials for log, cos, sin; the fast angle has no rounded
  /// pi).
  double uniform(Index path, std::int64_t index) const;
  double normal(Index path, std::int64_t index) const;

 private:
  std::uint64_t seed_, stream_;
};

/// Philox4x32-10 for one counter and key, by the vectorised code; for the test against published vectors.
void philox4x32_10(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]);

}  // namespace sgdlimits
