#include "blob/file_overlay.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace vodmill::blob {
namespace {

std::unexpected<Error> nothing_else() {
  return fail(ErrorCode::not_found, "There is nothing but the input here.");
}

}  // namespace

Result<std::unique_ptr<FileOverlay>> FileOverlay::open(BlobStore* below, BlobKey key,
                                                       const std::filesystem::path& file) {
  Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(ErrorCode::not_found, "There is no file " + file.string() + " that can be read.");
  }
  return std::unique_ptr<FileOverlay>(
      new FileOverlay(below, std::move(key), std::move(fd), status.st_size));
}

Async<std::unique_ptr<BlobWriter>> FileOverlay::create(BlobKey key) {
  if (!below_) co_return nothing_else();
  auto writer = co_await below_->create(std::move(key));
  co_return writer;
}

Async<> FileOverlay::put(BlobKey key, Bytes bytes) {
  if (!below_) co_return nothing_else();
  Result<> done = co_await below_->put(std::move(key), std::move(bytes));
  co_return done;
}

Async<BlobInfo> FileOverlay::stat(BlobKey key) {
  if (key == key_) co_return BlobInfo{key_, bytes_};
  if (!below_) co_return nothing_else();
  auto info = co_await below_->stat(std::move(key));
  co_return info;
}

Async<Bytes> FileOverlay::read(BlobKey key, std::int64_t offset, std::int64_t length) {
  if (key != key_) {
    if (!below_) co_return nothing_else();
    auto bytes = co_await below_->read(std::move(key), offset, length);
    co_return bytes;
  }
  Bytes bytes(static_cast<std::size_t>(length));
  // One command, one file of this machine: waiting for its disk here keeps nobody else waiting.
  const ssize_t got = ::pread(file_.get(), bytes.data(), bytes.size(), offset);
  if (got < 0) co_return fail_errno("read the input", errno);
  bytes.resize(static_cast<std::size_t>(got));
  co_return bytes;
}

Async<std::vector<BlobInfo>> FileOverlay::list(std::string prefix, std::string after, int limit) {
  if (!below_) co_return nothing_else();
  auto page = co_await below_->list(std::move(prefix), std::move(after), limit);
  co_return page;
}

Async<> FileOverlay::remove(BlobKey key) {
  if (!below_) co_return nothing_else();
  Result<> done = co_await below_->remove(std::move(key));
  co_return done;
}

}  // namespace vodmill::blob
