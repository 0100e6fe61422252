#include "apps/experiment/sweep.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "apps/experiment/output_folder.hpp"

namespace sgdlimits {

namespace {

std::uint64_t leading_bits(const std::string& bytes) { return std::stoull(sha256(bytes).substr(0, 16), nullptr, 16); }

/// A folder's name for every system: plain characters, not too long, else a checksum of it.
std::string point_name(const Sweep& sweep, const SweepPoint& point) {
  std::vector<std::string> parts = assignments(sweep, point);
  parts.push_back(fmt::format("replicate={}", point.replicate));
  const std::string name = fmt::format("{}", fmt::join(parts, ","));
  const bool plain =
      name.size() <= 120 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) || c == '.' || c == '_' || c == '=' || c == ',' || c == '-' || c == '+');
      });
  return plain ? name : "point-" + sha256(name).substr(0, 16);
}

}  // namespace

std::vector<SweepPoint> sweep_points(const Sweep& sweep) {
  std::size_t combinations = 1;
  for (const SweptKey& key : sweep.keys)
    combinations = sweep.zip ? key.values.size() : combinations * key.values.size();
  std::vector<SweepPoint> points;
  for (std::size_t c = 0; c < combinations; ++c) {
    SweepPoint point;
    point.choice.assign(sweep.keys.size(), c);
    for (std::size_t k = sweep.keys.size(), rest = c; k > 0 && !sweep.zip; --k) {
      point.choice[k - 1] = rest % sweep.keys[k - 1].values.size();
      rest /= sweep.keys[k - 1].values.size();
    }
    for (point.replicate = 1; point.replicate <= sweep.replicates; ++point.replicate) {
      point.name = point_name(sweep, point);
      points.push_back(point);
    }
  }
  return points;
}

std::vector<std::string> assignments(const Sweep& sweep, const SweepPoint& point) {
  std::vector<std::string> texts;
  for (std::size_t k = 0; k < sweep.keys.size(); ++k)
    texts.push_back(sweep.keys[k].key + "=" + sweep.keys[k].values[point.choice[k]].text);
  return texts;
}

std::uint64_t point_seed(const Sweep& sweep, const SweepPoint& point, std::uint64_t file_seed) {
  for (const SweptKey& key : sweep.keys) {
    if (key.key == "run.seed") return file_seed;
  }
  std::string text = fmt::format("seed of a point\n{}\n{}\n", file_seed, point.replicate);
  if (!sweep.common_random_numbers) text += fmt::format("{}", fmt::join(assignments(sweep, point), "\n"));
  return leading_bits(text) >> 1;
}

std::string plain_name(const std::string& text) {
  std::string name;
  for (unsigned char c : text) {
    if (c < 0x80 && std::isalnum(c)) {
      name += static_cast<char>(c);
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  if (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

}  // namespace sgdlimits
