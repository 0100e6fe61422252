#include "models/formula/sampled_formula.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "models/formula/mean_potential.hpp"
#include "models/formula/potential_text.hpp"
#include "models/formula/sample_columns.hpp"

namespace sgdlimits {
namespace {

using formula::MeanProgram;
using formula::SampleColumns;
using formula::Samples;

constexpr Index kMostNodes = 65'536;
constexpr Index kFirstRule = 4, kLastRule = 256;  // nodes a column
constexpr Index kChunk = 32;                      // samples of a path whose Gaussians are drawn together
// Indices of Stream::data beyond those of models/data and models/networks.
constexpr std::int64_t kTestSamples = std::int64_t{5} << 40;

// F and its derivatives at (point, sample), and what becomes f once the nodes are known.
struct Loss {
  std::vector<std::string> variables;
  std::string description;
  SampleColumns columns;
  formula::Derivatives derivatives;
  MeanProgram gradient, both;
  /// The text again, its names x, mean gradient at x, Z: for the covariance of the gradient.
  formula::Derivatives centred;

  Index dimension() const { return static_cast<Index>(variables.size()); }
};

Loss compile(const SampledFormulaSpec& spec) {
  Loss loss;
  loss.columns = SampleColumns(spec.columns);
  formula::Text text = formula::read_text(spec.expression, spec.variables, spec.parameters, loss.columns.names());
  loss.variables = text.variables;
  loss.description =
      formula::described(spec.expression, spec.parameters) + ", mean over " + loss.columns.description();
  std::vector<std::string> inputs = text.variables;
  for (const std::string& name : loss.columns.names()) inputs.push_back(name);
  loss.derivatives =
      formula::differentiate(spec.expression, text.tree, inputs, static_cast<int>(text.variables.size()));
  std::vector<std::string> with_means = text.variables;
  for (const std::string& name : text.variables) with_means.push_back("mean gradient in " + name);
  for (const std::string& name : loss.columns.names()) with_means.push_back(name);
  loss.centred =
      formula::differentiate(spec.expression, text.tree, with_means, static_cast<int>(text.variables.size()));
  std::vector<int> both{loss.derivatives.value};
  both.insert(both.end(), loss.derivatives.gradient.begin(), loss.derivatives.gradient.end());
  const Samples none{static_cast<int>(inputs.size()), {}};
  loss.gradient = MeanProgram(loss.derivatives.graph, loss.derivatives.gradient, none);
  loss.both = MeanProgram(loss.derivatives.graph, both, none);
  return loss;
}

/// Row i: the point and node i.
Points beside(const Eigen::VectorXd& x, PointsView nodes) {
  Points input(nodes.rows(), x.size() + nodes.cols());
  input.leftCols(x.size()) = x.transpose().array().replicate(nodes.rows(), 1);
  input.rightCols(nodes.cols()) = nodes;
  return input;
}

/// Means over a rule of F and the components of grad F, and of their absolute values.
struct Means {
  Values mean, size;
};

Means means(const Loss& loss, const Eigen::VectorXd& x, const formula::WeightedPoints& rule, Scratch& scratch) {
  Points out(rule.nodes.rows(), 1 + x.size());
  loss.both.run(beside(x, rule.nodes), formula::columns(out).data(), scratch);
  out.colwise() *= rule.weights;
  return {out.colwise().sum().transpose(), out.abs().colwise().sum().transpose()};
}

RiskError apart(const Loss& loss, PointsView x, const formula::WeightedPoints& coarse,
                const formula::WeightedPoints& fine) {
  RiskError worst{0, x.row(0).transpose()};
  Scratch scratch;
  for (Index i = 0; i < x.rows(); ++i) {
    const Eigen::VectorXd point = x.row(i).transpose();
    const Means a = means(loss, point, coarse, scratch), b = means(loss, point, fine, scratch);
    for (Index k = 0; k < a.mean.size(); ++k) {
      double relative = std::abs(a.mean(k) - b.mean(k)) / std::max(b.size(k), std::numeric_limits<double>::min());
      if (!std::isfinite(relative)) relative = std::numeric_limits<double>::infinity();
      if (relative > worst.relative) worst = {relative, point};
    }
  }
  return worst;
}

/// Where rules are compared: the origin and Gaussian points of three scales.
Points check_points(Index dimension) {
  Points x = Points::Zero(25, dimension), normals(24, dimension);
  Noise(1, Stream::test).normals(0, 0, normals);
  const double scales[] = {0.3, 1, 3};
  for (Index k = 0; k < 3; ++k) x.middleRows(1 + 8 * k, 8) = scales[k] * normals.middleRows(8 * k, 8);
  return x;
}

std::string point_text(const Loss& loss, const Eigen::VectorXd& x) {
  std::string text;
  for (Index j = 0; j < x.size(); ++j)
    text += fmt::format("{}{} = {:.3g}", j > 0 ? ", " : "", loss.variables[static_cast<std::size_t>(j)], x(j));
  return text;
}

Index chosen_nodes(const Loss& loss) {
  const Points x = check_points(loss.dimension());
  RiskError error{std::numeric_limits<double>::infinity(), Eigen::VectorXd::Zero(loss.dimension())};
  Index m = kFirstRule;
  for (; 2 * m <= kLastRule && loss.columns.rule_size(2 * m) <= kMostNodes; m *= 2) {
    error = apart(loss, x, loss.columns.rule(m), loss.columns.rule(2 * m));
    if (error.relative <= kRiskTolerance) return 2 * m;
  }
  throw InvalidArgument(
      "the population risk",
      fmt::format(
          "not reached by quadrature: rules of {} and {} nodes a column differ by {:.2g} of E|F| or E|grad F| "
          "at {}",
          m / 2, m, error.relative, point_text(loss, error.where)),
      "finite there and smooth in the samples",
      "a moment may not exist; else write nodes, or test_samples to measure the risk on samples");
}

class Risk final : public formula::MeanPotential<SampledFormula> {
 public:
  Risk(Loss loss, std::shared_ptr<const formula::MeanPrograms> programs, Index nodes, formula::WeightedPoints fine,
       formula::WeightedPoints coarse)
      : MeanPotential(std::move(programs)),
        loss_(std::move(loss)),
        nodes_(nodes),
        fine_(std::move(fine)),
        coarse_(std::move(coarse)) {
    const Index d = dimension();
    formula::Graph& graph = loss_.centred.graph;
    std::vector<int> error, products;
    for (Index i = 0; i < d; ++i)
      error.push_back(graph.sum(
          {{1, loss_.centred.gradient[static_cast<std::size_t>(i)]}, {-1, graph.input(static_cast<int>(d + i))}}, 0));
    for (std::size_t i = 0; i < error.size(); ++i)
      for (std::size_t j = i; j < error.size(); ++j)
        products.push_back(graph.product({{error[i], 1}, {error[j], 1}}));
    covariance_ = MeanProgram(graph, products, {static_cast<int>(2 * d), fine_.nodes, fine_.weights});
  }

