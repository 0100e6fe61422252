#include "solvers/sde/batch_sampler.hpp"

#include <algorithm>
#include <new>
#include <numeric>
#include <string>
#include <utility>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

// u < 1 but u * bound may round up to bound
Index below(double u, Index bound) { return std::min(static_cast<Index>(u * static_cast<double>(bound)), bound - 1); }

}  // namespace

Eigen::Map<Indices> scratch_indices(Scratch::Frame& frame, Index rows, Index columns) {
  static_assert(sizeof(Index) == sizeof(double));
  Index* begin = new (frame.take(rows * columns)) Index[static_cast<std::size_t>(rows * columns)];
  return {begin, rows, columns};
}

BatchSampler::BatchSampler(Index terms, Index batch, Replacement replacement)
    : terms_(terms), batch_(batch), replacement_(replacement) {
  if (terms < 1) throw InvalidArgument("number of terms", std::to_string(terms), "at least 1");
  if (batch < 1) throw InvalidArgument("batch", std::to_string(batch), "at least 1");
  if (replacement == Replacement::without && batch > terms)
    throw InvalidArgument("batch", std::to_string(batch), "at most the number of terms, " + std::to_string(terms),
                          "draw with replacement or take a smaller batch");
}

void BatchSampler::draw(const Noise& noise, Index first_path, std::int64_t step, Eigen::Ref<Indices> out,
                        Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Eigen::Map<Points> uniforms = frame.points(out.rows(), batch_);
  noise.uniforms(first_path, step * batch_, uniforms);
  if (replacement_ == Replacement::without) {
    shuffle(uniforms, out, scratch);
    return;
  }
  for (Index b = 0; b < batch_; ++b)
    for (Index i = 0; i < out.rows(); ++i) out(i, b) = below(uniforms(i, b), terms_);
}

void BatchSampler::shuffle(PointsView uniforms, Eigen::Ref<Indices> out, Scratch& scratch) const {
  Scratch::Frame frame(scratch);
  Index* deck = scratch_indices(frame, terms_, 1).data();
  Index* drawn = scratch_indices(frame, batch_, 1).data();
  std::iota(deck, deck + terms_, Index{0});
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index b = 0; b < batch_; ++b) {
      drawn[b] = b + below(uniforms(i, b), terms_ - b);
      std::swap(deck[b], deck[drawn[b]]);
      out(i, b) = deck[b];
    }
    // undone in reverse, so that no path sees another's shuffle
    for (Index b = batch_ - 1; b >= 0; --b) std::swap(deck[b], deck[drawn[b]]);
  }
}

}  // namespace sgdlimits
