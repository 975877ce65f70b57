#include "app/machine.h"

#include <gtest/gtest.h>

namespace vodmill::app {
namespace {

constexpr std::int64_t kGigabyte = 1'000'000'000;

TEST(Machine, HasMillsForAllProcessorsAsFarAsMemoryGoes) {
  EXPECT_EQ(default_slots(4, 16 * kGigabyte), 4);
  EXPECT_EQ(default_slots(3, 16 * kGigabyte), 3);
  EXPECT_EQ(default_slots(16, 2 * kGigabyte), 4);
  EXPECT_EQ(default_slots(2, kGigabyte / 2), 1);
}

TEST(Machine, ReadsACgroupsQuota) {
  EXPECT_DOUBLE_EQ(quota_of("200000 100000"), 2);
  EXPECT_DOUBLE_EQ(quota_of("50000 100000"), 0.5);
  EXPECT_DOUBLE_EQ(quota_of("max 100000"), 0);
  EXPECT_DOUBLE_EQ(quota_of(""), 0);
}

TEST(Machine, LetsUsOpenMoreFilesAndNeverFewer) {
  const std::int64_t before = allow_open_files(0);
  EXPECT_GT(before, 0);
  EXPECT_GE(allow_open_files(before + 1), before);
  EXPECT_GE(allow_open_files(1), before);
}

TEST(Machine, KeepsHalfAGigabyteFromMills) {
  EXPECT_EQ(memory_for_mills(2 * kGigabyte), kGigabyte + kGigabyte / 2);
  EXPECT_EQ(memory_for_mills(kGigabyte / 4), 1);
}

TEST(Machine, LetsUsHaveSomething) {
  EXPECT_GE(usable_processors(), 1);
  EXPECT_GT(usable_memory(), 0);
}

}  // namespace
}  // namespace vodmill::app
