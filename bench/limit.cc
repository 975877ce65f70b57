// vodmill_limit FILE [FIRST_FRAMES]: the least that the encoder costs, as JSON.
//
// One thread decodes the file, scales every picture down the ladder in memory, and gives each
// rendition's pictures to x264 with vodmill's settings: no chunks, no processes, no container, no
// store. The three shares are CPU-seconds. A measure for other programs' overhead, not a program
// that anyone runs; the file is trusted, so no mill stands around it.
//
// REQUIRES: 8-bit 4:2:0 of the size of its ladder's top, constant rate, so that nothing but what is
// counted has to be done.
#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "av/decoder.h"
#include "av/libav.h"
#include "av/video_encoder.h"
#include "plan/ladder.h"

namespace vodmill {
namespace {

// Pictures in memory at once: 5.5 MB each for a 1080p ladder.
constexpr std::size_t kBatch = 100;
constexpr double kGopSeconds = 2;

double cpu_now() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::invalid_request, why); }

struct Rung {
  av::VideoEncoder encoder;
  av::ScalerPtr from_above;  // none for the top
  std::vector<av::FramePtr> pictures;
  std::int64_t bytes = 0;
  double seconds = 0;
};

class Limit {
 public:
  ~Limit() { avformat_close_input(&container_); }

  Result<> open(const char* path);
  Result<> run(std::int64_t most_frames);
  void print() const;

 private:
  Result<> open_rungs();
  Result<std::size_t> decode(std::size_t most);
  Result<> scale(std::size_t count);
  Result<> encode(Rung& rung, std::size_t count);
  Result<> drain(Rung& rung);

  AVFormatContext* container_ = nullptr;
  int stream_ = 0;
  std::optional<av::Decoder> decoder_;
  std::vector<Rendition> ladder_;
  std::vector<Rung> rungs_;
  std::int64_t gop_ = 1;
  std::int64_t frames_ = 0;
  double decode_seconds_ = 0;
  double scale_seconds_ = 0;
};

Result<> Limit::open(const char* path) {
  if (avformat_open_input(&container_, path, nullptr, nullptr) < 0 ||
      avformat_find_stream_info(container_, nullptr) < 0) {
    return refuse("The file cannot be opened.");
  }
  stream_ = av_find_best_stream(container_, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (stream_ < 0) return refuse("The file has no video stream.");
  decoder_.emplace(TRY(av::Decoder::open(*container_->streams[stream_])));
  return open_rungs();
}

Result<> Limit::open_rungs() {
  const AVStream& stream = *container_->streams[stream_];
  const AVCodecParameters& source = *stream.codecpar;
  const Rational fps = av::from_av(stream.avg_frame_rate);
  if (fps.num <= 0) return refuse("The file has no constant frame rate.");
  ladder_ = plan::make_ladder({source.width, source.height}, fps);
  if (source.format != AV_PIX_FMT_YUV420P || source.width != ladder_.front().width ||
      source.height != ladder_.front().height) {
    return refuse("The picture is not 8-bit 4:2:0 of the size of its ladder's top.");
  }
  gop_ = std::max<std::int64_t>(1, std::llround(kGopSeconds * fps.value()));
  for (std::size_t i = 0; i < ladder_.size(); ++i) {
    const Rendition& rung = ladder_[i];
    rungs_.push_back({.encoder = TRY(av::VideoEncoder::open(rung, fps, static_cast<int>(gop_))),
                      .from_above = {},
                      .pictures = {}});
    for (std::size_t k = 0; k < kBatch; ++k) {
      av::FramePtr picture = av::make_frame();
      picture->format = AV_PIX_FMT_YUV420P;
      picture->width = rung.width;
      picture->height = rung.height;
      // The decoder brings the top's own buffers.
      if (i > 0 && av_frame_get_buffer(picture.get(), 0) < 0) return refuse("Not enough memory.");
      rungs_.back().pictures.push_back(std::move(picture));
    }
    if (i == 0) continue;
    const Rendition& above = ladder_[i - 1];
    rungs_.back().from_above.reset(sws_getContext(above.width, above.height, AV_PIX_FMT_YUV420P,
                                                  rung.width, rung.height, AV_PIX_FMT_YUV420P,
                                                  SWS_BICUBIC, nullptr, nullptr, nullptr));
  }
  return {};
}

// The next pictures into the top's row; fewer than `most` at the end.
Result<std::size_t> Limit::decode(std::size_t most) {
  const double begun = cpu_now();
  const av::PacketPtr packet = av::make_packet();
  std::vector<av::FramePtr>& row = rungs_.front().pictures;
  std::size_t count = 0;
  while (count < most) {
    av_frame_unref(row[count].get());
    if (TRY(decoder_->receive(*row[count]))) {
      ++count;
      continue;
    }
    if (av_read_frame(container_, packet.get()) < 0) {
      if (!container_->pb->eof_reached) return refuse("The file cannot be read to its end.");
      TRY_VOID(decoder_->send(nullptr));
      if (!TRY(decoder_->receive(*row[count]))) break;
      ++count;
      continue;
    }
    if (packet->stream_index == stream_) TRY_VOID(decoder_->send(packet.get()));
    av_packet_unref(packet.get());
  }
  decode_seconds_ += cpu_now() - begun;
  return count;
}

Result<> Limit::scale(std::size_t count) {
  const double begun = cpu_now();
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t i = 1; i < rungs_.size(); ++i) {
      const AVFrame& above = *rungs_[i - 1].pictures[k];
      const AVFrame& picture = *rungs_[i].pictures[k];
      const int lines = sws_scale(rungs_[i].from_above.get(), above.data, above.linesize, 0,
                                  above.height, picture.data, picture.linesize);
      if (lines < 0) return refuse("A picture cannot be scaled.");
    }
  }
  scale_seconds_ += cpu_now() - begun;
  return {};
}

