/// The one place for parallel loops and reductions.
///
/// Work is cut into chunks whose number and ends depend on the work alone, never on the number of threads;
/// whoever reduces stores one partial result a chunk and adds them in index order. So the bits of a result do
/// not depend on the number of threads.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "core/points.hpp"

namespace sgdlimits {

/// Paths a chunk: the unit of reduction. Fixed for ever, since it is part of every result's bits.
inline constexpr Index kChunk = 1024;

/// A pool of jthreads that is reused between loops.
class ThreadPool {
 public:
  /// Throws InvalidArgument unless 1 <= threads <= 1024.
  explicit ThreadPool(int threads);
  ~ThreadPool();

  int threads() const;

  /// Calls body(c) once for every 0 <= c < chunks, in parallel, and returns when all are done. If bodies throw,
  /// the exception of the smallest c is rethrown. Not reentrant.
  void for_each_chunk(Index chunks, const std::function<void(Index)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// How to execute, as opposed to what to compute: nothing here changes a result.
struct Execution {
  std::shared_ptr<ThreadPool> pool = std::make_shared<ThreadPool>(1);
  /// Paths that a runner keeps in cache over many steps, a multiple of kLanes.
  Index block = 256;
  /// Asked between chunks and steps; a stopped run returns Status::interrupted in a consistent state.
  std::stop_token stop;
  /// Called on the calling thread with the fraction done in [0, 1].
  std::function<void(double)> progress;

  static Execution with_threads(int threads) { return {std::make_shared<ThreadPool>(threads), 256, {}, {}}; }
};

/// The ends [begin, end) of chunk c of n items.
struct ChunkRange {
  Index begin, end;
  Index size() const { return end - begin; }
};
inline Index chunk_count(Index n) { return (n + kChunk - 1) / kChunk; }
inline ChunkRange chunk_range(Index n, Index c) { return {c * kChunk, std::min(n, (c + 1) * kChunk)}; }

/// sum over chunks of part(c), added in index order.
double ordered_sum(ThreadPool& pool, Index chunks, const std::function<double(Index)>& part);

}  // namespace sgdlimits
