// How the files of this folder say that a stream, or its text, cannot be.
#pragma once

#include <string>

#include "base/error.h"

namespace vodmill::hls {

inline std::unexpected<Error> refuse(std::string sentence) {
  return fail(ErrorCode::verification_failed, std::move(sentence));
}

}  // namespace vodmill::hls
