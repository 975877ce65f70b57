// How often each of many clients may do something: a token bucket for every key, in a table that
// has a largest size. Pure: the time is an argument and must not go back.
//
// A bucket is one point in time, at which it is full again (the generic cell rate algorithm, ITU-T
// I.371): a key that is not in the table has a full one.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace vodmill::net {

struct BucketOptions {
  int per_second = 0;         // how fast a bucket fills; 0: nothing is ever refused
  int burst = 1;              // how much fits into it, at least 1
  std::size_t keys = 16'384;  // remembered at most
};

class TokenBuckets {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  explicit TokenBuckets(const BucketOptions& options);

  // Takes a token out of the key's bucket and returns 0; or, when it is empty, takes nothing and
  // returns how long it is until there is one. Of more keys than are remembered those are forgotten
  // that have been away longest.
  Duration take(std::string_view key, Time now);

  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  using Table = std::map<std::string, Time, std::less<>>;

  Time& full_at(std::string_view key, Time now);

  BucketOptions options_;
  Duration one_;  // token's time
  // A key moves to the young ones when it is used. When they are half of what is remembered, the
  // old ones are forgotten and the young ones are the old.
  Table young_;
  Table old_;
};

}  // namespace vodmill::net
