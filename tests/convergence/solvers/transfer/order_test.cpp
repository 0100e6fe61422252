// Order of the transfer operator in the width of the cells, on a nonlinear problem with noise of order 1.
#include <gtest/gtest.h>

#include "solvers/transfer/chain_spectrum.hpp"
#include "solvers/transfer/transfer_operator.hpp"
#include "support/order_fit.hpp"
#include "support/sgd_sums.hpp"

namespace sgdlimits {
namespace {

struct Answer {
  double second_moment, rate;
};

// Wells with tilts of three samples: neither symmetric nor linear; SGD changes wells.
Answer on_cells(Index cells) {
  Values tilts(3);
  tilts << 2.5, -2.2, 0.1;
  const test::TiltedWells sum(tilts);
  const double s = 0.1;
  const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(-1.45, 1.45, cells)});
  const TransferOperator transfer(sum, LearningRate(s), BatchLaw(3, 1, Replacement::with), grid);
  const auto classes = closed_classes(transfer.matrix());
  EXPECT_EQ(classes.size(), 1u);
  const TransitionMatrix chain = restricted(transfer.matrix(), classes[0]);
  const Result<Values> law = stationary_law(chain);
  const Result<SecondEigenvalue> second = second_eigenvalue(chain, law.value());
  EXPECT_TRUE(second.ok()) << second.why();
  double moment = 0;
  for (std::size_t k = 0; k < classes[0].size(); ++k) {
    const double x = grid->axis(0).centers()(classes[0][k]);
    moment += law.value()(static_cast<Index>(k)) * x * x;
  }
  return {moment, second->rate(s)};
}

// Fails if the deposit loses its exact mean (order 1 or none) or its variance depends on where the image falls. The
// reference is Richardson's extrapolation of the two finest grids, 64 times better than the finest that is fitted.
TEST(TransferOperatorOrder, IsTwoForMomentsAndRates) {
  const Answer fine = on_cells(1600), finest = on_cells(3200);
  const double moment = finest.second_moment + (finest.second_moment - fine.second_moment) / 3;
  const double rate = finest.rate + (finest.rate - fine.rate) / 3;
  Eigen::ArrayXd h(4), moment_error(4), rate_error(4);
  for (Index k = 0; k < 4; ++k) {
    const Index cells = 50 << k;
    const Answer answer = on_cells(cells);
    h(k) = 2.9 / static_cast<double>(cells);
    moment_error(k) = std::abs(answer.second_moment - moment);
    rate_error(k) = std::abs(answer.rate - rate);
  }
  for (const Eigen::ArrayXd& error : {moment_error, rate_error}) {
    const Measurement order = test::fitted_order(h, error, Eigen::ArrayXd::Zero(4));
    EXPECT_LT(order.lower(), 2.0) << error.transpose();
    EXPECT_GT(order.upper(), 2.0) << error.transpose();
    EXPECT_GT(order.lower(), 1.5) << error.transpose();
    EXPECT_LT(order.upper(), 2.5) << error.transpose();
  }
}

}  // namespace
}  // namespace sgdlimits
