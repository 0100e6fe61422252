// Formulas against hand-written vector code with the same flags (this file has the flags of *_kernel.cpp), value and
// gradient together: build/release/bench/formula_bench prints nanoseconds a point side by side and their ratio.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "models/formula/formula.hpp"

namespace {

using sgdlimits::Index;
using sgdlimits::Points;
using sgdlimits::Values;

void double_well(const double* __restrict x, double* __restrict f, double* __restrict g, Index n) {
  for (Index i = 0; i < n; ++i) {
    const double t = x[i] * x[i] - 1;
    f[i] = t * t;
    g[i] = 4 * t * x[i];
  }
}

const char* const mueller_brown_text =
    "-200*exp(-(x-1)^2-10*y^2) - 100*exp(-x^2-10*(y-0.5)^2) - "
    "170*exp(-6.5*(x+0.5)^2+11*(x+0.5)*(y-1.5)-6.5*(y-1.5)^2)"
    " + 15*exp(0.7*(x+1)^2+0.6*(x+1)*(y-1)+0.7*(y-1)^2)";

void mueller_brown(const double* __restrict x, const double* __restrict y, double* __restrict f,
                   double* __restrict gx, double* __restrict gy, Index n) {
  for (Index i = 0; i < n; ++i) {
    const double u = x[i] + 0.5, v = y[i] - 1.5, p = x[i] + 1, q = y[i] - 1, r = x[i] - 1, s = y[i] - 0.5;
    const double a = -200 * std::exp(-r * r - 10 * y[i] * y[i]);
    const double b = -100 * std::exp(-x[i] * x[i] - 10 * s * s);
    const double c = -170 * std::exp(-6.5 * u * u + 11 * u * v - 6.5 * v * v);
    const double d = 15 * std::exp(0.7 * p * p + 0.6 * p * q + 0.7 * q * q);
    f[i] = a + b + c + d;
    gx[i] = -2 * r * a - 2 * x[i] * b + (11 * v - 13 * u) * c + (1.4 * p + 0.6 * q) * d;
    gy[i] = -20 * y[i] * a - 20 * s * b + (11 * u - 13 * v) * c + (0.6 * p + 1.4 * q) * d;
  }
}

// Seconds of the fastest of many runs: what the code can do, not what else the machine does.
template <class Work>
double fastest(Index points, Work work) {
  double best = 1e30;
  const int inner = static_cast<int>(std::max<Index>(1, 100000 / points));
  for (int repeat = 0; repeat < 200; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    for (int k = 0; k < inner; ++k) work();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count() / inner);
  }
  return best;
}

template <class Hand>
void row(const char* name, const char* text, Index n, Hand hand) {
  const auto formula = sgdlimits::formula_potential({text, {}, {}, {}});
  const Index d = formula->dimension();
  const Points x = Points::Random(n, d);
  Values f(n), f_hand(n);
  Points g(n, d), g_hand(n, d);
  sgdlimits::Scratch scratch;
  const double ours = fastest(n, [&] { formula->value_and_gradient(x, f, g, scratch); });
  const double reference = fastest(n, [&] { hand(x, f_hand, g_hand); });
  const double difference = std::max((f - f_hand).abs().maxCoeff(), (g - g_hand).abs().maxCoeff());
  const double nano = 1e9 / static_cast<double>(n);
  std::printf("%-14s %7td points  formula %7.3f ns  by hand %7.3f ns  ratio %5.2f  largest difference %.1e\n", name,
              n, ours * nano, reference * nano, ours / reference, difference);
}

}  // namespace

int main() {
  for (const Index n : {Index{64}, Index{1024}, Index{32768}})
    row("(x^2-1)^2", "(x^2-1)^2", n,
        [n](const Points& x, Values& f, Points& g) { double_well(x.data(), f.data(), g.data(), n); });
  for (const Index n : {Index{64}, Index{512}, Index{32768}})
    row("Mueller-Brown", mueller_brown_text, n, [n](const Points& x, Values& f, Points& g) {
      mueller_brown(x.data(), x.data() + n, f.data(), g.data(), g.data() + n, n);
    });
}
