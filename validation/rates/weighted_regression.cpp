#include "validation/rates/weighted_regression.hpp"

#include <fmt/core.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "core/errors.hpp"
#include "validation/rates/regression_bootstrap.hpp"
#include "validation/statistics/mean_tests.hpp"

namespace sgdlimits {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// from here on errors are good enough to weigh by: a relative loss of about 2/100 in variance
constexpr double kEnoughDegrees = 100;
constexpr double kLackOfFitLevel = 0.01;

void require_valid_points(const std::vector<RegressionPoint>& points, bool paired) {
  std::size_t noisy = 0;
  const bool grouped = std::any_of(points.begin(), points.end(), [](const auto& p) { return p.group != 0; });
  for (const RegressionPoint& p : points) {
    for (const double number : {p.x, p.y})
      if (!std::isfinite(number)) throw InvalidArgument("coordinate of a point", number, "finite");
    for (const double number : {p.standard_error, p.bound, p.degrees_of_freedom})
      if (!(number >= 0) || !std::isfinite(number))
        throw InvalidArgument("standard error, bound or degrees of a point", number, "nonnegative and finite");
    if (grouped && p.degrees_of_freedom > 0)
      throw InvalidArgument("degrees of freedom of a point", p.degrees_of_freedom, "0 where points share a group",
                            "give the replicates and say that they are paired");
    noisy += p.standard_error > 0;
  }
  if (!paired && noisy != 0 && noisy != points.size())
    throw InvalidArgument("standard error of a point", 0.0, "positive at all points or zero at all points",
                          "give every point its standard error, or none");
}

struct Data {
  Eigen::VectorXd x, y, error, bound, degrees, weight;
  std::vector<std::vector<Index>> groups;  ///< points whose errors may be correlated in any way
  Eigen::MatrixXd replicates;              ///< of paired points: deviations from the mean, one row a replicate
  bool noisy = false;
  Index size() const { return x.size(); }
  bool paired() const { return replicates.size() > 0; }
};

Eigen::VectorXd column(const std::vector<RegressionPoint>& points, double RegressionPoint::*member) {
  Eigen::VectorXd v(static_cast<Index>(points.size()));
  for (Index i = 0; i < v.size(); ++i) v(i) = points[static_cast<std::size_t>(i)].*member;
  return v;
}

std::vector<std::vector<Index>> groups_of(const std::vector<RegressionPoint>& points) {
  std::map<std::uint64_t, std::vector<Index>> groups;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (points[i].group != 0) groups[points[i].group].push_back(static_cast<Index>(i));
  std::vector<std::vector<Index>> shared;
  for (auto& [group, members] : groups)
    if (members.size() > 1) shared.push_back(std::move(members));
  return shared;
}

Eigen::MatrixXd deviations(const std::vector<ReplicatedPoint>& points) {
  const std::size_t m = points.empty() ? 0 : points.front().values.size();
  Eigen::MatrixXd values(static_cast<Index>(m), static_cast<Index>(points.size()));
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].values.size() != m)
      throw InvalidArgument("number of replicates", static_cast<double>(points[i].values.size()),
                            "that of the other points, since replicates are paired");
    values.col(static_cast<Index>(i)) =
        Eigen::Map<const Eigen::VectorXd>(points[i].values.data(), static_cast<Index>(m));
  }
  return values.rowwise() - values.colwise().mean();
}

Data data_of(const std::vector<RegressionPoint>& points, const RegressionOptions& options,
             const std::vector<ReplicatedPoint>* replicates) {
  Data d;
  if (options.paired && replicates) d.replicates = deviations(*replicates);
  d.groups = groups_of(points);
  d.x = column(points, &RegressionPoint::x);
  d.y = column(points, &RegressionPoint::y);
  d.error = column(points, &RegressionPoint::standard_error);
  d.bound = column(points, &RegressionPoint::bound);
  d.degrees = column(points, &RegressionPoint::degrees_of_freedom);
  d.noisy = (d.error.array() > 0).any();
  const bool few = ((d.degrees.array() > 0) && (d.degrees.array() < kEnoughDegrees)).any();
  if (!options.weights.empty()) {
    if (options.weights.size() != points.size())
      throw InvalidArgument("number of weights", static_cast<double>(options.weights.size()), "that of the points");
    d.weight = Eigen::Map<const Eigen::VectorXd>(options.weights.data(), d.size());
    for (const double w : options.weights)
      if (!(w > 0) || !std::isfinite(w)) throw InvalidArgument("weight", w, "positive and finite");
  } else if (d.noisy && !few) {
    d.weight = (d.error.cwiseAbs2() + d.bound.cwiseAbs2()).cwiseInverse();
  } else {
    d.weight = Eigen::VectorXd::Ones(d.size());
  }
  return d;
}

