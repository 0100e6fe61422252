#include "core/parallel.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/errors.hpp"

namespace sgdlimits {

struct ThreadPool::State {
  // One loop at a time. `generation` wakes the workers; they draw chunk numbers from `next`.
  std::mutex mutex;
  std::condition_variable wake, done;
  std::uint64_t generation = 0;
  int busy = 0;
  bool closing = false;

  const std::function<void(Index)>* body = nullptr;
  Index chunks = 0;
  std::atomic<Index> next{0};

  std::mutex failure_mutex;
  std::exception_ptr failure;
  Index failed_chunk = 0;

  std::vector<std::jthread> workers;  // last: they end before what they use

  void drain() {
    for (Index c = next.fetch_add(1); c < chunks; c = next.fetch_add(1)) {
      try {
        (*body)(c);
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (!failure || c < failed_chunk) {
          failure = std::current_exception();
          failed_chunk = c;
        }
      }
    }
  }

  void work() {
    std::uint64_t seen = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return closing || generation != seen; });
        if (closing) return;
        seen = generation;
      }
      drain();
      const std::lock_guard lock(mutex);
      if (--busy == 0) done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int threads) {
  if (threads < 1 || threads > 1024) throw InvalidArgument("threads", std::to_string(threads), "between 1 and 1024");
  state_ = std::make_unique<State>();
  for (int t = 1; t < threads; ++t) state_->workers.emplace_back([state = state_.get()] { state->work(); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->wake.notify_all();
}

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

void ThreadPool::for_each_chunk(Index chunks, const std::function<void(Index)>& body) {
  State& s = *state_;
  s.failure = nullptr;
  s.body = &body;
  s.chunks = chunks;
  s.next = 0;
  {
    const std::lock_guard lock(s.mutex);
    s.busy = static_cast<int>(s.workers.size());
    ++s.generation;
  }
  s.wake.notify_all();
  s.drain();
  {
    std::unique_lock lock(s.mutex);
    s.done.wait(lock, [&] { return s.busy == 0; });
  }
  s.body = nullptr;
  if (s.failure) std::rethrow_exception(s.failure);
}

double ordered_sum(ThreadPool& pool, Index chunks, const std::function<double(Index)>& part) {
  std::vector<double> parts(static_cast<std::size_t>(chunks));
  pool.for_each_chunk(chunks, [&](Index c) { parts[static_cast<std::size_t>(c)] = part(c); });
  double sum = 0;
  for (const double p : parts) sum += p;
  return sum;
}

}  // namespace sgdlimits
