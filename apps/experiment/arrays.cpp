/// arrays.nc: the arrays of a run in NetCDF.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <netcdf>

#include "apps/experiment/output_folder.hpp"
#include "apps/experiment/run_context.hpp"

namespace sgdlimits {

namespace {

using netCDF::NcDim;
using netCDF::NcFile;
using netCDF::NcVar;

constexpr Index kMostCells = Index{1} << 18;  // finer eigenfunctions are stored by interpolation
constexpr Index kBins = 100;
constexpr Index kMarginals = 64;  // histograms are of the first coordinates

/// A NetCDF name: letters, digits and underscores.
std::string plain(const std::string& name) {
  std::string text;
  for (unsigned char c : name) text += std::isalnum(c) && c < 0x80 ? static_cast<char>(c) : '_';
  return text;
}

/// All variables of one study, under "STUDY_".
class StudyArrays {
 public:
  StudyArrays(NcFile& file, const RunResults& results, const StudyOutcome& study)
      : file_(file), results_(results), study_(study), prefix_(plain(study.name) + "_") {}

  void add() {
    if (study_.spectrum) add_spectrum();
    if (study_.evolution && !study_.evolution->snapshots.empty()) add_evolution();
    if (study_.ensemble) add_ensemble();
  }

 private:
  NcDim dimension(const std::string& name, Index size) {
    return file_.addDim(prefix_ + name, static_cast<std::size_t>(size));
  }
  NcVar variable(const std::string& name, const std::vector<NcDim>& dimensions, const std::string& what) {
    NcVar added = file_.addVar(prefix_ + name, netCDF::ncDouble, dimensions);
    added.putAtt("long_name", what);
    return added;
  }
  void put(const std::string& name, const std::vector<NcDim>& dimensions, const std::string& what,
           const double* data) {
    variable(name, dimensions, what).putVar(data);
  }
  std::string coordinate(Index j) const {
    return study_.problem.empty() && j < static_cast<Index>(results_.coordinates.size())
               ? results_.coordinates[static_cast<std::size_t>(j)]
               : fmt::format("x{}", j);
  }

  /// Axes as coordinate variables; dimensions slowest first, since cells run along axis 0 fastest.
  std::vector<NcDim> add_axes(const Grid& grid) {
    std::vector<NcDim> slowest_first;
    for (Index j = grid.dimension() - 1; j >= 0; --j) {
      const std::string name = fmt::format("axis{}", j);
      slowest_first.push_back(dimension(name, grid.axis(j).cells()));
      put(name, {slowest_first.back()}, "centres of cells, " + coordinate(j), grid.axis(j).centers().data());
    }
    return slowest_first;
  }

  void add_spectrum() {
    const SpectralGapEstimate& spectrum = *study_.spectrum;
    std::shared_ptr<const Grid> grid = spectrum.generator->shared_grid();
    Points modes = spectrum.eigenfunctions;
    Values gibbs = spectrum.generator->gibbs().averages();
    if (grid->size() > kMostCells) {
      const Index cells = grid->dimension() == 2 ? 256 : grid->dimension() == 3 ? 64 : 8192;
      const auto coarse = experiment::uniform_grid(*grid, cells);
      const Points centers = coarse->centers();
      modes.resize(coarse->size(), spectrum.eigenfunctions.cols());
      experiment::interpolated_modes(spectrum)(centers, modes);
      gibbs.resize(coarse->size());
      GridInterpolant(grid, spectrum.generator->gibbs().averages()).evaluate(centers, gibbs);
      grid = coarse;
    }
    std::vector<NcDim> axes = add_axes(*grid);
    put("gibbs", axes, "density of the Gibbs measure", gibbs.data());
    const NcDim mode = dimension("mode", modes.cols());
    Values eigenvalues(modes.cols());
    for (Index k = 0; k < modes.cols(); ++k)
      eigenvalues(k) = spectrum.eigenvalues[static_cast<std::size_t>(k)].value();
    put("eigenvalue", {mode}, "nonzero eigenvalues of -L", eigenvalues.data());
    axes.insert(axes.begin(), mode);
    put("eigenfunction", axes, "eigenfunctions of L, E_mu u^2 = 1", modes.data());
  }

