// Texts that libavformat would follow to other files and to the network: each of the guards holds
// against all of them alone, in a process that no sandbox locks. A canary tells: a file that must
// not be opened, a port that must not be called, a port that nobody must wait on.
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "av/allowed.h"
#include "av/input.h"
#include "base/fd.h"
#include "fakes/scratch_folder.h"

namespace vodmill::av {
namespace {

// A socket on a free port of loopback, and that port.
std::pair<Fd, int> bound_socket(int type) {
  Fd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(fd.get(), any, length), 0);
  EXPECT_EQ(::getsockname(fd.get(), any, &length), 0);
  return {std::move(fd), ntohs(address.sin_port)};
}

// Sings when it is touched.
class Canary {
 public:
  Canary();
  ~Canary();
  Canary(const Canary&) = delete;
  Canary& operator=(const Canary&) = delete;

  std::string file(std::string_view name) const { return (folder_.path() / name).string(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/canary.ts"; }
  int session_port() const { return session_port_; }

  // True from the first touch on. Asked while what may have touched it is still open.
  bool sings();

 private:
  void answer();
  bool somebody_waits() const;

  ScratchFolder folder_;
  const std::filesystem::path before_ = std::filesystem::current_path();
  Fd watch_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  Fd listener_;
  int port_ = 0;
  int session_port_ = bound_socket(SOCK_DGRAM).second;  // free again at once
  std::atomic<bool> called_ = false;
  bool has_sung_ = false;
  std::jthread answering_;
};

Canary::Canary() {
  std::tie(listener_, port_) = bound_socket(SOCK_STREAM);
  EXPECT_EQ(::listen(listener_.get(), 8), 0);
  for (const char* name : {"canary.ts", "canary.mp4", "canary.txt"}) {
    std::ofstream(file(name)) << "the canary's secret\n";
    EXPECT_GE(::inotify_add_watch(watch_.get(), file(name).c_str(), IN_OPEN | IN_ACCESS), 0);
  }
  std::filesystem::current_path(folder_.path());  // of relative names
  answering_ = std::jthread([this] { answer(); });
}

Canary::~Canary() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  std::filesystem::current_path(before_);
}

void Canary::answer() {
  for (;;) {
    const Fd caller(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!caller) return;
    called_ = true;
  }
}

bool Canary::somebody_waits() const {
  std::array<char, 16> port{};
  std::snprintf(port.data(), port.size(), ":%04X", static_cast<unsigned>(session_port_));
  for (const char* table : {"/proc/self/net/udp", "/proc/self/net/udp6"}) {
    std::ifstream file(table);
    for (std::string word; file >> word;) {
      if (word.ends_with(port.data())) return true;
    }
  }
  return false;
}

bool Canary::sings() {
  std::array<char, 4096> events{};
  const bool is_opened = ::read(watch_.get(), events.data(), events.size()) > 0;
  has_sung_ |= is_opened || called_ || somebody_waits();
  return has_sung_;
}

struct Vector {
  std::string name;
  std::string text;
  // libavformat 59 follows it where nothing holds it. Of playlists tests/corpus/canary.py shows
  // that, with options that accept names of any ending.
  bool bites = false;
};

std::string playlist(const std::string& uri, const std::string& line = "") {
  return "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n" + line + "#EXTINF:10.0,\n" +
         uri + "\n#EXT-X-ENDLIST\n";
}

std::string manifest(const std::string& url) {
  return "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
         "mediaPresentationDuration=\"PT10S\" "
         "profiles=\"urn:mpeg:dash:profile:isoff-main:2011\"><Period>"
         "<AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\" "
         "codecs=\"avc1.4d401f\"><BaseURL>" +
         url + "</BaseURL></Representation></AdaptationSet></Period></MPD>\n";
}

std::string session(int port) {
  return "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video " +
         std::to_string(port) + " RTP/AVP 96\na=rtpmap:96 H264/90000\n";
}

std::vector<Vector> vectors(const Canary& canary) {
  const std::string url = canary.url();
  const std::string file = "file://" + canary.file("canary.ts");
  return {
      {"playlist of a text file", playlist("file://" + canary.file("canary.txt"))},
      {"playlist of a file", playlist(file)},
      {"playlist of an address", playlist(url)},
      {"list with a whole path", "ffconcat version 1.0\nfile " + canary.file("canary.ts") + "\n"},
      {"list with a relative path", "ffconcat version 1.0\nfile canary.ts\n", true},
      {"manifest of an address", manifest(url), true},
      {"manifest of a file", manifest("file://" + canary.file("canary.mp4")), true},
      {"session", session(canary.session_port()), true},
      {"subtitles", "1\n00:00:00,000 --> 00:00:05,000\n<img src=\"" + file + "\"><font face=\"" +
                        url + "\">x</font>\n"},
      {"playlist of joined addresses", playlist("concat:" + url + "|" + file)},
      {"playlist with a key",
       playlist("crypto+" + url, "#EXT-X-KEY:METHOD=AES-128,URI=\"" + url + "\"\n")},
      {"playlist with a map", playlist("absent.ts", "#EXT-X-MAP:URI=\"" + url + "\"\n")},
      {"radio list", "[playlist]\nFile1=" + url + "\nFile2=" + file + "\nNumberOfEntries=2\n"},
  };
}

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}

