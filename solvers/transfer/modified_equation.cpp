#include "solvers/transfer/modified_equation.hpp"

#include <cmath>
#include <string>

#include "core/errors.hpp"
#include "solvers/fokker_planck/bernoulli.hpp"

namespace sgdlimits {
namespace {

constexpr double kTail = 36;  // nats
constexpr Index kBoxCells = 600;

Points column(const Values& x) { return Points(x); }

Values drift_at(const FiniteSum& sum, LearningRate s, DiffusionModel model, const Values& x) {
  const Values slope = gradients(sum, column(x)).col(0);
  if (model != DiffusionModel::sme2) return -slope;
  Scratch scratch;
  Values curvature(x.size());
  sum.laplacian(column(x), curvature, scratch);
  return -slope * (1 + 0.5 * s.value() * curvature);
}

Values variance_at(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                   const Values& x) {
  if (model == DiffusionModel::gibbs) return Values::Constant(x.size(), s.value());
  Values variance(x.size());
  for (Index i = 0; i < x.size(); ++i)
    variance(i) =
        s.value() * batches.covariance_factor() * gradient_covariance(sum, Eigen::VectorXd::Constant(1, x(i)))(0, 0);
  return variance;
}

}  // namespace

std::string to_string(DiffusionModel model) {
  switch (model) {
    case DiffusionModel::gibbs: return "Gibbs at s/2";
    case DiffusionModel::sme1: return "SME-1";
    case DiffusionModel::sme2: return "SME-2";
  }
  return "";
}

Result<LineDiffusion> line_diffusion(const FiniteSum& sum, LearningRate s, const BatchLaw& batches,
                                     DiffusionModel model, std::shared_ptr<const Grid> grid) {
  if (sum.dimension() != 1 || grid->dimension() != 1)
    throw InvalidArgument("dimension of a diffusion on the line", std::to_string(sum.dimension()), "1");
  const Axis& axis = grid->axis(0);
  const Index n = axis.cells();
  const double h = axis.widths()(0);
  const Values edges = axis.edges().segment(1, n - 1);
  const Values drift = drift_at(sum, s, model, edges);
  const Values at_edges = variance_at(sum, s, batches, model, edges);
  const Values at_centers = variance_at(sum, s, batches, model, axis.centers());
  const double largest = std::max(at_edges.maxCoeff(), at_centers.maxCoeff());
  if (!(std::min(at_edges.minCoeff(), at_centers.minCoeff()) > 1e-12 * largest))
    return Result<LineDiffusion>::failure(
        Status::out_of_reach, to_string(model) + " degenerates: the gradient noise vanishes at a point of the box");
  LineDiffusion diffusion{grid, {Values(n - 1), Values(n - 1)}, Values(n)};
  Values log_mass = Values::Zero(n);
  for (Index i = 0; i + 1 < n; ++i) {
    const double w = 2 * drift(i) * h / at_edges(i);
    const BernoulliPair pair = bernoulli_pair(w);
    diffusion.rates.up(i) = at_centers(i) * pair.backward / (2 * h * h);
    diffusion.rates.down(i) = at_centers(i + 1) * pair.forward / (2 * h * h);
    log_mass(i + 1) = log_mass(i) + w + std::log(at_centers(i) / at_centers(i + 1));
  }
  if (!(diffusion.rates.up.minCoeff() > 0) || !(diffusion.rates.down.minCoeff() > 0))
    return Result<LineDiffusion>::failure(Status::out_of_reach, to_string(model) + ": rates underflow on this grid");
  diffusion.mass = (log_mass - log_mass.maxCoeff()).exp();
  diffusion.mass /= diffusion.mass.sum();
  return diffusion;
}

Result<Box> diffusion_box(const FiniteSum& sum, LearningRate s, const BatchLaw& batches, DiffusionModel model,
                          const Box& start) {
  const Box domain = sum.domain();
  Box box = start;
  for (int growth = 0; growth < 60; ++growth) {
    const auto grid = std::make_shared<Grid>(std::vector<Axis>{Axis::uniform(box.lower(0), box.upper(0), kBoxCells)});
    const Result<LineDiffusion> diffusion = line_diffusion(sum, s, batches, model, grid);
    if (!diffusion.ok()) return Result<Box>(diffusion.report());
    const double cut = diffusion->mass.maxCoeff() * std::exp(-kTail);
    const bool low = diffusion->mass(0) > cut && box.lower(0) > domain.lower(0);
    const bool high = diffusion->mass(kBoxCells - 1) > cut && box.upper(0) < domain.upper(0);
    if (!low && !high) return box;
    const double extra = 0.1 * (box.upper(0) - box.lower(0));
    if (low) box.lower(0) = std::max(box.lower(0) - extra, domain.lower(0));
    if (high) box.upper(0) = std::min(box.upper(0) + extra, domain.upper(0));
  }
  return Result<Box>::failure(Status::not_converged,
                              to_string(model) + ": no interval holds the stationary law; it may not exist");
}

TransitionMatrix rates_of(const LineDiffusion& diffusion) {
  const Index n = diffusion.mass.size();
  std::vector<Eigen::Triplet<double>> entries;
  for (Index i = 0; i + 1 < n; ++i) {
    entries.emplace_back(static_cast<int>(i), static_cast<int>(i + 1), diffusion.rates.up(i));
    entries.emplace_back(static_cast<int>(i + 1), static_cast<int>(i), diffusion.rates.down(i));
  }
  TransitionMatrix rates(n, n);
  rates.setFromTriplets(entries.begin(), entries.end());
  return rates;
}

PlaneCoefficients plane_coefficients(const FiniteSum& sum, LearningRate s, const BatchLaw& batches,
                                     DiffusionModel model) {
  if (sum.dimension() != 2)
    throw InvalidArgument("dimension of a diffusion of the plane", std::to_string(sum.dimension()), "2");
  return [&sum, s, model, c = batches.covariance_factor()](PointsView x, PointsOut b, PointsOut covariance) {
    Scratch scratch;
    b = -gradients(sum, x);
    covariance.col(0).setConstant(s.value());
    covariance.col(1).setZero();
    covariance.col(2).setConstant(s.value());
    if (model == DiffusionModel::gibbs) return;
    for (Index i = 0; i < x.rows(); ++i) {
      const Eigen::VectorXd point = x.row(i).transpose().matrix();
      if (model == DiffusionModel::sme2) {
        const Eigen::VectorXd slope = b.row(i).transpose().matrix();
        b.row(i) += (0.5 * s.value() * (sum.hessian(point, scratch) * slope)).transpose().array();
      }
      const Eigen::MatrixXd noise = s.value() * c * gradient_covariance(sum, point);
      covariance.row(i) << noise(0, 0), noise(0, 1), noise(1, 1);
    }
  };
}

}  // namespace sgdlimits
