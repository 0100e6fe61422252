// Checkpoints: identical continuation, and every kind of damage refused with a remedy.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "core/errors.hpp"
#include "solvers/sde/ensemble.hpp"
#include "support/sde_problems.hpp"

namespace sgdlimits {
namespace {

namespace fs = std::filesystem;

class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint()
      : folder_(fs::path(::testing::TempDir()) /
                ("sgdlimits_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::create_directories(folder_);
    ensemble_.points = Points(1025, 2);
    Noise(1, Stream::test).normals(0, 0, ensemble_.points);
    ensemble_.seed = 0xffffffffffffffffu;
    ensemble_.replicate = 9;
    ensemble_.initial_time = 0.1;
  }
  ~Checkpoint() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "ensemble.checkpoint"; }
  std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string refusal(const std::string& content) const {
    std::ofstream(file(), std::ios::binary) << content;
    try {
      load_checkpoint(file());
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
  Ensemble ensemble_;
};

// Fails if any field is lost or rounded: the restart must end on the same bits.
TEST_F(Checkpoint, RestartContinuesToTheSameBits) {
  const auto scheme = heun(test::minus_gradient(std::make_shared<test::Rippled>()), Temperature(0.5), 0.05);
  advance(ensemble_, *scheme, 17);
  save_checkpoint(ensemble_, file());
  Ensemble restarted = load_checkpoint(file());
  EXPECT_EQ(restarted.seed, ensemble_.seed);
  EXPECT_EQ(restarted.replicate, 9u);
  EXPECT_EQ(restarted.step, 17);
  EXPECT_EQ(restarted.initial_time, 0.1);
  advance(ensemble_, *scheme, 23);
  advance(restarted, *scheme, 23);
  EXPECT_EQ(std::memcmp(ensemble_.points.data(), restarted.points.data(), sizeof(double) * 2 * 1025), 0);
  EXPECT_FALSE(fs::exists(file().string() + ".tmp"));
}

// A failed write must leave the old checkpoint.
TEST_F(Checkpoint, OverwritesAndNeverLosesTheOld) {
  save_checkpoint(ensemble_, file());
  const std::string old = bytes();
  fs::create_directories(file().string() + ".tmp");
  EXPECT_THROW(save_checkpoint(ensemble_, file()), DataError);
  EXPECT_EQ(bytes(), old);
  fs::remove(file().string() + ".tmp");
  ensemble_.step = 5;
  save_checkpoint(ensemble_, file());
  EXPECT_EQ(load_checkpoint(file()).step, 5);
}

TEST_F(Checkpoint, RefusesWhatIsNotACheckpoint) {
  save_checkpoint(ensemble_, file());
  const std::string good = bytes();
  const std::string name = file().string();
  EXPECT_EQ(refusal(""), name + ": is not a checkpoint; give a file that save_checkpoint wrote");
  EXPECT_EQ(refusal("title = \"an experiment\"\n" + std::string(100, ' ')),
            name + ": is not a checkpoint; give a file that save_checkpoint wrote");
  const std::string truncated =
      name + ": is a truncated checkpoint; resume from an older one, or start from the beginning";
  for (const std::size_t cut : {1u, 8u, 16u, 8000u}) EXPECT_EQ(refusal(good.substr(0, good.size() - cut)), truncated);
  std::string version = good;
  version[8] = 2;
  EXPECT_EQ(
      refusal(version),
      name + ": is a checkpoint of version 2, this program reads version 1; resume with the program that wrote it");
  fs::remove(file());
  EXPECT_THROW(load_checkpoint(file()), DataError);
  EXPECT_THROW(save_checkpoint(ensemble_, folder_ / "missing" / "file"), DataError);
}

// Every flipped bit of the header and many of the body are noticed.
TEST_F(Checkpoint, ChecksumSeesDamage) {
  save_checkpoint(ensemble_, file());
  const std::string good = bytes();
  for (std::size_t byte = 0; byte < good.size(); byte += byte < 80 ? 1 : 997) {
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ 0x10);
    EXPECT_NE(refusal(bad), "") << byte;
  }
}

}  // namespace
}  // namespace sgdlimits
