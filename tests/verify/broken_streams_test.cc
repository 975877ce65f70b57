// The stream of tests/golden/stream, which keeps every rule, broken in one way at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "app/stream_folder.h"
#include "app/stream_reader.h"
#include "fakes/scratch_folder.h"
#include "hls/rules.h"

namespace vodmill::app {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

// A copy of the stream.
class Copy {
 public:
  Copy() { fs::copy(VODMILL_SOURCE_DIR "/tests/golden/stream", folder_.path()); }

  const fs::path& path() const { return folder_.path(); }

  // All places of `from`; there must be one.
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = read(path() / file);
    std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file << " has no " << from;
    for (; at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
    write(path() / file, text);
  }

  // The bytes that begin `offset` after the first box type `type`.
  void patch(const std::string& file, const std::string& type, std::size_t offset,
             const std::string& bytes) const {
    std::string text = read(path() / file);
    const std::size_t at = text.find(type);
    ASSERT_NE(at, std::string::npos) << file << " has no " << type;
    text.replace(at + 4 + offset, bytes.size(), bytes);
    write(path() / file, text);
  }

  void append(const std::string& file, const std::string& more) const {
    write(path() / file, read(path() / file) + more);
  }

  std::vector<hls::Finding> findings() const {
    const auto playlist = find_multivariant(path());
    EXPECT_TRUE(playlist) << playlist.error().message;
    StreamFolder folder(path());
    const auto stream = read_stream(folder, playlist.value_or("none").filename().string());
    EXPECT_TRUE(stream) << stream.error().message;
    return stream ? hls::judge(*stream) : std::vector<hls::Finding>();
  }

