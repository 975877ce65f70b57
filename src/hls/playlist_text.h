// Lines, tags, attribute lists and decimals: what both kinds of playlist are written with (RFC
// 8216, 4.1 and 4.2). For the files of this folder. Pure; any thread. Errors: verification_failed.
// Fuzzed by: fuzz/playlist_fuzz.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace vodmill::hls {

struct Line {
  int number = 0;          // from 1, as an editor counts
  std::string_view name;   // of a tag, "#EXTINF"; "" for a URI
  std::string_view value;  // what follows the tag's colon; the URI
};

// Tags and URIs in order, without blank lines and comments. Refuses a text that does not begin with
// #EXTM3U or holds control characters other than line breaks.
Result<std::vector<Line>> read_lines(std::string_view text);

// "line 7: " + sentence.
std::unexpected<Error> refuse_line(int number, std::string_view sentence);

// NAME=value,NAME="value",... The views live as long as the text they were read from.
class Attributes {
 public:
  // Refuses text that is no attribute list, and a name that stands there twice.
  static Result<Attributes> parse(std::string_view text);

  bool has(std::string_view name) const { return find(name).has_value(); }
  Result<std::string> quoted(std::string_view name) const;  // without its quotes
  Result<std::string_view> enumerated(std::string_view name) const;
  Result<std::int64_t> integer(std::string_view name) const;

 private:
  struct Attribute {
    std::string_view name;
    std::string_view value;  // quotes and all
  };

  std::optional<std::string_view> find(std::string_view name) const;

  std::vector<Attribute> attributes_;
};

// `text` between double quotes. HLS has no escapes, and names come from strangers' files: a double
// quote becomes a single one, control characters become spaces, what is not UTF-8 question marks.
std::string quote(std::string_view text);

// value / 10^digits: decimal(6006, 3) is "6.006". REQUIRES: value >= 0, digits > 0.
std::string decimal(std::int64_t value, int digits);

// The inverse: round(text * 10^digits). Refuses what is not digits with at most one point between
// them, and 10^9 or more.
Result<std::int64_t> read_decimal(std::string_view text, int digits);

// A decimal-integer: digits alone, less than 2^63.
Result<std::int64_t> read_integer(std::string_view text);

}  // namespace vodmill::hls
