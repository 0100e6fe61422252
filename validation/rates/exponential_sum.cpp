#include "validation/rates/exponential_sum.hpp"

#include <fmt/core.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "validation/rates/variable_projection.hpp"
#include "validation/rates/whitening.hpp"

namespace sgdlimits {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double chi_squared_quantile(double degrees, double upper_tail) {
  return 2 * boost::math::gamma_q_inv(degrees / 2, upper_tail);
}

void require_options(const ExponentialSumOptions& options) {
  if (options.terms < 0 || options.terms > 3)
    throw InvalidArgument("terms", static_cast<double>(options.terms), "0 (chosen), 1, 2 or 3");
  if (options.largest < 1 || options.largest > 3)
    throw InvalidArgument("largest number of terms", static_cast<double>(options.largest), "1, 2 or 3");
  for (const auto& [name, number] : {std::pair{"level", options.level}, std::pair{"confidence", options.confidence},
                                     std::pair{"smallest share", options.smallest_share}})
    if (!(number > 0 && number < 1)) throw InvalidArgument(name, number, "between 0 and 1");
}

WhitenedCurve whitened(const std::vector<double>& times, const Values& values, const Eigen::MatrixXd& covariance) {
  if (static_cast<Index>(times.size()) != values.size() || covariance.rows() != values.size() ||
      covariance.cols() != values.size())
    throw InvalidArgument("number of times, values or rows of the covariance", static_cast<double>(times.size()),
                          "the same for all");
  for (std::size_t i = 0; i < times.size(); ++i)
    if (!std::isfinite(times[i]) || (i > 0 && !(times[i] > times[i - 1])))
      throw InvalidArgument("time", times[i], "finite and larger than the one before");
  if (!values.allFinite()) throw InvalidArgument("value of the curve", "not finite", "finite");
  if (!(covariance.diagonal().array() > 0).all() || !covariance.allFinite())
    throw InvalidArgument("variance of a value", covariance.diagonal().minCoeff(), "positive");
  WhitenedCurve curve;
  // from the first time on: amplitudes are those at times.front() until the end
  curve.times = Eigen::Map<const Eigen::VectorXd>(times.data(), values.size()).array() - times.front();
  curve.whitener = whitener_of(covariance);
  curve.values = curve.whitener * values.matrix();
  double step = kInfinity;
  for (std::size_t i = 1; i < times.size(); ++i) step = std::min(step, times[i] - times[i - 1]);
  curve.lowest = std::log(0.05 / (times.back() - times.front()));
  curve.highest = std::log(5 / step);
  return curve;
}

/// Ends of {x : smallest chi^2 with rate `held` at x <= limit}, outwards from `best`.
class Profile {
 public:
  Profile(const WhitenedCurve& curve, Index terms, Index held, AmplitudeFloor floor, double limit)
      : curve_(curve), terms_(terms), held_(held), floor_(floor), limit_(limit) {}

  RateInterval interval(const LogRates& best) const { return {std::exp(best(held_)), end(best, -1), end(best, 1)}; }

 private:
  // Steps grow until the limit is passed; then bisection. A profile may dip again beyond: the walk looks on for four
  // more steps before it believes that it is outside.
  double end(const LogRates& best, int direction) const {
    const double edge = direction < 0 ? curve_.lowest : curve_.highest;
    LogRates inner = best;
    double inside = best(held_), outside = inside, step = 0.01;
    int beyond = 0;
    for (double x = inside; beyond < 5;) {
      if (x == edge) {
        if (beyond == 0) return direction < 0 ? 0 : kInfinity;
        break;
      }
      x = direction < 0 ? std::max(edge, x - step) : std::min(edge, x + step);
      step *= beyond == 0 ? 1.5 : 1;
      const ProjectionMinimum at = minimise_projection(curve_, terms_, held_, x, floor_, inner);
      if (at.chi_squared <= limit_) {
        beyond = 0;
        inside = x;
        inner = at.rates;
      } else if (++beyond == 1) {
        outside = x;
      }
    }
    for (int i = 0; i < 14; ++i) {
      const double middle = (inside + outside) / 2;
      const ProjectionMinimum at = minimise_projection(curve_, terms_, held_, middle, floor_, inner);
      (at.chi_squared <= limit_ ? inside : outside) = middle;
    }
    return std::exp((inside + outside) / 2);
  }

