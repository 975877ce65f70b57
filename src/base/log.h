// The log: one line an event on standard error, spdlog behind it. Callable from any thread.
#pragma once

#include <spdlog/spdlog.h>

#include <string>

namespace vodmill::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

// Called once by main(). level: "debug", "info", "warn", "error" or "off"; anything else means
// "info".
void start(const std::string& level);

}  // namespace vodmill::log