// sum_i c_i s_i^2 with s_i^2 known to nu_i degrees: its own degrees (Welch, Satterthwaite).
double satterthwaite(const Eigen::VectorXd& terms, const Eigen::VectorXd& degrees) {
  double spread = 0;
  for (Index i = 0; i < terms.size(); ++i)
    if (degrees(i) > 0) spread += terms(i) * terms(i) / degrees(i);
  return spread > 0 ? terms.sum() * terms.sum() / spread : kInfinity;
}

/// The standard error of a sum of weight times y, and its degrees.
struct Spread {
  double error = 0, degrees = kInfinity;
};

Spread spread_of(const Data& d, const Eigen::VectorXd& weights) {
  if (d.paired()) {
    const auto m = static_cast<double>(d.replicates.rows());
    return {(d.replicates * weights).norm() / std::sqrt(m * (m - 1)), m - 1};
  }
  Eigen::VectorXd terms = weights.cwiseProduct(d.error).cwiseAbs2();
  const double degrees = satterthwaite(terms, d.degrees);
  double variance = terms.sum();
  for (const std::vector<Index>& group : d.groups) {
    double sum = 0;
    for (const Index i : group) {
      sum += std::abs(weights(i)) * d.error(i);
      variance -= terms(i);
    }
    variance += sum * sum;
  }
  return {std::sqrt(std::max(0.0, variance)), degrees};
}

