/// The certificate of a proved spectral gap, as docs/guide/proof.md describes the file.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "apps/certificate_checker/interval.hpp"
#include "apps/certificate_checker/series.hpp"

namespace checker {

struct Node {
  Interval x, value, arriving_slope, slope;  ///< points
};

struct End {
  std::string kind;  ///< tail, reflecting, zero
  double x = 0, slope = 0, curvature = 0, length = 0;
  int order = 0;
};

struct March {
  End end;
  std::vector<Node> nodes;
};

struct Barrier {
  double proved_for = 0, solved_for = 0;
  March left, right;
};

struct Certificate {
  int bits = 0, terms = 0;  ///< of the prover
  double temperature = 0, lower_end = 0, upper_end = 0;
  Program program;
  Barrier supersolution, subsolution;
};

/// Sets the working precision. Throws std::runtime_error with the line that was not understood.
Certificate read_certificate(std::istream& in);

}  // namespace checker
