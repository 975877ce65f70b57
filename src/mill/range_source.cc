#include "mill/range_source.h"

#include <algorithm>

#include "sandbox/messages.h"

namespace vodmill::mill {
namespace {

constexpr std::int64_t kBlockBytes = 1 << 20;
constexpr std::size_t kBlocks = 8;

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

Result<const RangeSource::Block*> RangeSource::block(std::int64_t number) {
  const auto kept = std::ranges::find(blocks_, number, &Block::number);
  if (kept != blocks_.end()) {
    std::rotate(blocks_.begin(), kept, kept + 1);
    return &blocks_.front();
  }
  const std::int64_t offset = number * kBlockBytes;
  const std::int64_t wanted = std::min(kBlockBytes, bytes_ - offset);
  Block fresh{number, {}};
  while (static_cast<std::int64_t>(fresh.bytes.size()) < wanted) {
    const auto have = static_cast<std::int64_t>(fresh.bytes.size());
    const Bytes more = TRY(fetch(offset + have, wanted - have));
    if (more.empty()) break;
    append(fresh.bytes, more);
  }
  if (blocks_.size() == kBlocks) blocks_.pop_back();
  blocks_.push_front(std::move(fresh));
  return &blocks_.front();
}

Result<std::size_t> RangeSource::read(std::int64_t offset, std::span<std::byte> into) {
  if (offset < 0 || offset >= bytes_ || into.empty()) return std::size_t{0};
  const Block* found = TRY(block(offset / kBlockBytes));
  const auto within = static_cast<std::size_t>(offset % kBlockBytes);
  if (within >= found->bytes.size()) return std::size_t{0};
  const std::size_t count = std::min(into.size(), found->bytes.size() - within);
  std::copy_n(found->bytes.begin() + static_cast<std::ptrdiff_t>(within), count, into.begin());
  return count;
}

}  // namespace vodmill::mill
