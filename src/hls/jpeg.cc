#include "hls/jpeg.h"

#include <string_view>

namespace vodmill::hls {
namespace {

// Markers, the second byte after 0xff (T.81, table B.1).
constexpr int kStartOfImage = 0xd8;
constexpr int kEndOfImage = 0xd9;
constexpr int kStartOfScan = 0xda;
constexpr int kQuantization = 0xdb;
constexpr int kHuffman = 0xc4;
constexpr int kRestartInterval = 0xdd;
constexpr int kBaselineFrame = 0xc0;
constexpr int kJfif = 0xe0;
constexpr int kComment = 0xfe;

constexpr std::size_t kFrameBytes = 15;  // of three components, without its length

std::unexpected<Error> refuse(std::string_view what) {
  return fail(ErrorCode::verification_failed, "A picture is no JPEG of ours: " + std::string(what));
}

int at(ByteView bytes, std::size_t index) { return std::to_integer<int>(bytes[index]); }

Result<JpegInfo> read_frame(ByteView payload) {
  if (payload.size() != kFrameBytes) return refuse("its frame has another shape");
  if (at(payload, 0) != 8 || at(payload, 5) != 3) return refuse("its frame has another shape");
  const JpegInfo info{.width = load_be<std::uint16_t>(payload.subspan(3, 2)),
                      .height = load_be<std::uint16_t>(payload.subspan(1, 2))};
  if (info.width < 1 || info.height < 1) return refuse("it has no size");
  return info;
}

// Entropy-coded data: 0xff is followed by 0, but in the last two bytes, which end the image.
Result<> check_scan(ByteView data) {
  if (data.size() < 3) return refuse("its scan is empty");
  const std::size_t end = data.size() - 2;
  for (std::size_t i = 0; i < end; ++i) {
    if (at(data, i) != 0xff) continue;
    if (i + 1 == end || at(data, i + 1) != 0) return refuse("a marker inside its scan");
    ++i;
  }
  if (at(data, end) != 0xff || at(data, end + 1) != kEndOfImage) return refuse("it has no end");
  return {};
}

bool is_table(int marker) {
  return marker == kQuantization || marker == kHuffman || marker == kRestartInterval ||
         marker == kJfif || marker == kComment;
}

}  // namespace

Result<JpegInfo> parse_jpeg(ByteView bytes) {
  if (bytes.size() < 4 || at(bytes, 0) != 0xff || at(bytes, 1) != kStartOfImage) {
    return refuse("it does not begin as one");
  }
  JpegInfo info;
  for (bytes = bytes.subspan(2); bytes.size() >= 4;) {
    if (at(bytes, 0) != 0xff) return refuse("bytes between its markers");
    const int marker = at(bytes, 1);
    const std::size_t length = load_be<std::uint16_t>(bytes.subspan(2, 2));
    if (length < 2 || length + 2 > bytes.size()) return refuse("a marker is cut short");
    const ByteView payload = bytes.subspan(4, length - 2);
    bytes = bytes.subspan(length + 2);
    if (marker == kStartOfScan) {
      if (info.width == 0) return refuse("its scan comes before its frame");
      TRY_VOID(check_scan(bytes));
      return info;
    }
    if (marker == kBaselineFrame && info.width == 0) {
      info = TRY(read_frame(payload));
    } else if (!is_table(marker)) {
      return refuse("a marker that does not belong there");
    }
  }
  return refuse("it has no scan");
}

}  // namespace vodmill::hls
