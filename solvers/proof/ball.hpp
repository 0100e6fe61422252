/// Ball arithmetic (Johansson 2017, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic") with
/// owned memory. Internal to solvers/proof: every operation is Arb's own, on get().
#pragma once

#include <arb.h>
#include <arb_poly.h>

namespace sgdlimits::proof {

/// [midpoint +- radius], an enclosure of one real number.
class Ball {
 public:
  Ball() { arb_init(ball_); }
  explicit Ball(double value) : Ball() { arb_set_d(ball_, value); }
  Ball(const Ball& other) : Ball() { arb_set(ball_, other.ball_); }
  Ball(Ball&& other) noexcept : Ball() { arb_swap(ball_, other.ball_); }
  Ball& operator=(Ball other) noexcept {
    arb_swap(ball_, other.ball_);
    return *this;
  }
  ~Ball() { arb_clear(ball_); }
  arb_ptr get() { return ball_; }
  arb_srcptr get() const { return ball_; }

 private:
  arb_t ball_;
};

/// A polynomial or truncated power series whose coefficients are balls.
class BallSeries {
 public:
  BallSeries() { arb_poly_init(series_); }
  BallSeries(const BallSeries& other) : BallSeries() { arb_poly_set(series_, other.series_); }
  BallSeries(BallSeries&& other) noexcept : BallSeries() { arb_poly_swap(series_, other.series_); }
  BallSeries& operator=(BallSeries other) noexcept {
    arb_poly_swap(series_, other.series_);
    return *this;
  }
  ~BallSeries() { arb_poly_clear(series_); }
  arb_poly_struct* get() { return series_; }
  const arb_poly_struct* get() const { return series_; }

 private:
  arb_poly_t series_;
};

}  // namespace sgdlimits::proof
