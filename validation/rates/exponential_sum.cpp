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
  double step = kInfinity;
  for (std::size_t i = 1; i < times.size(); ++i) step = std::min(step, times[i] - times[i - 1]);
  // from the first time on: amplitudes are those at times.front() until the end
  Eigen::VectorXd since = Eigen::Map<const Eigen::VectorXd>(times.data(), values.size()).array() - times.front();
  return {std::move(since), whitener_of(covariance), values.matrix(), std::log(0.05 / (times.back() - times.front())),
          std::log(5 / step)};
}

/// Ends of {x : smallest chi^2 with rate `held` at x <= least + width}, outwards from `best`.
class Profile {
 public:
  Profile(const WhitenedCurve& curve, Index terms, Index held, AmplitudeFloor floor, double least, double width)
      : curve_(curve), problem_{terms, held, 0, floor}, least_(least), width_(width) {}

  RateInterval interval(const LogRates& best) const {
    return {std::exp(best(problem_.held)), end(best, -1), end(best, 1)};
  }

 private:
  /// A place of the walk: log rate, the root of chi^2 - least (about linear in it) less that of the width.
  struct Place {
    double x, excess;
    LogRates rates;
  };
  Place at(double x, const LogRates& start) const {
    ProjectionProblem problem = problem_;
    problem.at = x;
    ProjectionMinimum found = minimise_projection(curve_, problem, start, least_ + width_);
    return {x, std::sqrt(std::max(0.0, found.chi_squared - least_)) - std::sqrt(width_), std::move(found.rates)};
  }

  // Steps grow until the level is passed; a profile may dip again beyond: the walk looks on for four more steps
  // before it believes that it is outside.
  double end(const LogRates& best, int direction) const {
    const double edge = direction < 0 ? curve_.lowest() : curve_.highest();
    Place inside{best(problem_.held), -std::sqrt(width_), best}, outside = inside;
    double x = inside.x, step = 0.01;
    for (int beyond = 0; beyond < 5;) {
      if (x == edge) {
        if (beyond == 0) return direction < 0 ? 0 : kInfinity;
        break;
      }
      x = direction < 0 ? std::max(edge, x - step) : std::min(edge, x + step);
      step *= beyond == 0 ? 1.5 : 1;
      Place next = at(x, inside.rates);
      if (next.excess <= 0) {
        beyond = 0;
        inside = std::move(next);
      } else if (++beyond == 1) {
        outside = std::move(next);
      }
    }
    return std::exp(crossing(std::move(inside), std::move(outside)));
  }

  // Regula falsi (Illinois) for the level between two places, to 1e-5 in the logarithm or 1e-4 in the root of chi^2.
  double crossing(Place inside, Place outside) const {
    double inner = inside.excess, outer = outside.excess;
    int side = 0;
    for (int i = 0; i < 40 && std::abs(outside.x - inside.x) > 1e-5; ++i) {
      const double share = std::clamp(inner / (inner - outer), 0.01, 0.99);
      Place middle = at(inside.x + share * (outside.x - inside.x), inside.rates);
      if (std::abs(middle.excess) < 1e-4) return middle.x;
      if (middle.excess < 0) {
        inner = middle.excess;
        outer /= side < 0 ? 2 : 1;
        side = -1;
        inside = std::move(middle);
      } else {
        outer = middle.excess;
        inner /= side > 0 ? 2 : 1;
        side = 1;
        outside = std::move(middle);
      }
    }
    return (inside.x + outside.x) / 2;
  }

  const WhitenedCurve& curve_;
  ProjectionProblem problem_;
  double least_, width_;
};

// Amplitudes at time 0 and their Gauss-Newton errors: inverse of the Gram matrix of [phi_k, A_k dphi_k/dlog
// lambda_k].
std::vector<Measurement> amplitudes_of(const WhitenedCurve& curve, const LogRates& rates, double first_time) {
  const Index k = rates.size();
  Eigen::MatrixXd jacobian(curve.values().size(), 2 * k);
  jacobian.leftCols(k) = curve.design(rates);
  const Eigen::VectorXd amplitude = jacobian.leftCols(k).colPivHouseholderQr().solve(curve.values());
  for (Index j = 0; j < k; ++j) {
    const double rate = std::exp(rates(j));
    jacobian.col(k + j) =
        curve.whitener() *
        (-amplitude(j) * rate * curve.times().array() * (-rate * curve.times().array()).exp()).matrix();
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
  const double fall = minimise_projection(curve, {.terms = fit.terms - 1}).chi_squared - fit.chi_squared;
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
  std::vector<ProjectionMinimum> minima{minimise_projection(curve, {.terms = 1})};
  for (Index k = 2; k <= most; ++k) {
    const ProjectionMinimum more = minimise_projection(curve, {.terms = k});
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
  const ProjectionMinimum more = minimise_projection(curve, {.terms = fit.terms + 1, .floor = floor});
  const double least = std::min(more.chi_squared, found.chi_squared);
  if (more.chi_squared > least + width) return fit.rates.front();
  RateInterval wide = Profile(curve, fit.terms + 1, 0, floor, least, width).interval(more.rates);
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
  const Index rows = curve.values().size(), possible = (rows - 1) / 2;
  if (possible < std::max<Index>(1, options.terms))
    return Result<ExponentialSumFit>::failure(
        Status::not_converged,
        fmt::format("{} independent values; {} exponentials need {}", rows, std::max<Index>(1, options.terms),
                    2 * std::max<Index>(1, options.terms) + 1));
  ExponentialSumFit fit;
  const Index most = std::min(options.largest, possible);
  const ProjectionMinimum best = options.terms > 0 ? minimise_projection(curve, {.terms = options.terms})
                                                   : choose_terms(curve, options, most, fit.step_p_values).back();
  fit.terms = best.rates.size();
  fit.chi_squared = best.chi_squared;
  fit.degrees_of_freedom = rows - 2 * fit.terms;
  fit.lack_of_fit_p_value =
      boost::math::gamma_q(static_cast<double>(fit.degrees_of_freedom) / 2, fit.chi_squared / 2);
  const double width = chi_squared_quantile(1, 1 - options.confidence);
  for (Index k = 0; k < fit.terms; ++k)
    fit.rates.push_back(Profile(curve, fit.terms, k, {}, best.chi_squared, width).interval(best.rates));
  fit.amplitudes = amplitudes_of(curve, best.rates, times.front());
  fit.clusters = clusters_of(fit.rates, superfluous(curve, fit, options.level));
  fit.lowest = options.terms > 0
                   ? fit.rates.front()
                   : lowest_rate(curve, fit, best, std::min<Index>(3, possible), values, width, options);
  return fit;
}

}  // namespace sgdlimits
