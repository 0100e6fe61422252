#include "models/formula/sample_columns.hpp"

#include "core/errors.hpp"

namespace sgdlimits::formula {

SampleColumns::SampleColumns(const std::map<std::string, std::shared_ptr<const ColumnLaw>>& columns) {
  if (columns.empty()) throw InvalidArgument("number of columns of samples", "0", "at least 1");
  for (const auto& [name, law] : columns) {
    if (!law) throw InvalidArgument("law of " + name, "null", "a law");
    names_.push_back(name);
    laws_.push_back(law);
    normals_ += law->normals_per_sample();
  }
}

void SampleColumns::transform(PointsView z, PointsOut out) const {
  Index first = 0;
  for (Index c = 0; c < count(); ++c) {
    const ColumnLaw& law = *laws_[static_cast<std::size_t>(c)];
    law.transform(z.middleCols(first, law.normals_per_sample()), out.col(c));
    first += law.normals_per_sample();
  }
}

WeightedPoints SampleColumns::rule(Index m) const {
  WeightedPoints all{Points(1, 0), Values::Ones(1)};
  for (const auto& law : laws_) {
    const WeightedNodes own = law->rule(m);
    const Index before = all.weights.size(), n = own.weights.size();
    WeightedPoints next{Points(before * n, all.nodes.cols() + 1), Values(before * n)};
    for (Index i = 0; i < n; ++i) {
      next.nodes.block(i * before, 0, before, all.nodes.cols()) = all.nodes;
      next.nodes.col(all.nodes.cols()).segment(i * before, before) = own.nodes(i);
      next.weights.segment(i * before, before) = own.weights(i) * all.weights;
    }
    all = std::move(next);
  }
  return all;
}

double SampleColumns::rule_size(Index m) const {
  double size = 1;
  for (const auto& law : laws_) size *= static_cast<double>(law->rule(m).weights.size());
  return size;
}

std::string SampleColumns::description() const {
  std::string text;
  for (std::size_t c = 0; c < names_.size(); ++c)
    text += (c > 0 ? " and " : "") + names_[c] + " ~ " + laws_[c]->description();
  return text;
}

}  // namespace sgdlimits::formula
