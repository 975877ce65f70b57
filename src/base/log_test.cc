#include "base/log.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "base/json.h"

namespace vodmill {
namespace {

class Log : public testing::Test {
 protected:
  void TearDown() override { log::start("off"); }

  void start(log::Format format, const std::string& level = "info") {
    log::start(level, format, std::make_shared<spdlog::sinks::ostream_sink_mt>(out_));
  }

  std::string text() const { return out_.str(); }

  json::object only_line() const {
    const std::string line = text();
    EXPECT_EQ(std::ranges::count(line, '\n'), 1) << line;
    const Result<json::value> value = parse_json(line);
    EXPECT_TRUE(value && value->is_object()) << line;
    return value && value->is_object() ? value->as_object() : json::object();
  }

 private:
  std::ostringstream out_;
};

TEST_F(Log, IsALineOfTextForPeople) {
  start(log::Format::text);
  log::info({{"video", "abc"}, {"task", ""}, {"status", 200}}, "is {} done", "half");
  const std::regex expected(
      R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info  is half done  video=abc status=200\n)");
  EXPECT_TRUE(std::regex_match(text(), expected)) << text();
}

TEST_F(Log, IsAJsonObjectForPrograms) {
  start(log::Format::json);
  log::warn({{"video", "abc"}, {"task", ""}, {"status", 200}}, "is {} \"done\"", "half");
  const json::object line = only_line();
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("msg"), "is half \"done\"");
  EXPECT_EQ(line.at("video"), "abc");
  EXPECT_EQ(line.at("status"), 200);
  EXPECT_FALSE(line.contains("task"));
  const std::regex rfc3339(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");
  EXPECT_TRUE(std::regex_match(std::string(line.at("ts").as_string()), rfc3339));
}

TEST_F(Log, IsNotForgedByWhatSomebodySent) {
  const std::string name = "x\n2026-11-22T10:00:00.000Z info  forged\r\x1b[31m\xff";
  start(log::Format::text);
  log::info({{"video", name}}, "uploaded as {}", name);
  EXPECT_EQ(std::ranges::count(text(), '\n'), 1) << text();
  EXPECT_EQ(text().find('\x1b'), std::string::npos) << text();
  EXPECT_NE(text().find(R"(uploaded as x\n2026-)"), std::string::npos) << text();
}

TEST_F(Log, IsJsonWhateverSomebodySent) {
  const std::string name = "x\",\"level\":\"forged\n\x1b[31m\xff\\";
  start(log::Format::json);
  log::info({{"video", name}}, "uploaded as {}", name);
  const json::object line = only_line();
  EXPECT_EQ(line.at("level"), "info");
  const std::string kept = "x\",\"level\":\"forged\n\x1b[31m\xef\xbf\xbd\\";
  EXPECT_EQ(std::string(line.at("video").as_string()), kept);
  EXPECT_EQ(std::string(line.at("msg").as_string()), "uploaded as " + kept);
}

TEST_F(Log, LeavesOutWhatIsBelowItsLevel) {
  start(log::Format::json, "warn");
  log::debug("one");
  log::info("two");
  log::error("three {}", 3);
  EXPECT_EQ(only_line().at("msg"), "three 3");
}

TEST_F(Log, TakesBracesOfATextAsTheyAre) {
  start(log::Format::text);
  log::info("{}", "%v {} %l");
  EXPECT_NE(text().find("%v {} %l\n"), std::string::npos) << text();
}

}  // namespace
}  // namespace vodmill
