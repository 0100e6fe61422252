/// Coverage of intervals for rates of decay.
#pragma once

#include "support/coverage/simulation.hpp"
#include "validation/rates/decay_rate.hpp"
#include "validation/rates/exponential_sum.hpp"
#include "validation/rates/mode_decay.hpp"
#include "validation/rates/plateau.hpp"

namespace sgdlimits::test {

/// sum_k A_k e^{-lambda_k t} at 24 times 0.125 ... 3, errors `noise`, correlated between times by .5^{|i - j|}.
struct NoisyExponentials {
  std::vector<double> times;
  Values values;
  Eigen::MatrixXd covariance;
  NoisyExponentials(const std::vector<double>& amplitudes, const std::vector<double>& rates, double noise,
                    std::uint32_t replicate)
      : values(Values::Zero(24)), covariance(24, 24) {
    Values z = gaussian_sample(24, 0, 1, replicate, 23);
    for (Index i = 0; i < 24; ++i) {
      times.push_back(0.125 * static_cast<double>(i + 1));
      if (i > 0) z(i) = 0.5 * z(i - 1) + std::sqrt(0.75) * z(i);
      for (std::size_t k = 0; k < rates.size(); ++k) values(i) += amplitudes[k] * std::exp(-rates[k] * times.back());
      values(i) += noise * z(i);
      for (Index j = 0; j < 24; ++j)
        covariance(i, j) = noise * noise * std::pow(0.5, static_cast<double>(std::abs(i - j)));
    }
  }
};

/// Which intervals of a fit with the true number of terms hold: rates, then amplitudes where `resolved`.
inline std::vector<char> given_terms(const std::vector<double>& rates, double noise, bool resolved,
                                     std::uint32_t replicate) {
  const std::vector<double> ones(rates.size(), 1.0);
  const NoisyExponentials data(ones, rates, noise, replicate);
  ExponentialSumOptions options;
  options.terms = static_cast<Index>(rates.size());
  const Result<ExponentialSumFit> fit = fit_exponential_sum(data.times, data.values, data.covariance, options);
  std::vector<char> held;
  for (std::size_t k = 0; k < rates.size(); ++k) held.push_back(fit.ok() && fit->rates[k].contains(rates[k]));
  for (std::size_t k = 0; resolved && k < rates.size(); ++k) held.push_back(fit.ok() && holds(fit->amplitudes[k], 1));
  return held;
}

/// `lowest` with the number of terms chosen.
inline bool chosen_terms(const std::vector<double>& rates, double noise, std::uint32_t replicate) {
  const NoisyExponentials data(std::vector<double>(rates.size(), 1.0), rates, noise, replicate);
  const Result<ExponentialSumFit> fit = fit_exponential_sum(data.times, data.values, data.covariance);
  return fit.ok() && fit->lowest.contains(rates[0]);
}

/// Ornstein-Uhlenbeck paths by exact transitions, rate 1: u_1 = x, u_2 = (x^2 - 1)/sqrt 2 for tau = 1.
struct OrnsteinUhlenbeck {
  std::vector<double> times{0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0};
  std::vector<Points> snapshots;
  OrnsteinUhlenbeck(Index n, double start, std::uint32_t replicate) {
    Points z(n, static_cast<Index>(times.size()));
    Noise(5, Stream::test, replicate).normals(0, 0, z);
    Values x = Values::Constant(n, start);
    double t = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double decay = std::exp(-(times[i] - t));
      x = decay * x + std::sqrt(1 - decay * decay) * z.col(static_cast<Index>(i));
      t = times[i];
      snapshots.push_back(x);
    }
  }
};

inline void hermite_modes(PointsView x, PointsOut out) {
  out.col(0) = x.col(0);
  out.col(1) = (x.col(0).square() - 1) / std::sqrt(2.0);
}

/// 1000 paths from x = 4: rate of the first mode; from x = 1: chi^2 by modes at t = 1, e^{-2}.
inline std::vector<char> mode_intervals(std::uint32_t r) {
  ThreadPool pool(1);
  const OrnsteinUhlenbeck far(1000, 4, r), near(1000, 1, r);
  const Result<DecayFit> fit = first_mode_rate(mode_series(far.times, far.snapshots, hermite_modes, 2, pool));
  const Points still = gaussian_sample(1000, 0, 1, r);
  return {fit.ok() && holds(fit->rate, 1),
          holds(mode_snapshot(1, near.snapshots[3], hermite_modes, 2, pool).chi_squared, std::exp(-2.0)),
          mode_snapshot(0, still, hermite_modes, 2, pool).significance >= 0.05};
}

/// v^2 = sum of three exponentials of rates 2, in (4, 12) and in (12, 30), weights in (0, 1), seen until t = 3.
inline bool late_rate_holds(std::uint32_t r) {
  const Values u = uniform_sample(4, r);
  std::vector<double> times;
  Values values(25);
  for (Index i = 0; i < 25; ++i) {
    const double t = 0.125 * static_cast<double>(i);
    times.push_back(t);
    values(i) =
        std::sqrt(std::exp(-2 * t) + u(0) * std::exp(-(4 + 8 * u(1)) * t) + u(2) * std::exp(-(12 + 18 * u(3)) * t));
  }
  const Result<Measurement> rate = late_rate(times, values);
  return rate.ok() && holds(rate.value(), 1);
}

