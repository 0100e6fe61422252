/// One-dimensional potentials with several minima.
#pragma once

#include "models/potentials/on_line.hpp"

namespace sgdlimits {

/// f = h (x^2 - 1)^2: minima +-1 with f'' = 8h, maximum at 0 with f'' = -4h, barrier h > 0.
class DoubleWell final : public PotentialOnLine {
 public:
  explicit DoubleWell(double barrier = 1);
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;

 private:
  double h_;
};

/// f = h (x^2 - 1)^2 + c x, h > 0. Two minima iff |c| < 8h/(3 sqrt 3); the lower one has the sign of -c. Critical
/// points are the roots of 4 h x (x^2 - 1) + c in closed form (trigonometric formula), polished by Newton steps.
class TiltedWell final : public PotentialOnLine {
 public:
  explicit TiltedWell(double barrier = 1, double tilt = 0.25);
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;

 private:
  double h_, c_;
};

/// f = h x^2 (x^2 - 2)^2/2: minima 0 and +-sqrt 2, all of value 0, maxima at +-sqrt(2/3) of value 16h/27.
class TripleWell final : public PotentialOnLine {
 public:
  explicit TripleWell(double scale = 1);
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;

 private:
  double h_;
};

/// f = h (x^2 - 1)^2 + e (1 - cos(k x)), h > 0, e >= 0, k > 0: a double well with ripples of height 2e. Where
/// e k^2 < 4h no well has ripples of its own; critical points are not listed.
class RuggedWell final : public PotentialOnLine {
 public:
  explicit RuggedWell(double barrier = 1, double ripple = 0.05, double frequency = 20);
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;

 private:
  double h_, e_, k_;
};

/// f = (x + c sin x)^2 + (lambda/2) x^2: one neuron with activation z + c sin z on the single datum x = 1, y = 0.
/// For c > 1 it satisfies a Poincare inequality at every temperature iff lambda >= 2(c - 1) and is a Villani function
/// iff lambda > 2(c - 1). Any c, lambda >= 0.
class SineNeuron final : public PotentialOnLine {
 public:
  explicit SineNeuron(double amplitude = 2, double ridge = 4);
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;

 private:
  double c_, lambda_;
};

}  // namespace sgdlimits