  Index nodes() const override { return nodes_; }
  bool is_test_sample() const override { return coarse_.weights.size() == 0; }
  RiskError risk_error(PointsView x) const override {
    if (is_test_sample()) return {0, x.row(0).transpose()};
    return apart(loss_, x, coarse_, fine_);
  }

  void sample_gradient(PointsView x, const Noise& noise, Index first_path, std::int64_t step, Index batch,
                       PointsOut g, Scratch& scratch) const override {
    const SampleColumns& columns = loss_.columns;
    const Index n = x.rows(), d = x.cols(), s = columns.normals_per_sample();
    const Noise samples = noise.with(Stream::sample);
    Scratch::Frame frame(scratch);
    Eigen::Map<Points> input = frame.points(n, d + columns.count()), one = frame.points(n, d),
                       normals = frame.points(n, std::min(kChunk, batch) * s);
    input.leftCols(d) = x;
    g.setZero();
    for (Index begin = 0; begin < batch; begin += kChunk) {
      const Index count = std::min(kChunk, batch - begin);
      samples.normals(first_path, (step * batch + begin) * s, normals.leftCols(count * s));
      for (Index b = 0; b < count; ++b) {
        columns.transform(normals.middleCols(b * s, s), input.rightCols(columns.count()));
        loss_.gradient.run(input, formula::columns(one).data(), scratch);
        g += one;
      }
    }
    g /= static_cast<double>(batch);
  }

