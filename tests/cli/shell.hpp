/// Runs the built command in a folder of its own, as a user would, and keeps what it says.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>

#include <functional>
#include <vector>

#include "support/folder.hpp"

namespace cli {

using sgdlimits::test::files_of;
using sgdlimits::test::read_file;
using sgdlimits::test::with;

struct Outcome {
  std::string out, err;
  int status = -1;  ///< exit status; 128 + signal if killed
};

/// The working folder of the commands.
class Place : public sgdlimits::test::Folder {
 public:
  /// `program_path`, if not empty, replaces PATH. `meanwhile` is called with the process while it runs.
  Outcome run(std::vector<std::string> arguments, const std::string& program_path = "",
              const std::function<void(pid_t)>& meanwhile = {}) const {
    const std::filesystem::path out = path() / ".out", err = path() / ".err";
    arguments.insert(arguments.begin(), "sgdlimits");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      if (chdir(path().c_str()) != 0) _exit(99);
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
};

}  // namespace cli
