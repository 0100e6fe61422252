/// From a study to the scheme that moves its paths.
#include <fmt/format.h>

#include "apps/experiment/run_context.hpp"
#include "core/text.hpp"
#include "solvers/sde/catalogue.hpp"
#include "solvers/sde/underdamped.hpp"

namespace sgdlimits::experiment {

namespace {

std::shared_ptr<const StochasticGradient> gradient_of(const Problem& problem, const Study& study) {
  switch (study.motion) {
    case Motion::online_sgd: return online_gradient(problem.sampled, study.batch);
    case Motion::mini_batch_sgd:
      return study.epochs ? epoch_gradient(problem.sum, study.batch)
                          : mini_batch_gradient(problem.sum, study.batch, study.replacement);
    default: return exact_gradient(problem.potential);
  }
}

std::unique_ptr<Scheme> sgd(const Problem& problem, const Study& study) {
  const LearningRate rate(study.learning_rate);
  const bool isotropic = study.motion == Motion::isotropic_sgd;
  // to the bit Euler-Maruyama, as its name promises
  if (isotropic && !study.schedule && study.momentum.kind == Momentum::Kind::none)
    return isotropic_noise_sgd(problem.potential, rate);
  const LearningRateSchedule schedule = study.schedule ? *study.schedule : LearningRateSchedule::constant(rate);
  const AddedNoise noise = isotropic ? AddedNoise::gradient_error(1) : study.added_noise;
  return stochastic_gradient_descent(gradient_of(problem, study), {schedule, study.momentum, noise});
}

std::unique_ptr<Scheme> modified_equation(const Problem& problem, const Study& study) {
  if (study.exact_equation) return exact_transition(exact_equation(problem, study), study.step, motion_name(study));
  const LearningRate rate(study.learning_rate);
  if (!problem.sum)
    return sgd_modified_equation(problem.potential, problem.sampled, rate, study.batch, study.equation, study.step);
  const auto root =
      problem.sum->dimension() > problem.sum->terms() ? CovarianceRoot::per_samples : CovarianceRoot::symmetric;
  return sgd_modified_equation(problem.sum, rate, study.batch, study.replacement, study.equation, root, study.step);
}

/// "mini-batch sgd (B = 10, epochs)"
std::string source_name(const Study& study) {
  switch (study.motion) {
    case Motion::isotropic_sgd: return "isotropic-noise sgd";
    case Motion::gradient_descent: return "gradient descent";
    case Motion::online_sgd: return fmt::format("online sgd (B = {})", study.batch);
    default: return fmt::format("mini-batch sgd (B = {}{})", study.batch, study.epochs ? ", epochs" : "");
  }
}

std::string sgd_name(const Study& study) {
  std::string name = source_name(study);
  if (study.schedule) name += ", rate " + study.schedule->description();
  if (study.momentum.kind != Momentum::Kind::none)
    name += fmt::format(", {} {}", to_string(study.momentum.kind), shortest(study.momentum.beta));
  const AddedNoise& noise = study.added_noise;
  if (noise.linear > 0) name += fmt::format(", added variance {} s", shortest(noise.linear));
  if (noise.quadratic > 0) name += fmt::format(", added variance {} s^2", shortest(noise.quadratic));
  return name;
}

}  // namespace

LinearDiffusion exact_equation(const Problem& problem, const Study& study) {
  Scratch scratch;
  const auto sigma = [&](const Eigen::VectorXd& x) -> Eigen::MatrixXd {
    return problem.sum ? gradient_covariance(*problem.sum, x) : problem.sampled->gradient_covariance(x, scratch);
  };
  const double factor = problem.sum ? batch_covariance_factor(problem.sum->terms(), study.batch, study.replacement)
                                    : 1 / static_cast<double>(study.batch);
  return exact_modified_equation(quadratic_sgd(*problem.potential, sigma, factor, LearningRate(study.learning_rate)));
}

UnderdampedProblem underdamped_problem(const Problem& problem, const Study& study) {
  return UnderdampedProblem::of(problem.potential, *problem.temperature, study.friction, study.mass);
}

std::unique_ptr<Scheme> make_scheme(const Problem& problem, const Study& study) {
  switch (study.motion) {
    case Motion::langevin:
      return sgdlimits::make_scheme(study.scheme, OverdampedProblem::of(problem.potential, *problem.temperature),
                                    study.step, {std::nullopt, study.leapfrog_steps});
    case Motion::underdamped:
      return underdamped_scheme(study.scheme, underdamped_problem(problem, study), study.step);
    case Motion::modified_equation: return modified_equation(problem, study);
    default: return sgd(problem, study);
  }
}

std::string motion_name(const Study& study) {
  switch (study.motion) {
    case Motion::langevin: return fmt::format("{}, step {}", study.scheme, shortest(study.step));
    case Motion::underdamped:
      return fmt::format("{}, step {}, friction {}, mass {}", study.scheme, shortest(study.step),
                         shortest(study.friction), shortest(study.mass));
    case Motion::modified_equation:
      return fmt::format("{} (B = {}), step {}",
                         study.exact_equation ? "exact modified equation" : to_string(study.equation), study.batch,
                         shortest(study.step));
    default: return sgd_name(study);
  }
}

}  // namespace sgdlimits::experiment
