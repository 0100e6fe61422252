#include "models/data/table.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "core/errors.hpp"
#include "support/thrown_message.hpp"

namespace sgdlimits {
namespace {

class Csv : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("sgdlimits-csv-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Table read(const std::string& text) {
    std::ofstream(folder_ / "t.csv", std::ios::binary) << text;
    return read_csv(folder_ / "t.csv");
  }
  /// The whole message, with the folder left out.
  std::string error(const std::string& text) {
    try {
      read(text);
    } catch (const DataError& e) {
      const std::string what = e.what(), prefix = folder_.string() + "/";
      EXPECT_EQ(what.find(prefix), 0u);
      return what.substr(prefix.size());
    }
    return "nothing was thrown";
  }
  std::filesystem::path folder_;
};

TEST_F(Csv, ReadsNumbersWithNames) {
  for (const std::string text : {"a,b\n1,2.5\n-3e2,+4\n", "a,b\r\n1,2.5\r\n-3e2,+4\r\n",
                                 "\xEF\xBB\xBF\"a\", b \n 1 ,\"2.5\"\n-3e2,4\n\n  \n", "a,b\n1,2.5\n-3e2,4"}) {
    const Table table = read(text);
    EXPECT_EQ(table.names(), (std::vector<std::string>{"a", "b"}));
    ASSERT_EQ(table.rows(), 2);
    EXPECT_EQ(table.column("a")(1), -300);
    EXPECT_EQ(table.column("b")(0), 2.5);
    EXPECT_EQ(table.column("b")(1), 4);
  }
  EXPECT_EQ(read("\"a,\"\"b\"\n1\n").names()[0], "a,\"b");
}

// Each kind of bad file, with its whole message: place, what is wrong and, where there is one, the remedy.
TEST_F(Csv, RefusesEachKindOfBadFile) {
  EXPECT_EQ(error(""), "t.csv: is empty; the first line must name the columns");
  EXPECT_EQ(error("\n\n"), "t.csv: is empty; the first line must name the columns");
  EXPECT_EQ(error("a,b\n"), "t.csv:1: has a header but no rows");
  EXPECT_EQ(error("a,b,a\n1,2,3\n"), "t.csv:1:3: column name \"a\" occurs twice");
  EXPECT_EQ(error("a,,c\n1,2,3\n"), "t.csv:1:2: column 2 has no name");
  EXPECT_EQ(error("a,b\n1,2\n3\n"), "t.csv:3: 1 field but the header names 2 columns");
  EXPECT_EQ(error("a,b\n1,2,3\n"), "t.csv:2: 3 fields but the header names 2 columns");
  EXPECT_EQ(error("a,b\n1,two\n"), "t.csv:2:2: \"two\" in column \"b\" is not a number");
  EXPECT_EQ(error("a,b\n1,2.5cm\n"), "t.csv:2:2: \"2.5cm\" in column \"b\" is not a number");
  EXPECT_EQ(error("a,b\n1,\n"),
            "t.csv:2:2: empty field in column \"b\"; missing values are not supported: drop the row");
  EXPECT_EQ(error("a,b\nnan,1\n"),
            "t.csv:2:1: \"nan\" in column \"a\" is not finite; missing values are not supported: drop the row");
  EXPECT_EQ(error("a,b\n1,-inf\n"),
            "t.csv:2:2: \"-inf\" in column \"b\" is not finite; missing values are not supported: drop the row");
  EXPECT_EQ(error("a\n1e999\n"), "t.csv:2:1: \"1e999\" in column \"a\" is out of the range of double");
  EXPECT_EQ(error("a,b\n1,\"2\n"),
            "t.csv:2:2: a quote is not closed on its line; line breaks inside quotes are not supported");
  EXPECT_EQ(error("a,b\n\"1\"x,2\n"), "t.csv:2:1: \"x\" follows a closing quote");
  EXPECT_EQ(error("a,b\n1,2\n\n3,4\n"), "t.csv:3: the line is empty; blank lines are allowed at the end only");
  EXPECT_EQ(error("a;b\n1;2\n"),
            "t.csv:1:1: the header has no comma; fields are separated by commas, not by ; or tabs");
  EXPECT_EQ(error(std::string("a\0,b\n", 5)),
            "t.csv: contains zero bytes; save it as UTF-8 text, not UTF-16 or a spreadsheet");
  EXPECT_EQ(error("a,b\n1,+-2\n"), "t.csv:2:2: \"+-2\" in column \"b\" is not a number");
}

TEST_F(Csv, RefusesMissingFilesAndFolders) {
  const auto what = [](const std::filesystem::path& path) -> std::string {
    try {
      read_csv(path);
    } catch (const DataError& e) {
      return e.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(what("no/such.csv"), "no/such.csv: no such file");
  EXPECT_EQ(what(folder_), folder_.string() + ": is a folder, not a file");
}

Table small() { return Table({"length", "width"}, (Points(3, 2) << 1, 5, 2, 5, 6, 5).finished()); }

TEST(Table, StandardisesWithDivisorN) {
  Table table = small();
  const Standardisation s = table.standardise("length");
  EXPECT_DOUBLE_EQ(s.mean, 3);
  EXPECT_DOUBLE_EQ(s.standard_deviation, std::sqrt(14.0 / 3));
  EXPECT_NEAR(table.column("length").mean(), 0, 1e-15);
  EXPECT_NEAR(table.column("length").square().mean(), 1, 1e-15);
  EXPECT_EQ(table.column("width")(1), 5);
}

TEST(Table, RefusesWithHelp) {
  EXPECT_EQ(
      test::thrown_message([] { small().standardise("width"); }),
      "standard deviation of column \"width\" of inline table is 0 but must be positive; a constant column cannot "
      "be standardised: leave it out, or write \"1\" for a constant input");
  EXPECT_EQ(test::thrown_message([] { small().column("lenght"); }),
            "column of inline table is \"lenght\" but must be one of length, width; did you mean \"length\"?");
  EXPECT_EQ(test::thrown_message([] {
              Table({"a", "a"}, Points::Ones(1, 2));
            }),
            "name of column 2 of inline table is \"a\" again but must be different from those before");
  EXPECT_EQ(test::thrown_message([] { Table({"a"}, Points::Ones(1, 2)); }),
            "number of column names of inline table is 1 but must be the number of columns, 2");
  EXPECT_EQ(test::thrown_message([] { Table({"a"}, Points::Constant(2, 1, INFINITY)); }),
            "inline table, column \"a\", row 1 is inf but must be finite");
  EXPECT_EQ(test::thrown_message([] { small().add_column("z", Values::Ones(2)); }),
            "length of column \"z\" is 2 but must be the number of rows of inline table, 3");
  EXPECT_EQ(test::thrown_message([] { design_matrix(small(), {}); }), "number of inputs is 0 but must be at least 1");
  EXPECT_EQ(
      test::thrown_message([] { evaluate([](const Table&) { return Values(Values::Ones(2)); }, small(), "target"); }),
      "length of target is 2 but must be the number of rows of inline table, 3");
}

TEST(Table, DesignMatrixHasAConstantColumn) {
  const Eigen::MatrixXd x = design_matrix(small(), {"length", "1"});
  EXPECT_EQ(x(2, 0), 6);
  EXPECT_TRUE((x.col(1).array() == 1).all());
}

// The shipped data: sizes, and known means of Fisher's petals (3.758 cm) and the class counts.
TEST(Table, ReadsTheExampleData) {
  const std::filesystem::path data = std::filesystem::path(SGDLIMITS_SOURCE_DIR) / "examples/data";
  const Table iris = read_csv(data / "iris.csv");
  EXPECT_EQ(iris.rows(), 150);
  EXPECT_NEAR(iris.column("petal_length_cm").mean(), 3.758, 1e-12);
  EXPECT_EQ((iris.column("species") == 1).count(), 50);
  const Table diabetes = read_csv(data / "diabetes.csv");
  EXPECT_EQ(diabetes.rows(), 442);
  EXPECT_EQ(diabetes.columns(), 11);
}

}  // namespace
}  // namespace sgdlimits
