// Texts packed with gzip, remembered by what is in them: a playlist that many players ask for is
// packed once, the growing ones too as long as they stand still.
//
// Belongs to a handler's object; used on the server's executor.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>

#include "base/error.h"

namespace vodmill::api {

class PackedTexts {
 public:
  // Remembers `bytes` of packed texts at most, those asked for last.
  explicit PackedTexts(std::size_t bytes) : limit_(bytes) {}

  // `text` as one gzip member. Errors: out_of_memory.
  Result<std::shared_ptr<const std::string>> pack(const std::string& text);

  std::size_t bytes() const { return bytes_; }

 private:
  using Packed = std::shared_ptr<const std::string>;
  struct Entry {
    std::string digest;  // of the text
    Packed packed;
  };
  using Order = std::list<Entry>;

  const std::size_t limit_;
  std::size_t bytes_ = 0;
  Order order_;  // asked for last, first
  std::map<std::string, Order::iterator> by_digest_;
};

}  // namespace vodmill::api
