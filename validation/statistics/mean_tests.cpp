#include "validation/statistics/mean_tests.hpp"

#include <Eigen/Dense>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/errors.hpp"
#include "validation/statistics/moments.hpp"

namespace sgdlimits {

double two_sided_p_value(double z) { return std::erfc(std::abs(z) / std::numbers::sqrt2); }

double bonferroni_quantile(double level, Index tests) {
  if (!(level > 0 && level < 1)) throw InvalidArgument("level", level, "between 0 and 1");
  if (tests < 1) throw InvalidArgument("number of tests", static_cast<double>(tests), "at least 1");
  return std::numbers::sqrt2 * boost::math::erfc_inv(level / static_cast<double>(tests));
}

MeanTest mean_test(const Measurement& a, const Measurement& b) {
  MeanTest test;
  test.difference = a.value() - b.value();
  test.standard_error = std::hypot(a.standard_error(), b.standard_error());
  const double excess =
      std::max(0.0, std::abs(test.difference) - a.discretisation_bound() - b.discretisation_bound());
  if (excess == 0) return test;
  test.z =
      std::copysign(test.standard_error > 0 ? excess / test.standard_error : std::numeric_limits<double>::infinity(),
                    test.difference);
  test.p_value = two_sided_p_value(test.z);
  return test;
}

double hotelling_p_value(const SampleCovariance& sample) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(sample.covariance);
  const Eigen::VectorXd coordinates = solver.eigenvectors().transpose() * sample.mean;
  const double floor = 1e-12 * solver.eigenvalues().cwiseAbs().maxCoeff();
  double statistic = 0;
  int rank = 0;
  for (Index k = 0; k < coordinates.size(); ++k) {
    if (solver.eigenvalues()(k) <= floor) continue;
    statistic += static_cast<double>(sample.count) * coordinates(k) * coordinates(k) / solver.eigenvalues()(k);
    ++rank;
  }
  return rank == 0 ? 1 : boost::math::gamma_q(rank / 2.0, statistic / 2);
}

}  // namespace sgdlimits
