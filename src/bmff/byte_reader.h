// Big-endian fields, one after the other, out of bytes that nobody has checked.
//
// Reading past the end yields zeros and makes ok() false for good, so a parser reads all its fields
// and asks once. Value type, one thread; the bytes must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace vodmill::bmff {

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t remaining() const { return bytes_.size(); }

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }

  // A field that a box's version makes 64 or 32 bits wide.
  std::uint64_t u64_or_u32(bool wide) { return wide ? u64() : u32(); }

  // The next `count` bytes; none of them if there are fewer.
  ByteView take(std::size_t count) {
    if (!ok_ || count > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const ByteView taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  void skip(std::size_t count) { take(count); }
  ByteView rest() { return take(bytes_.size()); }

 private:
  template <class T>
  T number() {
    const ByteView field = take(sizeof(T));
    return field.empty() ? T{0} : load_be<T>(field);
  }

  ByteView bytes_;
  bool ok_ = true;
};

}  // namespace vodmill::bmff
