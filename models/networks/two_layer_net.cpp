#include "models/networks/two_layer_net.hpp"

#include <algorithm>
#include <map>

#include "core/errors.hpp"
#include "models/names.hpp"
#include "models/networks/two_layer_net_kernel.hpp"
#include "models/networks/two_layer_net_sum.hpp"

namespace sgdlimits {
namespace {

constexpr Index L = kernel::kNetLanes;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Distinct rows (x, y) in order of first appearance, and how often each occurs.
struct Merged {
  RowMajor inputs;
  Eigen::VectorXd targets, multiplicity;
};

Merged merge_equal_rows(const Eigen::MatrixXd& inputs, const Eigen::VectorXd& targets) {
  std::map<std::vector<double>, Index> seen;
  std::vector<Index> first;
  std::vector<double> count;
  for (Index i = 0; i < inputs.rows(); ++i) {
    std::vector<double> row(static_cast<std::size_t>(inputs.cols()) + 1);
    for (Index k = 0; k < inputs.cols(); ++k) row[static_cast<std::size_t>(k)] = inputs(i, k);
    row.back() = targets(i);
    const auto [place, fresh] = seen.try_emplace(std::move(row), static_cast<Index>(first.size()));
    if (fresh) {
      first.push_back(i);
      count.push_back(0);
    }
    count[static_cast<std::size_t>(place->second)] += 1;
  }
  const auto rows = static_cast<Index>(first.size());
  Merged merged{RowMajor(rows, inputs.cols()), Eigen::VectorXd(rows), Eigen::VectorXd(rows)};
  for (Index r = 0; r < rows; ++r) {
    const auto s = static_cast<std::size_t>(r);
    merged.inputs.row(r) = inputs.row(first[s]);
    merged.targets(r) = targets(first[s]);
    merged.multiplicity(r) = count[s];
  }
  return merged;
}

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
      : TwoLayerNetSum(spec),
        merged_(merge_equal_rows(spec.inputs, spec.targets)),
        weight_(spec.loss_factor / static_cast<double>(spec.inputs.rows()) * merged_.multiplicity),
        rows_(spec.inputs) {}

  void value(PointsView x, ValuesOut f, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      kernel::net_value(merged_data(), tile.w, tile.f, tile.work);
      store_tile(tile.f, begin, f);
    }
  }

  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      kernel::net_gradient(merged_data(), tile.w, nullptr, tile.g, tile.work);
      store_tile(tile.g, begin, g);
    }
  }

  void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      kernel::net_gradient(merged_data(), tile.w, tile.f, tile.g, tile.work);
      store_tile(tile.f, begin, f);
      store_tile(tile.g, begin, g);
    }
  }

  void laplacian(PointsView x, ValuesOut out, Scratch& scratch) const override {
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    for (Index begin = 0; begin < x.rows(); begin += L) {
      load_tile(x, begin, tile.w);
      kernel::net_laplacian(merged_data(), tile.w, tile.f, tile.work);
      store_tile(tile.f, begin, out);
    }
  }

  void batch_gradient(PointsView x, IndicesView indices, PointsOut g, Scratch& scratch) const override {
    static_assert(sizeof(Index) == sizeof(double));
    Scratch::Frame frame(scratch);
    const Tile tile(frame, dimension(), width());
    auto* rows = reinterpret_cast<Index*>(frame.take(indices.cols() * L));
    const double weight = spec_.loss_factor / static_cast<double>(indices.cols());
    kernel::NetData net = data(rows_, spec_.targets);
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

  kernel::NetData data(const RowMajor& inputs, const Eigen::VectorXd& targets) const {
    return {spec_.activation, spec_.loss,    width(),        inputs.cols(), inputs.rows(),
            outer_.data(),    inputs.data(), targets.data(), nullptr,       spec_.ridge};
  }
  kernel::NetData merged_data() const {
    kernel::NetData net = data(merged_.inputs, merged_.targets);
    net.weight = weight_.data();
    return net;
  }

  Merged merged_;
  Eigen::VectorXd weight_;  // c m_i/n of the merged rows
  RowMajor rows_;           // all rows, for mini-batches
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
  const kernel::NetData net{spec.activation, spec.loss,   width,   rows.cols(), rows.rows(),
                            outer.data(),    rows.data(), nullptr, nullptr,     0};
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
