#include "models/formula/column_expression.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "models/formula/formula.hpp"

namespace sgdlimits {
namespace {

Values column(std::initializer_list<double> values) {
  Values result(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), result.begin());
  return result;
}

// Fails if a comparison gives anything but 0 or 1, or binds stronger than the arithmetic beside it.
TEST(ColumnExpression, Comparisons) {
  const Points x = column({0, 1, 2});
  const auto value = [&](const char* text) { return ColumnExpression::parse(text, {"species"}).evaluate(x); };
  EXPECT_TRUE((value("8*(species == 1)") == column({0, 8, 0})).all());
  EXPECT_TRUE((value("species != 1") == column({1, 0, 1})).all());
  EXPECT_TRUE((value("species < 1") == column({1, 0, 0})).all());
  EXPECT_TRUE((value("species <= 0+1") == column({1, 1, 0})).all());
  EXPECT_TRUE((value("species > 1") == column({0, 0, 1})).all());
  EXPECT_TRUE((value("1 + species >= 2") == column({0, 1, 1})).all());
}

// Fails if bracketed names are cut, reordered, or constants shadow columns.
TEST(ColumnExpression, NamesInOrderOfAppearance) {
  const auto f = ColumnExpression::parse("w[1,2] - 2*w[0]^2 + pi*0", {"w[0]", "loss", "w[1,2]", "e"});
  EXPECT_EQ(f.names(), (std::vector<std::string>{"w[1,2]", "w[0]"}));
  Points x(1, 2);
  x << 5, 3;
  EXPECT_EQ(f.evaluate(x)(0), -13);
  EXPECT_EQ(ColumnExpression::parse("e", {"e"}).names().size(), 1u);
  EXPECT_EQ(ColumnExpression::parse("loss", {"loss"}).evaluate(column({4, 5}))(1), 5);
  EXPECT_EQ(ColumnExpression::parse("2*e", {}).evaluate(Points(2, 0))(1), 2 * std::exp(1.0));
  EXPECT_THROW(f.evaluate(Points::Zero(3, 1)), InvalidArgument);
}

// Fails if a misspelt column is accepted or explained otherwise.
TEST(ColumnExpression, Mistakes) {
  const auto message = [](const char* text) -> std::string {
    try {
      ColumnExpression::parse(text, {"species", "w[0]"});
    } catch (const FormulaError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message("8*(specie == 1)"),
            "8*(specie == 1)\n   ^ position 3: the name \"specie\" is unknown; did you mean \"species\"?");
  EXPECT_EQ(message("w[0"), "w[0\n ^ position 1: this bracket is never closed; add \"]\"");
  EXPECT_EQ(message("species = 1"),
            "species = 1\n        ^ position 8: the character \"=\" has no meaning here; write == to compare; a "
            "potential is one expression without \"f(x) =\"");
  EXPECT_EQ(message("0 < species < 2"),
            "0 < species < 2\n            ^ position 12: comparisons cannot be chained; multiply two comparisons in "
            "parentheses");
}

}  // namespace
}  // namespace sgdlimits
