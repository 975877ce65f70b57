#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace vodmill::log {

void start(const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>(
      "vodmill", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v", spdlog::pattern_time_type::utc);
  const auto parsed = spdlog::level::from_str(level);
  logger->set_level(parsed == spdlog::level::off && level != "off" ? spdlog::level::info : parsed);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace vodmill::log
