#include "apps/experiment/study_record.hpp"

#include <map>

#include "apps/experiment/archive.hpp"
#include "apps/experiment/output_folder.hpp"

namespace sgdlimits::experiment {

template <>
Measurement Archive::blank<Measurement>() {
  return Measurement::exact(0, "");
}
template <>
std::optional<Measurement> Archive::blank<std::optional<Measurement>>() {
  return std::nullopt;
}
template <>
MeasurementRow Archive::blank<MeasurementRow>() {
  return {"", "", std::nullopt, Measurement::exact(0, "")};
}
template <>
EscapeRate Archive::blank<EscapeRate>() {
  return {"", 0, 0, 0, Measurement::exact(0, ""), Measurement::exact(0, ""), 0, Verdict::undecided};
}

namespace {

const std::string kMagic = "sgdlimits study 2";

void exchange(Archive& archive, Measurement& m) {
  double value = m.value(), error = m.standard_error(), bound = m.discretisation_bound();
  Side side = m.side();
  Grade grade = m.grade();
  std::string how = m.how();
  archive(value), archive(error), archive(bound), archive(side), archive(grade), archive(how);
  if (!archive.writing()) m = Measurement(value, error, bound, side, grade, how);
}

void exchange(Archive& archive, std::vector<Measurement>& values) {
  archive.each(values, [&](Measurement& m) { exchange(archive, m); });
}

void exchange(Archive& archive, Report& report) {
  archive(report.status), archive(report.why);
  std::vector<std::string> names;
  std::vector<double> numbers;
  for (const auto& [name, number] : report.counters) names.push_back(name), numbers.push_back(number);
  archive(names), archive(numbers);
  for (std::size_t i = 0; i < names.size() && i < numbers.size(); ++i) report.counters[names[i]] = numbers[i];
}

void exchange(Archive& archive, std::optional<double>& value) {
  if (archive.present(value.has_value())) {
    double number = value.value_or(0);
    archive(number);
    value = number;
  } else {
    value.reset();
  }
}

void exchange(Archive& archive, std::shared_ptr<const Grid>& grid) {
  std::int64_t d = grid ? grid->dimension() : 0;
  archive(d);
  std::vector<Axis> axes;
  for (std::int64_t j = 0; j < d; ++j) {
    bool uniform = grid && grid->axis(j).is_uniform();
    Values edges = grid ? grid->axis(j).edges() : Values();
    archive(uniform), archive(edges);
    if (archive.writing()) continue;
    if (edges.size() < 2) archive.damaged();
    const Index last = edges.size() - 1;
    axes.push_back(uniform ? Axis::uniform(edges(0), edges(last), last) : Axis(edges));
  }
  if (!archive.writing()) grid = std::make_shared<const Grid>(std::move(axes));
}

void exchange(Archive& archive, std::shared_ptr<const Generator>& generator) {
  if (!archive.present(generator != nullptr)) return;
  std::shared_ptr<const Grid> grid = generator ? generator->shared_grid() : nullptr;
  Values potential = generator ? generator->potential() : Values();
  double tau = generator ? generator->temperature().value() : 0;
  exchange(archive, grid);
  archive(potential), archive(tau);
  if (!archive.writing()) generator = std::make_shared<const Generator>(potential, grid, Temperature(tau));
}

void exchange(Archive& archive, CountProof& proof) {
  archive(proof.done), archive(proof.shift), archive(proof.eigenvalues_below), archive(proof.nearest_ritz_distance);
  archive(proof.pivot_growth), archive(proof.why_not);
}

void exchange(Archive& archive, std::shared_ptr<const SpectralGapEstimate>& spectrum) {
  if (!archive.present(spectrum != nullptr)) return;
  SpectralGapEstimate s = spectrum ? *spectrum : SpectralGapEstimate{{}, SpectralGap(0), PoincareConstant(1)};
  double gap = s.gap.value(), constant = s.poincare_constant.value();
  exchange(archive, s.eigenvalues);
  archive(gap), archive(constant), archive(s.error_bound), archive(s.residuals);
  exchange(archive, s.generator);
  archive(s.eigenfunctions);
  exchange(archive, s.essential_spectrum_bottom);
  exchange(archive, s.count_proof);
  s.gap = SpectralGap(gap);
  s.poincare_constant = PoincareConstant(constant);
  if (!archive.writing()) spectrum = std::make_shared<const SpectralGapEstimate>(std::move(s));
}

void exchange(Archive& archive, std::shared_ptr<const Evolution>& evolution) {
  if (!archive.present(evolution != nullptr)) return;
  Evolution e = evolution ? *evolution : Evolution{};
  std::shared_ptr<const Grid> grid = e.snapshots.empty() ? nullptr : e.snapshots.front().density.shared_grid();
  std::int64_t count = static_cast<std::int64_t>(e.snapshots.size());
  archive(count);
  if (count > 0) exchange(archive, grid);
  for (std::int64_t k = 0; k < count; ++k) {
    DensitySnapshot* old = archive.writing() ? &e.snapshots[static_cast<std::size_t>(k)] : nullptr;
    Values averages = old ? old->density.averages() : Values();
    double time = old ? old->time : 0, chi = old ? old->chi_squared : 0, kl = old ? old->kl_divergence : 0,
           mean = old ? old->mean_potential : 0;
    archive(averages), archive(time), archive(chi), archive(kl), archive(mean);
    if (!old) e.snapshots.push_back({time, Density(grid, averages), chi, kl, mean});
  }
  archive(e.time_errors), archive(e.smallest_cell), archive(e.mass_drift);
  if (!archive.writing()) evolution = std::make_shared<const Evolution>(std::move(e));
}

void exchange(Archive& archive, std::shared_ptr<const EnsembleStudy>& ensemble) {
  if (!archive.present(ensemble != nullptr)) return;
  EnsembleStudy e = ensemble ? *ensemble : EnsembleStudy{};
  archive(e.motion), archive(e.paths), archive(e.step_size), archive(e.times), archive(e.snapshots);
  archive(e.path_times), archive(e.sample_paths);
  exchange(archive, e.chi_squared);
  exchange(archive, e.first_mode);
  if (!archive.writing()) ensemble = std::make_shared<const EnsembleStudy>(std::move(e));
}

void exchange(Archive& archive, CriticalPoint& point) {
  archive(point.x), archive(point.value), archive(point.hessian_eigenvalues), archive(point.gradient_norm);
}

void exchange(Archive& archive, std::optional<Measurement>& m) {
  if (!archive.present(m.has_value())) return;
  if (!m) m = Archive::blank<Measurement>();
  exchange(archive, *m);
}

void exchange(Archive& archive, std::optional<Barrier>& barrier) {
  if (!archive.present(barrier.has_value())) return;
  if (!barrier) barrier = Barrier{};
  for (CriticalPoint* point : {&barrier->lowest, &barrier->other, &barrier->saddle}) exchange(archive, *point);
  archive(barrier->height);
}

void exchange(Archive& archive, InvariantMeasure& measure) {
  archive(measure.weight);
  exchange(archive, measure.gap);
  exchange(archive, measure.mean);
  exchange(archive, measure.variance);
  exchange(archive, measure.covariance);
  archive(measure.support.lower), archive(measure.support.upper);
  std::shared_ptr<const Grid> grid = measure.density ? measure.density->shared_grid() : nullptr;
  Values averages = measure.density ? measure.density->averages() : Values();
  exchange(archive, grid);
  archive(averages);
  if (!archive.writing()) measure.density = std::make_shared<const Density>(grid, averages);
}

void exchange(Archive& archive, std::optional<Committor>& committor) {
  if (!archive.present(committor.has_value())) return;
  if (!committor) committor = Committor{};
  exchange(archive, committor->grid);
  archive(committor->probability);
  exchange(archive, committor->at_saddle);
}

void exchange(Archive& archive, std::shared_ptr<const SgdLaws>& shared) {
  if (!archive.present(shared != nullptr)) return;
  SgdLaws laws = shared ? *shared : SgdLaws{};
  archive.each(laws.motions, [&](MotionLaws& motion) {
    archive(motion.name), archive(motion.never_escapes), archive(motion.remark);
    archive.each(motion.measures, [&](InvariantMeasure& measure) { exchange(archive, measure); });
    exchange(archive, motion.gap);
    exchange(archive, motion.escape_time);
    exchange(archive, motion.committor);
  });
  archive(laws.batches_exact), archive(laws.atoms), archive(laws.coarse_measures), archive(laws.stretch);
  archive(laws.leak);
  exchange(archive, laws.grid);
  exchange(archive, laws.barrier);
  if (!archive.writing()) shared = std::make_shared<const SgdLaws>(std::move(laws));
}

void exchange(Archive& archive, StudyOutcome& outcome) {
  archive(outcome.name), archive(outcome.kind), archive(outcome.problem), archive(outcome.seconds);
  exchange(archive, outcome.report);
  archive(outcome.remarks);
  exchange(archive, outcome.spectrum);
  archive.each(outcome.critical_points, [&](CriticalPoint& point) { exchange(archive, point); });
  exchange(archive, outcome.evolution);
  exchange(archive, outcome.ensemble);
  archive.each(outcome.escapes, [&](EscapeRate& escape) {
    archive(escape.motion), archive(escape.learning_rate), archive(escape.paths), archive(escape.crossed);
    exchange(archive, escape.measured);
    exchange(archive, escape.predicted);
    archive(escape.asymptotic), archive(escape.verdict);
    if (archive.present(escape.expected.has_value())) {
      if (!escape.expected) escape.expected = Verdict::consistent;
      archive(*escape.expected);
    }
  });
  archive.each(outcome.covariances, [&](GradientCovariance& covariance) {
    archive(covariance.place), archive(covariance.x), archive(covariance.sigma), archive(covariance.step_noise);
  });
  exchange(archive, outcome.sgd_laws);
}

void exchange(Archive& archive, std::vector<std::optional<Measurement>>& values) {
  archive.each(values, [&](std::optional<Measurement>& value) {
    Measurement m = value.value_or(Measurement::exact(0, ""));
    if (archive.present(value.has_value())) {
      exchange(archive, m);
      value = m;
    } else {
      value.reset();
    }
  });
}

void exchange(Archive& archive, ThreeGrids& grids) {
  archive(grids.l1), archive(grids.gibbs_l1);
  exchange(archive, grids.log_chi);
  exchange(archive, grids.log_chi_step);
  archive.each(grids.means, [&](std::vector<Measurement>& means) { exchange(archive, means); });
  exchange(archive, grids.gibbs_means);
}

void exchange(Archive& archive, StudyRecord& record) {
  exchange(archive, record.outcome);
  archive.each(record.rows, [&](MeasurementRow& row) {
    archive(row.study), archive(row.quantity);
    exchange(archive, row.time);
    exchange(archive, row.measurement);
  });
  exchange(archive, record.generator);
  exchange(archive, record.middle);
  exchange(archive, record.coarse);
  exchange(archive, record.grids);
  archive(record.chi_squared_larger_box);
}

/// The content with its magic, key and checksum.
std::string sealed(Archive& archive) { return archive.bytes() + sha256(archive.bytes()); }

Archive unsealed(const std::string& bytes, const std::string& key, const std::string& file) {
  const Archive refuse("", file);
  if (bytes.size() < 64 || sha256(bytes.substr(0, bytes.size() - 64)) != bytes.substr(bytes.size() - 64)) {
    refuse.damaged();
  }
  Archive archive(bytes.substr(0, bytes.size() - 64), file);
  std::string magic, found;
  archive(magic), archive(found);
  if (magic != kMagic) refuse.damaged();
  if (found != key) {
    throw DataError(file, 0, 0, "belongs to another experiment",
                    "run the experiment that began here, or delete the checkpoint folder");
  }
  return archive;
}

Archive opened(const std::string& key) {
  Archive archive;
  std::string magic = kMagic, copy = key;
  archive(magic), archive(copy);
  return archive;
}

}  // namespace

std::string record_bytes(const StudyRecord& record, const std::string& key) {
  Archive archive = opened(key);
  StudyRecord copy = record;
  exchange(archive, copy);
  return sealed(archive);
}

StudyRecord read_record(const std::string& bytes, const std::string& key, const std::string& file) {
  Archive archive = unsealed(bytes, key, file);
  StudyRecord record;
  exchange(archive, record);
  if (!archive.at_end()) archive.damaged();
  return record;
}

std::string snapshot_bytes(const std::vector<Points>& snapshots, const std::string& key) {
  Archive archive = opened(key);
  std::vector<Points> copy = snapshots;
  archive(copy);
  return sealed(archive);
}

std::vector<Points> read_snapshots(const std::string& bytes, const std::string& key, const std::string& file) {
  Archive archive = unsealed(bytes, key, file);
  std::vector<Points> snapshots;
  archive(snapshots);
  if (!archive.at_end()) archive.damaged();
  return snapshots;
}

std::string statistics_bytes(std::string statistics, const std::string& key) {
  Archive archive = opened(key);
  archive(statistics);
  return sealed(archive);
}

std::string read_statistics(const std::string& bytes, const std::string& key, const std::string& file) {
  Archive archive = unsealed(bytes, key, file);
  std::string statistics;
  archive(statistics);
  if (!archive.at_end()) archive.damaged();
  return statistics;
}

}  // namespace sgdlimits::experiment
