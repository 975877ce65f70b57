#include "av/input.h"

#include <spdlog/fmt/fmt.h>

#include <cstring>
#include <utility>

#include "av/allowed.h"

extern "C" {
#include <libavutil/avstring.h>
}

namespace vodmill::av {
namespace {

constexpr int kIoBufferBytes = 256 * 1024;
constexpr unsigned kProbeBytes = 5'000'000;
constexpr int kMaxStreams = 64;
constexpr std::int64_t kMaxPixels = std::int64_t{8192} * 8192;

int refuse_io_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EPERM);
}

// CENC renames the sample entry to encv or enca; libav 5.1 then finds no stream it knows.
bool mentions_encryption(ByteSource& source) {
  std::vector<std::byte> head(64 * 1024);
  const auto read = source.read(0, head);
  if (!read) return false;
  const std::string_view text(reinterpret_cast<const char*>(head.data()), *read);
  return text.find("ftyp") < 16 &&
         (text.find("encv") != text.npos || text.find("pssh") != text.npos);
}

}  // namespace

// What libavformat calls back into. Its address must not change while the context lives.
struct Input::Io {
  ByteSource& source;
  std::int64_t position = 0;
  std::optional<Error> error;  // of the source: libav would turn it into EIO
  AVIOContext* avio = nullptr;

  explicit Io(ByteSource& bytes) : source(bytes) {
    auto* buffer = static_cast<unsigned char*>(av_malloc(kIoBufferBytes));
    avio = avio_alloc_context(buffer, kIoBufferBytes, 0, this, &Io::read, nullptr, &Io::seek);
  }
  Io(const Io&) = delete;
  Io& operator=(const Io&) = delete;
  ~Io() {
    if (avio) av_freep(&avio->buffer);
    avio_context_free(&avio);
  }

  static int read(void* opaque, std::uint8_t* buffer, int size) {
    Io& io = *static_cast<Io*>(opaque);
    const std::span into(reinterpret_cast<std::byte*>(buffer), static_cast<std::size_t>(size));
    const auto got = io.source.read(io.position, into);
    if (!got) {
      io.error = got.error();
      return AVERROR(EIO);
    }
    if (*got == 0) return AVERROR_EOF;
    io.position += static_cast<std::int64_t>(*got);
    return static_cast<int>(*got);
  }

  static std::int64_t seek(void* opaque, std::int64_t offset, int whence) {
    Io& io = *static_cast<Io*>(opaque);
    if (whence == AVSEEK_SIZE) return io.source.size();
    switch (whence & ~AVSEEK_FORCE) {
      case SEEK_CUR:
        offset += io.position;
        break;
      case SEEK_END:
        offset += io.source.size();
        break;
      default:
        break;
    }
    if (offset < 0) return AVERROR(EINVAL);
    io.position = offset;
    return offset;
  }
};

Input::Input(Input&& other) noexcept
    : io_(std::move(other.io_)),
      context_(std::exchange(other.context_, nullptr)),
      damaged_(other.damaged_) {}

Input& Input::operator=(Input&& other) noexcept {
  std::swap(io_, other.io_);
  std::swap(context_, other.context_);
  std::swap(damaged_, other.damaged_);
  return *this;
}

Input::~Input() { avformat_close_input(&context_); }

std::unexpected<Error> Input::open_failure(int averror) const {
  if (io_->error) return fail(*io_->error);
  if (mentions_encryption(io_->source)) {
    return fail(ErrorCode::encrypted_input,
                "The file is encrypted (DRM). Upload one that plays without a key.");
  }
  return fail_av(averror, ErrorCode::malformed_input, "The container cannot be read");
}

Result<Input> Input::open(ByteSource& source) {
  if (source.size() == 0) return fail(ErrorCode::not_a_video, "The file is empty.");
  Input input;
  input.io_ = std::make_unique<Io>(source);
  const AVInputFormat* format = nullptr;
  // Probing first tells "no container at all" from "a container that is broken".
  const int score = av_probe_input_buffer2(input.io_->avio, &format, "", nullptr, 0, kProbeBytes);
  if (input.io_->error) return fail(*input.io_->error);
  const std::string whitelist = demuxer_whitelist();
  if (score < 0 || !format || av_match_list(format->name, whitelist.c_str(), ',') == 0) {
    return fail(ErrorCode::not_a_video,
                fmt::format("The file is not a video container that is accepted{}.",
                            format ? fmt::format(" (it looks like {})", format->name) : ""));
  }

  input.context_ = avformat_alloc_context();
  if (!input.context_) return fail_av(AVERROR(ENOMEM), ErrorCode::out_of_memory, "open");
  AVFormatContext& context = *input.context_;
  context.pb = input.io_->avio;
  context.flags |= AVFMT_FLAG_CUSTOM_IO;
  context.io_open = refuse_io_open;
  context.max_streams = kMaxStreams;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", whitelist.c_str(), 0);
  av_dict_set(&options, "codec_whitelist", decoder_whitelist().c_str(), 0);
  av_dict_set(&options, "protocol_whitelist", "", 0);
  av_dict_set_int(&options, "probesize", kProbeBytes, 0);
  av_dict_set(&options, "enable_drefs", "0", 0);
  av_dict_set(&options, "use_absolute_path", "0", 0);
  const int opened = avformat_open_input(&input.context_, "", format, &options);
  av_dict_free(&options);
  if (opened < 0) return input.open_failure(opened);

  std::vector<AVDictionary*> per_stream(input.context_->nb_streams, nullptr);
  for (AVDictionary*& dictionary : per_stream) {
    av_dict_set(&dictionary, "threads", "1", 0);
    av_dict_set_int(&dictionary, "max_pixels", kMaxPixels, 0);
  }
  const int found = avformat_find_stream_info(input.context_, per_stream.data());
  for (AVDictionary*& dictionary : per_stream) av_dict_free(&dictionary);
  if (found < 0) return input.open_failure(found);
  return input;
}

void Input::select(const std::vector<int>& wanted) {
  for (AVStream* stream : streams()) {
    const bool is_wanted = std::ranges::find(wanted, stream->index) != wanted.end();
    stream->discard = is_wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

Result<ReadOutcome> Input::read(AVPacket& packet) {
  const int got = av_read_frame(context_, &packet);
  if (got >= 0) return ReadOutcome::packet;
  if (io_->error) return fail(*io_->error);
  if (got == AVERROR(ENOMEM)) return fail_av(got, ErrorCode::out_of_memory, "read");
  if (got != AVERROR_EOF) damaged_ = true;
  return ReadOutcome::end;
}

Result<> Input::seek(int stream, std::int64_t pts) {
  // Some demuxers only know positions near packets: when there is nothing before, start from the
  // front.
  int sought = avformat_seek_file(context_, stream, INT64_MIN, pts, pts, 0);
  if (sought < 0) sought = avformat_seek_file(context_, stream, INT64_MIN, pts, INT64_MAX, 0);
  if (sought < 0)
    sought =
        avformat_seek_file(context_, -1, INT64_MIN, INT64_MIN / 2, INT64_MAX, AVSEEK_FLAG_BYTE);
  if (io_->error) return fail(*io_->error);
  if (sought < 0) return fail_av(sought, ErrorCode::malformed_input, "seek");
  return {};
}

}  // namespace vodmill::av
