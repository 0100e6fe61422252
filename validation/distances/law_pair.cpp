#include "validation/distances/law_pair.hpp"

#include <algorithm>
#include <vector>

namespace sgdlimits {

LawPair::LawPair(const LineLaw& a, const LineLaw& b) {
  std::vector<double> merged(static_cast<std::size_t>(a.knots().size() + b.knots().size()));
  std::merge(a.knots().data(), a.knots().data() + a.knots().size(), b.knots().data(),
             b.knots().data() + b.knots().size(), merged.begin());
  merged.erase(std::unique(merged.begin(), merged.end()), merged.end());
  knots = Eigen::Map<const Values>(merged.data(), static_cast<Index>(merged.size()));
  for (Values* v : {&a_before, &a_after, &b_before, &b_after}) v->resize(knots.size());
  a.distribution_at(knots, a_before, a_after);
  b.distribution_at(knots, b_before, b_after);
}

double inverse_sample_size(const LineLaw& a, const LineLaw& b) {
  return (a.is_sample() ? 1 / a.sample_size() : 0) + (b.is_sample() ? 1 / b.sample_size() : 0);
}

}  // namespace sgdlimits
