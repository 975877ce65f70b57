#include "bmff/h264_sps.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace vodmill::bmff {
namespace {

// Bits of a NAL unit without its emulation prevention bytes (7.3.1), and Exp-Golomb codes (9.1).
class RbspReader {
 public:
  explicit RbspReader(ByteView nal) {
    int zeros = 0;
    for (const std::byte byte : nal) {
      const bool prevents = zeros >= 2 && byte == std::byte{3};
      if (!prevents) bytes_.push_back(byte);
      zeros = byte == std::byte{0} ? zeros + 1 : 0;
    }
  }

  bool ok() const { return ok_; }

  std::uint32_t bits(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 1 | bit();
    return value;
  }

  bool flag() { return bit() != 0; }

  std::uint32_t number() {
    constexpr int kMostZeros = 30;
    int zeros = 0;
    while (ok_ && bit() == 0) {
      if (++zeros > kMostZeros) ok_ = false;
    }
    return ok_ ? (1u << zeros) - 1 + bits(zeros) : 0;
  }

  std::int32_t signed_number() {
    const auto code = static_cast<std::int32_t>(number());
    return code % 2 == 0 ? -(code / 2) : (code + 1) / 2;
  }

 private:
  std::uint32_t bit() {
    if (position_ / 8 >= bytes_.size()) {
      ok_ = false;
      return 0;
    }
    const auto byte = static_cast<std::uint32_t>(bytes_[position_ / 8]);
    return byte >> (7 - position_++ % 8) & 1;
  }

  Bytes bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

// 7.3.2.1.1.1
void skip_scaling_list(RbspReader& reader, int size) {
  int last = 8;
  int next = 8;
  for (int i = 0; i < size && reader.ok(); ++i) {
    if (next != 0) next = (last + reader.signed_number() % 256 + 256) % 256;
    if (next != 0) last = next;
  }
}

void skip_chroma(RbspReader& reader) {
  constexpr std::uint32_t k444 = 3;
  const std::uint32_t format = reader.number();
  if (format == k444) reader.flag();  // separate_colour_plane_flag
  reader.number();                    // bit depths
  reader.number();
  reader.flag();  // qpprime_y_zero_transform_bypass_flag
  if (!reader.flag()) return;
  const int lists = format == k444 ? 12 : 8;
  for (int i = 0; i < lists; ++i) {
    if (reader.flag()) skip_scaling_list(reader, i < 6 ? 16 : 64);
  }
}

void skip_picture_order(RbspReader& reader) {
  const std::uint32_t type = reader.number();
  if (type == 0) reader.number();
  if (type != 1) return;
  reader.flag();
  reader.signed_number();
  reader.signed_number();
  const std::uint32_t count = reader.number();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) reader.signed_number();
}

}  // namespace

std::optional<bool> allows_frames_only(ByteView nal) {
  constexpr std::array kWithChroma{100u, 110u, 122u, 244u, 44u,  83u, 86u,
                                   118u, 128u, 138u, 139u, 134u, 135u};
  RbspReader reader(nal);
  reader.bits(8);  // NAL unit header
  const std::uint32_t profile = reader.bits(8);
  reader.bits(16);  // constraints, level
  reader.number();  // seq_parameter_set_id
  if (std::ranges::find(kWithChroma, profile) != kWithChroma.end()) skip_chroma(reader);
  reader.number();  // log2_max_frame_num_minus4
  skip_picture_order(reader);
  reader.number();  // max_num_ref_frames
  reader.flag();    // gaps_in_frame_num_value_allowed_flag
  reader.number();  // size
  reader.number();
  const bool frames_only = reader.flag();
  return reader.ok() ? std::optional(frames_only) : std::nullopt;
}

}  // namespace vodmill::bmff
