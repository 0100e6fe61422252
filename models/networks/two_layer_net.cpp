#include "models/networks/two_layer_net.hpp"

#include <algorithm>

#include "core/errors.hpp"
#include "models/names.hpp"
#include "models/networks/two_layer_net_kernel.hpp"
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace {

constexpr Index L = kernel::kNetLanes;
using networks::RowMajor;

/// Columns of rows [begin, begin + L) of x into tile[c L + lane]; lanes past the end repeat the last row.
template <class Array, class T>
void load_tile(const Array& x, Index begin, T* tile) {
  const Index rows = std::min(L, x.rows() - begin);
  for (Index c = 0; c < x.cols(); ++c) {
    const T* column = x.col(c).data() + begin;
    std::copy(column, column + rows, tile + c * L);
    std::fill(tile + c * L + rows, tile + (c + 1) * L, column[rows - 1]);
  }
}

void store_tile(const double* tile, Index begin, PointsOut x) {
  const Index rows = std::min(L, x.rows() - begin);
  for (Index c = 0; c < x.cols(); ++c) std::copy(tile + c * L, tile + c * L + rows, x.col(c).data() + begin);
}

void store_tile(const double* tile, Index begin, ValuesOut f) {
  std::copy(tile, tile + std::min(L, f.size() - begin), f.data() + begin);
}

class TwoLayerNet final : public networks::TwoLayerNetSum {
 public:
  explicit TwoLayerNet(const TwoLayerNetSpec& spec)
      : TwoLayerNetSum(spec, networks::distinct_inputs(spec)), samples_(networks::individual_samples(spec)) {}

  void value(PointsView x, ValuesOut f, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      kernel::net_value(data(sum_), tile.w, tile.f, tile.work);
      store_tile(tile.f, begin, f);
    }
  }

  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      kernel::net_gradient(data(sum_), tile.w, nullptr, tile.g, tile.work);
      store_tile(tile.g, begin, g);
    }
  }

  void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      kernel::net_gradient(data(sum_), tile.w, tile.f, tile.g, tile.work);
      store_tile(tile.f, begin, f);
      store_tile(tile.g, begin, g);
    }
  }

  void laplacian(PointsView x, ValuesOut out, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      kernel::net_laplacian(data(sum_), tile.w, tile.f, tile.work);
      store_tile(tile.f, begin, out);
    }
  }

  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch& scratch) const override {
    static_assert(sizeof(Index) == sizeof(double));
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    auto* rows = reinterpret_cast<Index*>(frame.take(indices.cols() * L));
    const double weight = spec_.loss_factor / static_cast<double>(indices.cols());
    kernel::NetData net = data(samples_);
    net.weight = &weight;
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      load_tile(indices, begin, rows);
      kernel::net_batch_gradient(net, rows, indices.cols(), tile.w, tile.g, tile.work);
      store_tile(tile.g, begin, g);
    }
  }

 private:
  struct Tile {
    Tile(Scratch::Frame& frame, Index dimension, Index width)
        : w(frame.take(dimension * L)),
          g(frame.take(dimension * L)),
          f(frame.take(L)),
          work(frame.take((width + 2) * L)) {}
    double *w, *g, *f, *work;
  };

  kernel::NetData data(const networks::LossSum& sum) const {
    return {.activation = spec_.activation,
            .loss = spec_.loss,
            .neurons = width(),
            .inputs = sum.inputs.cols(),
            .rows = sum.inputs.rows(),
            .outer = outer_.data(),
            .x = sum.inputs.data(),
            .y = sum.targets.data(),
            .weight = sum.weight.data(),
            .slope = sum.slope.data(),
            .constant = sum.constant,
            .ridge = spec_.ridge};
  }

  networks::LossSum samples_;  // for mini-batches
};

}  // namespace

std::string to_string(Loss loss) { return loss == Loss::square ? "square" : "logistic"; }

std::string to_string(OutputScale scale) {
  switch (scale) {
    case OutputScale::one: return "one";
    case OutputScale::inverse_width: return "1/N";
    case OutputScale::inverse_root_width: return "1/sqrt(N)";
  }
  return "";
}

Loss loss_from_name(const std::string& name) {
  return choice_from_name<Loss>("loss", name, {Loss::square, Loss::logistic});
}

OutputScale output_scale_from_name(const std::string& name) {
  return choice_from_name<OutputScale>(
      "scale", name, {OutputScale::one, OutputScale::inverse_width, OutputScale::inverse_root_width});
}

std::shared_ptr<const FiniteSum> two_layer_net(const TwoLayerNetSpec& spec) {
  networks::check(spec);
  return std::make_shared<TwoLayerNet>(spec);
}

Points two_layer_prediction(const TwoLayerNetSpec& spec, PointsView weights, const Eigen::MatrixXd& inputs) {
  const Index width = spec.outer_weights.size();
  if (width < 1) throw InvalidArgument("number of outer weights", "0", "at least 1");
  if (inputs.cols() < 1 || weights.cols() != width * inputs.cols())
    throw InvalidArgument("weights a point", std::to_string(weights.cols()),
                          "width times inputs, " + std::to_string(width) + " x " + std::to_string(inputs.cols()));
  const RowMajor rows = inputs;
  const Eigen::VectorXd outer = output_factor(spec.scale, width) * spec.outer_weights;
  const kernel::NetData net{.activation = spec.activation,
                            .loss = spec.loss,
                            .neurons = width,
                            .inputs = rows.cols(),
                            .rows = rows.rows(),
                            .outer = outer.data(),
                            .x = rows.data(),
                            .y = nullptr,
                            .weight = nullptr,
                            .slope = nullptr,
                            .constant = 0,
                            .ridge = 0};
  Scratch scratch;
  Scratch::Frame frame(scratch);
  double* w = frame.take(weights.cols() * L);
  double* tile = frame.take(rows.rows() * L);
  double* work = frame.take(L);
  Points out(weights.rows(), rows.rows());
  for (Index begin = 0; begin < weights.rows(); begin += L) {
    load_tile(weights, begin, w);
    kernel::net_prediction(net, w, tile, work);
    store_tile(tile, begin, PointsOut(out));
  }
  return out;
}

}  // namespace sgdlimits
