/// A law of samples whose online SGD is an autoregression, known exactly.
#pragma once

#include <cmath>

#include "core/sampled_sum.hpp"

namespace sgdlimits::test {

/// F(x; z) = (a/2)|x - z|^2, z ~ N(0, I) in d dimensions; sample m is the normals at indices m d, ..., m d + d - 1.
/// With `fused`, steps are also offered many at a time, by the readable loop of the base class.
class GaussianSource final : public SampledSum {
 public:
  GaussianSource(Index dimension, double curvature, bool fused) : d_(dimension), a_(curvature), fused_(fused) {}
  Index dimension() const override { return d_; }
  bool has_online_steps() const override { return fused_; }
  void sample_gradient(PointsView x, const Noise& noise, Index first_path, std::int64_t step, Index batch,
                       PointsOut g, Scratch&) const override {
    const Index n = x.rows();
    Points z(n, batch * d_);
    noise.with(Stream::sample).normals(first_path, step * batch * d_, z);
    g.setZero();
    for (Index b = 0; b < batch; ++b) g += a_ * (x - z.middleCols(b * d_, d_));
    g /= static_cast<double>(batch);
  }

 private:
  Index d_;
  double a_;
  bool fused_;
};

}  // namespace sgdlimits::test
