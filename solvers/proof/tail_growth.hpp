/// Why the spectral gap of f is decided inside a bounded interval: G = exp(c r), r the distance outward, is a
/// supersolution on a whole tail.
#pragma once

#include <optional>
#include <string>

#include "core/line_program.hpp"

namespace sgdlimits::proof {

/// On the tail beyond x (side = +1: [x, end], side = -1: [end, x], end possibly infinite), with p the derivative of f
/// outward and q = f'': A G/G = c p - tau c^2 + q >= rate for G = exp(c r), where c = 0 if q >= rate alone, else
/// c = inf p/(2 tau), rounded down. Then f grows at least linearly there, so that exp(-f/tau) is integrable.
struct TailGrowth {
  double slope = 0;  ///< c
  /// How q was bounded below: 2 from an enclosure of f'' over the tail; m > 2 from an enclosure of f^(m) >= 0 over
  /// the tail and f'', ..., f^(m-1) at x (derivatives outward).
  int order = 2;
};

/// Empty, with the reason, if it could not be proved.
std::optional<TailGrowth> tail_growth(const LineProgram& program, double x, int side, double end, double temperature,
                                      double rate, std::string& why);

}  // namespace sgdlimits::proof
