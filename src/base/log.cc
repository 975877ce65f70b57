#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

#include "base/json.h"
#include "base/printable.h"

namespace vodmill::log {
namespace {

// %v is a whole line's text, or a JSON object's members after the level.
constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v";
constexpr const char* kJsonPattern = R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

bool is_empty(const Field& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text && text->empty();
}

// A value with a space or a quote in it stands in quotes.
std::string quoted_where_needed(std::string text) {
  if (!text.empty() && text.find_first_of(" =\"") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string as_text(const Fields& fields, std::string_view text) {
  std::string line = printable(text);
  char space[] = "  ";
  for (const Field& field : fields) {
    if (is_empty(field)) continue;
    line += space;
    space[1] = '\0';
    line += field.name;
    line += '=';
    if (const auto* value = std::get_if<std::string_view>(&field.value)) {
      line += quoted_where_needed(printable(*value));
    } else {
      line += std::to_string(std::get<std::int64_t>(field.value));
    }
  }
  return line;
}

std::string as_json(std::string_view text) {
  return json::serialize(json::value(with_valid_utf8(text)));
}

std::string as_members(const Fields& fields, std::string_view text) {
  std::string line = "\"msg\":" + as_json(text);
  for (const Field& field : fields) {
    if (is_empty(field)) continue;
    line += ',' + as_json(field.name) + ':';
    const auto* value = std::get_if<std::string_view>(&field.value);
    line += value ? as_json(*value) : std::to_string(std::get<std::int64_t>(field.value));
  }
  return line;
}

// The logger's name says which of the two it writes: nothing else here outlives a call.
constexpr const char* kTextLogger = "vodmill";
constexpr const char* kJsonLogger = "vodmill-json";

}  // namespace

void start(const std::string& level, Format format, spdlog::sink_ptr sink) {
  if (!sink) sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  const bool is_json = format == Format::json;
  auto logger =
      std::make_shared<spdlog::logger>(is_json ? kJsonLogger : kTextLogger, std::move(sink));
  logger->set_pattern(is_json ? kJsonPattern : kTextPattern, spdlog::pattern_time_type::utc);
  const auto parsed = spdlog::level::from_str(level);
  logger->set_level(parsed == spdlog::level::off && level != "off" ? spdlog::level::info : parsed);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void write(Level level, const Fields& fields, std::string_view text) {
  spdlog::logger& logger = *spdlog::default_logger_raw();
  if (!logger.should_log(level)) return;
  const bool is_json = logger.name() == kJsonLogger;
  const std::string line = is_json ? as_members(fields, text) : as_text(fields, text);
  logger.log(level, spdlog::string_view_t(line));
}

}  // namespace vodmill::log
