#include "av/input.h"

#include <spdlog/fmt/fmt.h>

#include <cstring>
#include <span>
#include <utility>
#include <vector>

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

// How a container says its colours are to be read.
struct ColourTags {
  AVColorPrimaries primaries;
  AVColorTransferCharacteristic transfer;
  AVColorSpace matrix;
  AVColorRange range;
};

std::vector<ColourTags> tags_of(const AVFormatContext& context) {
  std::vector<ColourTags> tags;
  for (const AVStream* stream : std::span(context.streams, context.nb_streams)) {
    const AVCodecParameters& parameters = *stream->codecpar;
    tags.push_back({parameters.color_primaries, parameters.color_trc, parameters.color_space,
                    parameters.color_range});
  }
  return tags;
}

// Looking for stream information, libav decodes frames, and lets a ProRes frame's "unspecified"
// prevail over what the container says.
void restore(std::span<const ColourTags> tags, const AVFormatContext& context) {
  for (std::size_t i = 0; i < tags.size(); ++i) {
    AVCodecParameters& now = *context.streams[i]->codecpar;
    const ColourTags& said = tags[i];
    if (now.color_primaries == AVCOL_PRI_UNSPECIFIED) now.color_primaries = said.primaries;
    if (now.color_trc == AVCOL_TRC_UNSPECIFIED) now.color_trc = said.transfer;
    if (now.color_space == AVCOL_SPC_UNSPECIFIED) now.color_space = said.matrix;
    if (now.color_range == AVCOL_RANGE_UNSPECIFIED) now.color_range = said.range;
  }
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
      times_(std::move(other.times_)),
      damaged_(other.damaged_) {}

Input& Input::operator=(Input&& other) noexcept {
  std::swap(io_, other.io_);
  std::swap(context_, other.context_);
  std::swap(times_, other.times_);
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
  Input input = TRY(open_container(source, 0));
  TRY_VOID(input.look_at_streams());
  return input;
}

Result<Input> Input::open_unparsed(ByteSource& source) {
  return open_container(source, AVFMT_FLAG_NOPARSE);
}

Result<Input> Input::open_container(ByteSource& source, int flags) {
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
  context.flags |= AVFMT_FLAG_CUSTOM_IO | flags;
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
  return input;
}

Result<> Input::look_at_streams() {
  const std::vector<ColourTags> tags = tags_of(*context_);
  std::vector<AVDictionary*> per_stream(context_->nb_streams, nullptr);
  for (AVDictionary*& dictionary : per_stream) {
    av_dict_set(&dictionary, "threads", "1", 0);
    av_dict_set_int(&dictionary, "max_pixels", kMaxPixels, 0);
  }
  const int found = avformat_find_stream_info(context_, per_stream.data());
  for (AVDictionary*& dictionary : per_stream) av_dict_free(&dictionary);
  if (found < 0) return open_failure(found);
  restore(tags, *context_);
  for (const AVStream* stream : streams()) {
    times_.push_back(PacketTimes::make(*context_, *stream));
  }
  return {};
}

void Input::select(const std::vector<int>& wanted) {
  for (AVStream* stream : streams()) {
    const bool is_wanted = std::ranges::find(wanted, stream->index) != wanted.end();
    stream->discard = is_wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

bool Input::take_timed(AVPacket& packet) {
  return std::ranges::any_of(times_,
                             [&](const auto& times) { return times && times->take(packet); });
}

Result<ReadOutcome> Input::read(AVPacket& packet) {
  for (;;) {
    if (take_timed(packet)) return ReadOutcome::packet;
    if (TRY(read_stored(packet)) == ReadOutcome::end) break;
    // Program streams announce some streams only when they begin.
    const auto index = static_cast<std::size_t>(packet.stream_index);
    if (index >= times_.size() || !times_[index]) return ReadOutcome::packet;
    times_[index]->add(packet);
  }
  for (const auto& times : times_) {
    if (times) times->finish();
  }
  return take_timed(packet) ? ReadOutcome::packet : ReadOutcome::end;
}

Result<ReadOutcome> Input::read_stored(AVPacket& packet) {
  const int got = av_read_frame(context_, &packet);
  if (got >= 0) return ReadOutcome::packet;
  if (io_->error) return fail(*io_->error);
  if (got == AVERROR(ENOMEM)) return fail_av(got, ErrorCode::out_of_memory, "read");
  if (got != AVERROR_EOF) damaged_ = true;
  return ReadOutcome::end;
}

std::int64_t Input::decoding_delay(const AVStream& stream) const {
  const auto index = static_cast<std::size_t>(stream.index);
  const bool is_timed = index < times_.size() && times_[index];
  if (is_timed || std::string_view(context_->iformat->name) != "avi") return 0;
  return stream.codecpar->video_delay;
}

// Where libavformat searches for a time, it then takes what it reads first for being of that time,
// though it may be the rest of a picture or of another stream. Of bytes it supposes nothing.
void Input::seek_again_to_bytes() {
  const std::string_view name = context_->iformat->name;
  if (name != "mpeg" && name != "mpegts") return;
  avformat_seek_file(context_, -1, INT64_MIN, avio_tell(context_->pb), INT64_MAX, AVSEEK_FLAG_BYTE);
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
  seek_again_to_bytes();
  if (io_->error) return fail(*io_->error);
  for (const auto& times : times_) {
    if (times) times->restart();
  }
  return {};
}

}  // namespace vodmill::av
