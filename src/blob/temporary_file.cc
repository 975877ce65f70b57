#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "blob/temporary.h"
#include "blob/tree.h"

namespace vodmill::blob {
namespace {

constexpr std::int64_t kStart = 256 * 1024;        // worth a request to the disk
constexpr std::int64_t kWindow = 4 * 1024 * 1024;  // worth waiting for
constexpr int kRounds = 1000;

// sync_file_range only hurries: where it is unknown, fdatasync does all at the end. But an error
// of the device is told once, and here.
Result<> hurry(int fd, std::int64_t begin, std::int64_t end, unsigned flags) {
  if (begin == end || ::sync_file_range(fd, begin, end - begin, flags) == 0) return {};
  if (errno == EIO || errno == ENOSPC || errno == EDQUOT) return fail_errno("write", errno);
  return {};
}

}  // namespace

Result<TemporaryFile> TemporaryFile::create(TemporaryFolder& folder) {
  const mode_t mode = folder.modes().file;
  if (folder.unnamed()) {
    Fd fd(::openat(folder.fd(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
    if (!fd) return fail_errno("create a temporary file", errno);
    return TemporaryFile(folder, std::move(fd), "");
  }
  std::string name = folder.next_name();
  Fd fd(::openat(folder.fd(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) return fail_errno("create a temporary file", errno);
  return TemporaryFile(folder, std::move(fd), std::move(name));
}

TemporaryFile::~TemporaryFile() {
  if (fd_ && !name_.empty()) ::unlinkat(folder_->fd(), name_.c_str(), 0);
}

Result<> TemporaryFile::append(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t slice = std::min(bytes.size(), static_cast<std::size_t>(kWindow));
    const ssize_t count = ::pwrite(fd_.get(), bytes.data(), slice, bytes_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("write", errno);
    bytes_ += count;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    TRY_VOID(write_behind());
  }
  return {};
}

Result<> TemporaryFile::write_behind() {
  if (bytes_ - started_ < kStart) return {};
  TRY_VOID(hurry(fd_.get(), started_, bytes_, SYNC_FILE_RANGE_WRITE));
  started_ = bytes_;
  if (started_ - finished_ < 2 * kWindow) return {};
  const std::int64_t end = started_ - kWindow;
  TRY_VOID(hurry(fd_.get(), finished_, end,
                 SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
  finished_ = end;
  return {};
}

Result<BlobInfo> TemporaryFile::publish(int root, const BlobKey& key) {
  if (::fdatasync(fd_.get()) != 0) return fail_errno("fdatasync " + key.str(), errno);
  for (int round = 0; round < kRounds; ++round) {
    const Fd parent = TRY(make_parent(root, key, folder_->modes().folder));
    const Result<> appeared = appear(parent.get(), key);
    // not_found: a remove() elsewhere took the folder, empty as it was, before the object came.
    if (!appeared && appeared.error().code == ErrorCode::not_found) continue;
    if (!appeared) return fail(appeared.error());
    if (::fsync(parent.get()) != 0) return fail_errno("fsync above " + key.str(), errno);
    return BlobInfo{key, bytes_};
  }
  return fail(ErrorCode::internal_error,
              "The folder of " + key.str() + " is removed again and again.");
}

Result<> TemporaryFile::appear(int parent, const BlobKey& key) {
  const std::string target = file_name(key);
  if (name_.empty()) {
    const std::string link = "/proc/self/fd/" + std::to_string(fd_.get());
    if (::linkat(AT_FDCWD, link.c_str(), parent, target.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      return {};
    }
    if (errno == ENOENT) return fail(ErrorCode::not_found, "The folder has gone.");
    if (errno != EEXIST) return fail_errno("link " + key.str(), errno);
    TRY_VOID(take_name());
  }
  if (::renameat(folder_->fd(), name_.c_str(), parent, target.c_str()) == 0) {
    name_.clear();
    return {};
  }
  if (errno == ENOENT) return fail(ErrorCode::not_found, "The folder has gone.");
  if (errno == EISDIR || errno == ENOTEMPTY) {
    return fail(ErrorCode::invalid_request, "The key " + key.str() + " is a folder of others.");
  }
  return fail_errno("rename to " + key.str(), errno);
}

// An object that is there already can be replaced at once only by a file that has a name.
Result<> TemporaryFile::take_name() {
  std::string name = folder_->next_name();
  const std::string link = "/proc/self/fd/" + std::to_string(fd_.get());
  if (::linkat(AT_FDCWD, link.c_str(), folder_->fd(), name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return fail_errno("link in .tmp~", errno);
  }
  name_ = std::move(name);
  return {};
}

}  // namespace vodmill::blob
