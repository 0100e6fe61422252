#include "models/formula/mean_potential.hpp"

namespace sgdlimits::formula {

void MeanPrograms::compile(Derivatives& d, const Samples& samples) {
  std::vector<int> all{d.value};
  all.insert(all.end(), d.gradient.begin(), d.gradient.end());
  value = MeanProgram(d.graph, {d.value}, samples);
  gradient = MeanProgram(d.graph, d.gradient, samples);
  both = MeanProgram(d.graph, all, samples);
  laplacian = MeanProgram(d.graph, {d.laplacian}, samples);
  hessian = MeanProgram(d.graph, d.hessian, samples);
}

std::vector<double*> columns(Eigen::Ref<Points> g, double* first) {
  std::vector<double*> out;
  out.reserve(static_cast<std::size_t>(g.cols() + 1));
  if (first) out.push_back(first);
  for (Index j = 0; j < g.cols(); ++j) out.push_back(g.data() + j * g.outerStride());
  return out;
}

Eigen::MatrixXd symmetric(const Values& upper, Index dimension) {
  Eigen::MatrixXd matrix(dimension, dimension);
  Index k = 0;
  for (Index i = 0; i < dimension; ++i)
    for (Index j = i; j < dimension; ++j) matrix(i, j) = matrix(j, i) = upper(k++);
  return matrix;
}

}  // namespace sgdlimits::formula
