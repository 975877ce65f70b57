#include "blob/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vodmill::blob {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
// Each further round means that another process removed the folder just made.
constexpr int kRounds = 1000;

std::unexpected<Error> absent(const BlobKey& key) {
  return fail(ErrorCode::not_found, "There is no object " + key.str() + ".");
}

// "a/b" for "a/b/c"; "." for "c".
std::string folder_of(const BlobKey& key) {
  const std::size_t slash = key.str().rfind('/');
  return slash == std::string::npos ? "." : key.str().substr(0, slash);
}

// Makes every missing folder on the path. ENOENT when one vanished on the way.
Result<int> make_folders(int root, const std::string& path, mode_t mode) {
  Fd above(::openat(root, ".", kFolderFlags));
  if (!above) return fail_errno("open the store's folder", errno);
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    if (::mkdirat(above.get(), name.c_str(), mode) == 0) {
      if (::fsync(above.get()) != 0) return fail_errno("fsync above " + path, errno);
    } else if (errno == ENOENT) {
      return ENOENT;
    } else if (errno != EEXIST) {
      return fail_errno("mkdir " + path, errno);
    }
    Fd folder(::openat(above.get(), name.c_str(), kFolderFlags));
    if (!folder) return errno;
    above = std::move(folder);
    begin = end + 1;
  }
  return 0;
}

}  // namespace

std::string file_name(const BlobKey& key) { return key.str().substr(key.str().rfind('/') + 1); }

Result<Fd> make_parent(int root, const BlobKey& key, mode_t mode) {
  const std::string path = folder_of(key);
  for (int round = 0; round < kRounds; ++round) {
    Fd folder(::openat(root, path.c_str(), kFolderFlags));
    if (folder) return folder;
    int error = errno;
    if (error == ENOENT) error = TRY(make_folders(root, path, mode));
    if (error == ENOTDIR) {
      return fail(ErrorCode::invalid_request,
                  "The key " + key.str() + " needs a folder where another object is.");
    }
    if (error != 0 && error != ENOENT) return fail_errno("open the folder " + path, error);
  }
  return fail(ErrorCode::internal_error, "The folder " + path + " is removed again and again.");
}

Result<OpenObject> open_object(int root, const BlobKey& key) {
  Fd fd(::openat(root, key.str().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return absent(key);
  if (!fd) return fail_errno("open " + key.str(), errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("fstat " + key.str(), errno);
  if (!S_ISREG(status.st_mode)) return absent(key);
  return OpenObject{std::move(fd), status.st_size};
}

Result<BlobInfo> stat_object(int root, const BlobKey& key) {
  struct stat status{};
  if (::fstatat(root, key.str().c_str(), &status, 0) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return absent(key);
    return fail_errno("stat " + key.str(), errno);
  }
  if (!S_ISREG(status.st_mode)) return absent(key);
  return BlobInfo{key, status.st_size};
}

Result<Bytes> read_object(int root, const BlobKey& key, std::int64_t offset, std::int64_t length) {
  const OpenObject object = TRY(open_object(root, key));
  const std::int64_t available = std::max<std::int64_t>(0, object.bytes - offset);
  Bytes bytes(static_cast<std::size_t>(std::min(length, available)));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pread(object.fd.get(), bytes.data() + done, bytes.size() - done,
                                  offset + static_cast<std::int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("read " + key.str(), errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Result<> remove_object(int root, const BlobKey& key) {
  if (::unlinkat(root, key.str().c_str(), 0) != 0 && errno != ENOENT && errno != ENOTDIR &&
      errno != EISDIR) {
    return fail_errno("unlink " + key.str(), errno);
  }
  remove_empty_folders(root, key);
  return {};
}

void remove_empty_folders(int root, const BlobKey& key) {
  std::string path = key.str();
  for (std::size_t slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/')) {
    path.resize(slash);
    // A folder that is in use refuses to go; one that is already gone may leave an empty one above.
    if (::unlinkat(root, path.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) break;
  }
}

}  // namespace vodmill::blob
