// The rules about segments that no encoder writes on request, and about servers: facts set by
// hand. Those that a folder can break are in tests/verify.
#include "hls/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace vodmill::hls {
namespace {

// One variant with sound: 2 segments of 6 s, 24 frames a second, an IDR picture each 2 s.
StreamFacts sound_and_picture() {
  StreamFacts stream;
  stream.name = "index.m3u8";
  stream.multivariant = read_foreign_multivariant(
      "#EXTM3U\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"A\",LANGUAGE=\"en\",URI=\"a\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO=\"a\"\nv\n");
  for (const std::string uri : {"v", "a"}) {
    TrackFacts track;
    track.look = Look::whole;
    track.playlist = read_foreign_playlist(
        "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"i\"\n"
        "#EXTINF:6,\n0\n#EXTINF:6,\n1\n#EXT-X-ENDLIST\n");
    InitFacts init;
    init.look = Look::whole;
    init.is_video = uri == "v";
    init.timescale = 24;
    init.tracks = {{init.is_video ? "vide" : "soun", init.is_video ? "avc1" : "mp4a"}};
    init.codecs = init.is_video ? "avc1.64001f" : "mp4a.40.2";
    init.channels = 2;
    track.inits = {init};
    for (std::int64_t i = 0; i < 2; ++i) {
      SegmentFacts segment;
      segment.look = Look::whole;
      segment.bytes = 60'000;
      segment.start = segment.first_pts = i * 144;
      segment.duration = segment.samples = 144;
      segment.end_pts = segment.first_pts + 144;
      segment.shortest_sample = segment.longest_sample = 1;
      segment.idr_pts = {segment.start, segment.start + 48, segment.start + 96};
      track.segments.push_back(segment);
    }
    stream.tracks[uri] = std::move(track);
  }
  return stream;
}

// The same from a server that does what it should.
StreamFacts from_a_server() {
  StreamFacts stream = sound_and_picture();
  const Delivery playlist{.content_type = "application/vnd.apple.mpegurl; charset=utf-8",
                          .is_gzip = true,
                          .allows_every_site = true};
  const Delivery media{.content_type = "video/mp4", .allows_every_site = true};
  stream.delivery = playlist;
  for (auto& [uri, track] : stream.tracks) {
    track.delivery = playlist;
    for (InitFacts& init : track.inits) init.delivery = media;
    for (SegmentFacts& segment : track.segments) segment.delivery = media;
  }
  return stream;
}

std::multiset<std::string_view> told(const StreamFacts& stream) {
  std::multiset<std::string_view> rules;
  for (const Finding& finding : judge(stream)) rules.insert(finding.rule);
  return rules;
}

struct Broken {
  std::string_view number;
  void (*break_it)(StreamFacts& stream);
};

const Broken kBroken[] = {
    {"1.13", [](StreamFacts& s) { s.tracks["v"].segments[1].idr_pts = {144, 240}; }},
    {"1.14", [](StreamFacts& s) { s.tracks["v"].inits[0].frames_only = false; }},
    {"1.18", [](StreamFacts& s) { s.tracks["v"].segments[0].longest_sample = 3; }},
    {"1.19", [](StreamFacts& s) { s.tracks["v"].segments[0].samples = 400; }},
    {"1.30",
     [](StreamFacts& s) {
       s.tracks["v"].playlist.segments.push_back(s.tracks["v"].playlist.segments[0]);
       s.tracks["v"].segments.push_back(s.tracks["v"].segments[0]);
       s.tracks["v"].segments[0].bytes = 1'000'000;
     }},
    {"2.9", [](StreamFacts& s) { s.tracks["a"].segments[0].bytes = 400'000; }},
    {"2.17", [](StreamFacts& s) { s.tracks["a"].inits[0].tracks.push_back({"soun", "mp4a"}); }},
    {"7.3", [](StreamFacts& s) { s.tracks["v"].segments[0].is_continuous = false; }},
    {"7.4", [](StreamFacts& s) { s.tracks["v"].segments[1].starts_with_idr = false; }},
    {"7.7", [](StreamFacts& s) { s.tracks["v"].segments[1].duration = 157; }},
    {"9.5", [](StreamFacts& s) { s.tracks["v"].inits[0].tracks.push_back({"soun", "mp4a"}); }},
};

TEST(Rules, TellOfSegmentsThatBreakThem) {
  const auto before = told(sound_and_picture());
  for (const Broken& broken : kBroken) {
    EXPECT_FALSE(before.contains(broken.number)) << broken.number;
    StreamFacts stream = sound_and_picture();
    broken.break_it(stream);
    EXPECT_TRUE(told(stream).contains(broken.number)) << broken.number;
  }
}

const Broken kBadlySent[] = {
    {"8.18", [](StreamFacts& s) { s.tracks["v"].segments[1].delivery->redirects = 1; }},
    {"8.18", [](StreamFacts& s) { s.tracks["a"].inits[0].delivery->redirects = 1; }},
    {"10.1", [](StreamFacts& s) { s.delivery->is_gzip = false; }},
    {"10.1", [](StreamFacts& s) { s.tracks["a"].delivery->is_gzip = false; }},
    {"10.4", [](StreamFacts& s) { s.tracks["v"].delivery->content_type = "text/plain"; }},
    {"10.4", [](StreamFacts& s) { s.tracks["v"].inits[0].delivery->content_type = ""; }},
    {"RFC 8216 4.3.2.2",
     [](StreamFacts& s) { s.tracks["v"].segments[0].delivery->ignores_ranges = true; }},
    {"Fetch 3.3", [](StreamFacts& s) { s.delivery->allows_every_site = false; }},
    {"Fetch 3.3",
     [](StreamFacts& s) { s.tracks["v"].segments[0].delivery->allows_every_site = false; }},
};

TEST(Rules, TellOfServersThatBreakThem) {
  const auto before = told(from_a_server());
  for (const Broken& broken : kBadlySent) {
    EXPECT_FALSE(before.contains(broken.number)) << broken.number;
    StreamFacts stream = from_a_server();
    broken.break_it(stream);
    EXPECT_TRUE(told(stream).contains(broken.number)) << broken.number;
  }
}

TEST(Rules, DoNotJudgeWhatNoServerSent) {
  const auto rules = told(sound_and_picture());
  for (const Broken& broken : kBadlySent) EXPECT_FALSE(rules.contains(broken.number));
}

TEST(Rules, HaveASentenceEach) {
  const auto all = all_rules();
  EXPECT_GT(all.size(), 50U);
  for (const Rule& rule : all) {
    EXPECT_FALSE(rule.number.empty());
    EXPECT_TRUE(rule.sentence.ends_with('.')) << rule.number;
    EXPECT_NE(rule.check, nullptr);
  }
}

TEST(Rules, DoNotJudgeWhatCouldNotBeRead) {
  StreamFacts stream = sound_and_picture();
  for (auto& [uri, track] : stream.tracks) {
    track.look = Look::beyond;
    track.why = "It is elsewhere.";
  }
  const auto rules = told(stream);
  EXPECT_TRUE(rules.contains("-"));
  EXPECT_FALSE(rules.contains("1.26") || rules.contains("8.3") || rules.contains("6.1"));
}

TEST(Findings, ArePrintable) {
  StreamFacts stream = sound_and_picture();
  stream.tracks["v"].playlist.segments[0].uri = "\xc2\x9b[31m\xff";
  stream.tracks["v"].segments[0].look = Look::unread;
  stream.tracks["v"].segments[0].why = "There is no such file.";
  for (const Finding& finding : judge(stream)) {
    EXPECT_EQ(finding.where.find('\xff'), std::string::npos) << finding.where;
    EXPECT_EQ(finding.where.find('\x9b'), std::string::npos) << finding.where;
  }
}

}  // namespace
}  // namespace vodmill::hls