Result<> Limit::drain(Rung& rung) {
  const av::PacketPtr packet = av::make_packet();
  while (TRY(rung.encoder.receive(*packet))) {
    rung.bytes += packet->size;
    av_packet_unref(packet.get());
  }
  return {};
}

Result<> Limit::encode(Rung& rung, std::size_t count) {
  const double begun = cpu_now();
  for (std::size_t k = 0; k < count; ++k) {
    const std::int64_t n = frames_ + static_cast<std::int64_t>(k);
    TRY_VOID(rung.encoder.send(*rung.pictures[k], n, n % gop_ == 0));
    TRY_VOID(drain(rung));
  }
  rung.seconds += cpu_now() - begun;
  return {};
}

Result<> Limit::run(std::int64_t most_frames) {
  for (std::size_t count = kBatch; count == kBatch && frames_ < most_frames;) {
    const auto wanted = std::min(kBatch, static_cast<std::size_t>(most_frames - frames_));
    count = TRY(decode(wanted));
    TRY_VOID(scale(count));
    for (Rung& rung : rungs_) TRY_VOID(encode(rung, count));
    frames_ += static_cast<std::int64_t>(count);
  }
  for (Rung& rung : rungs_) {
    const double begun = cpu_now();
    TRY_VOID(rung.encoder.finish());
    TRY_VOID(drain(rung));
    rung.seconds += cpu_now() - begun;
  }
  return {};
}

void Limit::print() const {
  double encode_seconds = 0;
  std::string rows;
  for (std::size_t i = 0; i < rungs_.size(); ++i) {
    encode_seconds += rungs_[i].seconds;
    rows += fmt::format(R"({}{{"height":{},"cpu_seconds":{:.3f},"bytes":{}}})", i == 0 ? "" : ",",
                        ladder_[i].height, rungs_[i].seconds, rungs_[i].bytes);
  }
  std::printf("%s\n", fmt::format(R"({{"frames":{},"decode":{:.3f},"scale":{:.3f},"encode":{:.3f},)"
                                  R"("cpu_seconds":{:.3f},"rungs":[{}]}})",
                                  frames_, decode_seconds_, scale_seconds_, encode_seconds,
                                  decode_seconds_ + scale_seconds_ + encode_seconds, rows)
                          .c_str());
}

}  // namespace
}  // namespace vodmill

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: vodmill_limit FILE [FIRST_FRAMES]\n");
    return 2;
  }
  vodmill::av::quiet_libav();
  vodmill::Limit limit;
  vodmill::Result<> done = limit.open(argv[1]);
  if (done) done = limit.run(argc == 3 ? std::atoll(argv[2]) : INT64_MAX);
  if (!done) {
    std::fprintf(stderr, "vodmill_limit: %s\n", done.error().message.c_str());
    return 1;
  }
  limit.print();
  return 0;
}
