// Compiled with fast-math flags so that every loop vectorises; loops have the fixed length kPaths, so there is no
// scalar remainder. The polynomials are Chebyshev interpolants of ours: no library function that could differ between
// vector widths or versions.
#include "core/noise_kernel.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include <bit>
#include <cmath>

// the wide type never crosses this file
#pragma GCC diagnostic ignored "-Wpsabi"

namespace sgdlimits::kernel {
namespace {

constexpr int kWide = 8;
typedef std::uint64_t Wide __attribute__((vector_size(8 * kWide)));

/// The full products of the lower halves of eight words with m.
inline Wide lower_product(const Wide& a, std::uint64_t m) {
#if defined(__AVX512F__)
  return (Wide)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(static_cast<long long>(m)));
#elif defined(__AVX2__)
  union {
    Wide whole;
    __m256i half[2];
  } v{a};
  const __m256i factor = _mm256_set1_epi64x(static_cast<long long>(m));
  for (__m256i& half : v.half) half = _mm256_mul_epu32(half, factor);
  return v.whole;
#else
  return (a & 0xFFFFFFFFu) * m;
#endif
}

/// Philox4x32-10 on eight counters; of each word the lower 32 bits count, the upper ones are left as they fall.
struct Counters {
  Wide x0, x1, x2, x3;
};

inline Counters philox(const Counters& start, std::uint32_t k0, std::uint32_t k1) {
  Counters c = start;
  for (int round = 0; round < 10; ++round) {
    const Wide p0 = lower_product(c.x0, 0xD2511F53u), p1 = lower_product(c.x2, 0xCD9E8D57u);
    c = {(p1 >> 32) ^ c.x1 ^ std::uint64_t{k0}, p1, (p0 >> 32) ^ c.x3 ^ std::uint64_t{k1}, p0};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return c;
}

/// The 52 leading bits of the two 64-bit halves of kPaths blocks: of consecutive paths, or of consecutive counters of
/// one path.
template <bool along_paths>
inline void random_bits(const PhiloxBlock& b, std::uint64_t* first, std::uint64_t* second) {
  const Wide lanes = {0, 1, 2, 3, 4, 5, 6, 7}, lower = Wide{} + 0xFFFFFFFFu;
  for (int i = 0; i < kPaths; i += kWide) {
    const Wide running = lanes + static_cast<std::uint64_t>(i);
    const Wide path = along_paths ? running + b.first_path : Wide{} + b.first_path;
    const Wide counter = along_paths ? Wide{} + b.counter[0] : running + b.counter[0];
    const Counters c = philox({path, counter, Wide{} + b.counter[1], Wide{} + b.counter[2]}, b.key[0], b.key[1]);
    const Wide halves[2] = {((c.x0 << 32) | (c.x1 & lower)) >> 12, ((c.x2 << 32) | (c.x3 & lower)) >> 12};
    __builtin_memcpy(first + i, &halves[0], sizeof(Wide));
    __builtin_memcpy(second + i, &halves[1], sizeof(Wide));
  }
}

// Integers become doubles by writing them into the mantissa of a power of two, then one exact subtraction: AVX2 has
// no conversion, and fast-math could regroup two operations.
constexpr std::uint64_t kOne = 0x3FF0000000000000, kTwoTo52 = 0x4330000000000000;

/// (bits + 1/2)/2^52, in (0, 1).
inline double unit(std::uint64_t bits) { return std::bit_cast<double>(bits | kOne) - (1.0 - 0x1p-53); }

/// log u for 2^-54 < u < 1, within 2 ulp: u = 2^e m, sqrt(1/2) <= m < sqrt 2, log m = 2 atanh f, f = (m - 1)/(m + 1).
inline double logarithm(double u) {
  constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCD, kBias = 1024;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(u);
  const std::uint64_t biased = (bits - kRootHalf + (kBias << 52)) >> 52;
  const double e = std::bit_cast<double>(biased | kTwoTo52) - (0x1p52 + 1024.0);
  const double m = std::bit_cast<double>(bits - ((biased - kBias) << 52));
  const double f = (m - 1.0) / (m + 1.0), w = f * f;
  double p = 0.14616576421644387;
  p = p * w + 0.15331711346672997;
  p = p * w + 0.18182889433757515;
  p = p * w + 0.22222211130560726;
  p = p * w + 0.28571428626001427;
  p = p * w + 0.3999999999989945;
  p = p * w + 0.666666666666667;
  return e * 0.6931471805599453 + (2.0 * f + f * w * p);
}

struct Turn {
  double cosine, sine;
};

/// cos and sin of 2 pi v, v = (bits + 1/2)/2^52, within 2 ulp of 1: v is q quarter turns and r of one, |r| <= 1/2,
/// split in integers, so there is no range reduction to round.
inline Turn turn(std::uint64_t bits) {
  const std::uint64_t shifted = bits + (std::uint64_t{1} << 49), q = shifted >> 50;
  const double r = std::bit_cast<double>(((shifted << 2) & 0xFFFFFFFFFFFFF) | kOne) - (1.5 - 0x1p-51), w = r * r;
  double s = 5.633933781537854e-08;
  s = s * w - 3.59864335298231e-06;
  s = s * w + 0.0001604411507421909;
  s = s * w - 0.004681754132340976;
  s = s * w + 0.07969262624604301;
  s = s * w - 0.6459640975062443;
  s = (s * w + 1.5707963267948966) * r;
  double c = -6.329396344967424e-09;
  c = c * w + 4.710678405505227e-07;
  c = c * w - 2.5202039028029178e-05;
  c = c * w + 0.0009192602745468447;
  c = c * w - 0.020863480763340773;
  c = c * w + 0.2536695079010478;
  c = c * w - 1.2337005501361697;
  c = c * w + 1.0;
  const bool odd = (q & 1) != 0;
  // bit 1 of q (sine) and of q + 1 (cosine), moved to the sign
  const std::uint64_t sine_sign = (q & 2) << 62, cosine_sign = ((q + 1) & 2) << 62;
  const double cosine = odd ? s : c, sine = odd ? c : s;
  return {std::bit_cast<double>(std::bit_cast<std::uint64_t>(cosine) ^ cosine_sign),
          std::bit_cast<double>(std::bit_cast<std::uint64_t>(sine) ^ sine_sign)};
}

/// Not inlined: one machine code, hence the same bits, for both orders of lanes.
[[gnu::noinline]] void box_muller(const std::uint64_t* one, const std::uint64_t* two, double* __restrict cosine,
                                  double* __restrict sine) {
  for (int i = 0; i < kPaths; ++i) {
    const double radius = std::sqrt(-2.0 * logarithm(unit(one[i])));
    const Turn t = turn(two[i]);
    cosine[i] = radius * t.cosine;
    sine[i] = radius * t.sine;
  }
}

}  // namespace

void uniform_pairs(const PhiloxBlock& b, double* __restrict first, double* __restrict second) {
  alignas(64) std::uint64_t one[kPaths], two[kPaths];
  random_bits<true>(b, one, two);
  for (int i = 0; i < kPaths; ++i) first[i] = unit(one[i]);
  for (int i = 0; i < kPaths; ++i) second[i] = unit(two[i]);
}

void normal_pairs(const PhiloxBlock& b, double* __restrict cosine, double* __restrict sine) {
  alignas(64) std::uint64_t one[kPaths], two[kPaths];
  random_bits<true>(b, one, two);
  box_muller(one, two, cosine, sine);
}

void normals_along(const PhiloxBlock& b, double* out) {
  alignas(64) std::uint64_t one[kPaths], two[kPaths];
  alignas(64) double cosine[kPaths], sine[kPaths];
  random_bits<false>(b, one, two);
  box_muller(one, two, cosine, sine);
  for (int i = 0; i < kPaths; ++i) {
    out[2 * i] = cosine[i];
    out[2 * i + 1] = sine[i];
  }
}

void philox_words(const std::uint32_t c[4], const std::uint32_t key[2], std::uint32_t out[4]) {
  const Counters w = philox({Wide{} + c[0], Wide{} + c[1], Wide{} + c[2], Wide{} + c[3]}, key[0], key[1]);
  const Wide words[4] = {w.x0, w.x1, w.x2, w.x3};
  for (int i = 0; i < 4; ++i) out[i] = static_cast<std::uint32_t>(words[i][0]);
}

}  // namespace sgdlimits::kernel
