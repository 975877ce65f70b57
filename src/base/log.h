// The log: one line an event on standard error, for people or as JSON, spdlog behind it. Callable
// from any thread.
//
// What a line concerns stands beside its text, so that programs find it:
//   log::warn({{"video", id.str()}, {"task", task.str()}}, "is given back: {}", error.message);
// The names in use: video (every line that concerns one has it), task, worker, request. Nothing in
// a text or a value can end its line or look like another field's end, whoever sent it.
#pragma once

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vodmill::log {

using Level = spdlog::level::level_enum;

// Only views: for the call alone. An empty text is left out.
struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
};
using Fields = std::vector<Field>;

enum class Format {
  text,  // 2026-11-22T10:00:00.000Z info  is given back: no room  video=x task=y
  json,  // {"ts":"2026-11-22T10:00:00.000Z","level":"info","msg":"...","video":"x","task":"y"}
};

// Called once by main(). level: "debug", "info", "warn", "error" or "off"; anything else means
// "info". Tests give a sink of their own.
void start(const std::string& level, Format format = Format::text, spdlog::sink_ptr sink = nullptr);

// Where `level` is shown.
void write(Level level, const Fields& fields, std::string_view text);

inline bool is_shown(Level level) { return spdlog::default_logger_raw()->should_log(level); }

template <class... Arguments>
void debug(const Fields& fields, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (!is_shown(Level::debug)) return;
  write(Level::debug, fields, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void info(const Fields& fields, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  if (!is_shown(Level::info)) return;
  write(Level::info, fields, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void warn(const Fields& fields, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write(Level::warn, fields, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void error(const Fields& fields, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write(Level::err, fields, fmt::format(text, std::forward<Arguments>(arguments)...));
}

// Lines that concern nothing in particular.
template <class... Arguments>
void debug(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  debug(Fields{}, text, std::forward<Arguments>(arguments)...);
}
template <class... Arguments>
void info(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  info(Fields{}, text, std::forward<Arguments>(arguments)...);
}
template <class... Arguments>
void warn(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  warn(Fields{}, text, std::forward<Arguments>(arguments)...);
}
template <class... Arguments>
void error(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  error(Fields{}, text, std::forward<Arguments>(arguments)...);
}

}  // namespace vodmill::log
