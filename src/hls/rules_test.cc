// For each rule, facts that break it and no other one. Those that a folder can break are also in
// tests/verify, as files.
#include "hls/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <set>
#include <span>
#include <utility>

#include "hls/test_stream.h"

namespace vodmill::hls {
namespace {

std::set<std::string_view> told(const StreamFacts& stream) {
  std::set<std::string_view> rules;
  for (const Finding& finding : judge(stream)) rules.insert(finding.rule);
  return rules;
}

// For the breaches below.
ForeignVariant& variant(StreamFacts& s, std::size_t i) { return s.multivariant.variants[i]; }
ForeignMedia& media(StreamFacts& s, std::size_t i) { return s.multivariant.media[i]; }
ForeignPlaylist& text(StreamFacts& s, const char* uri) { return s.tracks[uri].playlist; }
InitFacts& init(StreamFacts& s, const char* uri) { return s.tracks[uri].inits[0]; }
SegmentFacts& segment(StreamFacts& s, const char* uri, std::size_t i) {
  return s.tracks[uri].segments[i];
}

void code_sound_as(StreamFacts& s, const std::string& codec) {
  init(s, "a").codecs = codec;
  for (ForeignVariant& each : s.multivariant.variants) each.codecs[1] = codec;
}

// Without fMP4: what such segments would hold is not known.
void take_map(StreamFacts& s, const char* uri) {
  s.tracks[uri].inits.clear();
  text(s, uri).maps.clear();
  for (ForeignSegment& line : text(s, uri).segments) line.map = -1;
  for (SegmentFacts& facts : s.tracks[uri].segments) facts.look = Look::opened;
}

struct Broken {
  std::string_view number;
  void (*break_it)(StreamFacts& s);
};

const Broken kTexts[] = {
    {"RFC 8216 4", [](StreamFacts& s) { s.multivariant.faults.push_back({1, "4.2", "No."}); }},
    {"RFC 8216 7", [](StreamFacts& s) { text(s, "v").version = 5; }},
    {"RFC 8216 4.3.4.1.1", [](StreamFacts& s) { s.multivariant.media.push_back(media(s, 0)); }},
    {"RFC 8216 4.3.4.1.1b",
     [](StreamFacts& s) {
       media(s, 0).autoselect = true;
       s.multivariant.media.push_back(media(s, 0));
       s.multivariant.media.back().name = "B";
     }},
    {"RFC 8216 4.3.4.2", [](StreamFacts& s) { variant(s, 0).subtitles = "t"; }},
    {"RFC 8216 4.1", [](StreamFacts& s) { segment(s, "s", 1).look = Look::unread; }},
    {"RFC 8216 3.3", [](StreamFacts& s) { segment(s, "w", 1).look = Look::malformed; }},
    {"-", [](StreamFacts& s) { segment(s, "s", 1).look = Look::beyond; }},
    {"RFC 8216 4.3.3.4", [](StreamFacts& s) { text(s, "a").ended = false; }},
    {"8.6", [](StreamFacts& s) { text(s, "s").type = "EVENT"; }},
    {"8.20", [](StreamFacts& s) { take_map(s, "w"); }},
    {"9.1", [](StreamFacts& s) { variant(s, 0).codecs = {"avc1.640028", "mp4a.40.2"}; }},
    {"9.1", [](StreamFacts& s) { variant(s, 0).codecs.clear(); }},
    {"9.2", [](StreamFacts& s) { variant(s, 1).resolution.reset(); }},
    {"9.9", [](StreamFacts& s) { s.multivariant.variants.pop_back(); }},
    {"9.10",
     [](StreamFacts& s) {
       variant(s, 0).resolution = PictureSize{1280, 720};
       init(s, "v").width = 1280;
       init(s, "v").height = 720;
     }},
    {"9.11",
     [](StreamFacts& s) {
       s.multivariant.independent_segments = false;
       text(s, "v").independent_segments = text(s, "w").independent_segments = true;
     }},
    {"9.12",
     [](StreamFacts& s) {
       s.multivariant.independent_segments = false;
       text(s, "v").independent_segments = true;
     }},
    {"9.14", [](StreamFacts& s) { variant(s, 0).average_bandwidth.reset(); }},
    {"9.15", [](StreamFacts& s) { variant(s, 0).frame_rate = 25'000; }},
    {"13.2",
     [](StreamFacts& s) {
       text(s, "v").keys.push_back({4, "AES-128", "com.apple.streamingkeydelivery"});
     }},
    {"13.11", [](StreamFacts& s) { text(s, "v").keys.push_back({4, "SAMPLE-AES-CTR", ""}); }},
    {"1.26", [](StreamFacts& s) { variant(s, 0).average_bandwidth = 1'700'000; }},
    {"1.27", [](StreamFacts& s) { variant(s, 0).bandwidth = 2'300'000; }},
    {"1.30",
     [](StreamFacts& s) {
       cut_all(s, {{48, kFrame, 0}, {144, kFrame, 0}, {96, kFrame, 0}});
       segment(s, "v", 0).bytes = segment(s, "v", 1).bytes = 30'000;
       segment(s, "v", 2).bytes = 2'790'000;
       variant(s, 0).bandwidth = 5'676'000;
     }},
    {"1.32", [](StreamFacts& s) { std::swap(variant(s, 0), variant(s, 1)); }},
    {"9.13", [](StreamFacts& s) { variant(s, 0).bandwidth = 1'950'000; }},
};

const Broken kPictures[] = {
    {"1.1", [](StreamFacts& s) { init(s, "v").tracks[0].sample_entry = "vp09"; }},
    {"1.2", [](StreamFacts& s) { segment(s, "v", 1).first_box = "ftyp"; }},
    {"1.5",
     [](StreamFacts& s) {
       take_map(s, "v");
       variant(s, 0).codecs[0] = "hvc1.2.4.L93.B0";
       for (SegmentFacts& facts : s.tracks["v"].segments) {
         facts.first_box = "";
         facts.is_transport_stream = true;
       }
     }},
    {"1.3b", [](StreamFacts& s) { init(s, "v").profile = 110; }},
    {"1.3a",
     [](StreamFacts& s) {
       for (const char* uri : {"v", "w"}) {
         cut(s.tracks[uri], uri[0] == 'v' ? 1'900'000 : 800'000, {{360, 400, 0}, {360, 400, 0}});
         init(s, uri).level = 42;
         init(s, uri).width = 1920;
         init(s, uri).height = 1080;
       }
       for (ForeignVariant& each : s.multivariant.variants) {
         each.frame_rate = 60'000;
         each.resolution = PictureSize{1920, 1080};
       }
     }},
    {"1.4", [](StreamFacts& s) { init(s, "v").profile = 77; }},
    {"1.10", [](StreamFacts& s) { segment(s, "v", 0).has_parameter_sets = true; }},
    {"1.11", [](StreamFacts& s) { init(s, "v").level = 40; }},
    {"1.13", [](StreamFacts& s) { segment(s, "v", 1).idr_pts = {144'000, 240'000}; }},
    {"1.14", [](StreamFacts& s) { init(s, "v").frames_only = false; }},
    {"1.18", [](StreamFacts& s) { segment(s, "v", 0).shortest_sample = 300; }},
    {"1.19",
     [](StreamFacts& s) {
       cut(s.tracks["v"], 1'900'000, {{720, 200, 0}, {720, 200, 0}});
       variant(s, 0).frame_rate = 120'000;
       init(s, "v").level = 40;
     }},
    {"1.21", [](StreamFacts& s) { init(s, "w").primaries = 9; }},
    {"1.24",
     [](StreamFacts& s) {
       init(s, "v").transfer = init(s, "w").transfer = 16;
       variant(s, 0).video_range = variant(s, 1).video_range = "PQ";
     }},
    {"1.33",
     [](StreamFacts& s) {
       init(s, "w").height = 480;
       variant(s, 1).resolution = PictureSize{640, 480};
     }},
    {"9.16", [](StreamFacts& s) { variant(s, 0).video_range = "PQ"; }},
    {"6.1", [](StreamFacts& s) { s.multivariant.i_frame_variants.clear(); }},
    {"6.2",
     [](StreamFacts& s) {
       TrackFacts& track = s.tracks["i"];
       track.playlist.segments.resize(6);
       track.segments.resize(6);
       for (std::size_t i = 0; i < 6; ++i) {
         track.playlist.segments[i].duration = 2 * kForeignTimescale;
         track.segments[i].i_frame_pts = static_cast<std::int64_t>(i) * 2 * kTimescale;
       }
       s.multivariant.i_frame_variants[0].bandwidth = 48'000;
     }},
    {"6.5",
     [](StreamFacts& s) {
       for (SegmentFacts& facts : s.tracks["i"].segments) facts.bytes *= 4;
       s.multivariant.i_frame_variants[0].bandwidth = 384'000;
     }},
    {"6.8", [](StreamFacts& s) { text(s, "i").i_frames_only = false; }},
    {"6.9", [](StreamFacts& s) { s.multivariant.i_frame_variants[0].bandwidth = 50'000; }},
    {"6.10", [](StreamFacts& s) { segment(s, "i", 3).first_box = "mdat"; }},
    {"6.10", [](StreamFacts& s) { segment(s, "i", 3).i_frame_pts.reset(); }},
    {"RFC 8216 4.3.3.6",
     [](StreamFacts& s) {
       text(s, "i").segments[0].duration += kForeignTimescale / 5;
       text(s, "i").segments[1].duration -= kForeignTimescale / 5;
     }},
    {"9.3", [](StreamFacts& s) { s.multivariant.i_frame_variants[0].codecs.clear(); }},
    {"9.4", [](StreamFacts& s) { s.multivariant.i_frame_variants[0].resolution.reset(); }},
};

const Broken kSounds[] = {
    {"2.3", [](StreamFacts& s) { code_sound_as(s, "ec-3"); }},
    {"2.4", [](StreamFacts& s) { code_sound_as(s, "mp4a.40.5"); }},
    {"2.9",
     [](StreamFacts& s) {
       for (SegmentFacts& facts : s.tracks["a"].segments) facts.bytes = 150'000;
       variant(s, 0).bandwidth = variant(s, 0).average_bandwidth = 2'100'000;
       variant(s, 1).bandwidth = variant(s, 1).average_bandwidth = 1'000'000;
     }},
    {"2.17", [](StreamFacts& s) { init(s, "a").tracks.push_back({"soun", "mp4a"}); }},
    {"4.5",
     [](StreamFacts& s) {
       media(s, 1).characteristics = "public.accessibility.describes-music-and-sound";
       media(s, 1).autoselect = true;
     }},
    {"4.6",
     [](StreamFacts& s) {
       media(s, 1).characteristics =
           "public.accessibility.transcribes-spoken-dialog,"
           "public.accessibility.describes-music-and-sound";
     }},
    {"5.2", [](StreamFacts& s) { segment(s, "s", 0).is_webvtt = false; }},
    {"5.3", [](StreamFacts& s) { segment(s, "s", 0).has_timestamp_map = false; }},
    {"5.5", [](StreamFacts& s) { text(s, "s").segments[1].duration /= 2; }},
    // The sound is beside the pictures, and nobody is told where.
    {"8.9",
     [](StreamFacts& s) {
       variant(s, 0).audio = "";
       variant(s, 0).bandwidth = variant(s, 0).average_bandwidth = 1'900'000;
     }},
    {"8.9",
     [](StreamFacts& s) {
       s.multivariant.media.erase(s.multivariant.media.begin());
       for (ForeignVariant& each : s.multivariant.variants) {
         each.audio = "";
         each.codecs.pop_back();
         each.bandwidth = each.average_bandwidth = *each.bandwidth - 96'000;
       }
       ForeignVariant sound;
       sound.uri = "a";
       sound.bandwidth = sound.average_bandwidth = 96'000;
       sound.codecs = {"mp4a.40.2"};
       s.multivariant.variants.push_back(sound);
     }},
    {"8.10", [](StreamFacts& s) { media(s, 0).language.reset(); }},
    {"9.5", [](StreamFacts& s) { init(s, "v").tracks.push_back({"soun", "mp4a"}); }},
    {"9.6",
     [](StreamFacts& s) {
       media(s, 0).uri.reset();
       media(s, 0).channels = "6";
       for (const char* uri : {"v", "w"}) init(s, uri).look = Look::opened;
       for (ForeignVariant& each : s.multivariant.variants) {
         each.bandwidth = each.average_bandwidth = *each.bandwidth - 96'000;
       }
     }},
    {"9.7",
     [](StreamFacts& s) {
       s.multivariant.media.push_back(media(s, 0));
       s.multivariant.media.back().name = "B";
       s.multivariant.media.back().uri.reset();
     }},
};

const Broken kTimes[] = {
    {"RFC 8216 4.3.3.1", [](StreamFacts& s) { cut_all(s, {{156, kFrame, 0}, {132, kFrame, 0}}); }},
    {"7.1", [](StreamFacts& s) { segment(s, "v", 0).end_pts -= 4 * kFrame; }},
    {"7.3", [](StreamFacts& s) { segment(s, "a", 0).is_continuous = false; }},
    {"7.3",
     [](StreamFacts& s) {
       segment(s, "a", 1).start += 7;
       segment(s, "a", 1).first_pts += 7;
     }},
    {"7.4", [](StreamFacts& s) { segment(s, "v", 1).starts_with_idr = false; }},
    {"7.5",
     [](StreamFacts& s) {
       for (const char* uri : {"v", "w", "a"}) text(s, uri).target_duration = 8;
     }},
    {"7.6", [](StreamFacts& s) { cut_all(s, std::vector<Cut>(4, {72, kFrame, 0})); }},
    {"7.7",
     [](StreamFacts& s) {
       cut_all(s, {{132, kFrame, 5501}, {156, kFrame, 6499}});
       cut(s.tracks["v"], 1'900'000, {{131, kFrame, 5499}, {157, kFrame, 6499}});
       variant(s, 0).bandwidth = 2'010'000;
     }},
    {"8.1",
     [](StreamFacts& s) {
       cut_all(s, {{144, kFrame, 6050}, {144, kFrame, 5950}});
       variant(s, 0).bandwidth = 2'015'000;
       variant(s, 1).bandwidth = 905'000;
     }},
    {"8.2", [](StreamFacts& s) { text(s, "a").target_duration = 7; }},
    {"8.3",
     [](StreamFacts& s) {
       s.tracks["a"].segments.pop_back();
       text(s, "a").segments.pop_back();
     }},
    {"8.7",
     [](StreamFacts& s) {
       for (SegmentFacts& facts : s.tracks["a"].segments) {
         facts.start += kTimescale;
         facts.first_pts += kTimescale;
         facts.end_pts += kTimescale;
       }
     }},
    {"8.7",
     [](StreamFacts& s) {
       s.tracks["i"].segments.pop_back();
       text(s, "i").segments.pop_back();
     }},
    {"8.13",
     [](StreamFacts& s) {
       text(s, "v").maps.push_back(text(s, "v").maps[0]);
       text(s, "v").segments[1].map = 1;
       s.tracks["v"].inits.push_back(init(s, "v"));
       s.tracks["v"].inits[1].matrix = 5;
     }},
    {"8.14",
     [](StreamFacts& s) {
       cut(s.tracks["v"], 1'900'000, {{144, kFrame, 0}, {72, 2 * kFrame, 0}});
       variant(s, 0).frame_rate = 18'000;
     }},
    {"8.15", [](StreamFacts& s) { text(s, "w").segments[1].discontinuity = true; }},
    {"8.22",
     [](StreamFacts& s) { cut(s.tracks["w"], 800'000, {{154, kFrame, 0}, {134, kFrame, 0}}); }},
};

const Broken kBadlySent[] = {
    {"8.18", [](StreamFacts& s) { segment(s, "v", 1).delivery->redirects = 1; }},
    {"8.18", [](StreamFacts& s) { init(s, "a").delivery->redirects = 1; }},
    {"10.1", [](StreamFacts& s) { s.delivery->is_gzip = false; }},
    {"10.1", [](StreamFacts& s) { s.tracks["a"].delivery->is_gzip = false; }},
    {"10.4", [](StreamFacts& s) { s.tracks["v"].delivery->content_type = "text/plain"; }},
    {"10.4", [](StreamFacts& s) { init(s, "v").delivery->content_type = ""; }},
    {"11.1", [](StreamFacts& s) { s.delivery->is_tls = false; }},
    {"11.2", [](StreamFacts& s) { s.tracks["v"].delivery->is_tls = false; }},
    {"11.3", [](StreamFacts& s) { segment(s, "v", 1).delivery->is_tls = false; }},
    {"RFC 9111 5.2.2", [](StreamFacts& s) { segment(s, "v", 1).delivery->cache_control = ""; }},
    {"RFC 9111 5.2.2",
     [](StreamFacts& s) {
       segment(s, "v", 1).delivery->cache_control = "no-store, max-age=31536000";
     }},
    {"RFC 8216 4.3.2.2",
     [](StreamFacts& s) { segment(s, "v", 0).delivery->ignores_ranges = true; }},
    {"Fetch 3.3", [](StreamFacts& s) { s.delivery->allows_every_site = false; }},
    {"Fetch 3.3", [](StreamFacts& s) { segment(s, "v", 0).delivery->allows_every_site = false; }},
};

std::vector<Broken> all_broken() {
  const std::array<std::span<const Broken>, 5> tables{kTexts, kPictures, kSounds, kTimes,
                                                      kBadlySent};
  std::vector<Broken> all;
  for (const auto table : tables) all.insert(all.end(), table.begin(), table.end());
  return all;
}

TEST(Rules, AreAllKeptByAStreamThatKeepsThem) {
  for (const Finding& finding : judge(whole_stream())) {
    ADD_FAILURE() << finding.rule << " " << finding.where << ": " << finding.sentence;
  }
}

TEST(Rules, SpeakAloneOfAStreamThatBreaksOneOfThem) {
  for (const Broken& broken : all_broken()) {
    StreamFacts stream = whole_stream();
    broken.break_it(stream);
    EXPECT_THAT(told(stream), testing::ElementsAre(broken.number));
  }
}

TEST(Rules, AreEachBrokenBySomeStreamHere) {
  std::set<std::string_view> broken;
  for (const Broken& each : all_broken()) broken.insert(each.number);
  std::set<std::string_view> rules;
  for (const Rule& rule : all_rules()) {
    EXPECT_TRUE(rules.insert(rule.number).second) << rule.number << " stands twice.";
  }
  EXPECT_EQ(rules, broken);
}

TEST(Rules, AreListedInTheDocumentation) {
  std::ifstream file(VODMILL_SOURCE_DIR "/docs/verify.md");
  std::vector<std::string> listed;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with(". |")) listed.push_back(line);
  }
  std::vector<std::string> rules;
  for (const Rule& rule : all_rules()) {
    if (rule.severity == Severity::note) continue;
    rules.push_back("| " + rule_name(rule.number) + " | " +
                    std::string(severity_name(rule.severity)) + " | " + std::string(rule.sentence) +
                    " |");
  }
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(rules));
}

TEST(Rules, LetIFramesOutOfTheVariantsBeAsLargeAsTheyAre) {
  StreamFacts stream = whole_stream();
  for (SegmentFacts& facts : stream.tracks["i"].segments) facts.bytes *= 4;
  stream.multivariant.i_frame_variants[0].bandwidth = 384'000;
  for (ForeignSegment& line : text(stream, "i").segments) {
    line.uri = text(stream, "w").segments[0].uri;
  }
  EXPECT_THAT(told(stream), testing::IsEmpty());
}

TEST(Rules, DoNotJudgeWhatNoServerSent) {
  for (const Broken& broken : kBadlySent) {
    StreamFacts stream = whole_stream();
    broken.break_it(stream);
    stream.delivery.reset();
    for (auto& [uri, track] : stream.tracks) {
      track.delivery.reset();
      for (InitFacts& each : track.inits) each.delivery.reset();
      for (SegmentFacts& each : track.segments) each.delivery.reset();
    }
    EXPECT_THAT(told(stream), testing::IsEmpty()) << broken.number;
  }
}

TEST(Rules, HaveASentenceEach) {
  for (const Rule& rule : all_rules()) {
    EXPECT_FALSE(rule.number.empty());
    EXPECT_TRUE(rule.sentence.ends_with('.')) << rule.number;
    EXPECT_NE(rule.check, nullptr);
  }
}

TEST(Rules, DoNotJudgeWhatCouldNotBeRead) {
  StreamFacts stream = whole_stream();
  for (auto& [uri, track] : stream.tracks) {
    track.look = Look::beyond;
    track.why = "It is elsewhere.";
  }
  EXPECT_THAT(told(stream), testing::ElementsAre("-"));
}

TEST(Findings, ArePrintable) {
  StreamFacts stream = whole_stream();
  text(stream, "v").segments[0].uri = "\xc2\x9b[31m\xff";
  segment(stream, "v", 0).look = Look::unread;
  segment(stream, "v", 0).why = "There is no such file.";
  const auto findings = judge(stream);
  EXPECT_FALSE(findings.empty());
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.where.find('\xff'), std::string::npos) << finding.where;
    EXPECT_EQ(finding.where.find('\x9b'), std::string::npos) << finding.where;
  }
}

}  // namespace
}  // namespace vodmill::hls
