// A disk with as much room as the test says.
#pragma once

#include <cstdint>
#include <optional>

#include "core/vitals.h"

namespace vodmill {

class FakeDisk final : public DiskSpace {
 public:
  explicit FakeDisk(std::int64_t room) : room(room) {}

  std::int64_t room;
  std::optional<Error> outage;

  Async<std::int64_t> free_bytes() override {
    if (outage) co_return fail(*outage);
    co_return room;
  }
};

}  // namespace vodmill
