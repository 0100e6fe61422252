/// A small synthetic run, the shape of a real one: tilted double wells on a line and in the plane, with ensembles
/// drawn from exact Gaussians. Nothing here is computed by a solver.
#pragma once

#include <cmath>
#include <random>

#include "apps/experiment/results.hpp"

namespace sgdlimits::fixture {

inline std::shared_ptr<const Generator> generator(int dimension) {
  std::vector<Axis> axes;
  for (int j = 0; j < dimension; ++j) axes.push_back(Axis::uniform(-2.5, 2.5, dimension == 1 ? 200 : 60));
  auto grid = std::make_shared<const Grid>(std::move(axes));
  const Points x = grid->centers();
  Values f = (x.col(0).square() - 1).square() + 0.2 * x.col(0);
  if (dimension == 2) f += 2 * (x.col(1) - 0.5 * x.col(0)).square();
  return std::make_shared<const Generator>(f, grid, Temperature(0.25));
}

inline CriticalPoint critical(double x, double f, double second, int dimension) {
  CriticalPoint point;
  point.x = Eigen::VectorXd::Constant(dimension, x);
  if (dimension == 2) point.x(1) = 0.5 * x;
  point.value = f;
  point.hessian_eigenvalues = Eigen::VectorXd::Constant(dimension, 4.0);
  point.hessian_eigenvalues(0) = second;
  return point;
}

inline StudyOutcome spectrum_study(const std::string& name, std::shared_ptr<const Generator> on, double gap) {
  StudyOutcome study;
  study.name = name;
  study.kind = "spectral-gap";
  SpectralGapEstimate estimate{{Measurement::deterministic(gap, 1e-9, Grade::bound, "synthetic")},
                               SpectralGap(gap),
                               SpectralGap(gap).poincare_constant(on->temperature()),
                               1e-9,
                               {1e-12},
                               on,
                               Points::Zero(on->grid().size(), 1),
                               std::nullopt,
                               {true, 2 * gap, 2, gap, 1.0, ""}};
  study.spectrum = std::make_shared<const SpectralGapEstimate>(std::move(estimate));
  const int d = static_cast<int>(on->grid().dimension());
  study.critical_points = {critical(-1.02, -0.2, 8.5, d), critical(0.97, 0.2, 7.3, d), critical(0.05, 1.0, -3.97, d)};
  return study;
}

/// Gaussian clouds that move from the right well to the left one.
inline StudyOutcome ensemble_study(const std::string& name, const std::string& motion, int dimension,
                                   const std::vector<double>& times, double lag) {
  std::mt19937_64 engine(7);
  std::normal_distribution<double> normal;
  StudyOutcome study;
  study.name = name;
  study.kind = motion.find("sgd") == std::string::npos ? "langevin" : "sgd";
  EnsembleStudy ensemble;
  ensemble.motion = motion;
  ensemble.paths = 4000;
  ensemble.step_size = 0.05;
  ensemble.times = times;
  for (double t : times) {
    Points x(4000, dimension);
    for (Index i = 0; i < x.rows(); ++i) {
      const double side = i < 4000 * (0.3 + 0.6 * std::exp(-lag * t)) ? 0.97 : -1.02;
      x(i, 0) = side + 0.2 * normal(engine);
      if (dimension == 2) x(i, 1) = 0.5 * x(i, 0) + 0.25 * normal(engine);
    }
    ensemble.snapshots.push_back(x);
    const double chi = 2 * std::exp(-lag * t);
    ensemble.chi_squared.push_back(Measurement::sampled(chi * chi + 2e-4, 4e-4 + 0.01 * chi, "synthetic"));
    ensemble.first_mode.push_back(Measurement::sampled(chi, 0.01, "synthetic"));
  }
  for (int p = 0; p < 2; ++p) {
    Points path(300, dimension);
    double u = 0.97, v = 0.5;
    for (Index k = 0; k < path.rows(); ++k) {
      u += 0.05 * (-4 * u * (u * u - 1) - 0.2) + 0.2 * normal(engine);
      v += 0.05 * (2 * u - 4 * v) + 0.15 * normal(engine);
      path(k, 0) = u;
      if (dimension == 2) path(k, 1) = v;
    }
    ensemble.sample_paths.push_back(path);
  }
  for (int k = 0; k < 300; ++k) ensemble.path_times.push_back(0.1 * k);
  study.ensemble = std::make_shared<const EnsembleStudy>(std::move(ensemble));
  return study;
}

inline ClaimReport claim(const std::string& id, const std::string& name, Verdict verdict, Verdict expected) {
  ClaimReport report;
  report.id = id;
  report.name = name;
  report.subject = verdict == Verdict::refuted ? "mini-batch sgd (B = 10)" : "langevin";
  report.statement = "chi(t) exp(lambda_1 t) never increases & \"decays\" <as it should>";
  report.source = "Shi, Su, Jordan 2020, Theorem 1";
  report.hypotheses = {{"c_1 is not 0", true, "c_1 = 1.2 ± 0.01"}};
  report.comparisons = {{"late slope", Measurement::exact(0.0163, "gap"),
                         Measurement::sampled(0.01634, 0.0001, "fit"), "intervals at level 1e-6 overlap within 2 %",
                         verdict}};
  report.verdict = verdict;
  report.expected = expected;
  report.slack = 0.98;
  report.why = "the interval contains the gap";
  return report;
}

inline RunResults run(int dimension) {
  RunResults results;
  results.title = dimension == 2 ? "Two <wells> & a \"saddle\"" : "Two wells on a line";
  results.potential = dimension == 2 ? "(x^2-1)^2 + 0.2*x + 2*(y - x/2)^2" : "(x^2-1)^2 + 0.2*x";
  results.coordinates = {"x", "y"};
  results.coordinates.resize(static_cast<std::size_t>(dimension));
  results.temperature = 0.25;
  results.learning_rate = 0.5;
  results.seed = 1;
  results.gradient_check = 3e-11;
  const std::vector<double> times = {0, 1, 5, 20, 60, 120};
  const auto on = generator(dimension);
  results.studies.push_back(spectrum_study("gap", on, 0.0298));
  StudyOutcome grid;
  grid.name = "grid";
  grid.kind = "fokker-planck";
  Evolution evolution;
  for (double t : times) {
    const double chi = 2 * std::exp(-0.0298 * t);
    evolution.snapshots.push_back({t, on->gibbs(), chi * chi, chi, 0.1});
  }
  evolution.mass_drift = 2e-15;
  evolution.smallest_cell = 1e-40;
  grid.evolution = std::make_shared<const Evolution>(std::move(evolution));
  results.studies.push_back(grid);
  results.studies.push_back(ensemble_study("particles", "heun", dimension, times, 0.0298));
  results.studies.push_back(ensemble_study("isotropic", "isotropic-noise sgd", dimension, times, 0.031));
  results.studies.push_back(ensemble_study("sgd", "mini-batch sgd (B = 10)", dimension, times, 0.004));
  StudyOutcome& sgd = results.studies.back();
  sgd.remarks = {"its noise is not the identity"};
  sgd.escapes = {{"mini-batch sgd (B = 10, s = 0.5)", 0.5, 4000, 12, Measurement::sampled(2.4e-4, 5e-5, "Poisson"),
                  Measurement::deterministic(0.0149, 1e-5, Grade::bound, "gap")},
                 {"mini-batch sgd (B = 1, s = 0.2)", 0.2, 4000, 0,
                  Measurement(3.4e-5, 0, 0, Side::upper, Grade::bound, "Poisson"),
                  Measurement::deterministic(1.1e-6, 1e-9, Grade::bound, "gap")},
                 {"isotropic-noise sgd (s = 0.5)", 0.5, 4000, 900, Measurement::sampled(0.0151, 4e-4, "Poisson"),
                  Measurement::deterministic(0.0149, 1e-5, Grade::bound, "gap")}};
  sgd.covariances = {{"worse minimum", Eigen::VectorXd::Constant(dimension, 0.97),
                      0.3 * Eigen::MatrixXd::Identity(dimension, dimension),
                      0.03 * Eigen::MatrixXd::Identity(dimension, dimension)}};
  StudyOutcome ten = ensemble_study("ten-sgd", "mini-batch sgd (B = 10)", dimension, times, 0.004);
  ten.problem = "ten-neurons";
  ten.remarks = {"no grid bound exists there"};
  results.studies.push_back(ten);
  for (double t : times) {
    results.measurements.push_back(
        {"ten-sgd", "mean loss", t, Measurement::sampled(2 + std::exp(-t / 20), 0.02, "mean")});
  }
  results.studies.push_back(spectrum_study(
      "colder", std::make_shared<const Generator>(on->potential(), on->shared_grid(), Temperature(0.125)), 5.7e-4));
  results.measurements.push_back(
      {"gap", "eigenvalue 1", std::nullopt, Measurement::deterministic(0.0298, 1e-9, Grade::bound, "grids")});
  results.distances = {{"grid", "particles", "w1 x", 20, Measurement::sampled(0.002, 0.001, "bootstrap"), 0.4,
                        Verdict::consistent, Verdict::consistent}};
  results.claims = {claim("A4", "chi-decay", Verdict::consistent, Verdict::consistent),
                    claim("A4", "chi-decay", Verdict::refuted, Verdict::refuted),
                    claim("A2", "langevin-law", Verdict::undecided, Verdict::consistent)};
  results.claims[0].controls = {claim("A4", "1.2 lambda_1", Verdict::refuted, Verdict::refuted)};
  results.remarks = {"Synthetic."};
  return results;
}

}  // namespace sgdlimits::fixture
