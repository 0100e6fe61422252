#include <cassert>
#include <cmath>
#include <variant>

#include "core/errors.hpp"
#include "solvers/fokker_planck/dissection_step.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/fokker_planck/tridiagonal_step.hpp"

namespace sgdlimits {
namespace {

using Elimination = std::variant<TridiagonalStep, DissectionStep>;

Elimination factorise(const Generator& generator, double dt) {
  if (!(dt > 0 && std::isfinite(dt))) throw InvalidArgument("time step", dt, "positive and finite");
  if (generator.grid().dimension() == 1) return TridiagonalStep(generator, dt);
  return DissectionStep(generator, dt);
}

}  // namespace

struct ImplicitEuler::Factor {
  std::shared_ptr<const Generator> generator;
  double dt;
  Elimination elimination;
};

ImplicitEuler::ImplicitEuler(std::shared_ptr<const Generator> generator, double dt)
    : factor_(new Factor{generator, dt, factorise(*generator, dt)}) {}
ImplicitEuler::~ImplicitEuler() = default;
ImplicitEuler::ImplicitEuler(ImplicitEuler&&) noexcept = default;
ImplicitEuler& ImplicitEuler::operator=(ImplicitEuler&&) noexcept = default;

double ImplicitEuler::dt() const { return factor_->dt; }
const Generator& ImplicitEuler::generator() const { return *factor_->generator; }

void ImplicitEuler::step(ValuesOut rho) const {
  assert(rho.size() == factor_->generator->grid().size());
  if (const auto* line = std::get_if<TridiagonalStep>(&factor_->elimination))
    line->step(rho.data());
  else
    std::get<DissectionStep>(factor_->elimination).step(factor_->generator->grid().volumes(), rho.data());
}

}  // namespace sgdlimits
