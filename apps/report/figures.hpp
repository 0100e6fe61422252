/// Which pictures a run gives, as data.
#pragma once

#include <vector>

#include "apps/experiment/results.hpp"
#include "apps/report/figure.hpp"

namespace sgdlimits {

/// The figures for which the run has something to show, in this order:
///   density       Gibbs density with critical points and sample paths (2-D: log10 heat map with contours;
///                 1-D: curve, and paths against time)
///   decay         chi(t) of grid and ensembles, with the predicted slope exp(-lambda_1 t)
///   marginals     densities of grid and ensembles beside Gibbs, a row for each coordinate, up to three times
///   escape        rates of leaving the worse well, measured beside predicted
///   loss          mean loss against time of the studies on problems without a grid
///   NAME          stationary laws of SGD and of the diffusions, for each sgd-operator study NAME
///   eyring-kramers  log lambda_1 against 1/s where the spectra of one potential have several learning rates
/// Intervals are 95 %. Nothing but the results decides what is drawn, so equal results give equal figures.
std::vector<Figure> make_figures(const RunResults& results);

/// The part that a study's motion plays.
Role role_of(const StudyOutcome& study);
/// The same, but among the ensembles of one problem the second and later ones of a part get one of their own, as long
/// as there are any: no two motions of a picture share a colour.
Role distinct_role(const RunResults& results, const StudyOutcome& study);

/// The study whose grid shows the problem ("" for the file's own): a spectrum if there is one, else an evolution.
/// Null if there is none.
const StudyOutcome* grid_study(const RunResults& results);

}  // namespace sgdlimits
