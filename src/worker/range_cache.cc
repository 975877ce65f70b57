#include "worker/range_cache.h"

#include <algorithm>

namespace vodmill::worker {
namespace {

constexpr std::int64_t kBlockBytes = 4 << 20;  // of an extent

}  // namespace

RangeCache::BlockPtr RangeCache::find(const Place& place) {
  const auto kept =
      std::ranges::find_if(blocks_, [&](const BlockPtr& block) { return block->place == place; });
  if (kept == blocks_.end()) return nullptr;
  blocks_.splice(blocks_.begin(), blocks_, kept);
  return blocks_.front();
}

// Makes room for a block that has arrived; one that could not be read is forgotten.
void RangeCache::keep(const BlockPtr& block) {
  if (!block->bytes) {
    blocks_.remove(block);
    return;
  }
  held_ += std::ssize(*block->bytes);
  for (auto oldest = blocks_.end(); held_ > capacity_ && oldest != blocks_.begin();) {
    --oldest;
    const BlockPtr& candidate = *oldest;
    if (candidate == block || !candidate->arrived.given()) continue;
    held_ -= std::ssize(*candidate->bytes);
    oldest = blocks_.erase(oldest);
  }
}

asio::awaitable<RangeCache::BlockPtr> RangeCache::block(Place place) {
  if (BlockPtr found = find(place)) {
    co_await found->arrived.wait();
    co_return found;
  }
  const std::int64_t offset = place.number * kBlockBytes;
  auto fresh = std::make_shared<Block>(std::move(place), executor_);
  blocks_.push_front(fresh);
  fresh->bytes = co_await store_.read(fresh->place.key, offset, kBlockBytes);
  keep(fresh);
  fresh->arrived.give();
  co_return fresh;
}

Async<Bytes> RangeCache::read(const Task& task, const Source& source, std::int64_t offset,
                              std::int64_t length) {
  for (const Extent& extent : source.extents) {
    if (offset < extent.offset || offset >= extent.offset + extent.length) continue;
    const std::int64_t within = offset - extent.offset;
    const std::int64_t number = within / kBlockBytes;
    Place place{
        .video = task.video, .generation = task.generation, .key = extent.key, .number = number};
    const BlockPtr found = co_await block(std::move(place));
    if (!found->bytes) co_return fail(found->bytes.error());
    const Bytes& bytes = *found->bytes;
    const std::int64_t start = within - number * kBlockBytes;
    if (start >= std::ssize(bytes)) break;
    const std::int64_t end = std::min(start + length, std::ssize(bytes));
    co_return Bytes(bytes.begin() + start, bytes.begin() + end);
  }
  co_return Bytes{};
}

}  // namespace vodmill::worker
