#include "solvers/fokker_planck/extrapolated_step.hpp"

#include <algorithm>
#include <cmath>

namespace sgdlimits {
namespace {

// Five are in use at once; the others save rebuilding when the step halves, or ends at a report time.
constexpr std::size_t kKept = 8;
// Weights of T_1, T_2, T_4, T_8, T_16 in X_5: prod_{m != n} n/(n - m); and of the last four in X_4.
constexpr double kOrderFive[] = {1.0 / 315, -2.0 / 21, 8.0 / 9, -64.0 / 21, 1024.0 / 315};
constexpr double kOrderFour[] = {0, -1.0 / 21, 2.0 / 3, -8.0 / 3, 64.0 / 21};

}  // namespace

ExtrapolatedStep::ExtrapolatedStep(std::shared_ptr<const Generator> generator) : generator_(std::move(generator)) {}

const ImplicitEuler& ExtrapolatedStep::factored(double dt) {
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const ImplicitEuler& e) { return e.dt() == dt; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
  } else {
    if (kept_.size() == kKept) kept_.pop_back();
    kept_.emplace_front(generator_, dt);
    ++factorisations_;
  }
  return kept_.front();
}

ExtrapolatedStep::Outcome ExtrapolatedStep::propose(const Values& rho, double h, ThreadPool& pool, Values& next) {
  const Values& vol = generator_->grid().volumes();
  const ImplicitEuler* euler[kResults];
  for (Index k = 0; k < kResults; ++k) euler[k] = &factored(std::ldexp(h, -static_cast<int>(k)));
  pool.for_each_chunk(kResults, [&](Index chunk) {
    const Index k = kResults - 1 - chunk;  // the longest first
    results_[k] = rho;
    for (Index i = 0; i < Index{1} << k; ++i) euler[k]->step(results_[k]);
  });
  next.setZero(rho.size());
  difference_.setZero(rho.size());
  for (Index k = 0; k < kResults; ++k) {
    next += kOrderFive[k] * results_[k];
    difference_ += (kOrderFive[k] - kOrderFour[k]) * results_[k];
  }
  Outcome outcome{(difference_.abs() * vol).sum(), 0};
  if (next.minCoeff() < 0) {
    const double mass = (next * vol).sum();
    next = next.max(0.0);
    const double grown = (next * vol).sum();
    next *= mass / grown;
    outcome.clipped_mass = grown - mass;
  }
  return outcome;
}

}  // namespace sgdlimits