  const WhitenedCurve& curve_;
  Index terms_, held_;
  AmplitudeFloor floor_;
  double limit_;
};

// Amplitudes at time 0 and their Gauss-Newton errors: inverse of the Gram matrix of [phi_k, A_k dphi_k/dlog
// lambda_k].
std::vector<Measurement> amplitudes_of(const WhitenedCurve& curve, const LogRates& rates, double first_time) {
  const Index k = rates.size();
  Eigen::MatrixXd jacobian(curve.values.size(), 2 * k);
  jacobian.leftCols(k) = curve.design(rates);
  const Eigen::VectorXd amplitude = jacobian.leftCols(k).colPivHouseholderQr().solve(curve.values);
  for (Index j = 0; j < k; ++j) {
    const double rate = std::exp(rates(j));
    jacobian.col(k + j) =
        curve.whitener * (-amplitude(j) * rate * curve.times.array() * (-rate * curve.times.array()).exp()).matrix();
  }
  const Eigen::MatrixXd spread = jacobian.completeOrthogonalDecomposition().pseudoInverse();
  std::vector<Measurement> out;
  for (Index j = 0; j < k; ++j) {
    // back to time 0: A(0) = A e^{rate t_0}, with the rate's own error
    const double factor = std::exp(std::exp(rates(j)) * first_time);
    const Eigen::RowVectorXd row =
        factor * (spread.row(j) + amplitude(j) * first_time * std::exp(rates(j)) * spread.row(k + j));
    out.push_back(Measurement::sampled(factor * amplitude(j), row.norm(), "amplitude by variable projection"));
  }
  return out;
}

// Which neighbours are closest in logarithm, if one term fewer is not rejected: the upper of the two; else none.
std::size_t superfluous(const WhitenedCurve& curve, const ExponentialSumFit& fit, double level) {
  if (fit.terms < 2) return 0;
  const double fall = minimise_projection(curve, fit.terms - 1).chi_squared - fit.chi_squared;
  if (std::exp(-fall / 2) < level) return 0;
  std::size_t upper = 1;
  const auto ratio = [&](std::size_t k) { return fit.rates[k].value / fit.rates[k - 1].value; };
  for (std::size_t k = 2; k < fit.rates.size(); ++k)
    if (ratio(k) < ratio(upper)) upper = k;
  return upper;
}

std::vector<RateCluster> clusters_of(const std::vector<RateInterval>& rates, std::size_t joined) {
  std::vector<RateCluster> clusters;
  for (std::size_t k = 0; k < rates.size(); ++k) {
    const auto index = static_cast<Index>(k);
    if (k > 0 && (k == joined || rates[k].lower <= clusters.back().upper)) {
      clusters.back().last = index;
      clusters.back().lower = std::min(clusters.back().lower, rates[k].lower);
      clusters.back().upper = std::max(clusters.back().upper, rates[k].upper);
    } else {
      clusters.push_back({index, index, rates[k].lower, rates[k].upper});
    }
  }
  std::erase_if(clusters, [](const RateCluster& c) { return c.first == c.last; });
  return clusters;
}

// Smallest chi^2 for 1, 2, ... terms until one suffices.
std::vector<ProjectionMinimum> choose_terms(const WhitenedCurve& curve, const ExponentialSumOptions& options,
                                            Index most, std::vector<double>& p_values) {
  std::vector<ProjectionMinimum> minima{minimise_projection(curve, 1)};
  for (Index k = 2; k <= most; ++k) {
    const ProjectionMinimum more = minimise_projection(curve, k);
    const double fall = std::max(0.0, minima.back().chi_squared - more.chi_squared);
    p_values.push_back(std::exp(-fall / 2));  // chi-squared with two degrees
    if (p_values.back() >= options.level) break;
    minima.push_back(more);
  }
  return minima;
}

RateInterval lowest_rate(const WhitenedCurve& curve, const ExponentialSumFit& fit, const ProjectionMinimum& found,
                         Index most, const Values& values, double width, const ExponentialSumOptions& options) {
  if (fit.terms >= most) return fit.rates.front();
  const AmplitudeFloor floor{options.smallest_share * values.abs().maxCoeff()};
  // the one more term never does worse than those found; its own minimum is where the walk begins
  const ProjectionMinimum more = minimise_projection(curve, fit.terms + 1, -1, 0, floor);
  const double least = std::min(more.chi_squared, found.chi_squared);
  if (more.chi_squared > least + width) return fit.rates.front();
  RateInterval wide = Profile(curve, fit.terms + 1, 0, floor, least + width).interval(more.rates);
  const RateInterval& plain = fit.rates.front();
  return {plain.value, std::min(plain.lower, wide.lower), std::max(plain.upper, wide.upper)};
}

}  // namespace

Result<ExponentialSumFit> fit_exponential_sum(const std::vector<double>& times, const Values& values,
                                              const Eigen::MatrixXd& covariance,
                                              const ExponentialSumOptions& options) {
  require_options(options);
  if (times.size() < 3)
    return Result<ExponentialSumFit>::failure(Status::not_converged,
                                              fmt::format("{} values; a rate needs 3", times.size()));
  const WhitenedCurve curve = whitened(times, values, covariance);
  const Index rows = curve.values.size(), possible = (rows - 1) / 2;
  if (possible < std::max<Index>(1, options.terms))
    return Result<ExponentialSumFit>::failure(
        Status::not_converged,
        fmt::format("{} independent values; {} exponentials need {}", rows, std::max<Index>(1, options.terms),
                    2 * std::max<Index>(1, options.terms) + 1));
  ExponentialSumFit fit;
  const Index most = std::min(options.largest, possible);
  const ProjectionMinimum best = options.terms > 0 ? minimise_projection(curve, options.terms)
                                                   : choose_terms(curve, options, most, fit.step_p_values).back();
  fit.terms = best.rates.size();
  fit.chi_squared = best.chi_squared;
  fit.degrees_of_freedom = rows - 2 * fit.terms;
  fit.lack_of_fit_p_value =
      boost::math::gamma_q(static_cast<double>(fit.degrees_of_freedom) / 2, fit.chi_squared / 2);
  const double width = chi_squared_quantile(1, 1 - options.confidence);
  for (Index k = 0; k < fit.terms; ++k)
    fit.rates.push_back(Profile(curve, fit.terms, k, {}, best.chi_squared + width).interval(best.rates));
  fit.amplitudes = amplitudes_of(curve, best.rates, times.front());
  fit.clusters = clusters_of(fit.rates, superfluous(curve, fit, options.level));
  fit.lowest = options.terms > 0
                   ? fit.rates.front()
                   : lowest_rate(curve, fit, best, std::min<Index>(3, possible), values, width, options);
  return fit;
}

}  // namespace sgdlimits
