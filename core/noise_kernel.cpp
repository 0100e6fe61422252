// Compiled with fast-math flags so that log, sqrt, cos and sin become vector calls; every loop has the fixed
// length kPaths, so there is no scalar remainder.
#include "core/noise_kernel.hpp"

#include <cmath>

namespace sgdlimits::kernel {
namespace {

struct Words {
  std::uint32_t x0, x1, x2, x3;
};

inline Words philox(Words w, std::uint32_t k0, std::uint32_t k1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * w.x0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * w.x2;
    w = {static_cast<std::uint32_t>(p1 >> 32) ^ w.x1 ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ w.x3 ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return w;
}

// The 52 leading bits, shifted by half a unit: in (0, 1), exact in double, signed conversion vectorises.
inline double unit(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 32) | low;
  return static_cast<double>(static_cast<std::int64_t>(bits >> 12)) * 0x1p-52 + 0x1p-53;
}

}  // namespace

void uniform_pairs(const PhiloxBlock& b, double* first, double* second) {
  alignas(64) std::uint32_t x0[kPaths], x1[kPaths], x2[kPaths], x3[kPaths];
  for (int i = 0; i < kPaths; ++i) {
    const Words w = philox({b.first_path + static_cast<std::uint32_t>(i), b.counter[0], b.counter[1], b.counter[2]},
                           b.key[0], b.key[1]);
    x0[i] = w.x0;
    x1[i] = w.x1;
    x2[i] = w.x2;
    x3[i] = w.x3;
  }
  for (int i = 0; i < kPaths; ++i) first[i] = unit(x0[i], x1[i]);
  for (int i = 0; i < kPaths; ++i) second[i] = unit(x2[i], x3[i]);
}

void normal_pairs(const PhiloxBlock& b, double* cosine, double* sine) {
  alignas(64) double radius[kPaths], angle[kPaths];
  uniform_pairs(b, radius, angle);
  for (int i = 0; i < kPaths; ++i) radius[i] = std::sqrt(-2.0 * std::log(radius[i]));
  for (int i = 0; i < kPaths; ++i) angle[i] *= 6.283185307179586476925286766559;
  // two loops: in one, GCC 12 merges cos and sin into a scalar sincos
  for (int i = 0; i < kPaths; ++i) cosine[i] = radius[i] * std::cos(angle[i]);
  for (int i = 0; i < kPaths; ++i) sine[i] = radius[i] * std::sin(angle[i]);
}

void philox_words(const std::uint32_t c[4], const std::uint32_t key[2], std::uint32_t out[4]) {
  const Words w = philox({c[0], c[1], c[2], c[3]}, key[0], key[1]);
  out[0] = w.x0;
  out[1] = w.x1;
  out[2] = w.x2;
  out[3] = w.x3;
}

}  // namespace sgdlimits::kernel
