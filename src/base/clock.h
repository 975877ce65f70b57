// Time, injected: tests own a ManualClock, main() makes a SystemClock. Thread-safe.
//
// Leases and schedules that two processes share use the database's clock, never this one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace vodmill {

using Milliseconds = std::chrono::milliseconds;

// Milliseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  std::int64_t ms = 0;
  auto operator<=>(const Timestamp&) const = default;
  friend Timestamp operator+(Timestamp t, Milliseconds d) { return {t.ms + d.count()}; }
  friend Milliseconds operator-(Timestamp a, Timestamp b) { return Milliseconds(a.ms - b.ms); }
};

// RFC 3339 in UTC with milliseconds: "2026-11-22T10:00:00.000Z".
std::string to_rfc3339(Timestamp time);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = {1'700'000'000'000}) : now_ms_(start.ms) {}
  Timestamp now() const override { return {now_ms_.load()}; }
  void advance(Milliseconds by) { now_ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_ms_;
};

}  // namespace vodmill
