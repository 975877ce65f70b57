// Listing in byte order of whole keys. '/' sorts between '.' and '0', so a folder takes its place
// among its neighbours as its name with the slash; then a walk in depth meets keys in order.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "blob/tree.h"

namespace vodmill::blob {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// What the entry is, asked of the file itself where the folder does not say.
unsigned char type_of(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat status{};
  if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return IFTODT(status.st_mode);
}

class Walk {
 public:
  Walk(std::string_view prefix, std::string_view after, int limit)
      : prefix_(prefix), after_(after), limit_(static_cast<std::size_t>(limit)) {}

  // `path` is "" for the root, else ends in '/'.
  Result<> into(int folder, const std::string& path) {
    std::vector<std::string> names;
    for (const Entry& entry : TRY(read_folder(folder))) {
      if (!is_valid_blob_key(entry.name) || !(entry.file || entry.folder)) continue;
      std::string name = entry.folder ? entry.name + '/' : entry.name;
      if (may_hold(path + name, entry.folder)) names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    for (const std::string& name : names) {
      if (found_.size() == limit_) return {};
      TRY_VOID(name.back() == '/' ? enter(folder, path, name) : take(folder, path, name));
    }
    return {};
  }

  std::vector<BlobInfo> found() && { return std::move(found_); }

 private:
  bool may_hold(std::string_view path, bool folder) const {
    if (!folder) return path.starts_with(prefix_) && path > after_;
    const bool within_prefix = path.starts_with(prefix_) || prefix_.starts_with(path);
    return within_prefix && (path > after_ || after_.starts_with(path));
  }

  Result<> enter(int above, const std::string& path, const std::string& name) {
    const std::string plain = name.substr(0, name.size() - 1);
    const Fd folder(
        ::openat(above, plain.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (folder) return into(folder.get(), path + name);
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return fail_errno("open the folder " + path + plain, errno);
  }

  Result<> take(int folder, const std::string& path, const std::string& name) {
    struct stat status{};
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      found_.push_back({BlobKey(path + name), status.st_size});
      return {};
    }
    if (errno == ENOENT) return {};
    return fail_errno("stat " + path + name, errno);
  }

  const std::string_view prefix_;
  const std::string_view after_;
  const std::size_t limit_;
  std::vector<BlobInfo> found_;
};

}  // namespace

Result<std::vector<Entry>> read_folder(int folder) {
  // A descriptor of its own: the position of a folder's stream belongs to the open file.
  Fd fd(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::vector<Entry>();
  if (!fd) return fail_errno("open a folder", errno);
  const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(fd.get()));
  if (!stream) return fail_errno("read a folder", errno);
  fd.release();
  std::vector<Entry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (!entry && errno != 0) return fail_errno("read a folder", errno);
    if (!entry) return entries;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    const unsigned char type = type_of(folder, *entry);
    entries.push_back({std::string(name), type == DT_DIR, type == DT_REG});
  }
}

Result<std::vector<BlobInfo>> list_objects(int root, std::string_view prefix,
                                           std::string_view after, int limit) {
  if (limit < 1) return std::vector<BlobInfo>();
  // The walk begins in the deepest folder that the prefix names.
  const std::size_t slash = prefix.rfind('/');
  const std::string path(slash == std::string_view::npos ? "" : prefix.substr(0, slash + 1));
  const std::string folder_key = path.substr(0, path.empty() ? 0 : path.size() - 1);
  if (!path.empty() && !is_valid_blob_key(folder_key)) return std::vector<BlobInfo>();
  const std::string start = path.empty() ? "." : folder_key;
  const Fd folder(::openat(root, start.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder && (errno == ENOENT || errno == ENOTDIR)) return std::vector<BlobInfo>();
  if (!folder) return fail_errno("open the folder " + start, errno);
  Walk walk(prefix, after, limit);
  TRY_VOID(walk.into(folder.get(), path));
  return std::move(walk).found();
}

}  // namespace vodmill::blob
