// What the log says of requests.
#pragma once

#include "base/log.h"
#include "net/exchange.h"

namespace vodmill::api {

// The request's id and, where its path names one, the video. For the call alone.
log::Fields about(const net::Request& request);

// A line for one request and its answer.
void log_access(log::Level level, const net::Exchange& exchange);

}  // namespace vodmill::api
