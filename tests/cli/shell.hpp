/// Runs the built command in a folder of its own, as a user would, and keeps what it says.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace cli {

struct Outcome {
  std::string out, err;
  int status = -1;  ///< exit status; 128 + signal if killed
};

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

/// A folder that is the working folder of the commands, deleted at the end.
class Place {
 public:
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "sgdlimits-cli-XXXXXX").string();
    if (!mkdtemp(name.data())) std::abort();
    path_ = name;
  }
  ~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const { return read_file(path_ / name); }

  /// `program_path`, if not empty, replaces PATH. `meanwhile` is called with the process while it runs.
  Outcome run(std::vector<std::string> arguments, const std::string& program_path = "",
              const std::function<void(pid_t)>& meanwhile = {}) const {
    const std::filesystem::path out = path_ / ".out", err = path_ / ".err";
    arguments.insert(arguments.begin(), "sgdlimits");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      if (chdir(path_.c_str()) != 0) _exit(99);
      dup2(open("/dev/null", O_RDONLY), 0);
      dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 1);
      dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 2);
      if (!program_path.empty()) setenv("PATH", program_path.c_str(), 1);
      execv(SGDLIMITS_COMMAND, pointers.data());
      _exit(99);
    }
    if (meanwhile) meanwhile(child);
    int status = 0;
    waitpid(child, &status, 0);
    Outcome outcome{read_file(out), read_file(err), WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
    std::filesystem::remove(out);
    std::filesystem::remove(err);
    return outcome;
  }

 private:
  std::filesystem::path path_;
};

/// `text` with the first occurrence of `from` replaced; aborts if there is none, so that no case tests nothing.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) std::abort();
  return text.replace(at, from.size(), to);
}

/// A small experiment that is done in well under a second.
inline const std::string kTiny = R"TOML(title = "Tiny double well"
run = {seed = 3}
[potential]
kind = "formula"
formula = "(x^2-1)^2 + 0.1*c*x"
samples = {c = [1.5, -0.5]}
[dynamics]
learning_rate = 0.1
initial = {kind = "gibbs", temperature = 0.04}
until = 10.0
report_at = [1, 5, 10]
observe = ["loss", "x"]
[[study]]
name = "gap"
kind = "spectral-gap"
modes = 3
[[study]]
name = "grid"
kind = "fokker-planck"
[[study]]
name = "particles"
kind = "langevin"
step = 0.05
paths = 2000
[[study]]
name = "sgd"
kind = "sgd"
batch = 1
paths = 2000
)TOML";

/// One sigmoid neuron on data.csv.
inline const std::string kNet = R"TOML(title = "net"
[potential]
kind = "two-layer-net"
activation = "sigmoid"
trained = "hidden"
scale = "one"
loss = "square"
loss_factor = 1.0
outer_weights = [4.0]
ridge = 0.13
data = {file = "data.csv", inputs = ["a", "1"], target = "8*(s == 1)", standardise = ["a"]}
[dynamics]
learning_rate = 0.5
[[study]]
name = "gap"
kind = "spectral-gap"
)TOML";

}  // namespace cli
