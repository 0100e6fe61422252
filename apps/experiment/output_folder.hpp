/// The folder that a run writes: whose it is, and files that are either whole or absent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "apps/experiment/results.hpp"
#include "core/errors.hpp"

namespace sgdlimits {

/// The folder cannot be used (`cannot_create`: exit status 73) or a file not be written (74).
class OutputError : public Error {
 public:
  OutputError(const std::string& what, bool cannot_create) : Error(what), cannot_create_(cannot_create) {}
  bool cannot_create() const { return cannot_create_; }

 private:
  bool cannot_create_;
};

/// A folder with our marker file ".sgdlimits". One that exists, is not empty and has no marker is refused unless
/// forced; then it gets the marker and what is in it stays, except files of the same names.
class OutputFolder {
 public:
  static OutputFolder open(const std::filesystem::path& path, bool force);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path checkpoint() const { return path_ / "checkpoint"; }
  /// Writes to a temporary name, syncs, renames, syncs the folder. `name` may hold sub-folders.
  void write(const std::string& name, const std::string& bytes) const;
  /// The same for a file that something else has written to `temporary`.
  void adopt(const std::filesystem::path& temporary, const std::string& name) const;

 private:
  explicit OutputFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// study,quantity,time,value,standard_error,discretisation_bound,lower,upper,side,grade,how: one line a measurement;
/// lower and upper are the ends of the 95 % interval. Fields with commas are quoted.
std::string measurements_csv(const RunResults& results);

/// claims.json: {"schema": 1, "claims": [...], "distances": [...]}.
std::string claims_json(const RunResults& results);

/// NetCDF, classic 64-bit-offset format (equal results, equal bytes): for each study STUDY its grid axes,
/// densities at report times and Gibbs density, eigenfunctions, ensemble marginals as histograms, sample paths. Opens
/// with xarray.
void write_arrays(const RunResults& results, const OutputFolder& folder, const std::string& name = "arrays.nc");

/// What is not a result but how it was got: everything that may differ between two equal runs.
struct ManifestFacts {
  int threads = 1;
  Index block = 0;
  std::uint64_t seed = 0;
  double seconds = 0;
  std::vector<std::pair<std::string, double>> study_seconds;  ///< by name
  std::string command_line;
  bool resumed = false;
  int exit_status = 0;
};
/// manifest.json: version, commit, compiler, flags, processor, the facts, seconds of each study, peak memory, SHA-256
/// of every other file of the folder. The last file of a run.
void write_manifest(const ManifestFacts& facts, const OutputFolder& folder);

/// A field of a CSV file, quoted where it must be.
std::string csv_field(const std::string& text);

/// SHA-256 (FIPS 180-4) in hexadecimal.
std::string sha256(const std::string& bytes);

}  // namespace sgdlimits
