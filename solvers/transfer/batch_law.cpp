#include "solvers/transfer/batch_law.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <string>

#include "core/errors.hpp"

namespace sgdlimits {
namespace {

/// C(a, b), or a number above `limit` once it is exceeded.
double binomial(Index a, Index b, double limit) {
  double value = 1;
  for (Index k = 1; k <= b && value <= limit; ++k)
    value = value * static_cast<double>(a - b + k) / static_cast<double>(k);
  return value;
}

/// The next nondecreasing (or increasing) list of numbers below n in lexicographic order; false after the last.
bool next_batch(std::vector<Index>& batch, Index n, bool distinct) {
  const Index size = static_cast<Index>(batch.size());
  for (Index place = size - 1; place >= 0; --place) {
    const Index last = distinct ? n - (size - place) : n - 1;
    Index& number = batch[static_cast<std::size_t>(place)];
    if (number >= last) continue;
    ++number;
    for (Index next = place + 1; next < size; ++next)
      batch[static_cast<std::size_t>(next)] = number + (distinct ? next - place : 0);
    return true;
  }
  return false;
}

/// B!/(m_1! ... m_n!)
double orderings(const std::vector<Index>& sorted) {
  double count = 1, run = 0;
  for (std::size_t b = 0; b < sorted.size(); ++b) {
    run = b > 0 && sorted[b] == sorted[b - 1] ? run + 1 : 1;
    count *= static_cast<double>(b + 1) / run;
  }
  return count;
}

}  // namespace

BatchLaw::BatchLaw(Index terms, Index batch, Replacement replacement, Index max_atoms)
    : terms_(terms), batch_(batch), replacement_(replacement) {
  if (terms < 1) throw InvalidArgument("number of terms", std::to_string(terms), "at least 1");
  const bool distinct = replacement == Replacement::without;
  if (batch < 1 || (distinct && batch > terms))
    throw InvalidArgument("batch size", std::to_string(batch),
                          distinct ? "from 1 to the number of terms, " + std::to_string(terms) : "at least 1");
  if (max_atoms < 1) throw InvalidArgument("largest number of atoms", std::to_string(max_atoms), "at least 1");
  const double limit = static_cast<double>(max_atoms) + 0.5;
  const double count = distinct ? binomial(terms, batch, limit) : binomial(terms + batch - 1, batch, limit);
  if (count < limit) enumerate(max_atoms);
}

double BatchLaw::covariance_factor() const {
  const double n = static_cast<double>(terms_), b = static_cast<double>(batch_);
  if (replacement_ == Replacement::with || terms_ == 1) return 1 / b;
  return (n - b) / ((n - 1) * b);
}

Index BatchLaw::atoms(Index d) const {
  Index points = 1;
  for (Index j = 0; j < d; ++j) points *= 3;
  return exact_ ? weights_.size() : points;
}

void BatchLaw::enumerate(Index max_atoms) {
  const bool distinct = replacement_ == Replacement::without;
  std::vector<Index> batch(static_cast<std::size_t>(batch_), 0);
  if (distinct)
    for (Index b = 0; b < batch_; ++b) batch[static_cast<std::size_t>(b)] = b;
  std::vector<double> weights;
  weights.reserve(static_cast<std::size_t>(max_atoms));
  do {
    members_.insert(members_.end(), batch.begin(), batch.end());
    weights.push_back(distinct ? 1 : orderings(batch));
  } while (next_batch(batch, terms_, distinct));
  weights_ = Eigen::Map<const Values>(weights.data(), static_cast<Index>(weights.size()));
  weights_ /= weights_.sum();
  exact_ = true;
}

BatchAtoms BatchLaw::at(const Points& term_gradients) const {
  if (term_gradients.rows() != terms_)
    throw InvalidArgument("gradients of terms", std::to_string(term_gradients.rows()),
                          "one row a term: " + std::to_string(terms_));
  if (!exact_) return quadrature(term_gradients);
  if (batch_ == 1) return {term_gradients, weights_};
  BatchAtoms atoms{Points::Zero(weights_.size(), term_gradients.cols()), weights_};
  for (Index a = 0; a < weights_.size(); ++a)
    for (Index b = 0; b < batch_; ++b)
      atoms.gradients.row(a) += term_gradients.row(members_[static_cast<std::size_t>(a * batch_ + b)]);
  atoms.gradients /= static_cast<double>(batch_);
  return atoms;
}

BatchAtoms BatchLaw::quadrature(const Points& term_gradients) const {
  const Index d = term_gradients.cols();
  const Eigen::RowVectorXd mean = term_gradients.matrix().colwise().mean();
  const Eigen::MatrixXd centred = term_gradients.matrix().rowwise() - mean;
  const Eigen::MatrixXd covariance =
      covariance_factor() / static_cast<double>(terms_) * (centred.transpose() * centred);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> axes(covariance);
  const Values reach = (3 * axes.eigenvalues().array().max(0)).sqrt();
  const Index count = atoms(d);
  BatchAtoms atoms{Points(count, d), Values::Ones(count)};
  for (Index a = 0; a < count; ++a) {
    Eigen::RowVectorXd point = mean;
    for (Index j = 0, code = a; j < d; ++j, code /= 3) {
      const double place = static_cast<double>(code % 3 - 1);
      point += place * reach(j) * axes.eigenvectors().col(j).transpose();
      atoms.weights(a) *= place == 0 ? 2.0 / 3 : 1.0 / 6;
    }
    atoms.gradients.row(a) = point.array();
  }
  return atoms;
}

}  // namespace sgdlimits
