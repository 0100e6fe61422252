#include "models/formula/formula.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace sgdlimits {
namespace {

Points line(double lower, double upper, Index n) {
  Points x(n, 1);
  for (Index i = 0; i < n; ++i)
    x(i, 0) = lower + (upper - lower) * static_cast<double>(i) / static_cast<double>(n - 1);
  return x;
}

struct Scalar {
  const char* expression;
  std::function<double(double)> f;
  double lower, upper;
};

double log_cosh(double x) {
  if (std::abs(x) < 0.5) {  // log cosh x = log1p(2 sinh^2(x/2))
    const double s = std::sinh(x / 2);
    return std::log1p(2 * s * s);
  }
  return std::abs(x) + std::log1p(std::exp(-2 * std::abs(x))) - std::log(2.0);
}
double soft_plus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double logistic(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }

// No pole or kink falls on a point.
const std::vector<Scalar> scalars{
    {"abs(x)", [](double x) { return std::abs(x); }, -3, 3.1},
    {"acos(x)", [](double x) { return std::acos(x); }, -0.9, 0.9},
    {"acosh(x)", [](double x) { return std::acosh(x); }, 1.1, 9},
    {"asin(x)", [](double x) { return std::asin(x); }, -0.9, 0.9},
    {"asinh(x)", [](double x) { return std::asinh(x); }, -5, 5},
    {"atan(x)", [](double x) { return std::atan(x); }, -5, 5},
    {"atanh(x)", [](double x) { return std::atanh(x); }, -0.9, 0.9},
    {"cos(x)", [](double x) { return std::cos(x); }, -9, 9},
    {"cosh(x)", [](double x) { return std::cosh(x); }, -5, 5},
    {"erf(x)", [](double x) { return std::erf(x); }, -4, 4},
    {"erfc(x)", [](double x) { return std::erfc(x); }, -4, 4},
    {"exp(x)", [](double x) { return std::exp(x); }, -20, 5},
    {"expm1(x)", [](double x) { return std::expm1(x); }, -3, 3},
    {"log(x)", [](double x) { return std::log(x); }, 0.1, 9},
    {"log1p(x)", [](double x) { return std::log1p(x); }, -0.9, 9},
    {"logcosh(x)", log_cosh, -20, 20},
    {"log(cosh(x))", log_cosh, -20, 20},
    {"max(x, 1-x^2)", [](double x) { return std::max(x, 1 - x * x); }, -3, 3.1},
    {"min(x, 1-x^2)", [](double x) { return std::min(x, 1 - x * x); }, -3, 3.1},
    {"pow(x, 3)", [](double x) { return x * x * x; }, -3, 3},
    {"pow(x, 1.7)", [](double x) { return std::pow(x, 1.7); }, 0.2, 3},
    {"x^x", [](double x) { return std::pow(x, x); }, 0.2, 3},
    {"x^-3", [](double x) { return std::pow(x, -3); }, 0.5, 3},
    {"x^80", [](double x) { return std::pow(x, 80); }, -1.1, 1.1},
    {"relu(x)", [](double x) { return std::max(x, 0.0); }, -3, 3.1},
    {"sigmoid(x)", logistic, -30, 30},
    {"1/(1+exp(-x))", logistic, -30, 30},
    {"sin(x)", [](double x) { return std::sin(x); }, -9, 9},
    {"sinh(x)", [](double x) { return std::sinh(x); }, -5, 5},
    {"softplus(x)", soft_plus, -30, 30},
    {"log(1+exp(x))", soft_plus, -30, 30},
    {"log(exp(-x)+3*exp(x)+2)", [](double x) { return std::log(std::exp(-x) + 3 * std::exp(x) + 2); }, -30, 30},
    {"sqrt(x)", [](double x) { return std::sqrt(x); }, 0.1, 9},
    {"x*step(x)", [](double x) { return std::max(x, 0.0); }, -3, 3.1},
    {"x*sign(x)", [](double x) { return std::abs(x); }, -3, 3.1},
    {"tan(x)", [](double x) { return std::tan(x); }, -1.3, 1.3},
    {"tanh(x)", [](double x) { return std::tanh(x); }, -20, 20},
    {"e^x + pi*x", [](double x) { return std::exp(x) + M_PI * x; }, -3, 3},
    {"-x^2/2", [](double x) { return -x * x / 2; }, -3, 3},
    {"2^-x", [](double x) { return std::exp2(-x); }, -3, 3},
    {"0.1*x - (0.3 - x)^3*1e-2", [](double x) { return 0.1 * x - 0.01 * std::pow(0.3 - x, 3); }, -3, 3}};

// Fails if a kernel, a rewrite, a precedence or a power is wrong by more than a few units in the last place.
TEST(Formula, ValuesAgreeWithTheScalarLibrary) {
  for (const Scalar& s : scalars) {
    const auto f = formula_potential({s.expression, {}, {}, {}});
    const Points x = line(s.lower, s.upper, 1003);
    const Values v = values(*f, x);
    for (Index i = 0; i < x.rows(); ++i) {
      const double exact = s.f(x(i, 0));
      // 1e-15 absolute: some references cancel near their zeros; x^80 amplifies nothing but multiplies 8 roundings
      EXPECT_NEAR(v(i), exact, 4e-15 * std::abs(exact) + 1e-15) << s.expression << " at " << x(i, 0);
    }
  }
}

// Fails if a derivative rule is wrong: first derivatives against differences of values, second against those of
// first.
TEST(Formula, DerivativesAgreeWithDifferences) {
  for (const Scalar& s : scalars) {
    const auto f = formula_potential({s.expression, {}, {}, {}});
    const double margin = 0.01 * (s.upper - s.lower);
    const Points x = line(s.lower + margin, s.upper - margin, 64);
    const double h = 1e-4;
    Scratch scratch;
    Values lap(64);
    f->laplacian(x, lap, scratch);
    const Points g = gradients(*f, x);
    const Values up = values(*f, x + h), down = values(*f, x - h);
    const Points gup = gradients(*f, x + h), gdown = gradients(*f, x - h);
    for (Index i = 0; i < 64; ++i) {
      const double scale = 1 + std::abs(up(i)) + std::abs(g(i, 0)) + std::abs(lap(i));
      // truncation h^2 f''' / 6 with f''' up to 1e3 times the scale at the ends of the intervals
      EXPECT_NEAR(g(i, 0), (up(i) - down(i)) / (2 * h), 1e-5 * scale) << s.expression << " at " << x(i, 0);
      EXPECT_NEAR(lap(i), (gup(i, 0) - gdown(i, 0)) / (2 * h), 1e-4 * scale) << s.expression << " at " << x(i, 0);
    }
  }
}

// Fails if a stable function or its derivatives overflow for large |x| or lose relative accuracy for small |x|.
TEST(Formula, StableForLargeAndSmallArguments) {
  for (const char* text : {"tanh(x)", "sigmoid(x)", "softplus(x)", "log(cosh(x))", "log(1+exp(x))", "relu(x)",
                           "abs(x)", "1/(1+exp(-x))", "erf(x)", "log(exp(x)+exp(-x))", "x*sigmoid(x)"}) {
    const auto f = formula_potential({text, {}, {}, {}});
    Points x(4, 1);
    x << -1e3, 1e3, -750, 750;
    Scratch scratch;
    Values lap(4);
    f->laplacian(x, lap, scratch);
    EXPECT_TRUE(values(*f, x).isFinite().all()) << text;
    EXPECT_TRUE(gradients(*f, x).isFinite().all()) << text;
    EXPECT_TRUE(lap.isFinite().all()) << text;
  }
  for (double z : {1e-3, 1e-8, 1e-12}) {
    const Points x = Points::Constant(1, 1, z);
    EXPECT_NEAR(values(*formula_potential({"log(cosh(x))", {}, {}, {}}), x)(0) /
                    (z * z / 2 - std::pow(z, 4) / 12 + std::pow(z, 6) / 45),
                1, 2e-15);
    EXPECT_NEAR(values(*formula_potential({"tanh(x)", {}, {}, {}}), x)(0) / std::tanh(z), 1, 1e-15);
    EXPECT_NEAR(values(*formula_potential({"erf(x)", {}, {}, {}}), x)(0) / std::erf(z), 1, 1e-15);
  }
  EXPECT_EQ(values(*formula_potential({"log(cosh(x))", {}, {}, {}}), Points::Constant(1, 1, 1000.0))(0),
            1000 - std::log(2.0));
}

// Fails if the convention at kinks (mean of both sides) is broken.
TEST(Formula, MeanOfBothSidesAtKinks) {
  const Points zero = Points::Zero(1, 1);
  for (const auto& [text, slope] : std::vector<std::pair<const char*, double>>{
           {"abs(x)", 0}, {"relu(x)", 0.5}, {"max(x,0)", 0.5}, {"max(x,2*x)", 1.5}, {"min(x,-x)", 0}})
    EXPECT_EQ(gradients(*formula_potential({text, {}, {}, {}}), zero)(0, 0), slope) << text;
}

// Fails if variables are ordered otherwise than by appearance, or the Hessian's symmetry or trace is broken.
TEST(Formula, SeveralVariables) {
  const auto f = formula_potential({"a*y^2*x + sin(x*z)", {}, {{"a", 1.5}}, {}});
  EXPECT_EQ(f->coordinate_names(), (std::vector<std::string>{"y", "x", "z"}));
  EXPECT_EQ(f->description(), "a*y^2*x + sin(x*z) with a = 1.5");
  EXPECT_TRUE(f->has_exact_hessian());
  EXPECT_TRUE(f->domain().is_everywhere());
  Scratch scratch;
  const Eigen::Vector3d p(0.7, -1.2, 0.4);  // y, x, z
  const Eigen::MatrixXd h = f->hessian(p, scratch);
  const double s = std::sin(p(1) * p(2)), c = std::cos(p(1) * p(2));
  Eigen::Matrix3d exact;
  exact << 3 * p(1), 3 * p(0), 0, 3 * p(0), -p(2) * p(2) * s, c - p(1) * p(2) * s, 0, c - p(1) * p(2) * s,
      -p(1) * p(1) * s;
  EXPECT_LT((h - exact).cwiseAbs().maxCoeff(), 1e-14);
  Values lap(1);
  f->laplacian(p.transpose().array(), lap, scratch);
  EXPECT_NEAR(lap(0), exact.trace(), 1e-14);
  EXPECT_LT(gradient_check(*f, Points::Random(40, 3)), 1e-9);
}

std::string message(const FormulaSpec& spec) {
  try {
    formula_potential(spec);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

struct Mistake {
  const char* expression;
  const char* message;
};

// Fails if a mistake is accepted, put at another place, or explained in other words than the guide promises.
TEST(FormulaError, EveryMistakeWithItsWholeMessage) {
  const std::vector<Mistake> mistakes{
      {"", "\n^ position 0: the formula is empty; write for example (x^2-1)^2"},
      {"   ", "   \n^ position 0: the formula is empty; write for example (x^2-1)^2"},
      {"2x", "2x\n ^ position 1: there is no operator between \"2\" and \"x\"; write \"2*x\""},
      {"(x^2-1)**2", "(x^2-1)**2\n       ^ position 7: there is no operator \"**\"; write ^ for powers: x^2"},
      {"((x+1)", "((x+1)\n^ position 0: this parenthesis is never closed; add \")\""},
      {"x+1)", "x+1)\n   ^ position 3: this parenthesis was never opened; remove it or open one before"},
      {"sigmoyd(x)", "sigmoyd(x)\n^ position 0: the function \"sigmoyd\" is unknown; did you mean \"sigmoid\"?"},
      {"x+ln(x)", "x+ln(x)\n  ^ position 2: the function \"ln\" is unknown; did you mean \"log\"?"},
      {"sin x", "sin x\n^ position 0: the function sin has no parenthesis after it; write sin(x)"},
      {"sin(x,2)", "sin(x,2)\n^ position 0: sin takes 1 argument, not 2"},
      {"max(x)", "max(x)\n^ position 0: max takes 2 arguments, not 1"},
      {"exp()", "exp()\n^ position 0: exp takes 1 argument, not 0"},
      {"x^", "x^\n  ^ position 2: something is missing at the end; write a number, a name or a parenthesis"},
      {"x+*2", "x+*2\n  ^ position 2: a number, a name or a parenthesis must stand before \"*\""},
      {"x+1/0",
       "x+1/0\n   ^ position 3: this constant part is infinite; change the numbers or the "
       "parameters in it"},
      {"x*log(-1)",
       "x*log(-1)\n  ^ position 2: this constant part is not a number; change the numbers or "
       "the parameters in it"},
      {"1e999*x",
       "1e999*x\n^ position 0: the number 1e999 is out of the range of double precision; numbers lie "
       "between 1e-307 and 1e308"},
      {"1.2.3*x", "1.2.3*x\n^ position 0: this is no number; write for example 0.5 or 1e-3"},
      {"|x|", "|x|\n^ position 0: the character \"|\" has no meaning here; write abs(x)"},
      {"[x]^2", "[x]^2\n^ position 0: the character \"[\" has no meaning here; write parentheses"},
      {"w[0]^2", "w[0]^2\n ^ position 1: names of a potential have no brackets; write parentheses, or x0"},
      {"x = 2",
       "x = 2\n  ^ position 2: the character \"=\" has no meaning here; write == to compare; a potential is "
       "one expression without \"f(x) =\""},
      {"x < 2", "x < 2\n  ^ position 2: a potential has no comparisons; write step(b-a) for a < b"},
      {"1,5*x", "1,5*x\n ^ position 1: a comma stands outside a function; write decimals with a point"},
      {"3+4", "3+4\n^ position 0: the formula has no variable; a potential depends on at least one"}};
  for (const Mistake& m : mistakes) EXPECT_EQ(message({m.expression, {}, {}, {}}), m.message);
}

// Fails if names and numbers given beside the formula are not checked.
TEST(FormulaError, NamesAndNumbersBesideTheFormula) {
  EXPECT_EQ(message({"x+hh", {"x"}, {{"h", 1}}, {}}),
            "x+hh\n  ^ position 2: the name \"hh\" is unknown; did you mean \"h\"?");
  EXPECT_EQ(message({"x+k^2", {}, {{"h", 1}}, {}}),
            "parameter h is not in the formula \"x+k^2\" but must be in the formula; did you mean \"x\"?");
  EXPECT_EQ(message({"x*h", {}, {{"h", std::numeric_limits<double>::infinity()}}, {}}),
            "parameter h is inf but must be finite");
  EXPECT_EQ(message({"x*h", {"x", "h"}, {{"h", 1}}, {}}),
            "the name \"h\" is given twice but must be one variable, one parameter or one sample symbol; rename one "
            "of them");
  EXPECT_EQ(message({"x*a*b", {}, {}, {{"a", {1, 2}}, {"b", {1}}}}),
            "number of samples of b is 1 but must be 2, the number of samples of a");
  EXPECT_EQ(message({"x*a", {}, {}, {{"a", {}}}}), "samples of a is empty but must be at least one number");
  EXPECT_EQ(message({"x*a", {}, {}, {{"a", {1, std::nan("")}}}}), "sample 1 of a is nan but must be finite");
  EXPECT_EQ(message({"2*sin2", {"2x"}, {}, {}}),
            "a formula's name is \"2x\" but must be letters, digits and _ that start with a letter, and no function; "
            "rename it");
  EXPECT_EQ(message({"x*log(h)", {}, {{"h", -1}}, {}}),
            "x*log(h)\n  ^ position 2: this constant part is not a number; change the numbers or the "
            "parameters in it");
  EXPECT_THROW(formula_finite_sum({"x^2", {}, {}, {}}), InvalidArgument);
  EXPECT_THROW(formula_potential({std::string(500, '(') + "x" + std::string(500, ')'), {}, {}, {}}), FormulaError);
}

const FormulaSpec sum_spec{"log(cosh(w*x - y)) + c*x^2*exp(-x^2) + 0.1*x^2*w^2 + u",
                           {"x", "u"},
                           {},
                           {{"w", {1, -2, 0.5}}, {"y", {0.3, 1, -1}}, {"c", {1, 2, 6}}}};

// Fails if a part of the mean is folded, hoisted or tabulated wrongly: against explicit averages of single formulas.
TEST(FormulaSum, MeanOverSamplesIsTheExplicitAverage) {
  const auto sum = formula_finite_sum(sum_spec);
  ASSERT_EQ(sum->terms(), 3);
  const Points x = 2 * Points::Random(43, 2);
  Values mean = Values::Zero(43);
  Points mean_gradient = Points::Zero(43, 2);
  std::vector<Points> term_gradients;
  for (std::size_t i = 0; i < 3; ++i) {
    FormulaSpec one{sum_spec.expression, sum_spec.variables, {}, {}};
    for (const auto& [name, values] : sum_spec.samples) one.parameters[name] = values[i];
    const auto f = formula_potential(one);
    mean += values(*f, x) / 3;
    term_gradients.push_back(gradients(*f, x));
    mean_gradient += term_gradients.back() / 3;
  }
  EXPECT_LT((values(*sum, x) - mean).abs().maxCoeff(), 1e-14);
  EXPECT_LT((gradients(*sum, x) - mean_gradient).abs().maxCoeff(), 1e-14);
  Scratch scratch;
  Indices indices(43, 2);
  for (Index p = 0; p < 43; ++p) indices.row(p) << p % 3, (p / 3) % 3;
  Points g(43, 2);
  sum->batch_gradient(x, indices, g, scratch);
  for (Index p = 0; p < 43; ++p)
    for (Index j = 0; j < 2; ++j)
      EXPECT_NEAR(g(p, j),
                  (term_gradients[static_cast<std::size_t>(p % 3)](p, j) +
                   term_gradients[static_cast<std::size_t>((p / 3) % 3)](p, j)) /
                      2,
                  1e-14);
  const Points terms = sum->term_gradients(x.row(5).matrix().transpose(), scratch);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 2; ++j) EXPECT_NEAR(terms(i, j), term_gradients[static_cast<std::size_t>(i)](5, j), 1e-14);
  EXPECT_LT(gradient_check(*sum, x), 1e-9);
}

// Fails if a value computed together with the gradient is another function than the value alone.
TEST(Formula, ValueAndGradientTogether) {
  for (const FormulaSpec& spec : {sum_spec, FormulaSpec{"exp(-x^2-y^2)*(x-y)^3", {}, {}, {}}}) {
    const auto f = formula_potential(spec);
    const Points x = Points::Random(200, 2);
    Values v(200);
    Points g(200, 2);
    Scratch scratch;
    f->value_and_gradient(x, v, g, scratch);
    EXPECT_LT((v - values(*f, x)).abs().maxCoeff(), 1e-14);
    EXPECT_LT((g - gradients(*f, x)).abs().maxCoeff(), 1e-14);
  }
}

}  // namespace
}  // namespace sgdlimits
