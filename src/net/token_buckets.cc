#include "net/token_buckets.h"

#include <algorithm>
#include <utility>

namespace vodmill::net {

TokenBuckets::TokenBuckets(const BucketOptions& options)
    : options_(options),
      one_(std::chrono::duration_cast<Duration>(std::chrono::seconds(1)) /
           std::max(options.per_second, 1)) {}

TokenBuckets::Duration TokenBuckets::take(std::string_view key, Time now) {
  if (options_.per_second <= 0) return Duration::zero();
  Time& full = full_at(key, now);
  const Time then = std::max(full, now) + one_;
  const Duration early = then - now - one_ * options_.burst;
  if (early > Duration::zero()) return early;
  full = then;
  return Duration::zero();
}

TokenBuckets::Time& TokenBuckets::full_at(std::string_view key, Time now) {
  if (const auto at = young_.find(key); at != young_.end()) return at->second;
  const auto before = old_.find(key);
  Table::node_type known = before == old_.end() ? Table::node_type() : old_.extract(before);
  if (young_.size() >= std::max<std::size_t>(options_.keys / 2, 1)) {
    old_ = std::exchange(young_, {});
  }
  if (known) return young_.insert(std::move(known)).position->second;
  return young_.emplace(key, now).first->second;
}

}  // namespace vodmill::net
