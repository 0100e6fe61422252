// The chain of limits by hand, for f(x) = (x^2 - 1)^2 at learning rate s = 1/2: an ensemble of Langevin paths and the
// Fokker-Planck density start from the same law; both must lose memory of it at the rate lambda_1, the spectral gap.
//
//   Langevin        dX = -f'(X) dt + sqrt(s) dB             solvers/sde
//   Fokker-Planck   d_t rho = (rho f')' + (s/2) rho''       solvers/fokker_planck
//   spectral gap    lambda_1 of -L, L h = (s/2) h'' - f' h'  solvers/spectrum
#include <cmath>
#include <cstdio>

#include "models/laws/gibbs.hpp"
#include "models/potentials/catalogue.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/sde/ensemble.hpp"
#include "solvers/spectrum/eigenfunction_interpolant.hpp"
#include "solvers/spectrum/spectral_gap.hpp"

using namespace sgdlimits;

int main() {
  // The problem: potential, temperature, and a law that both ends start from: a colder Gibbs law, tilted to the left.
  const auto potential = make_potential("double-well");
  const Temperature tau = LearningRate(0.5).temperature();
  const GibbsLaw initial(potential, Temperature(0.2), Eigen::VectorXd::Constant(1, 1.0));

  // The spectral end: lambda_1 with an error bound, and the eigenfunction u_1.
  const auto gap = spectral_gap(*potential, tau);
  if (!gap.ok()) return std::puts(gap.why().c_str()), 1;
  const double lambda = gap->gap.value();
  std::printf("lambda_1 = %.10f +- %.0e, Poincare constant %.4f\n", lambda, gap->error_bound,
              gap->poincare_constant.value());

  // The grid end: the density at t = 0, 20, 40 on the grid of the gap.
  const std::vector<double> times = {20, 40};
  const auto density = evolve(gap->generator, density_of(initial, gap->generator->shared_grid()), times, {}, {});
  if (!density.ok()) return std::puts(density.why().c_str()), 1;
  for (const DensitySnapshot& at : density->snapshots)
    std::printf("t = %4.0f  chi = %.6f  chi e^(lambda_1 t) = %.6f\n", at.time, std::sqrt(at.chi_squared),
                std::sqrt(at.chi_squared) * std::exp(lambda * at.time));

  // The particle end: E u_1(X_t) decays as exp(-lambda_1 t), because u_1 is an eigenfunction.
  const GridInterpolant u1(gap->generator->shared_grid(), gap->eigenfunctions.col(0));
  const auto langevin = heun(std::make_shared<GradientDrift>(potential), tau, 0.02);
  Ensemble ensemble = Ensemble::from_law(initial, 100000, /*seed=*/1);
  double first = 0, last = 0, error = 0;
  const Report report = advance_through(
      ensemble, *langevin, {0, 20, 40},
      [&](double t, PointsView x) {
        Values u(x.rows());
        u1.evaluate(x, u);
        last = u.mean();
        error = std::sqrt((u - last).square().mean() / static_cast<double>(u.size()));
        if (t == 0) first = last;
        std::printf("t = %4.0f  E u_1 = %+.4f +- %.4f\n", t, last, error);
      },
      Execution::with_threads(2));
  if (report.status != Status::ok) return std::puts(report.why.c_str()), 1;

  // Five standard errors, since the test that runs this program must not fail by chance.
  const bool agree = std::abs(last - first * std::exp(-40 * lambda)) < 5 * error;
  std::puts(agree ? "the two ends agree" : "the two ends DIFFER");
  return agree ? 0 : 1;
}
