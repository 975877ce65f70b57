// A strict reader of the Prometheus text format 0.0.4, as `promtool check metrics` is: tests read
// every answer of /metrics with it. Each breach of the format is a failure of the test.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace vodmill {

class PrometheusText {
 public:
  explicit PrometheusText(const std::string& text) {
    EXPECT_TRUE(text.empty() || text.ends_with('\n')) << "the last line has no end";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) read(line);
    for (const auto& [name, series] : series_) check_histogram(name);
  }

  // The value of e.g. `vodmill_videos{status="failed"}`; a failure and -1 if it is not there.
  double value(const std::string& series) const {
    const auto found = values_.find(series);
    if (found != values_.end()) return found->second;
    ADD_FAILURE() << "no " << series;
    return -1;
  }
  bool has(const std::string& series) const { return values_.contains(series); }
  // The lines of a name, whatever their labels.
  std::size_t count(const std::string& name) const {
    const auto found = series_.find(name);
    return found == series_.end() ? 0 : found->second.size();
  }
  std::string type(const std::string& name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? "" : found->second;
  }

 private:
  struct Series {
    std::string labels;  // as written, without braces
    double value = 0;
  };

  static bool is_name(const std::string& text) {
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0]))) return false;
    for (const char c : text) {
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != ':') return false;
    }
    return true;
  }

  void read(const std::string& line) {
    if (line.starts_with("# HELP ")) {
      const std::string name = word(line, 7);
      EXPECT_TRUE(helped_.insert(name).second) << "HELP twice: " << line;
      EXPECT_GT(line.size(), 8 + name.size()) << "HELP says nothing: " << line;
    } else if (line.starts_with("# TYPE ")) {
      const std::string name = word(line, 7);
      const std::string type = line.substr(8 + name.size());
      EXPECT_TRUE(type == "counter" || type == "gauge" || type == "histogram") << line;
      EXPECT_TRUE(types_.emplace(name, type).second) << "TYPE twice: " << line;
      EXPECT_TRUE(helped_.contains(name)) << "TYPE without HELP: " << line;
      EXPECT_EQ(type == "counter", name.ends_with("_total")) << line;
      current_ = name;
    } else {
      read_sample(line);
    }
  }

  static std::string word(const std::string& line, std::size_t from) {
    const std::string name = line.substr(from, line.find(' ', from) - from);
    EXPECT_TRUE(is_name(name)) << line;
    return name;
  }

  void read_sample(const std::string& line) {
    const std::size_t name_end = line.find_first_of("{ ");
    ASSERT_NE(name_end, std::string::npos) << line;
    const std::string name = line.substr(0, name_end);
    EXPECT_TRUE(is_name(name)) << line;
    std::string family = name;
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
      if (types_[current_] == "histogram" && name == current_ + suffix) family = current_;
    }
    EXPECT_EQ(family, current_) << "not below its TYPE: " << line;
    std::size_t at = name_end;
    std::string labels;
    if (line[at] == '{') {
      at = read_labels(line);
      labels = line.substr(name_end + 1, at - name_end - 2);
    }
    ASSERT_EQ(line.substr(at, 1), " ") << line;
    const std::string number = line.substr(at + 1);
    char* end = nullptr;
    const double value = std::strtod(number.c_str(), &end);
    EXPECT_TRUE(!number.empty() && *end == '\0') << "no number: " << line;
    if (types_[current_] != "gauge") EXPECT_GE(value, 0) << line;
    EXPECT_TRUE(values_.emplace(line.substr(0, at), value).second) << "twice: " << line;
    series_[name].push_back({labels, value});
  }

  // Returns where the closing brace ends.
  static std::size_t read_labels(const std::string& line) {
    std::set<std::string> names;
    std::size_t at = line.find('{') + 1;
    for (;;) {
      const std::size_t equals = line.find('=', at);
      if (equals == std::string::npos || line.substr(equals, 2) != "=\"") break;
      const std::string name = line.substr(at, equals - at);
      EXPECT_TRUE(is_name(name) && names.insert(name).second) << line;
      at = equals + 2;
      while (at < line.size() && line[at] != '"') {
        if (line[at] == '\\') {
          ++at;
          EXPECT_NE(std::string("\\\"n").find(line[at]), std::string::npos) << line;
        }
        ++at;
      }
      ++at;
      if (at < line.size() && line[at] == '}') return at + 1;
      if (at >= line.size() || line[at] != ',') break;
      ++at;
    }
    ADD_FAILURE() << "labels: " << line;
    return line.size();
  }

  // Buckets grow up to +Inf, which is the count.
  void check_histogram(const std::string& name) {
    if (!name.ends_with("_bucket")) return;
    const std::string base = name.substr(0, name.size() - 7);
    std::map<std::string, double> highest;
    for (const Series& series : series_[name]) {
      const std::size_t le = series.labels.rfind("le=\"");
      ASSERT_NE(le, std::string::npos) << series.labels;
      const std::string others = le == 0 ? "" : series.labels.substr(0, le - 1);
      EXPECT_GE(series.value, highest[others]) << name << series.labels;
      highest[others] = series.value;
      if (series.labels.substr(le) != "le=\"+Inf\"") continue;
      const std::string braces = others.empty() ? "" : "{" + others + "}";
      EXPECT_EQ(series.value, value(std::string(base).append("_count").append(braces)));
      EXPECT_TRUE(has(std::string(base).append("_sum").append(braces)));
    }
  }

  std::set<std::string> helped_;
  std::map<std::string, std::string> types_;
  std::map<std::string, double> values_;
  std::map<std::string, std::vector<Series>> series_;
  std::string current_;
};

}  // namespace vodmill
