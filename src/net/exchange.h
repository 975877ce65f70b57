// One request and its answer, as those hear of it who count or write logs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "net/request.h"

namespace vodmill::net {

struct Exchange {
  const Request* request = nullptr;  // none where its head could not be read
  std::string_view peer_address;
  int status = 0;                    // 0: the connection ended before there was an answer
  bool whole = false;                // the answer has left to its end
  std::int64_t received_bytes = 0;   // of the request's body
  std::int64_t sent_bytes = 0;       // of the answer's body
  std::chrono::nanoseconds time{0};  // since the head of the request was there
};

}  // namespace vodmill::net
