#include "apps/experiment/output_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sgdlimits {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = ".sgdlimits";

[[noreturn]] void fail_write(const fs::path& file, const std::string& why) {
  throw OutputError(fmt::format("{} cannot be written: {}", file.string(), why), false);
}

/// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

/// Some file systems do not sync folders; the rename itself is atomic all the same.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  if (descriptor.number() >= 0) ::fsync(descriptor.number());
}

void write_all(int descriptor, const std::string& bytes, const fs::path& file) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_write(file, std::strerror(errno));
    done += static_cast<std::size_t>(written);
  }
}

}  // namespace

OutputFolder OutputFolder::open(const fs::path& path, bool force) {
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    throw OutputError(fmt::format("{} is a file; choose another folder with --out", path.string()), true);
  }
  fs::create_directories(path, error);
  if (error) throw OutputError(fmt::format("{} cannot be created: {}", path.string(), error.message()), true);
  const bool ours = fs::exists(path / kMarker, error);
  const fs::directory_iterator first(path, error);
  if (error) throw OutputError(fmt::format("{} cannot be read: {}", path.string(), error.message()), true);
  if (!ours && first != fs::directory_iterator() && !force) {
    throw OutputError(
        fmt::format("{} is not empty and was not made by sgdlimits; choose another folder with --out, or "
                    "add --force",
                    path.string()),
        true);
  }
  OutputFolder folder(path);
  if (!ours) {
    try {
      folder.write(kMarker, "This folder belongs to sgdlimits.\n");
    } catch (const OutputError& refused) {
      throw OutputError(refused.what(), true);
    }
  }
  return folder;
}

void OutputFolder::write(const std::string& name, const std::string& bytes) const {
  const fs::path file = path_ / name, temporary = file.string() + ".partial";
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) fail_write(file, error.message());
  {
    const Descriptor descriptor(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (descriptor.number() < 0) fail_write(file, std::strerror(errno));
    write_all(descriptor.number(), bytes, file);
  }
  adopt(temporary, name);
}

void OutputFolder::adopt(const fs::path& temporary, const std::string& name) const {
  const fs::path file = path_ / name;
  {
    const Descriptor descriptor(temporary, O_RDONLY);
    if (descriptor.number() < 0 || ::fsync(descriptor.number()) != 0) fail_write(file, std::strerror(errno));
  }
  std::error_code error;
  fs::rename(temporary, file, error);
  if (error) fail_write(file, error.message());
  sync_folder(file.parent_path());
}

}  // namespace sgdlimits
