// How long a peer may let a transfer wait: never longer than `idle` at once, and on the whole no
// longer than its bytes at `minimum_rate` plus `idle`. A value; pure.
//
// Only time spent waiting for the peer counts, so a slow disk on our side costs the peer nothing.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace vodmill::net {

class Pace {
 public:
  // minimum_rate: bytes a second; 0 for none (a stream of events).
  Pace(std::chrono::milliseconds idle, std::int64_t minimum_rate)
      : idle_(idle), minimum_rate_(minimum_rate) {}

  // How long the next wait may be; 0 when the peer has used up its time.
  std::chrono::nanoseconds allowance() const {
    if (minimum_rate_ == 0) return idle_;
    constexpr std::int64_t kMostSeconds = 1'000'000'000;  // fits in nanoseconds
    const auto earned = std::chrono::seconds(std::min(bytes_ / minimum_rate_, kMostSeconds));
    return std::clamp<std::chrono::nanoseconds>(idle_ + earned - waited_,
                                                std::chrono::nanoseconds(0), idle_);
  }

  void note(std::size_t bytes, std::chrono::nanoseconds waited) {
    bytes_ += static_cast<std::int64_t>(bytes);
    waited_ += waited;
  }

 private:
  std::chrono::milliseconds idle_;
  std::int64_t minimum_rate_;
  std::int64_t bytes_ = 0;
  std::chrono::nanoseconds waited_{0};
};

}  // namespace vodmill::net
