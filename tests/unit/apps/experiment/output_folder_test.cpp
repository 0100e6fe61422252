#include "apps/experiment/output_folder.hpp"

#include <gtest/gtest.h>

#include "support/folder.hpp"

namespace {

using namespace sgdlimits;
using namespace sgdlimits::test;

// FIPS 180-4 examples (NIST, SHA_All.pdf); fails on any slip in rounds, padding or length.
TEST(Sha256, PublishedVectors) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// A writer that died left a half file under the temporary name: the next write replaces it and the result is whole.
TEST(OutputFolder, LeavesWholeFilesAlone) {
  const Folder folder;
  const OutputFolder out = OutputFolder::open(folder.path() / "a/b", false);
  out.write("sub/x.txt", "old");
  std::ofstream(folder.path() / "a/b/sub/x.txt.partial") << "half";
  EXPECT_EQ(read_file(folder.path() / "a/b/sub/x.txt"), "old");
  out.write("sub/x.txt", "new");
  EXPECT_EQ(read_file(folder.path() / "a/b/sub/x.txt"), "new");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a/b/sub/x.txt.partial"));
}

// Ours may be used again without force, somebody else's may not.
TEST(OutputFolder, KnowsItsOwn) {
  const Folder folder;
  OutputFolder::open(folder.path() / "ours", false).write("x", "1");
  EXPECT_NO_THROW(OutputFolder::open(folder.path() / "ours", false));
  folder.write("thesis.tex", "precious");
  try {
    OutputFolder::open(folder.path(), false);
    FAIL() << "accepted";
  } catch (const OutputError& error) {
    EXPECT_TRUE(error.cannot_create());
  }
  EXPECT_NO_THROW(OutputFolder::open(folder.path(), true));
  EXPECT_EQ(read_file(folder.path() / "thesis.tex"), "precious");
}

// Commas and quotes do not break a line of the table; an infinite end of an interval is written as such.
TEST(MeasurementsCsv, QuotesAndOneSidedValues) {
  RunResults results;
  results.measurements.push_back(
      {"a,b", "say \"x\"", 0.5, Measurement(1, 0, 0.25, Side::upper, Grade::bound, "how, so")});
  EXPECT_EQ(measurements_csv(results),
            "study,quantity,time,value,standard_error,discretisation_bound,lower,upper,side,grade,how\n"
            "\"a,b\",\"say \"\"x\"\"\",0.5,1,0,0.25,-inf,1.25,upper,bound,\"how, so\"\n");
}

}  // namespace
