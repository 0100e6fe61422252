/// Vectorised two-layer net over a tile of weight vectors: lanes are paths, loops run over data rows and neurons.
#pragma once

#include "models/networks/two_layer_net.hpp"

namespace sgdlimits::kernel {

inline constexpr Index kNetLanes = 64;  // paths a tile: the tile's weights, sums and slopes stay in L1

/// The net with its data, f = sum_i (weight_i loss(y_i, yhat_i) + slope_i yhat_i) + constant + (lambda/2) |W|^2, as
/// the kernel reads it. Arrays belong to the caller.
struct NetData {
  Activation activation;
  Loss loss;
  Index neurons, inputs, rows;
  const double* outer;   ///< S a_j, length p
  const double* x;       ///< rows x D, row-major
  const double* y;       ///< length rows
  const double* weight;  ///< length rows
  const double* slope;   ///< length rows
  double constant, ridge;
};

// w[(j D + k) kNetLanes + lane] = w_{jk} of the path in that lane; g alike. `work` holds (p + 2) kNetLanes doubles.
// Everything is 64-byte aligned.

/// g = grad f and, unless f is null, f.
void net_gradient(const NetData& net, const double* w, double* f, double* g, double* work);
/// f alone.
void net_value(const NetData& net, const double* w, double* f, double* work);
/// Lap f = sum_i |x_i|^2 (weight_i loss'' sum_j (S a_j sigma'_j)^2 + (weight_i loss' + slope_i) sum_j S a_j
/// sigma''_j)
/// + p D lambda.
void net_laplacian(const NetData& net, const double* w, double* laplacian, double* work);
/// g = (c/B) sum_b grad loss at row index[b kNetLanes + lane] + lambda w; net.weight[0] must be c/B, rows those of
/// the samples; slope and constant are not read.
void net_batch_gradient(const NetData& net, const Index* index, Index batch, const double* w, double* g,
                        double* work);
/// yhat at every row: out[i kNetLanes + lane].
void net_prediction(const NetData& net, const double* w, double* out, double* work);

/// out = exp(z) for n values, n a multiple of kNetLanes: the limit that the benchmark compares with.
void vector_exp(const double* z, double* out, Index n);

}  // namespace sgdlimits::kernel
