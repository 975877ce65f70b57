#include "sandbox/frames.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>

namespace vodmill::sandbox {
namespace {

constexpr std::uint32_t kKib = 1 << 10;
constexpr std::uint32_t kMib = 1 << 20;

constexpr std::array kOutput{
    FrameLimit{FrameType::locked, 64 * kKib},
    FrameLimit{FrameType::segment_begin, 4 * kKib},
    FrameLimit{FrameType::segment_data, kLongestSegmentData},
    FrameLimit{FrameType::progress, kKib},
    FrameLimit{FrameType::result, 16 * kMib},
    FrameLimit{FrameType::failed, 16 * kKib},
};
constexpr std::array kRequests{FrameLimit{FrameType::range_request, 12}};
constexpr std::array kAnswers{
    FrameLimit{FrameType::task, 32 * kMib},
    FrameLimit{FrameType::range_data, kLongestRange},
    FrameLimit{FrameType::range_end, 0},
    FrameLimit{FrameType::range_error, 16 * kKib},
};

// Takes up to `wanted` bytes from the front of `input` to the end of `out`.
void move_front(ByteView& input, std::size_t wanted, Bytes& out) {
  const std::size_t taken = std::min(wanted, input.size());
  append(out, input.first(taken));
  input = input.subspan(taken);
}

}  // namespace

std::span<const FrameLimit> output_frames() { return kOutput; }
std::span<const FrameLimit> requests_to_worker() { return kRequests; }
std::span<const FrameLimit> answers_to_mill() { return kAnswers; }

void append_frame_header(Bytes& out, FrameType type, std::size_t payload_bytes) {
  out.push_back(static_cast<std::byte>(type));
  append_be(out, static_cast<std::uint32_t>(payload_bytes));
}

void append_frame(Bytes& out, FrameType type, ByteView payload) {
  append_frame_header(out, type, payload.size());
  append(out, payload);
}

Result<std::optional<Frame>> FrameReader::next(ByteView& input) {
  if (error_) return fail(*error_);
  if (header_.size() < kFrameHeaderBytes) {
    move_front(input, kFrameHeaderBytes - header_.size(), header_);
    if (header_.size() < kFrameHeaderBytes) return std::nullopt;
    TRY_VOID(accept_header());
  }
  move_front(input, length_ - frame_.payload.size(), frame_.payload);
  if (frame_.payload.size() < length_) return std::nullopt;
  header_.clear();
  return std::exchange(frame_, Frame{});
}

Result<> FrameReader::accept_header() {
  frame_.type = static_cast<FrameType>(header_[0]);
  length_ = load_be<std::uint32_t>(ByteView(header_).subspan(1, 4));
  const auto limit = std::ranges::find(limits_, frame_.type, &FrameLimit::type);
  if (limit == limits_.end()) {
    error_ = Error{ErrorCode::malformed_input,
                   fmt::format("A frame of type {} does not belong on this channel.",
                               static_cast<int>(header_[0]))};
    return fail(*error_);
  }
  if (length_ > limit->longest) {
    error_ = Error{ErrorCode::malformed_input,
                   fmt::format("A frame of type {} says {} bytes; {} is the most it may have.",
                               static_cast<int>(header_[0]), length_, limit->longest)};
    return fail(*error_);
  }
  return {};
}

}  // namespace vodmill::sandbox
