#include "solvers/sde/diffusion.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "core/text.hpp"

namespace sgdlimits {
namespace {

/// What the three schemes share.
class DiffusionScheme : public Scheme {
 public:
  DiffusionScheme(const DiffusionCoefficients& c, double step) : c_(c), step_(step), root_(std::sqrt(step)) {
    if (!(step > 0) || std::isinf(step)) throw InvalidArgument("step", step, "positive and finite");
  }
  Index dimension() const override { return c_.dimension; }
  double step_size() const override { return step_; }
  Index normals_per_step() const override { return c_.noises; }
  std::string remedy_for_loss() const override {
    return "where drift or noise grow faster than linearly the moments of an explicit scheme do not converge, since "
           "rare "
           "paths are thrown out (Hutzenthaler, Jentzen, Kloeden 2011, theorem 1): steps smaller than " +
           shortest(step_size()) +
           " make them rarer; with additive noise tamed-euler, adaptive-euler and theta have moments that do";
  }

 protected:
  bool additive() const { return c_.noise_class == NoiseClass::additive; }
  /// out += factor sum_j sigma_j dW_j
  void add_noise(PointsView sigma, const PathBlock& block, double factor, Eigen::Map<Points> out) const {
    for (Index j = 0; j < c_.noises; ++j)
      out += sigma.middleCols(j * c_.dimension, c_.dimension).colwise() * (factor * root_ * block.normals.col(j));
  }

  DiffusionCoefficients c_;
  double step_, root_;
};

class ItoEuler final : public DiffusionScheme {
 public:
  using DiffusionScheme::DiffusionScheme;
  std::string name() const override { return "euler-maruyama"; }
  SchemeOrders orders() const override { return {additive() ? 1.0 : 0.5, 1.0, std::nullopt}; }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index n = block.x.rows(), d = c_.dimension;
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(n, d), sigma = frame.points(n, d * c_.noises);
    c_.drift(block.time, block.x, drift, block.scratch);
    c_.noise(block.time, block.x, sigma, block.scratch);
    block.x += step_ * drift;
    add_noise(sigma, block, 1, block.x);
  }
};

class Milstein final : public DiffusionScheme {
 public:
  using DiffusionScheme::DiffusionScheme;
  std::string name() const override { return "milstein"; }
  SchemeOrders orders() const override { return {1.0, 1.0, std::nullopt}; }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index n = block.x.rows(), d = c_.dimension, m = c_.noises;
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(n, d), sigma = frame.points(n, d * m);
    Eigen::Map<Points> derivatives = frame.points(n, d * m * m);
    c_.drift(block.time, block.x, drift, block.scratch);
    c_.noise(block.time, block.x, sigma, block.scratch);
    noise_derivatives(c_, block.time, block.x, derivatives, block.scratch);
    block.x += step_ * drift;
    add_noise(sigma, block, 1, block.x);
    for (Index j = 0; j < m; ++j)
      for (Index k = 0; k < m; ++k)
        block.x += derivatives.middleCols((j * m + k) * d, d).colwise() *
                   (0.5 * step_ * (block.normals.col(j) * block.normals.col(k) - (j == k ? 1.0 : 0.0)));
  }
};

class StratonovichHeun final : public DiffusionScheme {
 public:
  using DiffusionScheme::DiffusionScheme;
  std::string name() const override { return "stratonovich-heun"; }
  SchemeOrders orders() const override {
    return {c_.noise_class == NoiseClass::general ? 0.5 : 1.0, additive() ? 2.0 : 1.0, std::nullopt};
  }

  void advance(PathBlock& block, std::int64_t, const Noise&) const override {
    const Index n = block.x.rows(), d = c_.dimension, m = c_.noises;
    Scratch::Frame frame(block.scratch);
    Eigen::Map<Points> drift = frame.points(n, d), there = frame.points(n, d), predicted = frame.points(n, d);
    Eigen::Map<Points> sigma = frame.points(n, d * m), sigma_there = frame.points(n, d * m);
    c_.drift(block.time, block.x, drift, block.scratch);
    c_.noise(block.time, block.x, sigma, block.scratch);
    predicted = block.x + step_ * drift;
    add_noise(sigma, block, 1, predicted);
    c_.drift(block.time + step_, predicted, there, block.scratch);
    c_.noise(block.time + step_, predicted, sigma_there, block.scratch);
    block.x += 0.5 * step_ * (drift + there);
    add_noise(sigma, block, 0.5, block.x);
    add_noise(sigma_there, block, 0.5, block.x);
  }
};

}  // namespace

std::unique_ptr<Scheme> euler_maruyama(const ItoDiffusion& equation, double step) {
  return std::make_unique<ItoEuler>(equation.coefficients(), step);
}

std::unique_ptr<Scheme> milstein(const ItoDiffusion& equation, double step) {
  if (equation.coefficients().noise_class == NoiseClass::general)
    throw InvalidArgument("noise", "general", "scalar, diagonal or commutative",
                          "Milstein's scheme would need Levy areas; take euler-maruyama");
  return std::make_unique<Milstein>(equation.coefficients(), step);
}

std::unique_ptr<Scheme> stratonovich_heun(const StratonovichDiffusion& equation, double step) {
  return std::make_unique<StratonovichHeun>(equation.coefficients(), step);
}

const std::vector<DiffusionSchemeRecord>& diffusion_scheme_catalogue() {
  static const std::vector<DiffusionSchemeRecord> records = {
      {"euler-maruyama", "X + h b + sum_j sigma_j dW_j", "Kloeden, Platen 1992, sections 10.2, 14.1", euler_maruyama},
      {"milstein", "X + h b + sum_j sigma_j dW_j + (1/2) sum_jk L^j sigma_k (dW_j dW_k - delta_jk h)",
       "Milstein 1974; Kloeden, Platen 1992, section 10.3", milstein},
      {"stratonovich-heun", "Y = X + h a(X) + sigma(X) dW, X + (h/2)(a(X) + a(Y)) + (1/2)(sigma(X) + sigma(Y)) dW",
       "Rumelin 1982",
       [](const ItoDiffusion& equation, double step) { return stratonovich_heun(equation.stratonovich(), step); }}};
  return records;
}

const DiffusionSchemeRecord* find_diffusion_scheme(const std::string& name) {
  for (const DiffusionSchemeRecord& record : diffusion_scheme_catalogue())
    if (record.name == name) return &record;
  return nullptr;
}

}  // namespace sgdlimits
