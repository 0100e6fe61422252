#include <fmt/format.h>
#include <sys/resource.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/build_info.hpp"
#include "apps/experiment/output_folder.hpp"
#include "apps/report/json.hpp"
#include "core/text.hpp"

namespace sgdlimits {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr double kNormal95 = 1.959963984540054;

std::string slurp(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string processor_name() {
  std::istringstream lines(slurp("/proc/cpuinfo"));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::map<std::string, std::string> checksums(const fs::path& folder) {
  std::map<std::string, std::string> sums;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).generic_string();
    if (!entry.is_regular_file() || name == "manifest.json" || name.rfind("checkpoint/", 0) == 0) continue;
    sums[name] = sha256(slurp(entry.path()));
  }
  return sums;
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string measurements_csv(const RunResults& results) {
  std::string csv = "study,quantity,time,value,standard_error,discretisation_bound,lower,upper,side,grade,how\n";
  for (const MeasurementRow& row : results.measurements) {
    const Measurement& m = row.measurement;
    csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(row.study), csv_field(row.quantity),
                       row.time ? shortest(*row.time) : "", shortest(m.value()), shortest(m.standard_error()),
                       shortest(m.discretisation_bound()), shortest(m.lower(kNormal95)), shortest(m.upper(kNormal95)),
                       to_string(m.side()), to_string(m.grade()), csv_field(m.how()));
  }
  return csv;
}

std::string claims_json(const RunResults& results) {
  const ordered_json all = to_json(results);
  const ordered_json file = {{"schema", 1}, {"claims", all.at("claims")}, {"distances", all.at("distances")}};
  return file.dump(2) + "\n";
}

void write_manifest(const ManifestFacts& facts, const OutputFolder& folder) {
  const BuildInfo& build = build_info();
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  ordered_json studies = ordered_json::object();
  for (const auto& [name, seconds] : facts.study_seconds) studies[name] = seconds;
  ordered_json files = ordered_json::object();
  for (const auto& [name, sum] : checksums(folder.path())) files[name] = sum;
  const ordered_json manifest = {{"schema", 1},
                                 {"program", "sgdlimits"},
                                 {"version", build.version},
                                 {"git_hash", build.git_hash},
                                 {"compiler", build.compiler},
                                 {"flags", build.flags},
                                 {"processor", processor_name()},
                                 {"command_line", facts.command_line},
                                 {"threads", facts.threads},
                                 {"block", facts.block},
                                 {"seed", std::to_string(facts.seed)},
                                 {"resumed", facts.resumed},
                                 {"seconds", facts.seconds},
                                 {"study_seconds", studies},
                                 {"peak_memory_bytes", static_cast<std::int64_t>(usage.ru_maxrss) * 1024},
                                 {"exit_status", facts.exit_status},
                                 {"sha256", files}};
  folder.write("manifest.json", manifest.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace sgdlimits