/// The test "k terms suffice" on curves with a known number of them: its p-value.
struct TermsTest {
  std::string name;
  std::vector<double> rates;
  double noise;
  std::size_t terms;
  double p_value(std::uint32_t replicate) const {
    const NoisyExponentials data(std::vector<double>(rates.size(), 1.0), rates, noise, replicate);
    const Result<ExponentialSumFit> fit = fit_exponential_sum(data.times, data.values, data.covariance);
    // fewer terms sufficed already
    if (!fit.ok() || fit->step_p_values.size() < terms) return 1;
    return fit->step_p_values[terms - 1];
  }
};
inline std::vector<TermsTest> terms_tests() {
  return {{"one term suffices for rate 1 (true)", {1}, 0.01, 1},
          {"two terms suffice for rates 1 and 4, errors .003 (true)", {1, 4}, 0.003, 2},
          {"one term suffices for rates 1 and 4, errors .01", {1, 4}, 0.01, 1},
          {"one term suffices for rates 1 and 1.5, errors .01", {1, 1.5}, 0.01, 1},
          {"two terms suffice for rates 1, 4, 16, errors .001", {1, 4, 16}, 0.001, 2},
          {"two terms suffice for rates 1, 2, 4, errors .01", {1, 2, 4}, 0.01, 2}};
}

inline std::vector<CoverageSimulation> rate_simulations() {
  using R = std::uint32_t;
  std::vector<CoverageSimulation> all{
      {{{"one exponential, generalised least squares of logarithms"}, {"lack of fit of the same, p >= .05"}},
       [](R r) {
         const NoisyExponentials d({1}, {1}, 0.004, r);
         const DecayFit fit = fit_decay(d.times, d.values, d.covariance).value();
         return std::vector<char>{holds(fit.rate, 1), fit.lack_of_fit_p_value >= 0.05};
       }},
      one_interval(
          "lower of rates 1 and 4, window by the plateau",
          [](R r) {
            const NoisyExponentials d({1, 1}, {1, 4}, 0.002, r);
            const Result<PlateauFit> fit = fit_decay_on_plateau(d.times, d.values, d.covariance);
            return fit.ok() && holds(fit->fit.rate, 1);
          },
          true),
      one_interval("late rate of a deterministic curve, faster rates at random", late_rate_holds, true),
      {{{"rate of the first mode, 1000 paths at 8 times"},
        {"chi squared by two modes, 1000 paths, exact value .135"},
        {"no mode left, 1000 paths, p >= .05"}},
       mode_intervals},
      {{{"one exponential, variable projection"}, {"amplitude of one exponential, variable projection"}},
       [](R r) { return given_terms({1}, 0.02, true, r); }},
      {{{"lower of rates 1 and 4, variable projection"}, {"higher of rates 1 and 4, variable projection"}},
       [](R r) {
         return given_terms({1, 4}, 0.01, false, r);
       }},
      {{{"lower of rates 1 and 4, errors .003, variable projection"},
        {"higher of rates 1 and 4, errors .003, variable projection"},
        {"amplitude at rate 1 of 1 and 4, errors .003, variable projection"},
        {"amplitude at rate 4 of 1 and 4, errors .003, variable projection"}},
       [](R r) {
         return given_terms({1, 4}, 0.003, true, r);
       }},
      {{{"lowest of rates 1, 4, 16, three terms given"},
        {"middle of rates 1, 4, 16, three terms given"},
        {"highest of rates 1, 4, 16, three terms given"}},
       [](R r) {
         return given_terms({1, 4, 16}, 0.001, false, r);
       }},
      {{{"lower of rates 1 and 1.5 (not resolved), two terms given", true},
        {"higher of rates 1 and 1.5 (not resolved), two terms given", true}},
       [](R r) {
         return given_terms({1, 1.5}, 0.01, false, r);
       }},
      {{{"lowest of rates 1, 2, 4 (not resolved), three terms given", true},
        {"middle of rates 1, 2, 4 (not resolved), three terms given", true},
        {"highest of rates 1, 2, 4 (not resolved), three terms given", true}},
       [](R r) {
         return given_terms({1, 2, 4}, 0.01, false, r);
       }}};
  struct Chosen {
    std::string name;
    std::vector<double> rates;
    double noise;
  };
  for (const Chosen& c : {Chosen{"lower of rates 1 and 4, number of terms chosen", {1, 4}, 0.01},
                          Chosen{"lower of rates 1 and 1.5 (not resolved), number of terms chosen", {1, 1.5}, 0.01},
                          Chosen{"lower of rates 1 and 1.2 (not resolved), number of terms chosen", {1, 1.2}, 0.01},
                          Chosen{"lowest of rates 1, 4, 16, number of terms chosen", {1, 4, 16}, 0.001},
                          Chosen{"lowest of rates 1, 2, 4 (not resolved), number of terms chosen", {1, 2, 4}, 0.01}})
    all.push_back(one_interval(
        c.name, [c](R r) { return chosen_terms(c.rates, c.noise, r); }, true));
  return all;
}

}  // namespace sgdlimits::test
