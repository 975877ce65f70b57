#include "api/prefer.h"

#include <gtest/gtest.h>

namespace vodmill::api {
namespace {

std::optional<std::int64_t> wait_of(const net::Headers& headers) {
  const auto wait = preferred_wait(headers);
  return wait ? std::optional<std::int64_t>(wait->count()) : std::nullopt;
}

TEST(Prefer, WaitIsANumberOfSeconds) {
  EXPECT_EQ(wait_of({{"Prefer", "wait=10"}}), 10);
  EXPECT_EQ(wait_of({{"prefer", "Wait = \"7\""}}), 7);
  EXPECT_EQ(wait_of({{"Prefer", "wait=0"}}), 0);
  EXPECT_EQ(wait_of({{"Prefer", "respond-async, wait=10; foo=bar, wait=20"}}), 10);
  EXPECT_EQ(wait_of({{"Prefer", "respond-async"}, {"Prefer", "wait=3"}}), 3);
}

TEST(Prefer, WaitIsAnHourAtMost) {
  EXPECT_EQ(wait_of({{"Prefer", "wait=3601"}}), 3600);
  EXPECT_EQ(wait_of({{"Prefer", "wait=99999999999999999999"}}), 3600);
}

TEST(Prefer, WhatIsNotUnderstoodIsNoWait) {
  EXPECT_EQ(wait_of({}), std::nullopt);
  for (const char* text :
       {"", "wait", "wait=", "wait=-1", "wait=1.5", "wait=x", "waiting=1", "wait=1s", "x=wait=1"}) {
    EXPECT_EQ(wait_of({{"Prefer", text}}), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace vodmill::api
