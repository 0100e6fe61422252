/// Temporary storage that the caller owns, so that potentials stay immutable and shareable between
/// threads and a step allocates nothing once warm.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/points.hpp"

namespace sgdlimits {

/// A stack of 64-byte aligned buffers of doubles. One Scratch belongs to one thread.
///
///     Scratch::Frame frame(scratch);        // everything taken below is given back at the end of scope
///     double* z = frame.take(n);            // n doubles, uninitialised, 64-byte aligned
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  class Frame {
   public:
    explicit Frame(Scratch& scratch) : scratch_(scratch), slab_(scratch.slab_), used_(scratch.used_) {}
    ~Frame() {
      scratch_.slab_ = slab_;
      scratch_.used_ = used_;
    }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    double* take(Index count) { return scratch_.take(count); }
    /// A rows x columns array whose columns are each 64-byte aligned when rows is a multiple of kLanes.
    Eigen::Map<Points> points(Index rows, Index columns) { return {take(rows * columns), rows, columns}; }
    Eigen::Map<Values> values(Index rows) { return {take(rows), rows}; }

   private:
    Scratch& scratch_;
    std::size_t slab_, used_;
  };

 private:
  struct Slab {
    Eigen::ArrayXd data;
  };
  double* take(Index count);

  std::vector<std::unique_ptr<Slab>> slabs_;  // never moved: pointers handed out stay valid
  std::size_t slab_ = 0, used_ = 0;
};

}  // namespace sgdlimits
