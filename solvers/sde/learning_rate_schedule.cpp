#include "solvers/sde/learning_rate_schedule.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

/// sum_{j<n} (a + j)^{-p}, a > 0: terms below 16 one by one, the rest by Euler-Maclaurin to the fourth derivative
/// pair.
double power_sum(double a, std::int64_t n, double p) {
  double sum = 0;
  std::int64_t j = 0;
  for (; j < n && a + static_cast<double>(j) < 16; ++j) sum += std::pow(a + static_cast<double>(j), -p);
  if (j == n) return sum;
  const double from = a + static_cast<double>(j), to = a + static_cast<double>(n);
  const double growth = std::log(to / from), q = 1 - p;
  sum += q == 0 ? growth : std::pow(from, q) * std::expm1(q * growth) / q;
  sum += 0.5 * (std::pow(from, -p) - std::pow(to, -p));
  // B_2r/(2r)! and p (p+1) ... (p+2r-2)
  const double bernoulli[] = {1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600};
  double rising = p;
  for (int r = 0; r < 4; ++r) {
    const double power = -p - 2 * r - 1;
    sum += bernoulli[r] * rising * (std::pow(from, power) - std::pow(to, power));
    rising *= (p + 2 * r + 1) * (p + 2 * r + 2);
  }
  return sum;
}

}  // namespace

LearningRateSchedule LearningRateSchedule::constant(LearningRate s) { return piecewise({0}, {s}); }

LearningRateSchedule LearningRateSchedule::power_law(LearningRate first, double exponent, double offset) {
  if (!(exponent >= 0 && exponent <= 1))
    throw InvalidArgument("exponent of the schedule", exponent, "between 0 and 1",
                          "beyond 1 the rates sum up to a finite time");
  if (!(offset > 0 && offset < 0x1p49)) throw InvalidArgument("offset of the schedule", offset, "greater than 0");
  LearningRateSchedule schedule = constant(first);
  schedule.exponent_ = exponent;
  schedule.offset_ = offset;
  return schedule;
}

LearningRateSchedule LearningRateSchedule::piecewise(std::vector<std::int64_t> starts,
                                                     std::vector<LearningRate> rates) {
  if (starts.empty() || starts.size() != rates.size())
    throw InvalidArgument("number of starts of the schedule", std::to_string(starts.size()),
                          "the number of rates, " + std::to_string(rates.size()) + ", and at least 1");
  if (starts.front() != 0) throw InvalidArgument("first start of the schedule", std::to_string(starts.front()), "0");
  LearningRateSchedule schedule;
  double time = 0;
  for (std::size_t j = 0; j < starts.size(); ++j) {
    if (j > 0 && starts[j] <= starts[j - 1])
      throw InvalidArgument("start of the schedule", std::to_string(starts[j]),
                            "greater than the one before, " + std::to_string(starts[j - 1]));
    if (j > 0) time += static_cast<double>(starts[j] - starts[j - 1]) * rates[j - 1].value();
    schedule.times_.push_back(time);
    schedule.rates_.push_back(rates[j].value());
  }
  schedule.starts_ = std::move(starts);
  return schedule;
}

double LearningRateSchedule::rate(std::int64_t step) const {
  if (exponent_ != 0) return rates_[0] * std::pow(1 + static_cast<double>(step) / offset_, -exponent_);
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), step);
  return rates_[static_cast<std::size_t>(next - starts_.begin()) - 1];
}

double LearningRateSchedule::elapsed(std::int64_t steps) const {
  if (exponent_ != 0) return rates_[0] * std::pow(offset_, exponent_) * power_sum(offset_, steps, exponent_);
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), steps);
  const auto j = static_cast<std::size_t>(next - starts_.begin()) - 1;
  return times_[j] + static_cast<double>(steps - starts_[j]) * rates_[j];
}

std::int64_t LearningRateSchedule::steps_until(double time) const {
  std::int64_t below = 0, above = std::int64_t{1} << 49;
  if (!(time >= 0 && time < elapsed(above)))
    throw InvalidArgument("time", time, "at least 0 and less than the clock after 2^49 steps");
  while (above - below > 1) {
    const std::int64_t middle = below + (above - below) / 2;
    (elapsed(middle) <= time ? below : above) = middle;
  }
  return time - elapsed(below) <= elapsed(above) - time ? below : above;
}

std::string LearningRateSchedule::description() const {
  if (exponent_ != 0) return shortest(rates_[0]) + " (1 + k/" + shortest(offset_) + ")^-" + shortest(exponent_);
  std::string text = (is_constant() ? "constant " : "") + shortest(rates_[0]);
  for (std::size_t j = 1; j < starts_.size(); ++j)
    text += ", from step " + std::to_string(starts_[j]) + " " + shortest(rates_[j]);
  return text;
}

}  // namespace sgdlimits