  std::int64_t size() const override { return std::ssize(text_); }
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> into) override {
    const std::size_t from = std::min(static_cast<std::size_t>(offset), text_.size());
    const std::size_t bytes = std::min(into.size(), text_.size() - from);
    if (bytes > 0) std::memcpy(into.data(), text_.data() + from, bytes);
    return bytes;
  }

 private:
  const std::string_view text_;
};

// What Input sets, one at a time.
enum class Guard { none, formats, protocols };

int read_source(void* opaque, std::uint8_t* buffer, int size) {
  auto& [source, position] = *static_cast<std::pair<TextSource, std::int64_t>*>(opaque);
  const std::span into(reinterpret_cast<std::byte*>(buffer), static_cast<std::size_t>(size));
  const std::size_t got = source.read(position, into).value();
  position += static_cast<std::int64_t>(got);
  return got == 0 ? AVERROR_EOF : static_cast<int>(got);
}

// libavformat alone, as a careless program uses it, but for that guard.
void open_behind(Guard guard, std::string_view text, const std::function<void()>& look) {
  constexpr int kBufferBytes = 4096;
  std::pair<TextSource, std::int64_t> source(TextSource(text), 0);
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
  AVIOContext* avio =
      avio_alloc_context(buffer, kBufferBytes, 0, &source, read_source, nullptr, nullptr);
  AVFormatContext* context = avformat_alloc_context();
  context->pb = avio;
  AVDictionary* options = nullptr;
  if (guard == Guard::formats) {
    av_dict_set(&options, "format_whitelist", demuxer_whitelist().c_str(), 0);
  }
  if (guard == Guard::protocols) av_dict_set(&options, "protocol_whitelist", "", 0);
  avformat_open_input(&context, "", nullptr, &options);
  look();
  av_dict_free(&options);
  avformat_close_input(&context);
  av_freep(&avio->buffer);
  avio_context_free(&avio);
}

// The names of the vectors that made a canary sing.
std::vector<std::string> followed(Guard guard) {
  std::vector<std::string> names;
  const std::size_t count = vectors(Canary()).size();
  for (std::size_t i = 0; i < count; ++i) {
    Canary canary;
    const Vector vector = vectors(canary)[i];
    open_behind(guard, vector.text, [&] {
      if (canary.sings()) names.push_back(vector.name);
    });
  }
  return names;
}

TEST(InputGuards, AreNeededAgainstTheseTexts) {
  quiet_libav();
  std::vector<std::string> biting;
  for (const Vector& vector : vectors(Canary())) {
    if (vector.bites) biting.push_back(vector.name);
  }
  EXPECT_THAT(followed(Guard::none), testing::IsSupersetOf(biting));
}

TEST(InputGuards, OfFormatsHoldAlone) {
  quiet_libav();
  EXPECT_EQ(followed(Guard::formats), std::vector<std::string>());
}

TEST(InputGuards, OfProtocolsHoldAlone) {
  quiet_libav();
  EXPECT_EQ(followed(Guard::protocols), std::vector<std::string>());
}

TEST(InputGuards, RefuseEachTextWithoutASandbox) {
  quiet_libav();
  const std::size_t count = vectors(Canary()).size();
  for (std::size_t i = 0; i < count; ++i) {
    Canary canary;
    const Vector vector = vectors(canary)[i];
    TextSource source(vector.text);
    const Result<Input> input = Input::open(source);
    EXPECT_FALSE(canary.sings()) << vector.name;
    ASSERT_FALSE(input) << vector.name;
    EXPECT_EQ(input.error().code, ErrorCode::not_a_video) << vector.name;
  }
}

// An AVI whose subtitle stream is a playlist, as in CVE-2017-9993: it is a container, so what holds
// is that nothing of it is opened as another format.
TEST(InputGuards, ReadNoPlaylistInsideAContainer) {
  quiet_libav();
  std::ifstream file(VODMILL_SOURCE_DIR "/tests/media/hostile/hls-xbin-read-passwd-bypass.mp4",
                     std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  Canary canary;
  const std::string inside = "/etc/passwd\n";
  const std::size_t at = text.find(inside);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, inside.size(), "canary.ts\n##");
  TextSource source(text);
  const Result<Input> input = Input::open(source);
  EXPECT_FALSE(canary.sings());
}

}  // namespace
}  // namespace vodmill::av
