#include "worker/range_cache.h"

#include <algorithm>

namespace vodmill::worker {
namespace {

constexpr std::int64_t kBlockBytes = 4 << 20;  // of an extent

}  // namespace

Async<std::shared_ptr<const Bytes>> RangeCache::block(BlobKey key, std::int64_t number) {
  const auto kept = std::ranges::find_if(
      blocks_, [&](const Block& b) { return b.number == number && b.key == key.str(); });
  if (kept != blocks_.end()) {
    blocks_.splice(blocks_.begin(), blocks_, kept);
    co_return blocks_.front().bytes;
  }
  Result<Bytes> read = co_await store_.read(key, number * kBlockBytes, kBlockBytes);
  if (!read) co_return fail(std::move(read).error());
  auto bytes = std::make_shared<const Bytes>(std::move(*read));
  held_ += std::ssize(*bytes);
  blocks_.push_front({key.str(), number, bytes});
  while (held_ > capacity_ && blocks_.size() > 1) {
    held_ -= std::ssize(*blocks_.back().bytes);
    blocks_.pop_back();
  }
  co_return bytes;
}

Async<Bytes> RangeCache::read(const Source& source, std::int64_t offset, std::int64_t length) {
  for (const Extent& extent : source.extents) {
    if (offset < extent.offset || offset >= extent.offset + extent.length) continue;
    const std::int64_t within = offset - extent.offset;
    const std::int64_t number = within / kBlockBytes;
    auto found = co_await block(extent.key, number);
    if (!found) co_return fail(std::move(found).error());
    const Bytes& bytes = **found;
    const std::int64_t start = within - number * kBlockBytes;
    if (start >= std::ssize(bytes)) break;
    const std::int64_t end = std::min(start + length, std::ssize(bytes));
    co_return Bytes(bytes.begin() + start, bytes.begin() + end);
  }
  co_return Bytes{};
}

}  // namespace vodmill::worker
