// Files that are being written and are not objects yet. For DirectoryStore alone.
//
// A file without a name (O_TMPFILE) needs no care: it ends with its process. Where the file system
// has none, and for the moment in which an object replaces another, a file has a name in the
// folder ".tmp~" (no valid key leads there). There each open store holds a lock file, ID.lock,
// locked with flock as long as the process lives, and its files are called ID.1, ID.2 ...; opening
// a store removes the files of every id whose lock nobody holds.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <string>

#include "base/bytes.h"
#include "base/fd.h"
#include "core/blob_store.h"

namespace vodmill::blob {

enum class FileNames { none_if_possible, always };

// The folder's name.
inline constexpr char kTemporaries[] = ".tmp~";

// What objects and their folders are made with; the umask takes from it.
struct Modes {
  mode_t folder = 0750;
  mode_t file = 0640;
};
inline constexpr Modes kForEverybody{.folder = 0777, .file = 0666};

// One store's share of ".tmp~". Thread-safe; outlives its TemporaryFiles.
class TemporaryFolder {
 public:
  static Result<std::unique_ptr<TemporaryFolder>> open(int root, FileNames names, Modes modes);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  int fd() const { return folder_.get(); }
  bool unnamed() const { return unnamed_; }
  const Modes& modes() const { return modes_; }
  std::string next_name() { return id_ + "." + std::to_string(++last_); }

 private:
  explicit TemporaryFolder(Modes modes) : modes_(modes) {}

  Result<> lock();
  Result<bool> can_link_unnamed();

  const Modes modes_;
  Fd folder_;
  Fd lock_;
  std::string id_;
  bool unnamed_ = false;
  std::atomic<std::uint64_t> last_{0};
};

// One file on its way to be an object. Not thread-safe. Destroyed unpublished it leaves nothing.
class TemporaryFile {
 public:
  static Result<TemporaryFile> create(TemporaryFolder& folder);
  TemporaryFile(TemporaryFile&&) = default;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();

  // Written behind: the disk starts on every 256 KiB at once, and append waits while it is more
  // than 8 MiB behind. So little is left for publish(), however short or long the file.
  Result<> append(ByteView bytes);

  // Makes the bytes durable, then the object visible, then its name durable. An error before the
  // object is visible leaves nothing. REQUIRES: no append has failed; called once.
  Result<BlobInfo> publish(int root, const BlobKey& key);

 private:
  TemporaryFile(TemporaryFolder& folder, Fd fd, std::string name)
      : folder_(&folder), fd_(std::move(fd)), name_(std::move(name)) {}

  Result<> write_behind();
  Result<> appear(int parent, const BlobKey& key);
  Result<> take_name();

  TemporaryFolder* folder_;
  Fd fd_;
  std::string name_;  // in the folder; "" while it has none
  std::int64_t bytes_ = 0;
  std::int64_t started_ = 0;   // bytes that the disk has been told to write
  std::int64_t finished_ = 0;  // bytes that it has written
};

}  // namespace vodmill::blob
