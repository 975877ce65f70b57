#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <set>

#include "base/random.h"
#include "blob/temporary.h"
#include "blob/tree.h"

namespace vodmill::blob {
namespace {

constexpr std::string_view kLock = ".lock";

std::string id_of(const std::string& name) { return name.substr(0, name.find('.')); }

// Removes the files of one id, its lock last, so that files without a lock are always leftovers.
Result<> remove_files(int folder, const std::string& id) {
  for (const Entry& entry : TRY(read_folder(folder))) {
    if (id_of(entry.name) != id || entry.name.ends_with(kLock)) continue;
    ::unlinkat(folder, entry.name.c_str(), 0);
  }
  ::unlinkat(folder, (id + std::string(kLock)).c_str(), 0);
  return {};
}

// Removes what processes that are no more have left.
Result<> remove_leftovers(int folder) {
  std::set<std::string> ids;
  for (const Entry& entry : TRY(read_folder(folder))) ids.insert(id_of(entry.name));
  for (const std::string& id : ids) {
    const Fd lock(::openat(folder, (id + std::string(kLock)).c_str(), O_RDWR | O_CLOEXEC));
    if (!lock && errno != ENOENT) return fail_errno("open a lock in .tmp~", errno);
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) continue;  // its store is open
    TRY_VOID(remove_files(folder, id));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::open(int root, FileNames names,
                                                               Modes modes) {
  if (::mkdirat(root, kTemporaries, 0750) != 0 && errno != EEXIST) {
    return fail_errno("mkdir .tmp~", errno);
  }
  std::unique_ptr<TemporaryFolder> folder(new TemporaryFolder(modes));
  folder->folder_ = Fd(::openat(root, kTemporaries, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder->folder_) return fail_errno("open .tmp~", errno);
  TRY_VOID(folder->lock());
  TRY_VOID(remove_leftovers(folder->fd()));
  if (names == FileNames::none_if_possible) folder->unnamed_ = TRY(folder->can_link_unnamed());
  return folder;
}

TemporaryFolder::~TemporaryFolder() {
  if (lock_) (void)remove_files(fd(), id_);
}

Result<> TemporaryFolder::lock() {
  // Another store that opens now may take a lock file between its creation and its lock for a
  // leftover: then it holds the lock, or has removed the file already.
  for (int round = 0; round < 100; ++round) {
    id_ = random_id();
    const std::string name = id_ + std::string(kLock);
    Fd lock(::openat(fd(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!lock) return fail_errno("create a lock in .tmp~", errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) continue;
      return fail_errno("flock in .tmp~", errno);
    }
    struct stat status{};
    if (::fstat(lock.get(), &status) != 0) return fail_errno("fstat in .tmp~", errno);
    if (status.st_nlink == 0) continue;
    lock_ = std::move(lock);
    return {};
  }
  return fail(ErrorCode::internal_error, "Another process takes every lock in .tmp~.");
}

Result<bool> TemporaryFolder::can_link_unnamed() {
  const Fd file(::openat(fd(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0640));
  if (!file) return false;
  const std::string link = "/proc/self/fd/" + std::to_string(file.get());
  const std::string name = next_name();
  if (::linkat(AT_FDCWD, link.c_str(), fd(), name.c_str(), AT_SYMLINK_FOLLOW) != 0) return false;
  if (::unlinkat(fd(), name.c_str(), 0) != 0) return fail_errno("unlink in .tmp~", errno);
  return true;
}

}  // namespace vodmill::blob
