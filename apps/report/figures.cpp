#include "apps/report/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "apps/report/figure_parts.hpp"
#include "apps/report/sgd_laws_report.hpp"
#include "apps/report/text.hpp"

namespace sgdlimits {

namespace report {

namespace {
constexpr Index kManyEnsembles = 4;  // more have names in the legend, not motions
}

std::vector<const StudyOutcome*> own_ensembles(const RunResults& results) {
  std::vector<const StudyOutcome*> found;
  for (const StudyOutcome& study : results.studies) {
    if (study.problem.empty() && study.ensemble) found.push_back(&study);
  }
  return found;
}

const StudyOutcome* own_evolution(const RunResults& results) {
  for (const StudyOutcome& study : results.studies) {
    if (study.problem.empty() && study.evolution && !study.evolution->snapshots.empty()) return &study;
  }
  return nullptr;
}

const StudyOutcome* own_spectrum(const RunResults& results) {
  for (const StudyOutcome& study : results.studies) {
    if (study.problem.empty() && study.spectrum) return &study;
  }
  return nullptr;
}

std::string legend_label(const RunResults& results, const StudyOutcome& study) {
  if (!study.ensemble) return study.name;
  const auto same = std::count_if(results.studies.begin(), results.studies.end(), [&](const StudyOutcome& other) {
    return other.problem == study.problem && other.ensemble && other.ensemble->motion == study.ensemble->motion;
  });
  const auto ensembles =
      std::count_if(results.studies.begin(), results.studies.end(),
                    [&](const StudyOutcome& other) { return other.problem == study.problem && other.ensemble; });
  if (ensembles > kManyEnsembles) return study.name;
  return same > 1 ? study.name + ": " + study.ensemble->motion : study.ensemble->motion;
}

}  // namespace report

namespace {

using namespace report;

constexpr double kNormal95 = 1.959963984540054;
constexpr double kSmallestChi = 1e-11;  // below, a grid's chi is rounding

/// chi of the measured modes; where the interval of chi squared reaches zero, an upper limit alone.
void add_chi(const RunResults& results, const StudyOutcome& study, Panel& panel) {
  const Role role = distinct_role(results, study);
  Series seen{legend_label(results, study), role, Mark::points, {}, {}, {}, {}, {}, {}};
  Series limits{"", role, Mark::upper_limit, {}, {}, {}, {}, {}, {}};
  const EnsembleStudy& ensemble = *study.ensemble;
  for (std::size_t k = 0; k < ensemble.chi_squared.size() && k < ensemble.times.size(); ++k) {
    const Measurement& chi_squared = ensemble.chi_squared[k];
    const double half = kNormal95 * chi_squared.standard_error();
    const double low = chi_squared.value() - half, high = chi_squared.value() + half;
    if (!std::isfinite(high) || high <= 0) continue;
    if (low > 0) {
      seen.x.push_back(ensemble.times[k]);
      seen.y.push_back(std::sqrt(chi_squared.value()));
      seen.y_low.push_back(std::sqrt(low));
      seen.y_high.push_back(std::sqrt(high));
    } else {
      limits.x.push_back(ensemble.times[k]);
      limits.y.push_back(std::sqrt(high));
    }
  }
  if (seen.x.empty() && !limits.x.empty()) limits.label = seen.label;
  if (!seen.x.empty()) panel.series.push_back(std::move(seen));
  if (!limits.x.empty()) panel.series.push_back(std::move(limits));
}

/// |c_1|, c_1 = E_rho0 u_1: chi(t) >= |c_1| exp(-lambda_1 t), with equality in the limit. Else the last grid point.
std::optional<std::pair<double, double>> slope_anchor(const RunResults& results) {
  for (const StudyOutcome* study : own_ensembles(results)) {
    if (!study->ensemble->first_mode.empty() && study->ensemble->first_mode.front().value() != 0) {
      return std::pair{study->ensemble->times.front(), std::abs(study->ensemble->first_mode.front().value())};
    }
  }
  if (const StudyOutcome* grid = own_evolution(results)) {
    const DensitySnapshot& last = grid->evolution->snapshots.back();
    if (std::isfinite(last.chi_squared) && last.chi_squared > 0) {
      return std::pair{last.time, std::sqrt(last.chi_squared)};
    }
  }
  return std::nullopt;
}

Figure decay_figure(const RunResults& results) {
  Figure figure{"decay", "Decay to the Gibbs measure", "", {}, 1};
  Panel panel;
  panel.x = {"time t", false, {}, {}};
  panel.y = {"chi(t), distance to Gibbs in L2(1/mu)", true, {}, {}};
  double last_time = 0;
  if (const StudyOutcome* grid = own_evolution(results)) {
    Series line{"grid (Fokker-Planck)", Role::grid, Mark::line, {}, {}, {}, {}, {}, {}, 2.4};
    for (const DensitySnapshot& snapshot : grid->evolution->snapshots) {
      if (!std::isfinite(snapshot.chi_squared) || snapshot.chi_squared <= kSmallestChi * kSmallestChi) continue;
      line.x.push_back(snapshot.time);
      line.y.push_back(std::sqrt(snapshot.chi_squared));
      last_time = std::max(last_time, snapshot.time);
    }
    if (line.x.size() > 1) panel.series.push_back(std::move(line));
  }
  for (const StudyOutcome* study : own_ensembles(results)) {
    if (study->ensemble->chi_squared.empty()) continue;
    add_chi(results, *study, panel);
    last_time = std::max(last_time, study->ensemble->times.back());
  }
  if (panel.series.empty()) return figure;
  const StudyOutcome* spectrum = own_spectrum(results);
  if (const auto anchor = slope_anchor(results); spectrum && anchor) {
    const double gap = spectrum->spectrum->gap.value();
    Series line{"predicted slope, lambda_1 = " + brief(gap), Role::prediction, Mark::dashed, {}, {}, {}, {}, {}, {}};
    const double end = anchor->first + std::max(std::log(anchor->second / kSmallestChi), 0.0) / gap;
    for (double t : {0.0, std::min(last_time, end)}) {
      line.x.push_back(t);
      line.y.push_back(anchor->second * std::exp(-gap * (t - anchor->first)));
    }
    panel.series.push_back(std::move(line));
  }
  figure.caption =
      "chi(t) is the root of the chi-squared distance to the Gibbs measure. Grid: all modes. Ensembles: the sum over "
      "the computed eigenfunctions of the squared mean, sampling bias removed, with 95 % intervals; an arrow marks "
      "an "
      "upper limit where the interval reaches zero. Dashed: |c_1| exp(-lambda_1 t), c_1 the first mode of the "
      "initial "
      "law.";
  figure.panels.push_back(std::move(panel));
  return figure;
}

Role role_of_motion(const std::string& motion) {
  if (motion.find("isotropic") != std::string::npos) return Role::isotropic_sgd;
  if (motion.find("batch") != std::string::npos || motion.find("online") != std::string::npos)
    return Role::mini_batch_sgd;
  return Role::langevin;
}

std::string measured_label(Role role) {
  if (role == Role::isotropic_sgd) return "measured, isotropic-noise SGD";
  return role == Role::mini_batch_sgd ? "measured, mini-batch SGD" : "measured, Langevin";
}

Figure escape_figure(const RunResults& results) {
  Figure figure{"escape", "Escape from the worse well", "", {}, 1};
  Panel panel;
  panel.x = {"rate of leaving, per unit of time", true, {}, {}};
  Series predicted{"predicted by the isotropic theory", Role::prediction, Mark::points, {}, {}, {}, {}, {}, {}};
  std::map<Role, Series> measured, limits;
  for (const StudyOutcome& study : results.studies) {
    for (const EscapeRate& escape : study.escapes) {
      const double row = static_cast<double>(panel.y.categories.size());
      panel.y.categories.push_back(escape.motion);
      predicted.x.push_back(escape.predicted.value());
      predicted.x_low.push_back(std::max(escape.predicted.value() - half_width(escape.predicted), 0.0));
      predicted.x_high.push_back(escape.predicted.value() + half_width(escape.predicted));
      predicted.y.push_back(row + 0.14);
      const Role role = role_of_motion(escape.motion);
      if (escape.crossed == 0 || escape.measured.side() == Side::upper) {
        Series& series =
            limits
                .try_emplace(
                    role,
                    Series{measured_label(role) + ", upper limit", role, Mark::upper_limit, {}, {}, {}, {}, {}, {}})
                .first->second;
        series.x.push_back(escape.measured.value() + half_width(escape.measured));
        series.y.push_back(row - 0.14);
        continue;
      }
      Series& series =
          measured.try_emplace(role, Series{measured_label(role), role, Mark::points, {}, {}, {}, {}, {}, {}})
              .first->second;
      series.x.push_back(escape.measured.value());
      series.x_low.push_back(std::max(escape.measured.value() - half_width(escape.measured), 0.0));
      series.x_high.push_back(escape.measured.value() + half_width(escape.measured));
      series.y.push_back(row - 0.14);
    }
  }
  if (panel.y.categories.empty()) return figure;
  panel.series.push_back(std::move(predicted));
  for (auto* group : {&measured, &limits}) {
    for (auto& [role, series] : *group) panel.series.push_back(std::move(series));
  }
  figure.caption =
      "Coloured: measured, with 95 % intervals; an arrow marks an upper limit where no path crossed. Black: lambda_1 "
      "times the Gibbs mass of the better well, what isotropic noise of the same learning rate would give.";
  figure.panels.push_back(std::move(panel));
  return figure;
}

bool has_grid(const RunResults& results, const std::string& problem) {
  return std::any_of(results.studies.begin(), results.studies.end(), [&](const StudyOutcome& study) {
    return study.problem == problem && (study.evolution || study.spectrum);
  });
}

/// Mean loss of the studies on problems that no grid reaches, a panel a problem.
Figure loss_figure(const RunResults& results) {
  Figure figure{"loss", "Mean loss where only samples can go", "", {}, 2};
  std::vector<std::string> problems;
  for (const StudyOutcome& study : results.studies) {
    if (!study.problem.empty() && study.ensemble && !has_grid(results, study.problem) &&
        std::find(problems.begin(), problems.end(), study.problem) == problems.end()) {
      problems.push_back(study.problem);
    }
  }
  for (const std::string& problem : problems) {
    Panel panel;
    panel.title = problem;
    panel.x = {"time t", false, {}, {}};
    panel.y = {"mean loss E f", false, {}, {}};
    for (const StudyOutcome& study : results.studies) {
      if (study.problem != problem || !study.ensemble) continue;
      Series series{
          legend_label(results, study), distinct_role(results, study), Mark::points, {}, {}, {}, {}, {}, {}};
      for (const MeasurementRow& row : results.measurements) {
        if (row.study != study.name || row.quantity != "mean loss" || !row.time) continue;
        series.x.push_back(*row.time);
        series.y.push_back(row.measurement.value());
        series.y_low.push_back(row.measurement.value() - half_width(row.measurement));
        series.y_high.push_back(row.measurement.value() + half_width(row.measurement));
      }
      if (series.x.empty()) continue;
      Series line = series;
      line.label.clear();
      line.mark = Mark::line;
      line.y_low.clear();
      line.y_high.clear();
      line.opacity = 0.6;
      panel.series.push_back(std::move(line));
      panel.series.push_back(std::move(series));
    }
    if (panel.series.empty()) continue;
    double low = INFINITY, high = 0;
    for (const Series& series : panel.series) {
      for (double v : series.y) low = std::min(low, v), high = std::max(high, v);
    }
    panel.y.logarithmic = low > 0 && high > 3 * low;
    figure.panels.push_back(std::move(panel));
  }
  figure.columns = std::min<int>(2, std::max<int>(1, static_cast<int>(figure.panels.size())));
  figure.caption =
      "Means over the paths with 95 % intervals. These problems have too many coordinates for a grid: no grid bound "
      "exists there.";
  return figure;
}

/// The Eyring-Kramers rate of two wells and one saddle: the sum over both wells of
/// |mu_-|/(2 pi) sqrt(det Hess f(minimum)/|det Hess f(saddle)|) exp(-2 (f(saddle) - f(minimum))/s)
/// (Bovier, Gayrard, Klein 2005). None for other landscapes.
struct TwoWells {
  double prefactor[2], barrier[2];
  double rate(double s) const {
    return prefactor[0] * std::exp(-2 * barrier[0] / s) + prefactor[1] * std::exp(-2 * barrier[1] / s);
  }
};

std::optional<TwoWells> two_wells(const std::vector<CriticalPoint>& points) {
  std::vector<const CriticalPoint*> minima, saddles;
  for (const CriticalPoint& point : points) {
    if (point.index() == 0) minima.push_back(&point);
    if (point.index() == 1) saddles.push_back(&point);
  }
  if (minima.size() != 2 || saddles.size() != 1) return std::nullopt;
  const CriticalPoint& saddle = *saddles.front();
  TwoWells wells{};
  for (std::size_t k = 0; k < 2; ++k) {
    wells.barrier[k] = saddle.value - minima[k]->value;
    wells.prefactor[k] =
        -saddle.hessian_eigenvalues(0) / (2 * std::numbers::pi) *
        std::sqrt(minima[k]->hessian_eigenvalues.prod() / std::abs(saddle.hessian_eigenvalues.prod()));
  }
  return wells;
}

Figure eyring_kramers_figure(const RunResults& results) {
  Figure figure{"eyring-kramers", "Spectral gap against the inverse learning rate", "", {}, 1};
  Series computed{"computed", Role::grid, Mark::points, {}, {}, {}, {}, {}, {}};
  std::optional<TwoWells> wells;
  for (const StudyOutcome& study : results.studies) {
    if (!study.spectrum || !study.spectrum->generator) continue;
    const double inverse = 1 / study.spectrum->generator->temperature().learning_rate().value();
    const double gap = study.spectrum->gap.value();
    if (!(gap > 0) || std::find(computed.x.begin(), computed.x.end(), inverse) != computed.x.end()) continue;
    computed.x.push_back(inverse);
    computed.y.push_back(gap);
    const double error = study.spectrum->error_bound;
    computed.y_low.push_back(gap > error ? gap - error : gap / 2);
    computed.y_high.push_back(gap + error);
    if (!wells) wells = two_wells(study.critical_points);
  }
  if (computed.x.size() < 2) return figure;
  const auto [first, last] = std::minmax_element(computed.x.begin(), computed.x.end());
  Panel panel;
  panel.x = {"1/s, inverse learning rate", false, {}, {}};
  panel.y = {"lambda_1, a rate", true, {}, {}};
  if (wells) {
    Series line{"Eyring-Kramers, s to 0", Role::prediction, Mark::dashed, {}, {}, {}, {}, {}, {}};
    for (int k = 0; k <= 60; ++k) {
      line.x.push_back(*first + (*last - *first) * k / 60.0);
      line.y.push_back(wells->rate(1 / line.x.back()));
    }
    panel.series.push_back(std::move(line));
  }
  panel.series.push_back(std::move(computed));
  figure.caption =
      "Points: the computed gap with its error bound (mostly smaller than the mark). Dashed: the Eyring-Kramers "
      "asymptotics from the Hessians at the two minima and the saddle, exact only as s tends to 0.";
  figure.panels.push_back(std::move(panel));
  return figure;
}

}  // namespace

Role role_of(const StudyOutcome& study) {
  if (study.ensemble) return role_of_motion(study.ensemble->motion);
  return study.evolution ? Role::grid : Role::gibbs;
}

Role distinct_role(const RunResults& results, const StudyOutcome& study) {
  std::vector<Role> free = {Role::extra1, Role::extra2, Role::extra3, Role::extra4, Role::extra5};
  std::vector<Role> taken;
  for (const StudyOutcome& other : results.studies) {
    if (other.problem != study.problem || !other.ensemble) continue;
    Role role = role_of(other);
    if (std::ranges::find(taken, role) != taken.end() && !free.empty()) {
      role = free.front();
      free.erase(free.begin());
    }
    if (&other == &study) return role;
    taken.push_back(role);
  }
  return role_of(study);
}

const StudyOutcome* grid_study(const RunResults& results) {
  if (const StudyOutcome* spectrum = own_spectrum(results)) return spectrum;
  return own_evolution(results);
}

std::vector<Figure> make_figures(const RunResults& results) {
  std::vector<Figure> figures;
  for (auto make :
       {density_figure, decay_figure, marginals_figure, escape_figure, loss_figure, eyring_kramers_figure}) {
    Figure figure = make(results);
    if (!figure.panels.empty()) figures.push_back(std::move(figure));
  }
  for (const StudyOutcome& study : results.studies)
    if (study.sgd_laws) figures.push_back(sgd_laws_figure(*study.sgd_laws, results.coordinates, study.name));
  return figures;
}

}  // namespace sgdlimits