double two_sided_tail(double t, double degrees) {
  if (std::isinf(t)) return 0;
  if (std::isinf(degrees)) return two_sided_p_value(t);
  return boost::math::ibeta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

// P(F > f) with a and b degrees, b perhaps infinite.
double f_tail(double f, double a, double b) {
  if (std::isinf(b)) return boost::math::gamma_q(a / 2, a * f / 2);
  return boost::math::ibeta(b / 2, a / 2, b / (b + a * f));
}

/// Residuals, in weighted coordinates sqrt(w) y, of a least-squares fit with an orthonormal basis.
struct Projection {
  Eigen::MatrixXd residual_maker;
  Eigen::VectorXd shortened;  ///< residuals less what the bounds can do, never past zero
};

Projection project(const Data& d, const Eigen::MatrixXd& basis) {
  Projection p;
  const Eigen::VectorXd root = d.weight.cwiseSqrt();
  p.residual_maker = Eigen::MatrixXd::Identity(d.size(), d.size()) - basis * basis.transpose();
  const Eigen::VectorXd residual = p.residual_maker * root.cwiseProduct(d.y);
  const Eigen::VectorXd reach = p.residual_maker.cwiseAbs() * root.cwiseProduct(d.bound);
  // rounding of the projection is no misfit either
  const double rounding = 1e-15 * static_cast<double>(d.size()) * root.cwiseProduct(d.y).lpNorm<Eigen::Infinity>();
  p.shortened = residual.unaryExpr([](double r) { return std::abs(r); }) - reach;
  p.shortened = (p.shortened.array() - rounding).max(0).matrix();
  return p;
}

/// Of paired replicates: Hotelling's T^2 of the contrasts of the means that a line leaves.
void test_paired_lack_of_fit(const Data& d, const Projection& line, RegressionFit& fit) {
  const Index contrasts = d.size() - 2, m = d.replicates.rows();
  if (contrasts < 1 || m <= contrasts || d.bound.maxCoeff() > 0) return;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> residual(line.residual_maker);
  const Eigen::MatrixXd basis = residual.eigenvectors().rightCols(contrasts);
  const Eigen::VectorXd root = d.weight.cwiseSqrt();
  const Eigen::MatrixXd rows = d.replicates * root.asDiagonal() * basis;
  const Eigen::MatrixXd covariance = rows.transpose() * rows / static_cast<double>(m - 1);
  const Eigen::LDLT<Eigen::MatrixXd> factor(covariance);
  const Eigen::VectorXd mean = basis.transpose() * root.cwiseProduct(d.y);
  if (factor.info() != Eigen::Success || !(factor.vectorD().minCoeff() > 1e-12 * covariance.trace())) return;
  const double free = static_cast<double>(m - contrasts);
  fit.lack_of_fit = static_cast<double>(m) * mean.dot(factor.solve(mean)) * free /
                    (static_cast<double>(contrasts) * static_cast<double>(m - 1));
  fit.lack_of_fit_p_value = f_tail(fit.lack_of_fit, static_cast<double>(contrasts), free);
}

void test_lack_of_fit(const Data& d, const Projection& line, RegressionFit& fit) {
  if (d.paired()) return test_paired_lack_of_fit(d, line, fit);
  if (d.size() < 3 || !d.groups.empty()) return;
  const Eigen::VectorXd variance = d.weight.cwiseProduct(d.error.cwiseAbs2());
  const Eigen::VectorXd terms = line.residual_maker.diagonal().cwiseProduct(variance);
  const Eigen::MatrixXd spread = line.residual_maker * variance.asDiagonal();
  const double expected = terms.sum(), square = (spread * spread).trace();
  fit.lack_of_fit = line.shortened.squaredNorm() / expected;
  fit.lack_of_fit_p_value = f_tail(fit.lack_of_fit, expected * expected / square, satterthwaite(terms, d.degrees));
}

void test_curvature(const Data& d, const Eigen::MatrixXd& basis, RegressionFit& fit) {
  const Eigen::VectorXd root = d.weight.cwiseSqrt();
  const Eigen::VectorXd square = root.cwiseProduct((d.x.array() - fit.centre).square().matrix());
  // twice is enough (Kahan)
  Eigen::VectorXd rest = square - basis * (basis.transpose() * square);
  rest -= basis * (basis.transpose() * rest);
  const double norm = rest.norm();
  if (d.size() < 3 || !(norm > 1e-8 * square.norm())) return;
  const Eigen::VectorXd weights = root.cwiseProduct(rest) / (norm * norm);
  Spread spread = spread_of(d, weights);
  if (!d.noisy) {
    if (d.size() < 4) return;
    Eigen::MatrixXd larger(d.size(), 3);
    larger << basis, rest / norm;
    spread.degrees = static_cast<double>(d.size() - 3);
    spread.error = weights.norm() * project(d, larger).shortened.norm() / std::sqrt(spread.degrees);
  }
  fit.curvature = Measurement(weights.dot(d.y), spread.error, weights.cwiseAbs().dot(d.bound), Side::two_sided,
                              Grade::estimate, "quadratic term");
  const double rounding = 1e-15 * weights.cwiseAbs().dot(d.y.cwiseAbs());
  const double excess =
      std::max(0.0, std::abs(fit.curvature.value()) - fit.curvature.discretisation_bound() - rounding);
  if (excess > 0)
    fit.curvature_p_value = two_sided_tail(
        fit.curvature.standard_error() > 0 ? excess / fit.curvature.standard_error() : kInfinity, spread.degrees);
}

std::vector<double> as_vector(const Eigen::VectorXd& v) { return {v.data(), v.data() + v.size()}; }

std::string rule_of(const Data& d, const RegressionFit& fit, bool own_weights) {
  std::string weights = own_weights ? "given weights" : "equal weights";
  if (!d.noisy)
    return fit.slope.standard_error() > 0 ? weights + "; error from residuals beyond the bounds"
                                          : weights + "; residuals within the bounds, no sampling error";
  if (d.paired()) return weights + "; errors from the scatter of the replicates' own slopes";
  if (!d.groups.empty())
    return weights + "; points share random numbers: errors for the worst correlation, lack of fit not tested";
  if (!own_weights && d.weight.minCoeff() != d.weight.maxCoeff()) weights = "weights by errors and bounds";
  if (fit.error_scale > 1) weights += fmt::format("; the line does not fit: errors times {:.3g}", fit.error_scale);
  return weights;
}

RegressionFit fit_line(const Data& d, bool own_weights) {
  RegressionFit fit;
  fit.centre = d.weight.dot(d.x) / d.weight.sum();
  const Eigen::VectorXd root = d.weight.cwiseSqrt(), offset = (d.x.array() - fit.centre).matrix();
  Eigen::MatrixXd basis(d.size(), 2);
  basis << root / root.norm(), root.cwiseProduct(offset).normalized();
  const Eigen::VectorXd slope_weights = d.weight.cwiseProduct(offset) / d.weight.dot(offset.cwiseAbs2());
  const Eigen::VectorXd mean_weights = d.weight / d.weight.sum();
  const Eigen::VectorXd at_zero = mean_weights - fit.centre * slope_weights;
  const Projection line = project(d, basis);
  Data spread = d;  // with the errors that are used
  if (d.noisy) {
    test_lack_of_fit(d, line, fit);
    if (fit.lack_of_fit_p_value < kLackOfFitLevel) fit.error_scale = std::max(1.0, std::sqrt(fit.lack_of_fit));
    spread.error *= fit.error_scale;
    spread.replicates *= fit.error_scale;
    fit.degrees_of_freedom = spread_of(d, slope_weights).degrees;
  } else {
    fit.degrees_of_freedom = static_cast<double>(std::max<Index>(1, d.size() - 2));
    // in weighted coordinates the errors are equal
    spread.error = root.cwiseInverse() * (line.shortened.norm() / std::sqrt(fit.degrees_of_freedom));
    spread.groups.clear();
    spread.replicates.resize(0, 0);
  }
  test_curvature(d, basis, fit);
  fit.slope_weights = as_vector(slope_weights);
  fit.mean_weights = as_vector(mean_weights);
  fit.errors = as_vector(spread.error);
  fit.bounds = as_vector(d.bound);
  fit.mean_error = spread_of(spread, mean_weights).error;
  const double sum = spread_of(spread, mean_weights + slope_weights).error,
               difference = spread_of(spread, mean_weights - slope_weights).error;
  fit.mean_slope_covariance = (sum * sum - difference * difference) / 4;
  fit.worst_case = !spread.groups.empty();
  fit.slope = Measurement(slope_weights.dot(d.y), spread_of(spread, slope_weights).error,
                          slope_weights.cwiseAbs().dot(d.bound), Side::two_sided, Grade::estimate,
                          fmt::format("slope of a line through {} points", d.size()));
  fit.intercept = Measurement(at_zero.dot(d.y), spread_of(spread, at_zero).error, at_zero.cwiseAbs().dot(d.bound),
                              Side::two_sided, Grade::estimate, "intercept of the same line");
  fit.why = rule_of(d, fit, own_weights);
  return fit;
}

// What keeps a slope from being defined, or nothing.
std::string obstacle(const Data& d) {
  const bool bounded = d.size() > 0 && d.bound.minCoeff() > 0;
  const Index needed = d.noisy || bounded ? 2 : 3;
  if (d.size() < needed) return fmt::format("{} points; a slope with an error needs {}", d.size(), needed);
  if (!(d.x.maxCoeff() > d.x.minCoeff())) return fmt::format("all points are at x = {:.6g}", d.x(0));
  return "";
}

Result<RegressionFit> fit_checked(const std::vector<RegressionPoint>& points, const RegressionOptions& options,
                                  const std::vector<ReplicatedPoint>* replicates) {
  require_valid_points(points, options.paired && replicates);
  if (!(options.confidence > 0 && options.confidence < 1))
    throw InvalidArgument("confidence", options.confidence, "between 0 and 1");
  if (options.resamples < 0)
    throw InvalidArgument("resamples", static_cast<double>(options.resamples), "nonnegative");
  const Data d = data_of(points, options, replicates);
  if (const std::string why = obstacle(d); !why.empty())
    return Result<RegressionFit>::failure(Status::not_converged, why);
  RegressionFit fit = fit_line(d, !options.weights.empty());
  if (options.resamples > 0 && !fit.worst_case)
    fit.bootstrap =
        replicates ? resample_replicates(*replicates, fit, options) : resample_parametrically(points, fit, options);
  return fit;
}

}  // namespace

