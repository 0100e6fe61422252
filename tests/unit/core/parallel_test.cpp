#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

// Fails if a chunk is skipped, repeated or shared.
TEST(ThreadPool, CallsEveryChunkOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int loop = 0; loop < 50; ++loop) {
      std::vector<std::atomic<int>> calls(97);
      pool.for_each_chunk(97, [&](Index c) { ++calls[static_cast<std::size_t>(c)]; });
      for (const auto& n : calls) EXPECT_EQ(n, 1);
    }
  }
}

// Fails if the loop hides an exception, or lets chance choose among several.
TEST(ThreadPool, RethrowsTheExceptionOfTheSmallestChunk) {
  ThreadPool pool(3);
  for (int loop = 0; loop < 20; ++loop) {
    try {
      pool.for_each_chunk(64, [](Index c) {
        if (c % 7 == 3) throw std::runtime_error(std::to_string(c));
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& e) {
      EXPECT_STREQ(e.what(), "3");
    }
  }
  std::atomic<int> calls = 0;
  pool.for_each_chunk(10, [&](Index) { ++calls; });
  EXPECT_EQ(calls, 10);
}

TEST(ThreadPool, RefusesAnImpossibleNumberOfThreads) {
  EXPECT_THROW(ThreadPool(0), InvalidArgument);
  EXPECT_THROW(ThreadPool(1025), InvalidArgument);
}

// Sums of numbers of very different size show the order of addition in their last bits.
TEST(ThreadDeterminism, OrderedSumHasTheSameBitsForAnyNumberOfThreads) {
  const auto part = [](Index c) {
    return std::exp(0.37 * static_cast<double>(c % 40)) / (1.0 + static_cast<double>(c));
  };
  ThreadPool one(1);
  const double reference = ordered_sum(one, 1000, part);
  for (const int threads : {2, 3, 8}) {
    ThreadPool pool(threads);
    for (int loop = 0; loop < 10; ++loop) EXPECT_EQ(ordered_sum(pool, 1000, part), reference);
  }
}

TEST(Chunks, CoverTheRangeWithoutOverlap) {
  for (const Index n : {1, 1023, 1024, 1025, 5000}) {
    Index next = 0;
    for (Index c = 0; c < chunk_count(n); ++c) {
      EXPECT_EQ(chunk_range(n, c).begin, next);
      next = chunk_range(n, c).end;
    }
    EXPECT_EQ(next, n);
  }
}

}  // namespace
}  // namespace sgdlimits
