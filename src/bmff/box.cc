#include "bmff/box.h"

#include "bmff/byte_reader.h"

namespace vodmill::bmff {

std::string FourCc::text() const {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const char c = static_cast<char>((value_ >> shift) & 0xff);
    text += c >= ' ' && c <= '~' ? c : '?';
  }
  return text;
}

std::optional<BoxHeader> parse_box_header(ByteView bytes) {
  ByteReader header(bytes);
  std::uint64_t size = header.u32();
  const FourCc type(header.u32());
  if (header.ok() && size == 1) size = header.u64();
  if (!header.ok()) return std::nullopt;
  const auto header_bytes = static_cast<std::int64_t>(bytes.size() - header.remaining());
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 62;
  if (size > kMostBytes) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(size);
  if (whole != 0 && whole < header_bytes) return std::nullopt;
  return BoxHeader{type, header_bytes, whole};
}

Result<std::optional<Box>> BoxReader::next() {
  const std::size_t left = bytes_.size() - position_;
  if (left == 0) return std::nullopt;

  ByteReader header(bytes_.subspan(position_));
  std::uint64_t size = header.u32();
  const FourCc type(header.u32());
  if (header.ok() && size == 1) size = header.u64();
  if (!header.ok()) {
    return malformed("The header of a box is cut short at byte " + std::to_string(position_) + ".");
  }
  const std::size_t header_size = left - header.remaining();
  if (size < header_size || size > left) {
    return malformed("The " + type.text() + " box at byte " + std::to_string(position_) +
                     " has size " + std::to_string(size) + ", but " + std::to_string(left) +
                     " bytes are left.");
  }

  const std::size_t payload_offset = position_ + header_size;
  const Box box{type, position_,
                bytes_.subspan(payload_offset, static_cast<std::size_t>(size) - header_size),
                payload_offset};
  position_ = box.end();
  return box;
}

Result<std::optional<ByteView>> optional_child(ByteView parent, FourCc type) {
  std::optional<ByteView> found;
  BoxReader boxes(parent);
  while (const std::optional<Box> box = TRY(boxes.next())) {
    if (box->type != type) continue;
    if (found) return malformed("There are two " + type.text() + " boxes where one is allowed.");
    found = box->payload;
  }
  return found;
}

Result<ByteView> only_child(ByteView parent, FourCc type) {
  const std::optional<ByteView> child = TRY(optional_child(parent, type));
  if (!child) return malformed("There is no " + type.text() + " box.");
  return *child;
}

Result<ByteView> only_descendant(ByteView ancestor, std::initializer_list<FourCc> path) {
  for (const FourCc type : path) ancestor = TRY(only_child(ancestor, type));
  return ancestor;
}

std::unexpected<Error> malformed(std::string sentence) {
  return fail(ErrorCode::verification_failed, std::move(sentence));
}

}  // namespace vodmill::bmff
