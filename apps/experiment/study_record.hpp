/// A finished study with what comparisons and claims need beyond its outcome, and its file in the checkpoint folder;
/// internal to apps/experiment.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/experiment/results.hpp"
#include "solvers/fokker_planck/generator.hpp"
#include "solvers/spectrum/critical_points.hpp"
#include "validation/claims/three_grids.hpp"

namespace sgdlimits::experiment {

struct StudyRecord {
  StudyOutcome outcome;
  std::vector<MeasurementRow> rows;
  // fokker-planck
  std::shared_ptr<const Generator> generator;       ///< of the evolution
  std::shared_ptr<const Evolution> middle, coarse;  ///< on half and on a quarter of the cells along each axis
  ThreeGrids grids;                                 ///< of the three evolutions; means: of law_observables
  double chi_squared_larger_box = 0;                ///< chi squared of the initial law on a box 1.3 times as large
};

/// To bytes and back to the same bits. `key` names the experiment and study: read_record throws DataError if the
/// bytes are damaged, of another version or of another key.
std::string record_bytes(const StudyRecord& record, const std::string& key);
StudyRecord read_record(const std::string& bytes, const std::string& key, const std::string& file);

/// Snapshots of an unfinished ensemble.
std::string snapshot_bytes(const std::vector<Points>& snapshots, const std::string& key);
std::vector<Points> read_snapshots(const std::string& bytes, const std::string& key, const std::string& file);

/// The statistics of an unfinished ensemble.
std::string statistics_bytes(std::string statistics, const std::string& key);
std::string read_statistics(const std::string& bytes, const std::string& key, const std::string& file);

}  // namespace sgdlimits::experiment
