#include "mill/range_source.h"

#include <algorithm>

#include "sandbox/messages.h"

namespace vodmill::mill {
namespace {

constexpr std::int64_t kLeastBytes = 64 << 10;  // of a block, but at the source's end
constexpr std::int64_t kMostBytes = 1 << 20;
constexpr std::int64_t kHeldBytes = 8 << 20;
constexpr std::int64_t kSkippedBytes = 256 << 10;  // by a reader that still reads on

}  // namespace

Result<Bytes> RangeSource::fetch(std::int64_t offset, std::int64_t length) {
  const Bytes request =
      encode(sandbox::RangeRequest{.offset = offset, .length = static_cast<std::uint32_t>(length)});
  TRY_VOID(sandbox::write_all(control_, request));
  sandbox::Frame frame = TRY(input_.receive());
  sandbox::MillMessage answer = TRY(sandbox::decode_answer(std::move(frame)));
  if (auto* data = std::get_if<sandbox::RangeData>(&answer)) return std::move(data->bytes);
  if (std::holds_alternative<sandbox::RangeEnd>(answer)) return Bytes{};
  if (auto* error = std::get_if<sandbox::RangeError>(&answer)) return fail(std::move(error->error));
  return fail(ErrorCode::internal_error, "the worker answered a range with something else");
}

// Twice the block that was read before; without one, who knows what will be read.
std::int64_t RangeSource::length_at(std::int64_t offset) const {
  const auto before = std::ranges::find_if(blocks_, [&](const Block& b) {
    return offset >= b.end() && offset - b.end() <= kSkippedBytes;
  });
  const std::int64_t length =
      before == blocks_.end() ? kLeastBytes : std::min(2 * std::ssize(before->bytes), kMostBytes);
  return std::min(std::max(length, kLeastBytes), bytes_ - offset);
}

void RangeSource::keep(Block fresh) {
  held_ += std::ssize(fresh.bytes);
  blocks_.push_front(std::move(fresh));
  for (; held_ > kHeldBytes; blocks_.pop_back()) held_ -= std::ssize(blocks_.back().bytes);
}

Result<const RangeSource::Block*> RangeSource::block(std::int64_t offset) {
  const auto kept = std::ranges::find_if(
      blocks_, [&](const Block& b) { return offset >= b.offset && offset < b.end(); });
  if (kept != blocks_.end()) {
    std::rotate(blocks_.begin(), kept, kept + 1);
    return &blocks_.front();
  }
  const std::int64_t wanted = length_at(offset);
  Block fresh{offset, {}};
  while (std::ssize(fresh.bytes) < wanted) {
    const std::int64_t have = std::ssize(fresh.bytes);
    const Bytes more = TRY(fetch(offset + have, wanted - have));
    if (more.empty()) break;
    append(fresh.bytes, more);
  }
  keep(std::move(fresh));
  return &blocks_.front();
}

Result<std::size_t> RangeSource::read(std::int64_t offset, std::span<std::byte> into) {
  if (offset < 0 || offset >= bytes_ || into.empty()) return std::size_t{0};
  const Block* found = TRY(block(offset));
  const auto within = static_cast<std::size_t>(offset - found->offset);
  if (within >= found->bytes.size()) return std::size_t{0};
  const std::size_t count = std::min(into.size(), found->bytes.size() - within);
  std::copy_n(found->bytes.begin() + static_cast<std::ptrdiff_t>(within), count, into.begin());
  return count;
}

}  // namespace vodmill::mill