 private:
  ScratchFolder folder_;
};

// `number` is the rule that must be told of; others may be broken with it.
struct Broken {
  std::string number;
  std::string name;
  std::function<void(const Copy&)> break_it;
};

std::ostream& operator<<(std::ostream& out, const Broken& broken) { return out << broken.name; }

using std::string_literals::operator""s;

const std::string kSubtitles =
    "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"E\",LANGUAGE=\"en\",URI=\"s0.m3u8\"";

// MPEG-TS by the first bytes of its packets, in the place of the smaller variant's segments.
std::string transport_stream() {
  constexpr std::size_t kPacket = 188;
  return "G" + std::string(kPacket - 1, '\0') + "G" + std::string(kPacket - 1, '\0');
}

void replace_small_variant(const Copy& copy, const std::string& segment) {
  copy.replace("v1.m3u8", "#EXT-X-MAP:URI=\"v1.mp4\"\n", "");
  for (const char* name : {"v1-0.m4s", "v1-1.m4s"}) write(copy.path() / name, segment);
}

void add_subtitles(const Copy& copy, const std::string& attributes, const std::string& text) {
  copy.append("index.m3u8", kSubtitles + attributes + "\n");
  write(copy.path() / "s0.m3u8",
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXTINF:6,\ns0.vtt\n#EXTINF:6,\ns0.vtt\n#EXT-X-ENDLIST\n");
  write(copy.path() / "s0.vtt", text);
}

std::vector<Broken> texts() {
  return {
      {"RFC 8216 4", "AnAttributeWithoutQuotes",
       [](const Copy& c) { c.replace("index.m3u8", "NAME=\"English\"", "NAME=English"); }},
      {"RFC 8216 4", "NoTargetDuration",
       [](const Copy& c) { c.replace("v1.m3u8", "#EXT-X-TARGETDURATION:6\n", ""); }},
      {"RFC 8216 4", "AVariantWithoutItsUri",
       [](const Copy& c) { c.replace("index.m3u8", "\nv1.m3u8\n", "\n"); }},
      {"RFC 8216 7", "AVersionTooLow",
       [](const Copy& c) { c.replace("v0.m3u8", "VERSION:7", "VERSION:5"); }},
      {"RFC 8216 4.3.4.1.1", "ANameTwice",
       [](const Copy& c) {
         c.append("index.m3u8",
                  "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"English\",LANGUAGE=\"en\","
                  "URI=\"a0.m3u8\"\n");
       }},
      {"RFC 8216 4.3.4.1.1b", "TwoSoundsThatDifferInNothing",
       [](const Copy& c) {
         c.append("index.m3u8",
                  "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Again\",LANGUAGE=\"en\","
                  "AUTOSELECT=YES,CHANNELS=\"2\",URI=\"a0.m3u8\"\n");
       }},
      {"RFC 8216 4.3.4.2", "AGroupThatIsNotThere",
       [](const Copy& c) { c.replace("index.m3u8", "AUDIO=\"audio\"", "AUDIO=\"sound\""); }},
      {"8.6", "NoPlaylistType",
       [](const Copy& c) { c.replace("v0.m3u8", "#EXT-X-PLAYLIST-TYPE:VOD\n", ""); }},
      {"RFC 8216 4.3.3.4", "NoEnd",
       [](const Copy& c) { c.replace("a0.m3u8", "#EXT-X-ENDLIST\n", ""); }},
      {"8.10", "NoLanguage",
       [](const Copy& c) { c.replace("index.m3u8", "LANGUAGE=\"en\",", ""); }},
      {"8.20", "NoMap",
       [](const Copy& c) { c.replace("v1.m3u8", "#EXT-X-MAP:URI=\"v1.mp4\"\n", ""); }},
      {"9.1", "NoCodecs",
       [](const Copy& c) { c.replace("index.m3u8", "CODECS=\"avc1.64000a,mp4a.40.2\",", ""); }},
      {"9.1", "OtherCodecs", [](const Copy& c) { c.replace("index.m3u8", "64000a", "640028"); }},
      {"9.2", "NoResolution",
       [](const Copy& c) { c.replace("index.m3u8", "RESOLUTION=96x54,", ""); }},
      {"9.2", "AnotherResolution",
       [](const Copy& c) { c.replace("index.m3u8", "96x54", "98x54"); }},
      {"9.3", "IFramesWithoutCodecs",
       [](const Copy& c) { c.replace("index.m3u8", "38035,CODECS=\"avc1.64000a\"", "38035"); }},
      {"9.3", "IFramesOfAnotherCodec",
       [](const Copy& c) { c.replace("index.m3u8", "=\"avc1.64000a\"", "=\"avc1.640028\""); }},
      {"9.4", "IFramesWithoutTheirSize",
       [](const Copy& c) { c.replace("index.m3u8", ",RESOLUTION=64x36,URI", ",URI"); }},
      {"9.4", "IFramesOfAnotherSize",
       [](const Copy& c) { c.replace("index.m3u8", "64x36,URI", "66x36,URI"); }},
      {"8.9", "SoundThatNobodyDeclares",
       [](const Copy& c) { c.replace("index.m3u8", ",AUDIO=\"audio\"", ""); }},
      {"8.9", "SoundAsAVariant",
       [](const Copy& c) {
         c.replace("index.m3u8", ",AUDIO=\"audio\"", "");
         c.replace("index.m3u8", ",mp4a.40.2", "");
         c.append("index.m3u8",
                  "#EXT-X-STREAM-INF:BANDWIDTH=50000,CODECS=\"mp4a.40.2\"\na0.m3u8\n");
       }},
      {"9.6", "SurroundInsideThePictures",
       [](const Copy& c) {
         c.replace("index.m3u8", "CHANNELS=\"2\",URI=\"a0.m3u8\"", "CHANNELS=\"16/JOC\"");
       }},
      {"13.2", "FairPlayOfAnotherMethod",
       [](const Copy& c) {
         c.replace("v0.m3u8", "#EXT-X-MAP",
                   "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT="
                   "\"com.apple.streamingkeydelivery\"\n#EXT-X-MAP");
       }},
      {"13.11", "CounterMode",
       [](const Copy& c) {
         c.replace("v0.m3u8", "#EXT-X-MAP",
                   "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"k\"\n#EXT-X-MAP");
       }},
      {"9.7", "AnAlternativeWithoutAPlaylist",
       [](const Copy& c) {
         c.append("index.m3u8",
                  "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Other\",LANGUAGE=\"de\"\n");
       }},
      {"9.9", "OneVariant",
       [](const Copy& c) { c.replace("index.m3u8", "\nv1.m3u8\n", "\nv0.m3u8\n"); }},
      {"9.10", "OneVariantAtTheTop",
       [](const Copy& c) { c.replace("index.m3u8", "96x54", "1280x720"); }},
      {"9.11", "IndependentInThePlaylistsOfPicturesAlone",
       [](const Copy& c) {
         c.replace("index.m3u8", "#EXT-X-INDEPENDENT-SEGMENTS\n", "");
         for (const char* file : {"v0.m3u8", "v1.m3u8"}) {
           c.replace(file, "#EXT-X-MAP", "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP");
         }
       }},
      {"9.12", "NotIndependent",
       [](const Copy& c) { c.replace("index.m3u8", "#EXT-X-INDEPENDENT-SEGMENTS\n", ""); }},
      {"9.14", "NoAverage",
       [](const Copy& c) { c.replace("index.m3u8", "AVERAGE-BANDWIDTH=66265,", ""); }},
      {"9.15", "NoFrameRate",
       [](const Copy& c) { c.replace("index.m3u8", "FRAME-RATE=24.000,", ""); }},
      {"9.15", "AnotherFrameRate",
       [](const Copy& c) { c.replace("index.m3u8", "=24.000", "=25.000"); }},
      {"1.19", "TooManyFrames",
       [](const Copy& c) { c.replace("index.m3u8", "=24.000", "=120.000"); }},
      {"1.24", "NoSdr",
       [](const Copy& c) { c.replace("index.m3u8", "RATE=24.000", "RATE=24.000,VIDEO-RANGE=PQ"); }},
      {"9.16", "AWrongRange",
       [](const Copy& c) { c.replace("index.m3u8", "RATE=24.000", "RATE=24.000,VIDEO-RANGE=PQ"); }},
      {"1.26", "AWrongAverage",
       [](const Copy& c) {
         c.replace("index.m3u8", "AVERAGE-BANDWIDTH=66265", "AVERAGE-BANDWIDTH=58000");
       }},
      {"1.27", "AWrongPeak",
       [](const Copy& c) { c.replace("index.m3u8", ":BANDWIDTH=66578", ":BANDWIDTH=80000"); }},
      {"9.13", "APeakWithoutTheSound",
       [](const Copy& c) { c.replace("index.m3u8", ":BANDWIDTH=66578", ":BANDWIDTH=66000"); }},
      {"1.32", "ASlowStart",
       [](const Copy& c) {
         c.replace("index.m3u8", ":BANDWIDTH=57749", ":BANDWIDTH=1500000");
         c.replace("index.m3u8", "AVERAGE-BANDWIDTH=57155", "AVERAGE-BANDWIDTH=1400000");
       }},
      {"1.33", "AnotherAspect",
       [](const Copy& c) { c.replace("index.m3u8", "64x36,F", "64x64,F"); }},
      {"6.1", "NoIFrames",
       [](const Copy& c) { c.replace("index.m3u8", "#EXT-X-I-FRAME-STREAM-INF", "#EXT-X-OTHER"); }},
      {"6.2", "FewIFrames",
       [](const Copy& c) { c.replace("i0.m3u8", "#EXTINF:1.0", "#EXTINF:3.0"); }},
      {"6.8", "IFramesWithoutTheTag",
       [](const Copy& c) { c.replace("i0.m3u8", "#EXT-X-I-FRAMES-ONLY\n", ""); }},
      {"6.9", "AWrongPeakOfIFrames",
       [](const Copy& c) { c.replace("index.m3u8", ":BANDWIDTH=38035", ":BANDWIDTH=20000"); }},
      {"6.10", "AnIFrameThatIsCutShort",
       [](const Copy& c) { c.replace("i0.m3u8", ":2688@76", ":2600@76"); }},
      {"RFC 8216 4.3.3.6", "AnIFrameOfAnotherDuration",
       [](const Copy& c) {
         c.replace("i0.m3u8", "#EXTINF:1.000000,\n#EXT-X-BYTERANGE:2688@",
                   "#EXTINF:1.200000,\n#EXT-X-BYTERANGE:2688@");
       }},
      {"8.7", "IFramesThatEndEarly",
       [](const Copy& c) { c.replace("i0.m3u8", "#EXTINF:1.0", "#EXTINF:0.9"); }},
      {"6.10", "AnIFrameWithoutItsMoof", [](const Copy& c) { c.replace("i0.m3u8", "@76", "@80"); }},
  };
}

std::vector<Broken> times() {
  return {
      {"RFC 8216 4.3.3.1", "ASegmentAboveTheTarget",
       [](const Copy& c) { c.replace("v0.m3u8", "TARGETDURATION:6", "TARGETDURATION:5"); }},
      {"7.5", "AnotherTarget",
       [](const Copy& c) { c.replace("v0.m3u8", "TARGETDURATION:6", "TARGETDURATION:8"); }},
      {"7.7", "ASegmentFarAboveTheTarget",
       [](const Copy& c) { c.replace("v0.m3u8", "TARGETDURATION:6", "TARGETDURATION:5"); }},
      {"8.1", "AWrongDuration",
       [](const Copy& c) { c.replace("v0.m3u8", "EXTINF:6.000000", "EXTINF:6.030000"); }},
      {"8.2", "TwoTargets",
       [](const Copy& c) { c.replace("a0.m3u8", "TARGETDURATION:6", "TARGETDURATION:7"); }},
      {"8.3", "SoundThatEndsEarly",
       [](const Copy& c) { c.replace("a0.m3u8", "#EXTINF:5.994667,\na0-1.m4s\n", ""); }},
      {"8.7", "SoundThatStartsLater",
       [](const Copy& c) { c.patch("a0-0.m4s", "tfdt", 4, "\0\0\0\0\0\1\0\0"s); }},
      {"8.15", "ADiscontinuityInOnePlaylist",
       [](const Copy& c) {
         c.replace("v1.m3u8", "#EXTINF:6.000000,\nv1-1",
                   "#EXT-X-DISCONTINUITY\n#EXTINF:6.000000,\nv1-1");
       }},
      {"8.13", "AnotherEncodingWithoutAWord",
       [](const Copy& c) {
         c.replace("v0.m3u8", "#EXTINF:6.000000,\nv0-1",
                   "#EXT-X-MAP:URI=\"v1.mp4\"\n#EXTINF:6.000000,\nv0-1");
       }},
      {"8.22", "SoundOfOtherBoundaries",
       [](const Copy& c) {
         c.replace("a0.m3u8", "#EXTINF:6.016000", "#EXTINF:5.800000");
         c.replace("a0.m3u8", "#EXTINF:5.994667", "#EXTINF:6.210667");
       }},
      {"8.22", "OtherBoundaries",
       [](const Copy& c) {
         c.replace("v1.m3u8", "#EXTINF:6.000000,\nv1-1", "#EXTINF:5.500000,\nv1-1");
         c.replace("v1.m3u8", "#EXTINF:6.000000,\nv1-0", "#EXTINF:6.500000,\nv1-0");
       }},
      {"7.3", "AJumpInDecodeTime",
       [](const Copy& c) { c.patch("v0-1.m4s", "tfdt", 4, "\0\0\0\0\0\x7f\0\0"s); }},
  };
}

std::vector<Broken> objects() {
  return {
      {"RFC 8216 4.1", "AMissingSegment", [](const Copy& c) { fs::remove(c.path() / "v0-1.m4s"); }},
      {"RFC 8216 4.1", "AMissingPlaylist", [](const Copy& c) { fs::remove(c.path() / "v1.m3u8"); }},
      {"RFC 8216 3.3", "ASegmentCutShort",
       [](const Copy& c) {
         write(c.path() / "v0-1.m4s", read(c.path() / "v0-1.m4s").substr(0, 5000));
       }},
      {"RFC 8216 3.3", "AnInitSegmentThatIsNone",
       [](const Copy& c) { c.replace("v0.mp4", "moov", "free"); }},
      {"-", "AnAddressOutside",
       [](const Copy& c) { c.replace("v0.m3u8", "v0-1.m4s", "../v0-1.m4s"); }},
      {"-", "AnotherCodec", [](const Copy& c) { c.replace("v0.mp4", "avc1", "hvc1"); }},
      {"-", "EncryptedSegments",
       [](const Copy& c) {
         c.replace("v0.m3u8", "#EXT-X-MAP", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-MAP");
       }},
      {"1.1", "ACodecOfAnotherWorld", [](const Copy& c) { c.replace("v0.mp4", "avc1", "vp09"); }},
      {"1.2", "H264InNoContainerOfHls",
       [](const Copy& c) { replace_small_variant(c, "\x1a\x45\xdf\xa3 and so on"); }},
      {"1.5", "HevcInATransportStream",
       [](const Copy& c) {
         c.replace("index.m3u8", "CODECS=\"avc1.64000a", "CODECS=\"hvc1.1.6.L30.90");
         replace_small_variant(c, transport_stream());
       }},
      // The avcC box: version, profile, constraints, level.
      {"1.3b", "AProfileAboveHigh", [](const Copy& c) { c.patch("v0.mp4", "avcC", 1, "\x6e"); }},
      {"1.3a", "OnlyHighLevels",
       [](const Copy& c) {
         c.patch("v0.mp4", "avcC", 3, "\x33");
         c.patch("v1.mp4", "avcC", 3, "\x33");
       }},
      {"1.4", "ABaselineProfile", [](const Copy& c) { c.patch("v0.mp4", "avcC", 1, "\x42"); }},
      {"1.10", "ParameterSetsInTheSamples",
       [](const Copy& c) { c.replace("v0.mp4", "avc1", "avc3"); }},
      {"1.11", "ALevelTooHigh", [](const Copy& c) { c.patch("v0.mp4", "avcC", 3, "\x33"); }},
      {"1.21", "AnotherColourSpace",
       [](const Copy& c) { c.patch("v0.mp4", "colr", 4, "\0\5\0\6\0\5"s); }},
      {"9.16", "HdrThatIsNotSaid", [](const Copy& c) { c.patch("v0.mp4", "colr", 6, "\0\x10"s); }},
      {"2.3", "NoAacAmongThePicturesEither",
       [](const Copy& c) {
         c.replace("index.m3u8", ",URI=\"a0.m3u8\"", "");
         c.replace("index.m3u8", "mp4a.40.2", "ac-3");
       }},
      {"2.3", "SurroundAlone", [](const Copy& c) { c.replace("a0.mp4", "mp4a", "ec-3"); }},
      {"5.2", "SubtitlesOfAnotherFormat",
       [](const Copy& c) { add_subtitles(c, "", "1\n00:00:00,000 --> 00:00:01,000\nHi\n"); }},
      {"5.3", "SubtitlesWithoutATime",
       [](const Copy& c) { add_subtitles(c, "", "WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n"); }},
      {"5.5", "SubtitlesThatEndEarly",
       [](const Copy& c) {
         add_subtitles(c, "", "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n");
         c.replace("s0.m3u8", "#EXTINF:6,\ns0.vtt\n#EXTINF:6", "#EXTINF:6");
       }},
      {"4.5", "SubtitlesForTheDeafThatSayHalfOfIt",
       [](const Copy& c) {
         add_subtitles(c,
                       ",AUTOSELECT=YES,CHARACTERISTICS="
                       "\"public.accessibility.transcribes-spoken-dialog\"",
                       "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n");
       }},
      {"4.6", "SubtitlesForTheDeafThatNobodySelects",
       [](const Copy& c) {
         add_subtitles(c, ",CHARACTERISTICS=\"public.accessibility.describes-music-and-sound\"",
                       "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n");
       }},
  };
}

std::vector<Broken> all_broken() {
  std::vector<Broken> all = texts();
  for (auto& more : {times(), objects()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

class BrokenStream : public testing::TestWithParam<Broken> {};

TEST_P(BrokenStream, IsToldOf) {
  const Copy copy;
  GetParam().break_it(copy);
  std::vector<std::string> rules;
  std::string lines;
  for (const hls::Finding& finding : copy.findings()) {
    rules.emplace_back(finding.rule);
    lines += rules.back() + " " + finding.where + ": " + finding.sentence + "\n";
    EXPECT_GT(finding.sentence.size(), 15U);
  }
  EXPECT_THAT(rules, testing::Contains(GetParam().number)) << lines;
}

INSTANTIATE_TEST_SUITE_P(With, BrokenStream, testing::ValuesIn(all_broken()),
                         [](const auto& info) { return info.param.name; });

TEST(WholeStream, HasNoFindings) {
  const Copy copy;
  for (const hls::Finding& finding : copy.findings()) {
    ADD_FAILURE() << finding.rule << " " << finding.where << ": " << finding.sentence;
  }
}

TEST(WholeStream, IsFoundByItsFolderItsFileOrItsOnlyMultivariantPlaylist) {
  const Copy copy;
  EXPECT_EQ(find_multivariant(copy.path() / "index.m3u8").value(), copy.path() / "index.m3u8");
  fs::rename(copy.path() / "index.m3u8", copy.path() / "master.m3u8");
  EXPECT_EQ(find_multivariant(copy.path()).value(), copy.path() / "master.m3u8");
  fs::copy(copy.path() / "master.m3u8", copy.path() / "other.m3u8");
  EXPECT_EQ(find_multivariant(copy.path()).error().code, ErrorCode::not_found);
  StreamFolder folder(copy.path());
  EXPECT_EQ(read_stream(folder, "v0.m3u8").error().code, ErrorCode::invalid_request);
  EXPECT_EQ(read_stream(folder, "none.m3u8").error().code, ErrorCode::not_found);
}

TEST(WholeStream, IsNotReadThroughLinksThatLeadOutOfItsFolder) {
  const Copy copy;
  const Copy elsewhere;
  fs::remove(copy.path() / "v0-1.m4s");
  fs::create_symlink(elsewhere.path() / "v0-1.m4s", copy.path() / "v0-1.m4s");
  fs::rename(copy.path() / "v0-0.m4s", copy.path() / "inside.m4s");
  fs::create_symlink("inside.m4s", copy.path() / "v0-0.m4s");
  const auto findings = copy.findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "RFC 8216 4.1");
  EXPECT_THAT(findings[0].where, testing::HasSubstr("v0-1.m4s"));
  EXPECT_THAT(findings[0].sentence, testing::HasSubstr("out of the folder"));
}

TEST(Rules, AreEachBrokenBySomeStreamOfThisFile) {
  // rules_test.cc has those of segments that ffmpeg does not write on request, and of servers.
  const std::set<std::string> segments{"1.13", "1.14", "1.18", "1.30", "2.4", "2.9", "2.17",
                                       "6.5",  "7.1",  "7.4",  "7.6",  "9.5", "8.14"};
  const std::set<std::string> servers{"8.18",      "10.1",           "10.4",
                                      "11.1",      "11.2",           "11.3",
                                      "Fetch 3.3", "RFC 9111 5.2.2", "RFC 8216 4.3.2.2"};
  std::set<std::string> broken;
  for (const Broken& each : all_broken()) broken.insert(each.number);
  for (const hls::Rule& rule : hls::all_rules()) {
    const std::string number(rule.number);
    const bool is_elsewhere = segments.contains(number) || servers.contains(number);
    EXPECT_TRUE(broken.contains(number) != is_elsewhere) << number;
  }
}

TEST(Findings, AreCutOffAfterFiveARule) {
  const Copy copy;
  std::string segments;
  for (int i = 0; i < 9; ++i) segments += "#EXTINF:6,\nnone-" + std::to_string(i) + ".m4s\n";
  copy.replace("v0.m3u8", "#EXT-X-ENDLIST", segments + "#EXT-X-ENDLIST");
  std::vector<std::string> missing;
  for (const hls::Finding& finding : copy.findings()) {
    if (finding.rule == "RFC 8216 4.1") missing.push_back(finding.sentence);
  }
  ASSERT_EQ(missing.size(), 5U);
  EXPECT_THAT(missing.back(), testing::HasSubstr("4 more"));
}

}  // namespace
}  // namespace vodmill::app
