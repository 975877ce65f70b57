#include "api/packed_texts.h"

#include "api/sha256.h"
#include "net/gzip.h"

namespace vodmill::api {

Result<std::shared_ptr<const std::string>> PackedTexts::pack(const std::string& text) {
  std::string digest = sha256_hex(as_bytes(text));
  if (const auto known = by_digest_.find(digest); known != by_digest_.end()) {
    order_.splice(order_.begin(), order_, known->second);
    return known->second->packed;
  }
  auto packed = std::make_shared<const std::string>(TRY(net::gzip(text)));
  if (packed->size() > limit_) return packed;
  bytes_ += packed->size();
  order_.push_front({digest, packed});
  by_digest_.emplace(std::move(digest), order_.begin());
  while (bytes_ > limit_) {
    bytes_ -= order_.back().packed->size();
    by_digest_.erase(order_.back().digest);
    order_.pop_back();
  }
  return packed;
}

}  // namespace vodmill::api
