#include "solvers/spectrum/spectral_gap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/errors.hpp"
#include "solvers/spectrum/box_choice.hpp"
#include "solvers/spectrum/eigenfunction_interpolant.hpp"
#include "solvers/spectrum/extrapolation.hpp"
#include "solvers/spectrum/grid_family.hpp"
#include "solvers/spectrum/lowest_modes.hpp"

namespace sgdlimits {
namespace {

/// Largest grid that the direct solver of the dimension takes on.
Index reachable_cells(Index dimension, Index max_cells) {
  return std::min<Index>(max_cells, dimension == 1 ? 200'000 : dimension == 2 ? 600'000 : 70'000);
}

class Refinement {
 public:
  Refinement(const Potential& potential, Temperature temperature, const SpectralGapOptions& options,
             const BoxChoice& choice, const Execution& execution)
      : potential_(potential),
        temperature_(temperature),
        options_(options),
        choice_(choice),
        execution_(execution),
        family_(potential, choice.box),
        history_(static_cast<std::size_t>(choice.modes)) {}

  Result<SpectralGapEstimate> run() {
    Report report;
    const Index reach = reachable_cells(potential_.dimension(), options_.max_cells);
    for (const double factor : GridFamily::kFactors) {
      auto grid = family_.at(factor);
      if (grid->size() > reach) {
        if (!generator_)
          return Result<SpectralGapEstimate>::failure(
              Status::out_of_reach, fmt::format("the coarsest grid has {} cells, more than {}", grid->size(), reach));
        report.status = Status::not_converged;
        report.why = fmt::format(
            "relative error estimate {:.2g} at {} cells, above the tolerance {:.2g}; "
            "a grid of {} cells is out of reach",
            worst_, generator_->grid().size(), options_.tolerance, grid->size());
        break;
      }
      if (const auto failure = add_grid(grid, factor)) return Result<SpectralGapEstimate>(*failure);
      if (execution_.progress) execution_.progress(std::min(0.95, static_cast<double>(factors_.size()) / 8));
      if (factors_.size() >= 4 && grid->size() >= useful_cells() && estimate() <= options_.tolerance) break;
      if ((modes_.rounding > 0.5 * options_.tolerance * modes_.eigenvalues).any() && factors_.size() >= 5) {
        report.status = Status::not_converged;
        report.why = fmt::format(
            "relative error estimate {:.2g}: rounding forbids the tolerance {:.2g} for so small "
            "an eigenvalue in more than one dimension",
            estimate(), options_.tolerance);
        break;
      }
    }
    if (factors_.size() < 2)
      return Result<SpectralGapEstimate>::failure(Status::out_of_reach, "fewer than two grids within max_cells");
    return finish(std::move(report));
  }

 private:
  /// In one dimension a finer grid than the eigenvalues need costs nothing and serves the eigenfunctions.
  Index useful_cells() const {
    return potential_.dimension() == 1 ? std::min<Index>(768, options_.max_cells / 2) : 0;
  }

  std::optional<Report> add_grid(std::shared_ptr<const Grid> grid, double factor) {
    auto made = generator_on(potential_, grid, temperature_);
    if (!made.ok()) return made.report();
    Points start;
    if (generator_ && grid->dimension() > 1) {
      const Points centers = grid->centers();
      start.resize(grid->size(), std::min<Index>(modes_.functions.cols(), kLanes));
      for (Index k = 0; k < start.cols(); ++k) {
        // where mu is below rounding h says nothing about v
        const Values h = modes_.functions.col(k);
        GridInterpolant(generator_->shared_grid(), h).evaluate(centers, start.col(k));
      }
    }
    auto modes = lowest_modes(*made.value(), choice_.modes, start, execution_);
    if (!modes.ok()) return modes.report();
    generator_ = made.value();
    modes_ = std::move(modes).value();
    factors_.push_back(factor);
    for (std::size_t k = 0; k < history_.size(); ++k)
      history_[k].push_back(modes_.eigenvalues(static_cast<Index>(k)));
    return std::nullopt;
  }

  /// Extrapolates every mode; the largest relative bound.
  double estimate() {
    limits_.clear();
    worst_ = 0;
    for (std::size_t k = 0; k < history_.size(); ++k) {
      Extrapolation e =
          extrapolate(factors_, history_[k], family_.has_kinks() ? ErrorExpansion::all_powers : ErrorExpansion::even);
      const auto mode = static_cast<Index>(k);
      const double effect = choice_.relative_effect.size() > mode ? choice_.relative_effect(mode) : 0.0;
      // growing on and on adds a geometric series to the first change
      e.error_bound += 3 * effect * std::abs(e.value) + modes_.rounding(mode);
      worst_ = std::max(worst_, e.error_bound / std::abs(e.value));
      limits_.push_back(e);
    }
    return worst_;
  }

  Result<SpectralGapEstimate> finish(Report report) {
    estimate();
    // extrapolation must not exchange neighbours
    std::stable_sort(limits_.begin(), limits_.end(),
                     [](const Extrapolation& a, const Extrapolation& b) { return a.value < b.value; });
    std::vector<Measurement> eigenvalues;
    for (const Extrapolation& e : limits_)
      eigenvalues.push_back(Measurement::deterministic(
          std::max(e.value, 0.0), e.error_bound, Grade::estimate,
          fmt::format("{} grids up to {} cells, observed order {}", factors_.size(), generator_->grid().size(),
                      std::isnan(e.observed_order) ? "not seen" : fmt::format("{:.2f}", e.observed_order))));
    const SpectralGap gap(eigenvalues.front().value());
    SpectralGapEstimate result{std::move(eigenvalues), gap, gap.poincare_constant(temperature_)};
    result.error_bound = result.eigenvalues.front().discretisation_bound();
    result.residuals.assign(modes_.residuals.begin(), modes_.residuals.end());
    result.generator = generator_;
    result.eigenfunctions = modes_.functions.leftCols(choice_.modes);
    if (choice_.modes < options_.modes) result.essential_spectrum_bottom = choice_.essential_bottom;
    result.count_proof = prove_count(*generator_, modes_.eigenvalues, modes_.further_ritz);
    if (!result.count_proof.done && report.status == Status::ok) {
      report.status = Status::not_converged;
      report.why = "the count of eigenvalues is not proved: " + result.count_proof.why_not;
    }
    report.counters["grids"] = static_cast<double>(factors_.size());
    report.counters["cells"] = static_cast<double>(generator_->grid().size());
    report.counters["box_growths"] = static_cast<double>(choice_.growths);
    return {std::move(result), std::move(report)};
  }

  const Potential& potential_;
  Temperature temperature_;
  const SpectralGapOptions& options_;
  const BoxChoice& choice_;
  const Execution& execution_;
  GridFamily family_;
  std::vector<std::vector<double>> history_;
  std::vector<double> factors_;
  std::vector<Extrapolation> limits_;
  std::shared_ptr<const Generator> generator_;
  Modes modes_;
  double worst_ = 0;
};

/// No eigenvalue below the essential spectrum: its bottom is the gap, and no eigenfunction attains it.
Result<SpectralGapEstimate> only_continuum(const BoxChoice& choice, Temperature temperature) {
  const SpectralGap gap(choice.essential_bottom);
  SpectralGapEstimate result{{}, gap, gap.poincare_constant(temperature)};
  result.generator = choice.generator;
  result.eigenfunctions.resize(choice.generator->grid().size(), 0);
  result.essential_spectrum_bottom = choice.essential_bottom;
  result.count_proof.why_not = "there is no eigenvalue to count";
  return {
      std::move(result),
      Report{Status::essential_spectrum,
             fmt::format("no eigenvalue below the essential spectrum, which starts at {:.10g}: the spectral gap is "
                         "that number and is not attained",
                         choice.essential_bottom),
             {}}};
}

}  // namespace

Result<SpectralGapEstimate> spectral_gap(const Potential& potential, Temperature temperature,
                                         const SpectralGapOptions& options, const Execution& execution) {
  if (options.modes < 1) throw InvalidArgument("modes", std::to_string(options.modes), "at least 1");
  if (!(options.tolerance > 0 && options.tolerance < 1))
    throw InvalidArgument("tolerance", options.tolerance, "between 0 and 1");
  const Index d = potential.dimension();
  if (d > 3)
    return Result<SpectralGapEstimate>::failure(
        Status::out_of_reach, fmt::format("grids reach three dimensions, the potential has {}; use an ensemble", d));
  if (options.modes > 40) throw InvalidArgument("modes", std::to_string(options.modes), "at most 40");
  const Box limits = options.box.value_or(Box::everywhere(d));
  auto choice = choose_box(potential, temperature, limits, options.modes, execution);
  if (!choice.ok()) return Result<SpectralGapEstimate>(choice.report());
  if (choice->modes == 0) return only_continuum(choice.value(), temperature);
  return Refinement(potential, temperature, options, choice.value(), execution).run();
}

}  // namespace sgdlimits
