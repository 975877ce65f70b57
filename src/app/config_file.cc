#include "app/config_file.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

namespace vodmill::app {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

// Where one of `characters` stands outside of strings, or npos.
std::size_t find_outside(std::string_view text, std::string_view characters) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (characters.contains(c)) {
      return i;
    } else if (c == '"' || c == '\'') {
      quote = c;
    }
  }
  return std::string_view::npos;
}

// A string's characters, a number or a word; nullopt for what is none of them. There are no
// escapes: what needs one stands in single quotes.
std::optional<std::string> scalar(std::string_view text) {
  const bool is_string = text.size() > 1 && (text.front() == '"' || text.front() == '\'');
  if (!is_string) {
    if (text.empty() || text.find_first_of("\"' \t") != std::string_view::npos) return std::nullopt;
    return std::string(text);
  }
  const std::string_view inner = text.substr(1, text.size() - 2);
  if (text.back() != text.front() || inner.contains(text.front())) return std::nullopt;
  if (text.front() == '"' && inner.contains('\\')) return std::nullopt;
  return std::string(inner);
}

class Reader {
 public:
  Reader(std::string_view text, std::span<const ConfigSection> known)
      : rest_(text), known_(known) {}

  Result<std::vector<ConfigEntry>> read() {
    while (const std::optional<std::string_view> line = next_line()) {
      if (line->empty()) continue;
      TRY_VOID(line->front() == '[' ? take_section(*line) : take_setting(*line));
    }
    return std::move(entries_);
  }

 private:
  // Without its comment and the blanks around it.
  std::optional<std::string_view> next_line() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    return trim(line.substr(0, find_outside(line, "#")));
  }

  std::unexpected<Error> refuse(std::string_view what) const {
    return fail(ErrorCode::invalid_request, fmt::format("line {}: {}", line_, what));
  }

  std::unexpected<Error> no_section(std::string_view name) const {
    std::vector<std::string> names;
    for (const ConfigSection& each : known_) names.push_back("[" + each.name + "]");
    return refuse(
        fmt::format("there is no section [{}]. There are {}.", name, fmt::join(names, ", ")));
  }

  const ConfigSection* find_section(std::string_view name) const {
    const auto found = std::ranges::find(known_, name, &ConfigSection::name);
    return found == known_.end() ? nullptr : &*found;
  }

  Result<> take_section(std::string_view line) {
    if (line.back() != ']') return refuse(fmt::format("{} has no closing bracket.", line));
    const std::string_view name = trim(line.substr(1, line.size() - 2));
    section_ = find_section(name);
    return section_ ? Result<>() : no_section(name);
  }

  Result<> take_setting(std::string_view line) {
    const std::size_t equals = find_outside(line, "=");
    if (equals == std::string_view::npos) {
      return refuse(fmt::format("\"{}\" is no setting. One is written KEY = VALUE.", line));
    }
    const ConfigSection* section = section_;
    std::string_view key = trim(line.substr(0, equals));
    if (const std::size_t dot = key.find('.'); !section && dot != std::string_view::npos) {
      section = find_section(key.substr(0, dot));
      if (!section) return no_section(key.substr(0, dot));
      key.remove_prefix(dot + 1);
    }
    if (!section) {
      return refuse(fmt::format(
          "{} stands in no section. Write the command's above it, for example [serve].", key));
    }
    TRY_VOID(check_key(*section, key));
    std::vector<std::string> values = TRY(take_values(key, trim(line.substr(equals + 1))));
    entries_.push_back({section->name, std::string(key), std::move(values)});
    return {};
  }

  Result<> check_key(const ConfigSection& section, std::string_view key) {
    if (std::ranges::find(section.keys, key) == section.keys.end()) {
      return refuse(fmt::format("[{}] has no setting {}. It has {}.", section.name, key,
                                fmt::join(section.keys, ", ")));
    }
    const bool is_new = said_.insert(section.name + "." + std::string(key)).second;
    return is_new ? Result<>() : refuse(fmt::format("{} is said a second time.", key));
  }

  Result<std::vector<std::string>> take_values(std::string_view key, std::string_view first) {
    std::string text(first);
    const bool is_list = text.starts_with('[');
    while (is_list && !text.ends_with(']')) {
      const std::optional<std::string_view> line = next_line();
      if (!line) return refuse(fmt::format("the list {} has no closing bracket.", key));
      text += " ";
      text += *line;
    }
    std::string_view rest = text;
    if (is_list) rest = trim(rest.substr(1, rest.size() - 2));
    std::vector<std::string> values;
    do {
      const std::size_t end = is_list ? find_outside(rest, ",") : std::string_view::npos;
      std::optional<std::string> value = scalar(trim(rest.substr(0, end)));
      if (!value) return refuse(fmt::format("{} = {} is no value that is known.", key, text));
      values.push_back(std::move(*value));
      rest = end == std::string_view::npos ? "" : trim(rest.substr(end + 1));
    } while (!rest.empty());
    return values;
  }

  std::string_view rest_;
  const std::span<const ConfigSection> known_;
  int line_ = 0;
  const ConfigSection* section_ = nullptr;
  std::set<std::string> said_;
  std::vector<ConfigEntry> entries_;
};

}  // namespace

Result<std::vector<ConfigEntry>> read_config(std::string_view text,
                                             std::span<const ConfigSection> known) {
  return Reader(text, known).read();
}

}  // namespace vodmill::app
