/// A small experiment and a folder of its own for each test.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace experiment_test {

inline const std::string kSmall = R"(title = "small"
[potential]
kind = "formula"
formula = "(x^2-1)^2 + 0.1*c*x"
samples = {c = [1.5, -0.5]}
[dynamics]
learning_rate = 0.1
initial = {kind = "gibbs", temperature = 0.04, tilt = [0.1]}
until = 4.0
report_at = [1, 2, 3, 4]
[[study]]
name = "gap"
kind = "spectral-gap"
modes = 2
[[study]]
name = "grid"
kind = "fokker-planck"
cells = [256]
[[study]]
name = "particles"
kind = "langevin"
step = 0.05
paths = 1500
[[study]]
name = "sgd"
kind = "sgd"
batch = 1
paths = 1500
[[compare]]
of = ["grid", "particles", "sgd"]
measure = ["w1-marginals", "chi_squared", "loss", "observables"]
[claims]
check = ["A2", "A4", "A6"]
)";

/// `text` with the first `from` replaced.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

inline std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sgdlimits-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace experiment_test
