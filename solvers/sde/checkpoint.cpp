#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "core/errors.hpp"
#include "solvers/sde/ensemble.hpp"

namespace sgdlimits {
namespace {

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian");

// Layout: header, N x d doubles by columns, checksum of everything before it.
struct Header {
  char magic[8] = {'S', 'G', 'D', 'L', 'E', 'N', 'S', '\n'};
  std::uint64_t version = 1;
  std::uint64_t paths = 0, dimension = 0, seed = 0, replicate = 0;
  std::int64_t step = 0;
  double initial_time = 0;
};
static_assert(sizeof(Header) == 64);

// Fowler, Noll, Vo: FNV-1a of 64 bits
std::uint64_t checksum(const char* bytes, std::size_t count) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (std::size_t i = 0; i < count; ++i) hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3u;
  return hash;
}

class File {
 public:
  File(const std::filesystem::path& path, int flags) : handle_(::open(path.c_str(), flags, 0644)) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool write(const std::string& bytes) {
    std::size_t done = 0;
    while (handle_ >= 0 && done < bytes.size()) {
      const ssize_t count = ::write(handle_, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      done += static_cast<std::size_t>(count);
    }
    return handle_ >= 0;
  }
  bool sync() { return handle_ >= 0 && ::fsync(handle_) == 0; }
  bool close() {
    const int handle = std::exchange(handle_, -1);
    return handle >= 0 && ::close(handle) == 0;
  }

 private:
  int handle_;
};

std::string serialised(const Ensemble& ensemble) {
  Header header;
  header.paths = static_cast<std::uint64_t>(ensemble.points.rows());
  header.dimension = static_cast<std::uint64_t>(ensemble.points.cols());
  header.seed = ensemble.seed;
  header.replicate = ensemble.replicate;
  header.step = ensemble.step;
  header.initial_time = ensemble.initial_time;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(reinterpret_cast<const char*>(ensemble.points.data()),
               static_cast<std::size_t>(ensemble.points.size()) * sizeof(double));
  const std::uint64_t sum = checksum(bytes.data(), bytes.size());
  bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  return bytes;
}

}  // namespace

void save_checkpoint(const Ensemble& ensemble, const std::filesystem::path& file) {
  const std::filesystem::path temporary = file.string() + ".tmp";
  const auto fail = [&](const std::string& what) {
    const std::string reason = std::strerror(errno);
    ::unlink(temporary.c_str());
    throw DataError(file.string(), 0, 0, what + ": " + reason,
                    "check that the folder exists, is writable and has space");
  };
  File out(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  if (!out.write(serialised(ensemble)) || !out.sync() || !out.close()) fail("cannot write the checkpoint");
  if (::rename(temporary.c_str(), file.c_str()) != 0) fail("cannot rename the checkpoint into place");
  // the rename itself is durable only once its folder is
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!File(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC).sync()) fail("cannot sync the checkpoint's folder");
}

Ensemble load_checkpoint(const std::filesystem::path& file) {
  const auto fail = [&](const std::string& what, const std::string& remedy) -> void {
    throw DataError(file.string(), 0, 0, what, remedy);
  };
  std::ifstream in(file, std::ios::binary);
  if (!in) fail("cannot open the checkpoint", "check the name, or start from the beginning");
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  Header header;
  const Header expected;
  if (bytes.size() >= sizeof header) std::memcpy(&header, bytes.data(), sizeof header);
  if (bytes.size() < sizeof header || std::memcmp(header.magic, expected.magic, sizeof header.magic) != 0)
    fail("is not a checkpoint", "give a file that save_checkpoint wrote");
  if (header.version != expected.version)
    fail("is a checkpoint of version " + std::to_string(header.version) + ", this program reads version 1",
         "resume with the program that wrote it");
  const std::uint64_t payload = bytes.size() - sizeof header, doubles = payload / sizeof(double);
  const bool fits = payload % sizeof(double) == 0 && doubles >= 1 && header.dimension >= 1 &&
                    (doubles - 1) % header.dimension == 0 && (doubles - 1) / header.dimension == header.paths;
  if (!fits) fail("is a truncated checkpoint", "resume from an older one, or start from the beginning");
  std::uint64_t sum = 0;
  std::memcpy(&sum, bytes.data() + bytes.size() - sizeof sum, sizeof sum);
  if (sum != checksum(bytes.data(), bytes.size() - sizeof sum))
    fail("is a damaged checkpoint: its checksum differs", "resume from an older one, or start from the beginning");
  Ensemble ensemble;
  ensemble.points.resize(static_cast<Index>(header.paths), static_cast<Index>(header.dimension));
  std::memcpy(ensemble.points.data(), bytes.data() + sizeof header, (doubles - 1) * sizeof(double));
  ensemble.initial_time = header.initial_time;
  ensemble.step = header.step;
  ensemble.seed = header.seed;
  ensemble.replicate = static_cast<std::uint32_t>(header.replicate);
  return ensemble;
}

}  // namespace sgdlimits