double RegressionFit::quantile(double level) const {
  if (!(level > 0 && level < 1)) throw InvalidArgument("level", level, "between 0 and 1");
  if (std::isinf(degrees_of_freedom)) return bonferroni_quantile(level, 1);
  return boost::math::quantile(boost::math::complement(boost::math::students_t(degrees_of_freedom), level / 2));
}

double RegressionFit::lower(double level) const { return slope.lower(quantile(level)); }
double RegressionFit::upper(double level) const { return slope.upper(quantile(level)); }

Measurement RegressionFit::at(double x) const {
  const double offset = x - centre, slope_part = offset * slope.standard_error();
  const double covariance = worst_case ? std::abs(mean_error * slope_part) : offset * mean_slope_covariance;
  const double variance = mean_error * mean_error + 2 * covariance + slope_part * slope_part;
  double bound = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i)
    bound += std::abs(mean_weights[i] + offset * slope_weights[i]) * bounds[i];
  return Measurement(intercept.value() + slope.value() * x, std::sqrt(std::max(0.0, variance)), bound,
                     Side::two_sided, Grade::estimate, "fitted line");
}

Result<RegressionFit> weighted_regression(const std::vector<RegressionPoint>& points,
                                          const RegressionOptions& options) {
  return fit_checked(points, options, nullptr);
}

Result<RegressionFit> weighted_regression(const std::vector<ReplicatedPoint>& points,
                                          const RegressionOptions& options) {
  std::vector<RegressionPoint> means;
  for (const ReplicatedPoint& p : points) {
    if (p.values.size() < 2)
      throw InvalidArgument("number of replicates", static_cast<double>(p.values.size()), "at least 2");
    const Eigen::Map<const Values> v(p.values.data(), static_cast<Index>(p.values.size()));
    const double m = static_cast<double>(v.size()), mean = v.mean();
    means.push_back({p.x, mean, std::sqrt((v - mean).square().sum() / (m * (m - 1))), p.bound, m - 1});
  }
  return fit_checked(means, options, &points);
}

}  // namespace sgdlimits
