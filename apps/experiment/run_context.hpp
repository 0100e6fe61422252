/// What the studies of one run share; internal to apps/experiment.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/experiment/output_folder.hpp"
#include "apps/experiment/run.hpp"
#include "apps/experiment/study_record.hpp"
#include "solvers/sde/exact_modified_equation.hpp"
#include "solvers/sde/underdamped.hpp"
#include "solvers/spectrum/eigenfunction_interpolant.hpp"
#include "validation/rates/mode_decay.hpp"

namespace sgdlimits::experiment {

struct RunContext {
  const Experiment& experiment;
  Execution execution;  ///< its progress belongs to the running study
  std::optional<OutputFolder> folder;
  bool resume = false;
  std::string key;                          ///< of the experiment, for checkpoints
  std::map<std::string, StudyRecord> done;  ///< by name of study
  /// Spectra that studies needed beside the file's own, by problem and temperature.
  std::map<std::pair<std::string, double>, std::shared_ptr<const SpectralGapEstimate>> spectra;

  /// The spectrum that a finished study has computed for the problem at this temperature; null if there is none.
  const StudyRecord* spectrum_record(const Problem& problem, double temperature) const;
  /// The finished fokker-planck study of the problem with a density at every report time; null if there is none.
  const StudyRecord* grid_record(const std::string& problem) const;
  /// Place of the study in the file: its randomness is independent of that of the others.
  std::uint32_t replicate(const Study& study) const;
};

/// Whose progress in [0, 1] is the part [from, to] of the whole's.
Execution part_of(const Execution& whole, double from, double to);

/// Each fills the record; the outcome's report has Status::interrupted if execution.stop was requested.
void run_spectral_gap(RunContext& context, const Study& study, StudyRecord& record);
void run_fokker_planck(RunContext& context, const Study& study, StudyRecord& record);
void run_ensemble(RunContext& context, const Study& study, StudyRecord& record);
void run_escape(RunContext& context, const Study& study, StudyRecord& record);
void run_sgd_operator(RunContext& context, const Study& study, StudyRecord& record);
void run_flow(RunContext& context, const Study& study, StudyRecord& record);

/// Where f is a mean by quadrature: its error at points of the study's law, as a remark on the problem's first study
/// and where it is above the error at which the rule was chosen; a study whose f is not to be trusted fails and loses
/// its numbers.
void check_risk(const RunContext& context, const Study& study, StudyRecord& record);

/// Of SGD on a quadratic, by its Hessian and covariance. Throws InvalidArgument where there is none.
LinearDiffusion exact_equation(const Problem& problem, const Study& study);
UnderdampedProblem underdamped_problem(const Problem& problem, const Study& study);
/// What moves the paths of a study that has paths.
std::unique_ptr<Scheme> make_scheme(const Problem& problem, const Study& study);
/// A warning where the scheme has no invariant measure for this drift, or is not known to; else none.
std::vector<std::string> invariant_measure_remarks(const Problem& problem, const Study& study);
/// Acceptance rates of Metropolis schemes at the report times; nothing for others.
void add_acceptance(const RunContext& context, const Study& study, const Scheme& scheme, StudyRecord& record);
/// "heun, step 0.05", "mini-batch sgd (B = 10)"
std::string motion_name(const Study& study);

/// Bound on the bias of a mean, in standard deviations, that the step of a Langevin scheme brings, from the stiffest
/// well: on a quadratic of curvature K the stationary variance is off by the factor harmonic_variance(hK) of the
/// scheme (hK where the well is too stiff for the step or no closed form exists; (hK/2)^p for a scheme that is exact
/// on quadratics and of order p in the measure; 0 for an unbiased one). Without a spectrum of the problem, K is the
/// root mean square over its initial law. The step of SGD is part of the model: 0. Comparisons and claims both take
/// it off.
/// Underdamped schemes: h^2 K/(4m).
double step_bias(const RunContext& context, const Study& study);

/// u_1, ..., u_m by interpolation between cells.
Eigenfunctions interpolated_modes(const SpectralGapEstimate& spectrum);
/// A uniform grid over the box of another one, with at most this many cells along each axis.
std::shared_ptr<const Grid> uniform_grid(const Grid& box, Index cells);

/// chi squared and first mode of every ensemble that has a spectrum to project on, by name of study.
std::map<std::string, ModeSeries> project_ensembles(RunContext& context);
/// Law against law.
std::vector<DistanceRow> run_compares(RunContext& context, const std::map<std::string, ModeSeries>& series);
/// Claims on studies, each with its verdict expected; what stops them leaves reports out (claims/claim_rules.hpp).
std::vector<ClaimReport> run_claims(const RunContext& context, const std::map<std::string, ModeSeries>& series);

/// A measurement row; nothing is added if a number is NaN.
void add_row(std::vector<MeasurementRow>& rows, const std::string& study, const std::string& quantity,
             std::optional<double> time, const Measurement& measurement);

}  // namespace sgdlimits::experiment
