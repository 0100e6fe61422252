#include "models/networks/loss_sum.hpp"

#include <cmath>
#include <map>

namespace sgdlimits::networks {
namespace {

using Group = std::vector<Index>;  // samples with one input

std::vector<Group> groups_of_equal_inputs(const Eigen::MatrixXd& inputs) {
  std::map<std::vector<double>, std::size_t> seen;
  std::vector<Group> groups;
  for (Index i = 0; i < inputs.rows(); ++i) {
    std::vector<double> row(static_cast<std::size_t>(inputs.cols()));
    for (Index k = 0; k < inputs.cols(); ++k) row[static_cast<std::size_t>(k)] = inputs(i, k);
    const auto [place, fresh] = seen.try_emplace(std::move(row), groups.size());
    if (fresh) groups.emplace_back();
    groups[place->second].push_back(i);
  }
  return groups;
}

/// What a group adds, without the factor c/n.
struct Term {
  double target, slope, constant;
};

Term square_term(const Eigen::VectorXd& targets, const Group& group) {
  const double first = targets(group.front());  // differences to it keep equal targets exact
  double mean = 0, spread = 0;
  for (const Index i : group) mean += (targets(i) - first) / static_cast<double>(group.size());
  for (const Index i : group) spread += (targets(i) - first - mean) * (targets(i) - first - mean);
  return {first + mean, 0, spread};
}

Term logistic_term(const Eigen::VectorXd& targets, const Group& group) {
  double sum = 0;
  for (const Index i : group) sum += targets(i);
  const double sign = sum < 0 ? -1 : 1, others = (static_cast<double>(group.size()) - std::abs(sum)) / 2;
  return {sign, others * sign, 0};
}

}  // namespace

LossSum individual_samples(const TwoLayerNetSpec& spec) {
  const Index n = spec.inputs.rows();
  return {spec.inputs, spec.targets, Eigen::VectorXd::Constant(n, spec.loss_factor / static_cast<double>(n)),
          Eigen::VectorXd::Zero(n), 0};
}

LossSum distinct_inputs(const TwoLayerNetSpec& spec) {
  const std::vector<Group> groups = groups_of_equal_inputs(spec.inputs);
  const auto rows = static_cast<Index>(groups.size());
  const double factor = spec.loss_factor / static_cast<double>(spec.inputs.rows());
  LossSum sum{RowMajor(rows, spec.inputs.cols()), Eigen::VectorXd(rows), Eigen::VectorXd(rows), Eigen::VectorXd(rows),
              0};
  for (Index r = 0; r < rows; ++r) {
    const Group& group = groups[static_cast<std::size_t>(r)];
    const Term term =
        spec.loss == Loss::square ? square_term(spec.targets, group) : logistic_term(spec.targets, group);
    sum.inputs.row(r) = spec.inputs.row(group.front());
    sum.targets(r) = term.target;
    sum.weight(r) = factor * static_cast<double>(group.size());
    sum.slope(r) = factor * term.slope;
    sum.constant += factor * term.constant;
  }
  return sum;
}

}  // namespace sgdlimits::networks
