#include "apps/report/plots.hpp"

#include <fcntl.h>
#include <gnuplot-iostream.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "core/errors.hpp"

extern char** environ;

namespace sgdlimits {

namespace {

/// gnuplot-iostream on a plain file: the script can be kept, and a missing gnuplot cannot kill us by SIGPIPE.
void write_script(const Figure& figure, const std::filesystem::path& file) {
  std::FILE* handle = std::fopen(file.c_str(), "w");
  if (!handle) throw DataError(file.string(), 0, 0, "cannot be written", "free space or permission");
  Gnuplot script(handle);  // closes the handle
  script << gnuplot_script(figure);
  script.flush();
  if (!script) throw DataError(file.string(), 0, 0, "could not be written whole", "free space on this file system");
}

/// Runs `gnuplot NAME.gp` in the folder, with default signals. Returns the exit status, 127 if there is no gnuplot,
/// and what it said on stderr.
int run_gnuplot(const std::string& script, const std::filesystem::path& folder, std::string& said) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return 127;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::string program = "gnuplot", argument = script;
  char* const arguments[] = {program.data(), argument.data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "gnuplot", &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(pipe_ends[1]);
  char buffer[1024];
  for (ssize_t n; (n = read(pipe_ends[0], buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);) {
    if (n > 0 && said.size() < 4096) said.append(buffer, static_cast<std::size_t>(n));
  }
  close(pipe_ends[0]);
  if (failed) return 127;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string first_line(const std::string& text) {
  std::string line;
  for (std::size_t from = 0; from < text.size() && line.find_first_not_of(" ^\t") == std::string::npos;) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    line = text.substr(from, end - from);
    from = end + 1;
  }
  return line;
}

}  // namespace

PlotOutcome write_plots(const std::vector<Figure>& figures, const std::filesystem::path& folder) {
  PlotOutcome outcome;
  for (const Figure& figure : figures) {
    write_script(figure, folder / (figure.name + ".gp"));
    outcome.files.push_back(figure.name + ".gp");
  }
  for (const Figure& figure : figures) {
    std::string said;
    const int status = run_gnuplot(figure.name + ".gp", folder, said);
    if (status == 127) {
      outcome.warning =
          "gnuplot was not found: plots are left as .gp files with their data; gnuplot NAME.gp draws them";
      return outcome;
    }
    std::error_code ignored;
    if (status != 0) {
      outcome.warning = "gnuplot failed on " + figure.name + ".gp (exit status " + std::to_string(status) +
                        "): " + first_line(said);
      for (const char* ending : {".png", ".svg"}) std::filesystem::remove(folder / (figure.name + ending), ignored);
      continue;
    }
    for (const char* ending : {".png", ".svg"}) outcome.files.push_back(figure.name + ending);
  }
  return outcome;
}

}  // namespace sgdlimits
