/// Vectorised Philox and Box-Muller over a block of consecutive paths; see core/noise.hpp for the layout.
#pragma once

#include <cstdint>

namespace sgdlimits::kernel {

inline constexpr int kPaths = 64;  // paths a block: 2 KiB of buffers, within L1 with a potential's own

struct PhiloxBlock {
  std::uint32_t key[2];
  std::uint32_t first_path;
  std::uint32_t counter[3];  // the three counter words after the path
};

/// first[i], second[i]: the 52 leading bits of the two 64-bit halves, as uniforms in (0, 1), for kPaths paths.
void uniform_pairs(const PhiloxBlock& block, double* __restrict first, double* __restrict second);
/// The Box-Muller pair of the same block: sqrt(-2 log u) cos(2 pi v), sqrt(-2 log u) sin(2 pi v).
void normal_pairs(const PhiloxBlock& block, double* __restrict cosine, double* __restrict sine);
/// out[2i], out[2i + 1]: the Box-Muller pair of the same path at Philox block counter + i, for kPaths blocks; the
/// lower word of the counter must be a multiple of kPaths.
void normals_along(const PhiloxBlock& block, double* out);
/// The raw words of one block, for tests.
void philox_words(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]);

}  // namespace sgdlimits::kernel