  void add_evolution() {
    const Evolution& evolution = *study_.evolution;
    const auto count = static_cast<Index>(evolution.snapshots.size());
    const Grid& grid = evolution.snapshots.front().density.grid();
    std::vector<NcDim> axes = add_axes(grid);
    const NcDim time = dimension("time", count);
    Values times(count);
    Points densities(grid.size(), count);
    for (Index k = 0; k < count; ++k) {
      const DensitySnapshot& snapshot = evolution.snapshots[static_cast<std::size_t>(k)];
      times(k) = snapshot.time;
      densities.col(k) = snapshot.density.averages();
    }
    put("time", {time}, "time", times.data());
    axes.insert(axes.begin(), time);
    put("density", axes, "cell averages of the density", densities.data());
  }

  void add_ensemble() {
    const EnsembleStudy& ensemble = *study_.ensemble;
    const auto count = static_cast<Index>(ensemble.times.size());
    const Index d = ensemble.snapshots.front().cols();
    const NcDim time = dimension("time", count), bin = dimension("bin", kBins);
    put("time", {time}, "time", ensemble.times.data());
    for (Index j = 0; j < std::min(d, kMarginals); ++j) add_marginal(ensemble, j, time, bin);
    if (ensemble.sample_paths.empty()) return;
    const NcDim path = dimension("path", static_cast<Index>(ensemble.sample_paths.size()));
    const NcDim path_time = dimension("path_time", static_cast<Index>(ensemble.path_times.size()));
    const NcDim component = dimension("coordinate", d);
    put("path_time", {path_time}, "times of the sample paths", ensemble.path_times.data());
    std::vector<double> all;
    for (const Points& one : ensemble.sample_paths) all.insert(all.end(), one.data(), one.data() + one.size());
    put("sample_path", {path, component, path_time}, "whole paths", all.data());
  }

  void add_marginal(const EnsembleStudy& ensemble, Index j, const NcDim& time, const NcDim& bin) {
    double low = ensemble.snapshots.front().col(j).minCoeff(), high = ensemble.snapshots.front().col(j).maxCoeff();
    for (const Points& points : ensemble.snapshots) {
      low = std::min(low, points.col(j).minCoeff());
      high = std::max(high, points.col(j).maxCoeff());
    }
    const Axis axis = Axis::uniform(low, high > low ? high : low + 1, kBins);
    Points histogram = Points::Zero(kBins, static_cast<Index>(ensemble.snapshots.size()));
    for (std::size_t k = 0; k < ensemble.snapshots.size(); ++k) {
      const Points& points = ensemble.snapshots[k];
      for (Index i = 0; i < points.rows(); ++i) {
        const Index cell = std::clamp<Index>(axis.find(points(i, j)), 0, kBins - 1);
        histogram(cell, static_cast<Index>(k)) += 1;
      }
      histogram.col(static_cast<Index>(k)) /= axis.widths() * static_cast<double>(points.rows());
    }
    const std::string name = fmt::format("marginal{}", j);
    put(name + "_bin", {bin}, "centres of bins, " + coordinate(j), axis.centers().data());
    put(name, {time, bin}, "histogram density of " + coordinate(j), histogram.data());
  }

  NcFile& file_;
  const RunResults& results_;
  const StudyOutcome& study_;
  std::string prefix_;
};

}  // namespace

void write_arrays(const RunResults& results, const OutputFolder& folder, const std::string& name) {
  const std::filesystem::path temporary = folder.path() / (name + ".partial");
  try {
    NcFile file(temporary.string(), NcFile::replace, NcFile::classic64);
    file.putAtt("title", results.title);
    file.putAtt("Conventions", "CF-1.8");
    for (const StudyOutcome& study : results.studies) StudyArrays(file, results, study).add();
  } catch (const netCDF::exceptions::NcException& error) {
    throw OutputError(fmt::format("{} cannot be written: {}", (folder.path() / name).string(), error.what()), false);
  }
  folder.adopt(temporary, name);
}

}  // namespace sgdlimits
