#include "core/scratch.hpp"

#include <algorithm>

namespace sgdlimits {

double* Scratch::take(Index count) {
  const auto need = static_cast<std::size_t>(padded(count));
  while (slab_ < slabs_.size()) {
    Slab& slab = *slabs_[slab_];
    if (used_ + need <= static_cast<std::size_t>(slab.data.size())) {
      double* start = slab.data.data() + used_;
      used_ += need;
      return start;
    }
    ++slab_;
    used_ = 0;
  }
  const std::size_t previous = slabs_.empty() ? 2048 : static_cast<std::size_t>(slabs_.back()->data.size());
  auto slab = std::make_unique<Slab>();
  slab->data.resize(static_cast<Index>(std::max(need, 2 * previous)));
  slabs_.push_back(std::move(slab));
  slab_ = slabs_.size() - 1;
  used_ = need;
  return slabs_.back()->data.data();
}

}  // namespace sgdlimits
