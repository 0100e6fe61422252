/// Taylor arithmetic on intervals: coefficient k encloses g^(k)/k! at every point of a set.
#pragma once

#include <string>
#include <vector>

#include "apps/certificate_checker/interval.hpp"

namespace checker {

/// Shorter than the order asked for: the rest is 0.
using Series = std::vector<Interval>;

struct Instruction {
  std::string op;
  int a = -1, b = -1;
  double constant = 0;
};
struct Program {
  std::vector<Instruction> code;
  int result = 0;
};

/// Which side of its kink each abs, relu, max, min, sign, step is on: +1, -1, or 0 where it has none or is undecided.
using Branches = std::vector<int>;

/// Series of the program around every point of `centre`, in the direction `side` (d/dy, x = centre + side y).
/// Branches that are 0 are decided by the sign of their argument over `centre`, strictly; where that does not decide
/// them the result is everything() and the branch stays 0.
Series expand(const Program& program, const Interval& centre, int side, int order, Branches& branches);

/// The argument whose sign decides branch k at the exact point x, as an interval.
Interval switching_argument(const Program& program, int k, const Interval& x, const Branches& branches);
bool has_branch(const std::string& op);

Series derivative(const Series& a);
Series product(const Series& a, const Series& b);
Interval evaluate(const Series& a, const Interval& y);
/// sum over k >= from of |a_k| h^k, from above
Interval absolute_sum(const Series& a, std::size_t from, const Interval& h);

}  // namespace checker
