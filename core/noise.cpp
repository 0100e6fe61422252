#include "core/noise.hpp"

#include <Random123/philox.h>

#include <cmath>

#include "core/errors.hpp"
#include "core/noise_kernel.hpp"

namespace sgdlimits {
namespace {

void counter_words(std::uint64_t block, std::uint64_t stream, std::uint32_t out[3]) {
  out[0] = static_cast<std::uint32_t>(block);
  out[1] = static_cast<std::uint32_t>((block >> 32) & 0xFFFFu) | static_cast<std::uint32_t>((stream >> 32) << 16);
  out[2] = static_cast<std::uint32_t>(stream);
}

kernel::PhiloxBlock philox_block(std::uint64_t seed, std::uint64_t stream, Index path, std::int64_t block) {
  kernel::PhiloxBlock b{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
                        static_cast<std::uint32_t>(path),
                        {}};
  counter_words(static_cast<std::uint64_t>(block), stream, b.counter);
  return b;
}

void check_range(Index first_path, Index paths, std::int64_t first_index, Index indices) {
  if (first_path < 0 || first_path + paths > (Index{1} << 32))
    throw InvalidArgument("path number", std::to_string(first_path + paths - 1), "between 0 and 2^32 - 1");
  if (first_index < 0 || first_index + indices > (std::int64_t{1} << 49))
    throw InvalidArgument("noise index", std::to_string(first_index), "between 0 and 2^49 - 1");
}

/// Fills out from pairs(block, even, odd), where the vectorised pairs cover kPaths paths at a time.
template <class Pairs>
void fill(std::uint64_t seed, std::uint64_t stream, Index first_path, std::int64_t first_index, PointsOut out,
          Pairs pairs) {
  check_range(first_path, out.rows(), first_index, out.cols());
  alignas(64) double even[kernel::kPaths], odd[kernel::kPaths];
  const std::int64_t end = first_index + out.cols();
  for (Index row = 0; row < out.rows(); row += kernel::kPaths) {
    const Index rows = std::min<Index>(kernel::kPaths, out.rows() - row);
    for (std::int64_t block = first_index / 2; 2 * block < end; ++block) {
      const kernel::PhiloxBlock counters = philox_block(seed, stream, first_path + row, block);
      const std::int64_t left = 2 * block - first_index;
      if (rows == kernel::kPaths && left >= 0 && left + 1 < out.cols()) {
        pairs(counters, out.col(left).data() + row, out.col(left + 1).data() + row);
        continue;
      }
      pairs(counters, even, odd);
      for (int half = 0; half < 2; ++half) {
        const std::int64_t column = left + half;
        if (column < 0 || column >= out.cols()) continue;
        const double* from = half == 0 ? even : odd;
        std::copy(from, from + rows, out.col(column).data() + row);
      }
    }
  }
}

}  // namespace

Noise::Noise(std::uint64_t seed, Stream stream, std::uint32_t replicate)
    : seed_(seed), stream_(static_cast<std::uint64_t>(stream) | (std::uint64_t{replicate} << 16)) {}

Noise Noise::with(Stream purpose) const { return Noise(seed_, purpose, static_cast<std::uint32_t>(stream_ >> 16)); }

Noise Noise::at_level(int more) const {
  constexpr std::uint64_t kLevels = 0xFF;
  if (more < 0 || static_cast<std::uint64_t>(more) > kLevels - ((stream_ >> 8) & kLevels))
    throw InvalidArgument("levels of refinement", std::to_string(more), "at least 0, 255 in all");
  Noise deeper = *this;
  deeper.stream_ += static_cast<std::uint64_t>(more) << 8;
  return deeper;
}

void Noise::normals(Index first_path, std::int64_t first_index, PointsOut out) const {
  fill(seed_, stream_, first_path, first_index, out, kernel::normal_pairs);
}

void Noise::path_normals(Index path, std::int64_t first_index, ValuesOut out) const {
  check_range(path, 1, first_index, out.size());
  constexpr Index kGroup = 2 * kernel::kPaths;
  alignas(64) double group[kGroup];
  const std::int64_t end = first_index + out.size();
  for (std::int64_t begin = first_index / kGroup * kGroup; begin < end; begin += kGroup) {
    const kernel::PhiloxBlock counters = philox_block(seed_, stream_, path, begin / 2);
    if (begin >= first_index && begin + kGroup <= end) {
      kernel::normals_along(counters, out.data() + (begin - first_index));
      continue;
    }
    kernel::normals_along(counters, group);
    const std::int64_t from = std::max(begin, first_index), to = std::min(begin + kGroup, end);
    std::copy(group + (from - begin), group + (to - begin), out.data() + (from - first_index));
  }
}

void Noise::uniforms(Index first_path, std::int64_t first_index, PointsOut out) const {
  fill(seed_, stream_, first_path, first_index, out, kernel::uniform_pairs);
}

void Noise::integers(Index first_path, std::int64_t first_index, Index bound, Eigen::Ref<Indices> out) const {
  if (bound < 1) throw InvalidArgument("bound of random integers", std::to_string(bound), "at least 1");
  Points u(out.rows(), out.cols());
  uniforms(first_path, first_index, u);
  // u < 1 and bound < 2^52 leave u * bound < bound
  out = (u * static_cast<double>(bound)).cast<Index>().min(bound - 1);
}

double Noise::uniform(Index path, std::int64_t index) const {
  r123::Philox4x32 philox;
  std::uint32_t words[3];
  counter_words(static_cast<std::uint64_t>(index / 2), stream_, words);
  const r123::Philox4x32::ctr_type r =
      philox({{static_cast<std::uint32_t>(path), words[0], words[1], words[2]}},
             {{static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)}});
  const int half = static_cast<int>(index % 2);
  const std::uint64_t bits = (std::uint64_t{r[2 * half]} << 32) | r[2 * half + 1];
  return static_cast<double>(bits >> 12) * 0x1p-52 + 0x1p-53;
}

double Noise::normal(Index path, std::int64_t index) const {
  const std::int64_t even = index - index % 2;
  const double radius = std::sqrt(-2.0 * std::log(uniform(path, even)));
  const double angle = 6.283185307179586476925286766559 * uniform(path, even + 1);
  return radius * (index % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

void philox4x32_10(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]) {
  kernel::philox_words(counter, key, out);
}

}  // namespace sgdlimits
