// The closed lists of words: the code that makes them, openapi.json and docs/http_api.md say the
// same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>

#include "api/openapi.h"
#include "base/error.h"
#include "base/json.h"
#include "core/job.h"
#include "core/task.h"
#include "core/video.h"
#include "net/refusal.h"

namespace vodmill {
namespace {

using Words = std::set<std::string, std::less<>>;

std::string text_of_file(const std::string& path) {
  std::ifstream file(std::string(VODMILL_SOURCE_DIR) + "/" + path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// What the first group of `pattern` is, at every place.
Words found_in(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  Words words;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
    words.insert((*at)[1]);
  }
  return words;
}

// Every value of an enum that begins with 0.
template <class Enum>
Words names_of() {
  Words words;
  try {
    for (int number = 0;; ++number) words.emplace(name_of(static_cast<Enum>(number)));
  } catch (const std::out_of_range&) {
    return words;
  }
}

Words error_codes(ErrorCode last) {
  Words words;
  for (int number = 0; number <= static_cast<int>(last); ++number) {
    words.emplace(error_code_name(static_cast<ErrorCode>(number)));
  }
  return words;
}

Words problem_codes() {
  Words words = error_codes(ErrorCode::disk_full);
  words.insert(net::http_code_names().begin(), net::http_code_names().end());
  return words;
}

// The enum at a JSON pointer below components/schemas; null stands for nothing.
Words described(std::string_view pointer) {
  static const json::value document = parse_json(api::openapi()).value();
  Words words;
  const std::string path = "/components/schemas/" + std::string(pointer) + "/enum";
  for (const json::value& word : document.at_pointer(path).as_array()) {
    if (!word.is_null()) words.emplace(word.as_string());
  }
  return words;
}

// A section of docs/http_api.md.
std::string section(const std::string& title) {
  const std::string text = text_of_file("docs/http_api.md");
  const std::size_t begin = text.find("\n## " + title + "\n");
  EXPECT_NE(begin, std::string::npos) << title;
  return text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

std::string rows_of(const std::string& text) {
  std::string rows;
  const std::regex row("\n\\|[^\n]*");
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
    rows += at->str();
  }
  return rows;
}

constexpr const char* kWordInBackticks = "`([a-z_]+)`";

TEST(HttpCode, HasItsName) {
  const auto names = net::http_code_names();
  EXPECT_EQ(names.size(), static_cast<std::size_t>(net::HttpCode::uri_too_long) + 1);
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_EQ(net::problem_code_name(net::HttpCode::cross_site_request), "cross_site_request");
  EXPECT_EQ(net::problem_code_name(net::HttpCode::not_ready), "not_ready");
  EXPECT_EQ(net::problem_code_name(net::HttpCode::uri_too_long), "uri_too_long");
  EXPECT_EQ(net::problem_code_name(ErrorCode::gone), "gone");
}

TEST(ClosedLists, OfProblemsAreTheSameEverywhere) {
  EXPECT_EQ(described("ProblemCode"), problem_codes());
  EXPECT_EQ(found_in(rows_of(section("Errors")), kWordInBackticks), problem_codes());
}

TEST(ClosedLists, OfWhyAVideoFailedAreTheSameEverywhere) {
  EXPECT_EQ(described("ErrorCode"), error_codes(ErrorCode::internal_error));
  const std::string errors = section("Errors");
  const std::string table = rows_of(errors.substr(errors.find("| `error.code` |")));
  EXPECT_EQ(found_in(table, kWordInBackticks), error_codes(ErrorCode::internal_error));
  const Words partial = described("Video/properties/partial/oneOf/1/properties/reason");
  EXPECT_FALSE(partial.empty());
  for (const std::string& word : partial) {
    EXPECT_TRUE(described("ErrorCode").contains(word)) << word;
  }
}

TEST(ClosedLists, OfEventsAreTheSameEverywhere) {
  const Words types = found_in(text_of_file("src/core/event.h"), "\"(video\\.[a-z]+)\"");
  EXPECT_GE(types.size(), 10U);
  EXPECT_EQ(described("Event/properties/type"), types);
  EXPECT_EQ(found_in(section("Events"), "`(video\\.[a-z]+)`"), types);
}

TEST(ClosedLists, OfWhatAVideoWaitsForAreTheSameEverywhere) {
  const Words reasons = found_in(text_of_file("src/core/waiting_reason.h"), " = \"([a-z_]+)\"");
  EXPECT_GE(reasons.size(), 5U);
  EXPECT_EQ(described("WaitingReason"), reasons);
  const std::string videos = section("Videos");
  const std::string table = rows_of(videos.substr(videos.find("| `waiting_reason` | it waits")));
  EXPECT_EQ(found_in(table, "\n\\| `([a-z_]+)`"), reasons);
}

TEST(ClosedLists, OfStatesAreTheSameEverywhere) {
  EXPECT_EQ(described("Status"), names_of<VideoStatus>());
  EXPECT_EQ(described("JobState"), names_of<JobState>());
  EXPECT_EQ(described("Task/properties/state"), names_of<TaskState>());
  Words kinds = names_of<TaskKind>();
  kinds.erase("stills");  // their rows are not among a job's tasks
  EXPECT_EQ(described("Task/properties/kind"), kinds);
}

}  // namespace
}  // namespace vodmill
