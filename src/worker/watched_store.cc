#include "worker/watched_store.h"

#include "base/log.h"
#include "core/waiting_reason.h"

namespace vodmill::worker {
namespace {

std::string_view trouble_of(ErrorCode code) {
  if (code == ErrorCode::disk_full) return waiting::kDiskFull;
  return code == ErrorCode::storage_unavailable ? waiting::kStorageUnavailable : "";
}

}  // namespace

template <class T>
void WatchedStore::note(const Result<T>& result, std::string_view& trouble) {
  const std::string_view now = result ? "" : trouble_of(result.error().code);
  if (now == trouble) return;
  if (now.empty()) {
    log::info("the store is back");
  } else {
    log::warn("the store is away: {}", result.error().message);
  }
  trouble = now;
}

Async<std::unique_ptr<BlobWriter>> WatchedStore::create(BlobKey key) {
  auto writer = co_await below_.create(std::move(key));
  note(writer, writing_);
  co_return writer;
}

Async<> WatchedStore::put(BlobKey key, Bytes bytes) {
  Result<> stored = co_await below_.put(std::move(key), std::move(bytes));
  note(stored, writing_);
  co_return stored;
}

Async<BlobInfo> WatchedStore::stat(BlobKey key) {
  auto info = co_await below_.stat(std::move(key));
  note(info, reading_);
  co_return info;
}

Async<Bytes> WatchedStore::read(BlobKey key, std::int64_t offset, std::int64_t length) {
  auto bytes = co_await below_.read(std::move(key), offset, length);
  note(bytes, reading_);
  co_return bytes;
}

Async<std::vector<BlobInfo>> WatchedStore::list(std::string prefix, std::string after, int limit) {
  auto page = co_await below_.list(std::move(prefix), std::move(after), limit);
  note(page, reading_);
  co_return page;
}

Async<> WatchedStore::remove(BlobKey key) { return below_.remove(std::move(key)); }

}  // namespace vodmill::worker
