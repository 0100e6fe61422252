/// A compiled formula, averaged over its samples where it has some, as a potential.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/potential.hpp"
#include "models/formula/program.hpp"
#include "models/formula/symbolic.hpp"

namespace sgdlimits::formula {

struct MeanPrograms {
  std::vector<std::string> variables;
  std::string description;
  MeanProgram value, gradient, both, laplacian, hessian;
  std::optional<LineProgram> line;  ///< of an exact mean in one variable; a quadrature of samples has none

  void compile(Derivatives& d, const Samples& samples);
};

/// Pointers to the columns of g, after `first` if there is one.
std::vector<double*> columns(Eigen::Ref<Points> g, double* first = nullptr);

/// The matrix with this upper triangle, row by row.
Eigen::MatrixXd symmetric(const Values& upper, Index dimension);

/// Base is Potential or derived from it.
template <class Base>
class MeanPotential : public Base {
 public:
  explicit MeanPotential(std::shared_ptr<const MeanPrograms> programs) : programs_(std::move(programs)) {}

  Index dimension() const override { return static_cast<Index>(programs_->variables.size()); }
  bool has_exact_hessian() const override { return true; }
  std::vector<std::string> coordinate_names() const override { return programs_->variables; }
  std::string description() const override { return programs_->description; }
  std::optional<LineProgram> line_program() const override { return programs_->line; }

  void value(PointsView x, ValuesOut f, Scratch& scratch) const override {
    double* out = f.data();
    programs_->value.run(x, &out, scratch);
  }
  void gradient(PointsView x, PointsOut g, Scratch& scratch) const override {
    programs_->gradient.run(x, columns(g).data(), scratch);
  }
  void value_and_gradient(PointsView x, ValuesOut f, PointsOut g, Scratch& scratch) const override {
    const std::vector<double*> out = columns(g, f.data());
    programs_->both.run(x, out.data(), scratch);
  }
  void laplacian(PointsView x, ValuesOut laplacian, Scratch& scratch) const override {
    double* out = laplacian.data();
    programs_->laplacian.run(x, &out, scratch);
  }
  Eigen::MatrixXd hessian(const Eigen::VectorXd& x, Scratch& scratch) const override {
    const Points point = x.transpose().array();
    Points upper(1, programs_->hessian.outputs());
    programs_->hessian.run(point, columns(upper).data(), scratch);
    return symmetric(upper.row(0).transpose(), dimension());
  }

 private:
  std::shared_ptr<const MeanPrograms> programs_;
};

}  // namespace sgdlimits::formula
