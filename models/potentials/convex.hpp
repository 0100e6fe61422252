/// One-dimensional convex potentials with a closed form for the spectral gap.
#pragma once

#include "models/potentials/on_line.hpp"

namespace sgdlimits {

/// f = |x|, derivative 0 at 0 and f'' = 0 (its point mass at 0 is not seen). No eigenvalue: the spectrum is
/// {0} and [1/(2s), infinity), s = 2 tau, so C_P = s^2.
class Laplace final : public PotentialOnLine {
 public:
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;
};

/// f = log cosh x, without overflow. Eigenvalues n - s n^2/2 for n < 1/s, then [1/(2s), infinity).
class LogCosh final : public PotentialOnLine {
 public:
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;
};

/// f = x^4/4.
class Quartic final : public PotentialOnLine {
 public:
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;
};

/// f = -log(1 - |x|) on [-1, 1] (triangular density at tau = 1), infinite at the ends; derivative 0 at 0. At s = 2
/// odd eigenvalues are squared zeros of J_0, even ones of J_1.
class Triangular final : public PotentialOnLine {
 public:
  Box domain() const override;
  PotentialFacts facts() const override;
  std::string description() const override;

 protected:
  void f0(ValuesView x, ValuesOut f) const override;
  void f1(ValuesView x, ValuesOut f) const override;
  void f2(ValuesView x, ValuesOut f) const override;
};

}  // namespace sgdlimits
