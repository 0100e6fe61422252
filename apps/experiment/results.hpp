/// What a run of an experiment file has computed: the one thing that tables, files, plots and the report read.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/measurement.hpp"
#include "core/result.hpp"
#include "solvers/fokker_planck/evolution.hpp"
#include "solvers/spectrum/critical_points.hpp"
#include "solvers/spectrum/spectral_gap.hpp"
#include "solvers/transfer/sgd_laws.hpp"
#include "validation/claims/claim.hpp"

namespace sgdlimits {

/// One line of measurements.csv.
struct MeasurementRow {
  std::string study;     ///< name of the study, or "compare"
  std::string quantity;  ///< "eigenvalue 1", "mean loss", "w1 w[0] grid-particles"
  std::optional<double> time;
  Measurement measurement;
};

/// An ensemble seen at the report times.
struct EnsembleStudy {
  std::string motion;  ///< "heun", "isotropic-noise sgd", "mini-batch sgd (B = 10)"
  Index paths = 0;
  double step_size = 0;
  std::vector<double> times;      ///< the initial time first
  std::vector<Points> snapshots;  ///< N x d at each of them
  /// A few whole paths for pictures: each rows = path_times, columns = coordinates.
  std::vector<double> path_times;
  std::vector<Points> sample_paths;
  /// chi^2(t) by modes: sum over the computed eigenfunctions of (mean u_k)^2, sampling bias removed, with its
  /// error; empty where there is no spectrum to project on.
  std::vector<Measurement> chi_squared;
  /// Mean of the first eigenfunction, whose decay shows lambda_1.
  std::vector<Measurement> first_mode;
};

/// How fast paths leave the worse well, measured and predicted by the isotropic theory.
struct EscapeRate {
  std::string motion;  ///< as above, with learning rate
  double learning_rate = 0;
  Index paths = 0, crossed = 0;
  Measurement measured;   ///< exact Poisson interval; an upper bound where nothing crossed
  Measurement predicted;  ///< principal Dirichlet eigenvalue of the worse well, looked at after the motion's steps
  double asymptotic = 0;  ///< lambda_1 times the Gibbs mass of the better well, over the threshold
  Verdict verdict = Verdict::undecided;  ///< measured equal to predicted within a tenth
  std::optional<Verdict> expected{};     ///< empty: none, the verdict is shown and does not count
};

/// The covariance of one sample's gradient at a named place, beside the identity of the isotropic theory.
struct GradientCovariance {
  std::string place;  ///< "worse minimum", "saddle", "better minimum"
  Eigen::VectorXd x;
  Eigen::MatrixXd sigma;       ///< Sigma(x) of one sample
  Eigen::MatrixXd step_noise;  ///< covariance of the noise that SGD adds per unit of s^2: Sigma/B and so on
};

struct StudyOutcome {
  std::string name,
      kind;             ///< kind as in the experiment file: "spectral-gap", "fokker-planck", "langevin", "sgd", ...
  std::string problem;  ///< "" for the file's own [potential], else the name of the other problem
  Report report;
  double seconds = 0;
  std::vector<std::string> remarks;  ///< sentences that tables and report print under the study
  std::shared_ptr<const SpectralGapEstimate> spectrum;
  std::vector<CriticalPoint> critical_points;
  std::shared_ptr<const Evolution> evolution;
  std::shared_ptr<const EnsembleStudy> ensemble;
  std::vector<EscapeRate> escapes;
  std::vector<GradientCovariance> covariances;
  std::shared_ptr<const SgdLaws> sgd_laws;
};

/// A law-against-law distance at a time, with what equality would give by chance.
struct DistanceRow {
  std::string first, second, measure;  ///< studies, "w1 w[0]"
  double time = 0;
  Measurement distance;
  double significance = 1;  ///< p-value of equality; 1 where not defined
  Verdict verdict = Verdict::undecided;
  Verdict expected = Verdict::consistent;
};

struct RunResults {
  std::string title;
  std::string potential;  ///< one line
  std::vector<std::string> coordinates;
  double temperature = 0, learning_rate = 0;
  std::uint64_t seed = 0;
  double gradient_check = 0;  ///< gradient against differences, the ends' only common part
  std::vector<StudyOutcome> studies;
  std::vector<MeasurementRow> measurements;
  std::vector<DistanceRow> distances;
  std::vector<ClaimReport> claims;
  std::vector<std::string> remarks;
};

}  // namespace sgdlimits
