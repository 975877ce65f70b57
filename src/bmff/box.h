// The boxes of an ISO base media file (ISO/IEC 14496-12, 4.2), walked without trusting a length.
//
// The parsers of this folder go down fixed paths (moov, trak, mdia, ...), so no input makes them
// recurse. Everything is a view into the caller's bytes. Pure; any thread.
// Fuzzed by: fuzz/bmff_fuzz.cc
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace vodmill::bmff {

// A box's type: FourCc("moov").
class FourCc {
 public:
  explicit constexpr FourCc(std::uint32_t value) : value_(value) {}
  explicit consteval FourCc(const char (&text)[5]) : value_(0) {
    for (int i = 0; i < 4; ++i) value_ = (value_ << 8) | static_cast<unsigned char>(text[i]);
  }
  constexpr auto operator<=>(const FourCc&) const = default;

  std::string text() const;  // what is not printable ASCII shows as '?'

 private:
  std::uint32_t value_;
};

struct Box {
  FourCc type;
  std::size_t offset = 0;  // of its first byte, in the bytes that the BoxReader was given
  ByteView payload;        // after the size and the type
  std::size_t payload_offset = 0;

  std::size_t end() const { return payload_offset + payload.size(); }
};

// The beginning of a box in a file that is too long to be looked at whole.
struct BoxHeader {
  FourCc type;
  std::int64_t header_bytes = 0;  // 8 or 16
  std::int64_t bytes = 0;         // of the whole box; 0: up to the end of the file

  static constexpr std::size_t kMost = 16;
};

// From the first bytes of a box, kMost of them where the file has so many. None where they are too
// few, or give a size that is smaller than the header or that no file has.
std::optional<BoxHeader> parse_box_header(ByteView bytes);

// The boxes that follow each other in `bytes`.
class BoxReader {
 public:
  explicit BoxReader(ByteView bytes) : bytes_(bytes) {}

  // The next box, none at the end. verification_failed for a box that ends outside of the bytes,
  // is smaller than its header, or has size 0 ("up to the end of the file").
  Result<std::optional<Box>> next();

 private:
  ByteView bytes_;
  std::size_t position_ = 0;
};

// Payload of the one child of that type. verification_failed if there is none or a second one.
Result<ByteView> only_child(ByteView parent, FourCc type);

// The same, down a path of such children: {moov's} "trak", "mdia", "mdhd".
Result<ByteView> only_descendant(ByteView ancestor, std::initializer_list<FourCc> path);

// The same as only_child, but none is no error.
Result<std::optional<ByteView>> optional_child(ByteView parent, FourCc type);

// What every parser of this folder fails with: verification_failed and a sentence.
std::unexpected<Error> malformed(std::string sentence);

}  // namespace vodmill::bmff
