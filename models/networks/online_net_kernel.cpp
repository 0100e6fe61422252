// Compiled with fast-math flags, so that activations are vector calls. Products are added by fused instructions
// written out, so that a pass with and without update gives the pre-activations the same bits.
#include "models/networks/online_net_kernel.hpp"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#endif

#include "models/networks/activation_kernel.hpp"

// the wide types never cross this file
#pragma GCC diagnostic ignored "-Wpsabi"

namespace sgdlimits::kernel {
namespace {

constexpr int kWide = 8, kVectors = static_cast<int>(kNeurons) / kWide;
typedef double Vector __attribute__((vector_size(8 * kWide), may_alias));
typedef std::uint64_t Words __attribute__((vector_size(8 * kWide), may_alias));

/// a b + c with one rounding.
inline Vector fused(const Vector& a, const Vector& b, const Vector& c) {
#if defined(__AVX512F__)
  return (Vector)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__AVX2__) && defined(__FMA__)
  union Halves {
    Vector whole;
    __m256d half[2];
  };
  Halves x{a}, y{b}, z{c};
  for (int h = 0; h < 2; ++h) z.half[h] = _mm256_fmadd_pd(x.half[h], y.half[h], z.half[h]);
  return z.whole;
#else
  return a * b + c;
#endif
}

inline Vector all(double value) { return Vector{} + value; }
inline Vector& at(double* p, Index i = 0) { return *reinterpret_cast<Vector*>(p + i * kWide); }
inline const Vector& at(const double* p, Index i = 0) { return *reinterpret_cast<const Vector*>(p + i * kWide); }

template <bool update, bool decay, bool forward>
void block_pass(const BlockStep& step, Index inputs, const double* slope, double* w, double* z) {
  Vector q[kVectors], sum[kVectors];
#pragma GCC unroll 4
  for (int i = 0; i < kVectors; ++i) {
    if constexpr (update) q[i] = step.factor * at(slope, i);
    sum[i] = Vector{};
  }
  for (Index k = 0; k < inputs; ++k) {
    double* __restrict row = w + k * kNeurons;
#pragma GCC unroll 4
    for (int i = 0; i < kVectors; ++i) {
      Vector u = at(row, i);
      if constexpr (decay) u *= step.keep;
      if constexpr (update) at(row, i) = u = fused(q[i], all(step.x[k]), u);
      if constexpr (forward) sum[i] = fused(u, all(step.next[k]), sum[i]);
    }
  }
  if constexpr (forward) {
#pragma GCC unroll 4
    for (int i = 0; i < kVectors; ++i) at(z, i) = sum[i];
  }
}

bool all_zero(const double* slope) {
  Words bits{};
  for (int i = 0; i < kVectors; ++i) bits |= (Words)at(slope, i);
  std::uint64_t any = 0;
  for (int l = 0; l < kWide; ++l) any |= bits[l];
  return any == 0;
}

/// Not inlined: one machine code, hence the same bits, for every pass.
template <Activation A>
[[gnu::noinline]] double activate_all(Index blocks, const double* __restrict z, const double* __restrict outer,
                                      double* __restrict slope) {
  alignas(64) double sum[kNeurons] = {};
  for (Index begin = 0; begin < blocks * kNeurons; begin += kNeurons)
    for (Index l = 0; l < kNeurons; ++l) {
      double s, d;
      Sigma<A>::first(z[begin + l], s, d);
      sum[l] += outer[begin + l] * s;
      slope[begin + l] = outer[begin + l] * d;
    }
  double total = 0;
  for (const double part : sum) total += part;
  return total;
}

constexpr bool gated(Activation a) { return a == Activation::relu || a == Activation::piecewise_linear; }
constexpr double gate_slope(Activation a) { return a == Activation::relu ? 1.0 : 10.0; }

/// z[s kNeurons + lane] = w x_s for `samples` samples.
template <int samples>
inline void products(Index inputs, const double* __restrict w, const double* __restrict x, double* __restrict z) {
  Vector sum[samples][kVectors] = {};
  for (Index k = 0; k < inputs; ++k) {
    Vector u[kVectors];
#pragma GCC unroll 4
    for (int i = 0; i < kVectors; ++i) u[i] = at(w + k * kNeurons, i);
#pragma GCC unroll 8
    for (int s = 0; s < samples; ++s) {
      const Vector value = all(x[s * inputs + k]);
#pragma GCC unroll 4
      for (int i = 0; i < kVectors; ++i) sum[s][i] = fused(u[i], value, sum[s][i]);
    }
  }
#pragma GCC unroll 8
  for (int s = 0; s < samples; ++s)
#pragma GCC unroll 4
    for (int i = 0; i < kVectors; ++i) at(z + s * kNeurons, i) = sum[s][i];
}

/// One bit a lane, set where d is not 0.
inline std::uint32_t gate_bits(const double* d) {
  std::uint32_t bits = 0;
#if defined(__AVX512F__)
  for (int i = 0; i < kVectors; ++i)
    bits |= static_cast<std::uint32_t>(_mm512_cmp_pd_mask((__m512d)at(d, i), _mm512_setzero_pd(), _CMP_NEQ_UQ))
            << (kWide * i);
#else
  for (int l = 0; l < static_cast<int>(kNeurons); ++l) bits |= std::uint32_t{d[l] != 0} << l;
#endif
  return bits;
}

/// v = residual where the gate is open, else 0.
inline void open(std::uint32_t gates, double residual, double* v) {
  const Words lane = {1, 2, 4, 8, 16, 32, 64, 128}, value = (Words)all(residual);
#pragma GCC unroll 4
  for (int i = 0; i < kVectors; ++i) {
    const Words here = Words{} + ((gates >> (kWide * i)) & 0xFFu);
    at(v, i) = (Vector)((Words)((here & lane) != 0) & value);
  }
}

template <Activation A>
[[gnu::noinline]] void activate_batch(Index batch, const double* __restrict z, const double* __restrict outer,
                                      BatchSlopes slopes, double* __restrict prediction) {
  alignas(64) double slope[kNeurons], value[kNeurons];
  for (Index b = 0; b < batch; ++b) {
    double* __restrict d = gated(A) ? slope : slopes.slopes + b * kNeurons;
    for (Index l = 0; l < kNeurons; ++l) {
      double s, first;
      Sigma<A>::first(z[b * kNeurons + l], s, first);
      value[l] = outer[l] * s;
      d[l] = first;
    }
    if constexpr (gated(A)) slopes.gates[b] = gate_bits(d);
    at(prediction, b) += (at(value, 0) + at(value, 1)) + (at(value, 2) + at(value, 3));
  }
}

/// out = keep w + scale sum_b v_b x_b for `columns` inputs from w's first on.
template <int columns>
inline void outer_products(double keep, Index batch, Index inputs, const double* __restrict v,
                           const double* __restrict x, const Vector* scale, const double* w, double* out) {
  Vector sum[columns][kVectors] = {};
  for (Index b = 0; b < batch; ++b) {
    Vector u[kVectors];
#pragma GCC unroll 4
    for (int i = 0; i < kVectors; ++i) u[i] = at(v + b * kNeurons, i);
#pragma GCC unroll 8
    for (int k = 0; k < columns; ++k) {
      const Vector value = all(x[b * inputs + k]);
#pragma GCC unroll 4
      for (int i = 0; i < kVectors; ++i) sum[k][i] = fused(u[i], value, sum[k][i]);
    }
  }
#pragma GCC unroll 8
  for (int k = 0; k < columns; ++k)
#pragma GCC unroll 4
    for (int i = 0; i < kVectors; ++i)
      at(out + k * kNeurons, i) = fused(sum[k][i], scale[i], keep * at(w + k * kNeurons, i));
}

constexpr int kGroup = 6;  // 24 accumulators beside four vectors of weights

/// f<n>(begin) for groups of kGroup of `count` and the rest one by one.
template <class F>
inline void in_groups(Index count, F f) {
  Index begin = 0;
  for (; begin + kGroup <= count; begin += kGroup) f.template operator()<kGroup>(begin);
  switch (count - begin) {
    case 5: return f.template operator()<5>(begin);
    case 4: return f.template operator()<4>(begin);
    case 3: return f.template operator()<3>(begin);
    case 2: return f.template operator()<2>(begin);
    case 1: return f.template operator()<1>(begin);
    default: return;
  }
}

}  // namespace

