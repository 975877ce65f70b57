#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace vodmill {
namespace {

TEST(Error, EveryCodeHasItsNameAndIsFoundByIt) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::disk_full); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_FALSE(error_code_name(code).empty());
    EXPECT_EQ(error_code_from_name(error_code_name(code)), code);
  }
}

TEST(Error, AnUnknownNameIsAnInternalError) {
  EXPECT_EQ(error_code_from_name("no_such_code"), ErrorCode::internal_error);
}

TEST(Error, CarriesContextAsItTravels) {
  Error error{ErrorCode::disk_full, "No space left on device"};
  EXPECT_EQ(std::move(error).within("put segment 12").message,
            "put segment 12: No space left on device");
}

TEST(Error, AFullDiskIsToldApartFromABrokenCall) {
  EXPECT_EQ(fail_errno("write", ENOSPC).error().code, ErrorCode::disk_full);
  EXPECT_EQ(fail_errno("write", EIO).error().code, ErrorCode::storage_unavailable);
  EXPECT_EQ(fail_errno("write", EBADF).error().code, ErrorCode::internal_error);
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::invalid_request, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  const int once = TRY(half(n));
  return half(once);
}

TEST(Error, TryReturnsTheFirstError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().code, ErrorCode::invalid_request);
}

}  // namespace
}  // namespace vodmill
