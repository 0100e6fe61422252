#include "core/noise.hpp"

#include <gtest/gtest.h>

namespace sgdlimits {
namespace {

// Known-answer vectors of Philox4x32-10 (Random123 distribution, kat_vectors). Any wrong constant, round or word
// order fails.
TEST(Philox, MatchesThePublishedVectors) {
  struct Known {
    std::uint32_t counter[4], key[2], out[4];
  };
  const Known known[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const Known& k : known) {
    std::uint32_t out[4];
    philox4x32_10(k.counter, k.key, out);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(out[i], k.out[i]);
  }
}

// The vectorised fill and the one-at-a-time reference through Random123 are the same function.
TEST(Noise, FillAgreesWithTheReadableReference) {
  const Noise noise(0x123456789abcdef0u, Stream::brownian, 7);
  const Index first_path = 4294967296 - 300;
  for (const std::int64_t first_index : {0L, 1L, 1234567890123L}) {
    Points u(300, 5), z(300, 5);
    noise.uniforms(first_path, first_index, u);
    noise.normals(first_path, first_index, z);
    for (Index i = 0; i < u.rows(); ++i)
      for (Index j = 0; j < u.cols(); ++j) {
        EXPECT_EQ(u(i, j), noise.uniform(first_path + i, first_index + j));
        EXPECT_NEAR(z(i, j), noise.normal(first_path + i, first_index + j), 4e-15);
      }
  }
}

// Any split into paths and indices gives the same bits: threads and blocks cannot change a result.
TEST(Noise, BitsDoNotDependOnTheSplit) {
  const Noise noise(42, Stream::brownian);
  Points whole(1000, 6);
  noise.normals(0, 0, whole);
  for (Index begin = 0; begin < 1000; begin += 89) {
    Points part(std::min<Index>(89, 1000 - begin), 3);
    noise.normals(begin, 3, part);
    EXPECT_TRUE((part == whole.block(begin, 3, part.rows(), 3)).all());
  }
}

// Fails if a Gaussian of one path differs in a bit from the same one among many paths, at ends of a group of 128, or
// where the lower word of the block counter overflows.
TEST(Noise, OnePathAlongTheIndexHasTheSameBits) {
  const Noise noise(42, Stream::brownian, 3);
  for (const std::int64_t first : {std::int64_t{0}, std::int64_t{1}, std::int64_t{127}, std::int64_t{8589934500}})
    for (const Index count : {1, 2, 127, 128, 129, 700}) {
      Points many(9, count);
      noise.normals(1000, first, many);
      Values along(count);
      noise.path_normals(1005, first, along);
      EXPECT_TRUE((along.transpose() == many.row(5)).all()) << first << ' ' << count;
    }
}

// Fails if another purpose changes the seed or the replicate.
TEST(Noise, AnotherPurposeKeepsSeedAndReplicate) {
  const Noise noise(42, Stream::brownian, 3);
  EXPECT_EQ(noise.with(Stream::sample).uniform(5, 7), Noise(42, Stream::sample, 3).uniform(5, 7));
}

// Seeds, streams and replicates are different functions.
TEST(Noise, SeedsStreamsAndReplicatesDiffer) {
  const double first = Noise(1, Stream::brownian).uniform(0, 0);
  EXPECT_NE(first, Noise(2, Stream::brownian).uniform(0, 0));
  EXPECT_NE(first, Noise(1, Stream::initial).uniform(0, 0));
  EXPECT_NE(first, Noise(1, Stream::brownian, 1).uniform(0, 0));
}

TEST(Noise, IntegersStayBelowTheBound) {
  Indices k(2000, 4);
  Noise(3, Stream::batch).integers(0, 0, 7, k);
  EXPECT_EQ(k.minCoeff(), 0);
  EXPECT_EQ(k.maxCoeff(), 6);
}

}  // namespace
}  // namespace sgdlimits