void block_step(const BlockStep& step, Index inputs, const double* slope, double* w, double* z) {
  const bool update = step.x != nullptr && (step.keep != 1 || !all_zero(slope));
  if (!update) {
    if (step.next != nullptr) block_pass<false, false, true>(step, inputs, slope, w, z);
  } else if (step.next == nullptr) {
    block_pass<true, true, false>(step, inputs, slope, w, z);
  } else if (step.keep != 1) {
    block_pass<true, true, true>(step, inputs, slope, w, z);
  } else {
    block_pass<true, false, true>(step, inputs, slope, w, z);
  }
}

double activate(Activation activation, Index blocks, const double* z, const double* outer, double* slope) {
  double sum = 0;
  with_activation(activation, [&]<Activation A>() { sum = activate_all<A>(blocks, z, outer, slope); });
  return sum;
}

void add_noise(double sd, const double* __restrict noise, Index inputs, double* __restrict w) {
  for (Index k = 0; k < inputs; ++k)
    for (Index l = 0; l < kNeurons; ++l) w[k * kNeurons + l] += sd * noise[l * inputs + k];
}

bool is_gated(Activation activation) { return gated(activation); }

void batch_forward(Activation activation, Index inputs, const double* w, const double* x, Index batch,
                   const double* outer, BatchSlopes slopes, double* prediction, double* work) {
  in_groups(batch, [&]<int samples>(Index b) { products<samples>(inputs, w, x + b * inputs, work + b * kNeurons); });
  with_activation(activation, [&]<Activation A>() { activate_batch<A>(batch, work, outer, slopes, prediction); });
}

void batch_backward(Activation activation, const BatchStep& step, Index inputs, const double* outer,
                    BatchSlopes slopes, const double* w, double* out, double* work) {
  const double slope = is_gated(activation) ? gate_slope(activation) : 1.0;
  for (Index b = 0; b < step.batch; ++b) {
    double* v = work + b * kNeurons;
    if (is_gated(activation)) {
      open(slopes.gates[b], step.residual[b], v);
      continue;
    }
    for (int i = 0; i < kVectors; ++i) at(v, i) = step.residual[b] * at(slopes.slopes + b * kNeurons, i);
  }
  Vector scale[kVectors];
  for (int i = 0; i < kVectors; ++i) scale[i] = step.factor * slope * at(outer, i);
  in_groups(inputs, [&]<int columns>(Index k) {
    outer_products<columns>(step.keep, step.batch, inputs, work, step.x + k, scale, w + k * kNeurons,
                            out + k * kNeurons);
  });
}

}  // namespace sgdlimits::kernel
