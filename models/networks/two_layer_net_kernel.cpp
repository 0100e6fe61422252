// Compiled with fast-math flags, so that exp, log1p and erfc become vector calls. Every lane loop has the fixed
// length kNetLanes: no scalar remainders, hence the same bits for a path in any lane of any tile. Infinities never
// occur: arguments of exp are bounded from above.
#include "models/networks/two_layer_net_kernel.hpp"

#include "models/networks/activation_kernel.hpp"

namespace sgdlimits::kernel {
namespace {

constexpr Index L = kNetLanes;

// ---- loss and its derivatives in yhat ----

template <Loss>
struct LossOf;

template <>
struct LossOf<Loss::square> {
  static double value(double prediction, double y) { return (prediction - y) * (prediction - y); }
  static double first(double prediction, double y) { return 2.0 * (prediction - y); }
  static double second(double, double) { return 2.0; }
};

template <>
struct LossOf<Loss::logistic> {
  static double value(double prediction, double y) { return Sigma<Activation::softplus>::value(-y * prediction); }
  static double first(double prediction, double y) { return -y * Sigma<Activation::sigmoid>::value(-y * prediction); }
  static double second(double prediction, double y) {
    double s, d;
    Sigma<Activation::sigmoid>::first(y * prediction, s, d);
    return d;
  }
};

// ---- pre-activations z = w_j . x of one row, for one neuron's weights w ----

template <int D>
inline void preactivation(const double* __restrict w, const double* __restrict x, Index inputs,
                          double* __restrict z) {
  if constexpr (D == 1) {
    for (Index l = 0; l < L; ++l) z[l] = w[l] * x[0];
  } else if constexpr (D == 2) {
    for (Index l = 0; l < L; ++l) z[l] = w[l] * x[0] + w[L + l] * x[1];
  } else {
    for (Index l = 0; l < L; ++l) z[l] = w[l] * x[0];
    for (Index k = 1; k < inputs; ++k)
      for (Index l = 0; l < L; ++l) z[l] += w[k * L + l] * x[k];
  }
}

template <Activation A, int D>
inline void forward(const NetData& net, const double* w, const double* x, double* __restrict prediction,
                    double* __restrict slope) {
  alignas(64) double z[L];
  for (Index l = 0; l < L; ++l) prediction[l] = 0;
  for (Index j = 0; j < net.neurons; ++j) {
    preactivation<D>(w + j * net.inputs * L, x, net.inputs, z);
    const double a = net.outer[j];
    double* __restrict out = slope + j * L;
    for (Index l = 0; l < L; ++l) {
      double s, d;
      Sigma<A>::first(z[l], s, d);
      prediction[l] += a * s;
      out[l] = a * d;
    }
  }
}

template <Activation A, Loss Q, int D, bool with_value>
void gradient(const NetData& net, const double* w, double* f, double* g, double* work) {
  double* __restrict prediction = work;
  double* __restrict residual = work + L;
  double* __restrict slope = work + 2 * L;
  const Index d = net.neurons * net.inputs;
  for (Index i = 0; i < d * L; ++i) g[i] = net.ridge * w[i];
  if constexpr (with_value) {
    for (Index l = 0; l < L; ++l) f[l] = net.constant;
    for (Index c = 0; c < d; ++c)
      for (Index l = 0; l < L; ++l) f[l] += 0.5 * net.ridge * w[c * L + l] * w[c * L + l];
  }
  for (Index i = 0; i < net.rows; ++i) {
    const double* x = net.x + i * net.inputs;
    const double y = net.y[i], m = net.weight[i], b = net.slope[i];
    forward<A, D>(net, w, x, prediction, slope);
    if constexpr (with_value)
      for (Index l = 0; l < L; ++l) f[l] += m * LossOf<Q>::value(prediction[l], y) + b * prediction[l];
    for (Index l = 0; l < L; ++l) residual[l] = m * LossOf<Q>::first(prediction[l], y) + b;
    for (Index j = 0; j < net.neurons; ++j) {
      const double* __restrict s = slope + j * L;
      for (Index k = 0; k < net.inputs; ++k) {
        double* __restrict out = g + (j * net.inputs + k) * L;
        for (Index l = 0; l < L; ++l) out[l] += residual[l] * s[l] * x[k];
      }
    }
  }
}

template <Activation A, Loss Q, int D>
void value(const NetData& net, const double* w, double* f, double* work) {
  double* __restrict prediction = work;
  double* __restrict z = work + L;
  for (Index l = 0; l < L; ++l) f[l] = net.constant;
  for (Index c = 0; c < net.neurons * net.inputs; ++c)
    for (Index l = 0; l < L; ++l) f[l] += 0.5 * net.ridge * w[c * L + l] * w[c * L + l];
  for (Index i = 0; i < net.rows; ++i) {
    const double y = net.y[i], m = net.weight[i], b = net.slope[i];
    for (Index l = 0; l < L; ++l) prediction[l] = 0;
    for (Index j = 0; j < net.neurons; ++j) {
      preactivation<D>(w + j * net.inputs * L, net.x + i * net.inputs, net.inputs, z);
      for (Index l = 0; l < L; ++l) prediction[l] += net.outer[j] * Sigma<A>::value(z[l]);
    }
    for (Index l = 0; l < L; ++l) f[l] += m * LossOf<Q>::value(prediction[l], y) + b * prediction[l];
  }
}

template <Activation A, Loss Q, int D>
void laplacian(const NetData& net, const double* w, double* out, double* work) {
  double* __restrict prediction = work;
  double* __restrict z = work + L;
  alignas(64) double square[L], curvature[L];
  for (Index l = 0; l < L; ++l) out[l] = static_cast<double>(net.neurons * net.inputs) * net.ridge;
  for (Index i = 0; i < net.rows; ++i) {
    const double* x = net.x + i * net.inputs;
    double size = 0;
    for (Index k = 0; k < net.inputs; ++k) size += x[k] * x[k];
    const double y = net.y[i], m = net.weight[i] * size, b = net.slope[i] * size;
    for (Index l = 0; l < L; ++l) prediction[l] = square[l] = curvature[l] = 0;
    for (Index j = 0; j < net.neurons; ++j) {
      preactivation<D>(w + j * net.inputs * L, x, net.inputs, z);
      const double a = net.outer[j];
      for (Index l = 0; l < L; ++l) {
        double s, d, dd;
        Sigma<A>::second(z[l], s, d, dd);
        prediction[l] += a * s;
        square[l] += (a * d) * (a * d);
        curvature[l] += a * dd;
      }
    }
    for (Index l = 0; l < L; ++l)
      out[l] += m * LossOf<Q>::second(prediction[l], y) * square[l] +
                (m * LossOf<Q>::first(prediction[l], y) + b) * curvature[l];
  }
}

template <Activation A, Loss Q>
void batch_gradient(const NetData& net, const Index* index, Index batch, const double* w, double* g, double* work) {
  double* __restrict prediction = work;
  double* __restrict residual = work + L;
  double* __restrict slope = work + 2 * L;
  const Index inputs = net.inputs;
  const double m = net.weight[0];
  alignas(64) double z[L], y[L];
  for (Index i = 0; i < net.neurons * inputs * L; ++i) g[i] = net.ridge * w[i];
  for (Index b = 0; b < batch; ++b) {
    const Index* __restrict row = index + b * L;
    for (Index l = 0; l < L; ++l) y[l] = net.y[row[l]];
    for (Index l = 0; l < L; ++l) prediction[l] = 0;
    for (Index j = 0; j < net.neurons; ++j) {
      const double* __restrict u = w + j * inputs * L;
      for (Index l = 0; l < L; ++l) z[l] = u[l] * net.x[row[l] * inputs];
      for (Index k = 1; k < inputs; ++k)
        for (Index l = 0; l < L; ++l) z[l] += u[k * L + l] * net.x[row[l] * inputs + k];
      double* __restrict out = slope + j * L;
      for (Index l = 0; l < L; ++l) {
        double s, d;
        Sigma<A>::first(z[l], s, d);
        prediction[l] += net.outer[j] * s;
        out[l] = net.outer[j] * d;
      }
    }
    for (Index l = 0; l < L; ++l) residual[l] = m * LossOf<Q>::first(prediction[l], y[l]);
    for (Index j = 0; j < net.neurons; ++j)
      for (Index k = 0; k < inputs; ++k) {
        double* __restrict out = g + (j * inputs + k) * L;
        for (Index l = 0; l < L; ++l) out[l] += residual[l] * slope[j * L + l] * net.x[row[l] * inputs + k];
      }
  }
}

template <Activation A>
void prediction(const NetData& net, const double* w, double* out, double* work) {
  for (Index i = 0; i < net.rows; ++i) {
    double* __restrict yhat = out + i * L;
    for (Index l = 0; l < L; ++l) yhat[l] = 0;
    for (Index j = 0; j < net.neurons; ++j) {
      preactivation<0>(w + j * net.inputs * L, net.x + i * net.inputs, net.inputs, work);
      for (Index l = 0; l < L; ++l) yhat[l] += net.outer[j] * Sigma<A>::value(work[l]);
    }
  }
}

// ---- from run-time choices to instances ----

/// f<A, Q, D>() with D = 1, 2 or 0 for any number of inputs.
template <class F>
void with_shape(const NetData& net, F f) {
  with_activation(net.activation, [&]<Activation A>() {
    const auto with_loss = [&]<Loss Q>() {
      if (net.inputs == 1)
        f.template operator()<A, Q, 1>();
      else if (net.inputs == 2)
        f.template operator()<A, Q, 2>();
      else
        f.template operator()<A, Q, 0>();
    };
    net.loss == Loss::square ? with_loss.template operator()<Loss::square>()
                             : with_loss.template operator()<Loss::logistic>();
  });
}

}  // namespace

void net_gradient(const NetData& net, const double* w, double* f, double* g, double* work) {
  with_shape(net, [&]<Activation A, Loss Q, int D>() {
    f != nullptr ? gradient<A, Q, D, true>(net, w, f, g, work) : gradient<A, Q, D, false>(net, w, f, g, work);
  });
}

void net_value(const NetData& net, const double* w, double* f, double* work) {
  with_shape(net, [&]<Activation A, Loss Q, int D>() { value<A, Q, D>(net, w, f, work); });
}

void net_laplacian(const NetData& net, const double* w, double* out, double* work) {
  with_shape(net, [&]<Activation A, Loss Q, int D>() { laplacian<A, Q, D>(net, w, out, work); });
}

void net_batch_gradient(const NetData& net, const Index* index, Index batch, const double* w, double* g,
                        double* work) {
  with_activation(net.activation, [&]<Activation A>() {
    net.loss == Loss::square ? batch_gradient<A, Loss::square>(net, index, batch, w, g, work)
                             : batch_gradient<A, Loss::logistic>(net, index, batch, w, g, work);
  });
}

void net_prediction(const NetData& net, const double* w, double* out, double* work) {
  with_activation(net.activation, [&]<Activation A>() { prediction<A>(net, w, out, work); });
}

void vector_exp(const double* z, double* out, Index n) {
  for (Index tile = 0; tile < n; tile += L)
    for (Index l = 0; l < L; ++l) out[tile + l] = std::exp(z[tile + l]);
}

}  // namespace sgdlimits::kernel