  Eigen::MatrixXd gradient_covariance(const Eigen::VectorXd& x, Scratch& scratch) const override {
    const Index d = dimension();
    Points upper(1, d * (d + 1) / 2);
    gradient_covariances(x.transpose().array(), upper, scratch);
    return formula::symmetric(upper.row(0).transpose(), d);
  }
  /// E (g - E g)(g - E g)^T entry by entry, so that nothing cancels.
  void gradient_covariances(PointsView x, PointsOut sigma, Scratch& scratch) const override {
    const Index d = dimension();
    Scratch::Frame frame(scratch);
    Eigen::Map<Points> input = frame.points(x.rows(), 2 * d);
    input.leftCols(d) = x;
    gradient(x, input.rightCols(d), scratch);
    covariance_.run(input, formula::columns(sigma).data(), scratch);
  }

 private:
  Loss loss_;
  Index nodes_;
  formula::WeightedPoints fine_, coarse_;
  MeanProgram covariance_;
};

std::shared_ptr<const SampledFormula> risk(Loss loss, const std::string& how, Index nodes,
                                           formula::WeightedPoints fine, formula::WeightedPoints coarse) {
  auto programs = std::make_shared<formula::MeanPrograms>();
  programs->variables = loss.variables;
  programs->description = loss.description + "; risk by " + std::to_string(nodes) + how;
  programs->compile(loss.derivatives, {static_cast<int>(loss.variables.size()), fine.nodes, fine.weights});
  return std::make_shared<Risk>(std::move(loss), std::move(programs), nodes, std::move(fine), std::move(coarse));
}

}  // namespace

std::shared_ptr<const SampledFormula> quadrature_risk(const SampledFormulaSpec& spec, Index nodes) {
  Loss loss = compile(spec);
  if (nodes == 0) nodes = chosen_nodes(loss);
  if (nodes < 2 || nodes % 2 != 0) throw InvalidArgument("nodes", std::to_string(nodes), "even and at least 2");
  if (const double size = loss.columns.rule_size(nodes); size > kMostNodes)
    throw InvalidArgument("nodes", std::to_string(nodes),
                          "such that the columns' rules have at most " + std::to_string(kMostNodes) + " together",
                          "lower it, or write test_samples");
  formula::WeightedPoints fine = loss.columns.rule(nodes), coarse = loss.columns.rule(nodes / 2);
  return risk(std::move(loss), " nodes a column", nodes, std::move(fine), std::move(coarse));
}

std::shared_ptr<const SampledFormula> test_sample_risk(const SampledFormulaSpec& spec, Index n, std::uint64_t seed) {
  if (n < 1) throw InvalidArgument("number of test samples", std::to_string(n), "at least 1");
  Loss loss = compile(spec);
  const Index s = loss.columns.normals_per_sample();
  Points normals(s, n), samples(n, loss.columns.count());
  Noise(seed, Stream::data).path_normals(0, kTestSamples, Eigen::Map<Values>(normals.data(), normals.size()));
  const Points rows = normals.transpose();
  loss.columns.transform(rows, samples);
  return risk(std::move(loss), " test samples", n, {samples, Values::Constant(n, 1 / static_cast<double>(n))}, {});
}

}  // namespace sgdlimits
