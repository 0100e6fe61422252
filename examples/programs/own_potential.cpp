// A potential of one's own under the whole command: experiment files say kind = "triple", and `gap`, `run` and `verify
// --on` work with it.   own_potential gap own-potential.toml
#include "apps/commands/command.hpp"

using namespace sgdlimits;

/// f(x) = h x^2 (x^2 - 2)^2 / 2: minima at 0 and +-sqrt(2), all of height 0.
class Triple : public Potential {
 public:
  explicit Triple(double h) : h_(h) {}
  Index dimension() const override { return 1; }
  void value(PointsView x, ValuesOut f, Scratch&) const override {
    f = h_ / 2 * x.col(0).square() * (x.col(0).square() - 2).square();
  }
  void gradient(PointsView x, PointsOut g, Scratch&) const override {
    g = h_ * x * (x.square() - 2) * (3 * x.square() - 2);
  }

 private:
  double h_;
};

int main(int argc, char** argv) {
  const PotentialFactory triple = [](const std::map<std::string, double>& parameters) {
    return std::make_shared<Triple>(parameters.at("h"));
  };
  return command(argc, argv, {{"triple", triple}});
}
