// A potential of one's own and its spectral gap: all that a user of the library has to write.
#include <cstdio>

#include "core/potential.hpp"
#include "solvers/spectrum/spectral_gap.hpp"

class DoubleWell : public sgdlimits::Potential {
 public:
  sgdlimits::Index dimension() const override { return 1; }
  void value(sgdlimits::PointsView x, sgdlimits::ValuesOut f, sgdlimits::Scratch&) const override {
    f = (x.col(0).square() - 1).square();
  }
  void gradient(sgdlimits::PointsView x, sgdlimits::PointsOut g, sgdlimits::Scratch&) const override {
    g = 4 * x * (x.square() - 1);
  }
};

int main() {
  const auto gap = sgdlimits::spectral_gap(DoubleWell(), sgdlimits::Temperature(0.25));
  if (!gap.ok()) return 1;
  std::printf("gap %.8f +- %.1e\n", gap.value().gap.value(), gap.value().error_bound);
}
