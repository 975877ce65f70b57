#include "net/multipart.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace vodmill::net {
namespace {

struct Part {
  std::string disposition;
  std::string content;
  bool ended = false;
  bool operator==(const Part&) const = default;
};

struct Outcome {
  std::vector<Part> parts;
  bool refused = false;
  bool whole = false;
  bool operator==(const Outcome&) const = default;
};

// False when the bytes were refused.
bool feed(MultipartParser& parser, std::string_view bytes, Outcome& outcome) {
  using Kind = MultipartParser::Kind;
  for (ByteView input = as_bytes(bytes); !input.empty();) {
    const auto event = parser.next(input);
    if (!event) return false;
    if (event->kind == Kind::part) {
      outcome.parts.push_back(
          {std::string(parser.head().find("Content-Disposition").value_or("")), "", false});
    } else if (event->kind == Kind::content) {
      outcome.parts.back().content += as_text(event->content);
    } else if (event->kind == Kind::end) {
      outcome.parts.back().ended = true;
    }
  }
  return true;
}

Outcome parse_in(const std::vector<std::string_view>& pieces, MultipartLimits limits = {}) {
  MultipartParser parser("XX", limits);
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    outcome.refused = outcome.refused || !feed(parser, piece, outcome);
  }
  outcome.whole = !outcome.refused && parser.finish().has_value();
  return outcome;
}

// The same however the bytes are cut in two, or one by one.
Outcome parse(std::string_view body, MultipartLimits limits = {}) {
  const Outcome at_once = parse_in({body}, limits);
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    EXPECT_EQ(parse_in({body.substr(0, cut), body.substr(cut)}, limits), at_once) << "at " << cut;
  }
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < body.size(); ++i) bytes.push_back(body.substr(i, 1));
  EXPECT_EQ(parse_in(bytes, limits), at_once);
  return at_once;
}

std::string part(std::string_view content) {
  return "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + std::string(content) +
         "\r\n";
}

constexpr const char* kDisposition = "form-data; name=\"a\"";

TEST(Multipart, IsPartsWithHeads) {
  const Outcome outcome = parse(part("one") + part("") + part("three") + "--XX--\r\n");
  EXPECT_TRUE(outcome.whole);
  EXPECT_EQ(outcome.parts, (std::vector<Part>{{kDisposition, "one", true},
                                              {kDisposition, "", true},
                                              {kDisposition, "three", true}}));
}

TEST(Multipart, ContentMayLookLikeABoundary) {
  for (const std::string content :
       {"\r", "\n", "\r\n", "\r\n-", "\r\n--", "\r\n--X", "\r\r\n--X", "\r\n\r\n--XY", "--XX",
        "a\r\n--X\r\n--X\r\n--", "\r\n--\r\n--X\r", "\n--XX", "\r--XX"}) {
    const Outcome outcome = parse(part(content) + "--XX--");
    EXPECT_TRUE(outcome.whole);
    EXPECT_EQ(outcome.parts, (std::vector<Part>{{kDisposition, content, true}})) << content;
  }
}

TEST(Multipart, HasAPreambleAnEpilogueAndPadding) {
  const Outcome outcome =
      parse("for old\r\n readers\r\n--XX \t\r\n\r\nbody\r\n--XX--\r\n--XX\r\nthe rest");
  EXPECT_TRUE(outcome.whole);
  EXPECT_EQ(outcome.parts, (std::vector<Part>{{"", "body", true}}));
}

TEST(Multipart, MayHaveNoParts) {
  const Outcome outcome = parse("--XX--");
  EXPECT_TRUE(outcome.whole);
  EXPECT_TRUE(outcome.parts.empty());
}

TEST(Multipart, IsCutShortWithoutItsFinalBoundary) {
  const std::string whole = part("one") + "--XX--";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Outcome outcome = parse_in({std::string_view(whole).substr(0, size)});
    EXPECT_FALSE(outcome.whole) << size;
    EXPECT_FALSE(outcome.refused) << size;
  }
  EXPECT_TRUE(parse_in({whole}).whole);
}

TEST(Multipart, RefusesWhatIsNone) {
  for (const std::string body :
       {"--XX\nContent-Disposition: a\n\nbody\n--XX--", "--XXY\r\n\r\nbody\r\n--XX--",
        "--XX-\r\n\r\nbody\r\n--XX--", "--XX\r\nno field\r\n\r\nbody\r\n--XX--",
        "--XX\r\n: value\r\n\r\nbody\r\n--XX--", "--XX\r\na b: value\r\n\r\nbody\r\n--XX--",
        "--XX\r\na: b\r\n folded\r\n\r\nbody\r\n--XX--", "--XX\r\na: b\rc\r\n\r\nx\r\n--XX--"}) {
    EXPECT_TRUE(parse(body).refused) << body;
  }
}

TEST(Multipart, RefusesLongHeadsAndManyParts) {
  const MultipartLimits limits{.head_bytes = 30, .parts = 2};
  // 26 bytes with the empty line and the line end before it.
  const std::string head = "a: " + std::string(19, 'b') + "\r\n\r\n";
  const std::string longest = "a: " + std::string(23, 'b') + "\r\n\r\n";
  EXPECT_TRUE(parse("--XX\r\n" + head + "x\r\n--XX--", limits).whole);
  EXPECT_TRUE(parse("--XX\r\n" + longest + "x\r\n--XX--", limits).whole);
  EXPECT_TRUE(parse("--XX\r\na" + longest + "x\r\n--XX--", limits).refused);
  EXPECT_TRUE(parse("--XX\r\n" + std::string(200, 'b'), limits).refused);
  EXPECT_TRUE(parse(part("") + "--XX--", {.parts = 1}).whole);
  EXPECT_TRUE(parse(part("") + part("") + "--XX--", {.parts = 1}).refused);
}

TEST(Multipart, BoundaryStandsInTheContentType) {
  EXPECT_EQ(boundary_of("multipart/form-data; boundary=----WebKitFormBoundaryAb1"),
            "----WebKitFormBoundaryAb1");
  EXPECT_EQ(boundary_of("multipart/form-data;charset=utf-8; Boundary=\"a b\""), "a b");
  EXPECT_EQ(boundary_of("multipart/form-data; boundary=" + std::string(70, 'x')),
            std::string(70, 'x'));
  for (const std::string& type :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"a \""),
        std::string("multipart/form-data; boundary=\"a\r\""),
        "multipart/form-data; boundary=" + std::string(71, 'x')}) {
    EXPECT_FALSE(boundary_of(type)) << type;
  }
}

}  // namespace
}  // namespace vodmill::net
