/// Independent columns of samples under one roof; internal to models/formula.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/column_law.hpp"

namespace sgdlimits::formula {

struct WeightedPoints {
  Points nodes;    ///< n x columns
  Values weights;  ///< length n, sum 1
};

class SampleColumns {
 public:
  SampleColumns() = default;
  /// Throws InvalidArgument if there is no column or a law is null.
  explicit SampleColumns(const std::map<std::string, std::shared_ptr<const ColumnLaw>>& columns);

  Index count() const { return static_cast<Index>(laws_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  Index normals_per_sample() const { return normals_; }
  /// Row i of z (N x S) to sample i (N x columns).
  void transform(PointsView z, PointsOut out) const;
  /// The tensor product of the columns' rules; the number of its nodes.
  WeightedPoints rule(Index m) const;
  double rule_size(Index m) const;
  /// "z ~ N(0, 1^2) and y ~ +-1"
  std::string description() const;

 private:
  std::vector<std::string> names_;
  std::vector<std::shared_ptr<const ColumnLaw>> laws_;
  Index normals_ = 0;
};

}  // namespace sgdlimits::formula
