#include "engine/decoded.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "av/decoder.h"
#include "av/input.h"
#include "engine/clips.h"
#include "engine/made_stream.h"

namespace vodmill::engine_test {
namespace {

[[maybe_unused]] const bool kIsQuiet = (av::quiet_libav(), true);

using Take = std::function<void(av::FramePtr, double seconds)>;

Result<> take_all(av::Decoder& decoder, const AVStream& stream, const Take& take) {
  for (av::FramePtr frame = av::make_frame(); TRY(decoder.receive(*frame));) {
    const double seconds = static_cast<double>(frame->pts) * av_q2d(stream.time_base);
    take(std::exchange(frame, av::make_frame()), seconds);
  }
  return {};
}

Result<> decode(Bytes file, const Take& take) {
  MemorySource source(std::move(file));
  av::Input input = TRY(av::Input::open(source));
  const AVStream& stream = *input.streams()[0];
  av::Decoder decoder = TRY(av::Decoder::open(stream));
  const av::PacketPtr packet = av::make_packet();
  for (;;) {
    const av::ReadOutcome outcome = TRY(input.read(*packet));
    const bool ended = outcome == av::ReadOutcome::end;
    TRY_VOID(decoder.send(ended ? nullptr : packet.get()));
    av_packet_unref(packet.get());
    TRY_VOID(take_all(decoder, stream, take));
    if (ended) break;
  }
  EXPECT_EQ(decoder.undecodable_packets(), 0);
  return {};
}

double mean_luma(const AVFrame& frame, int left, int top, int width, int height) {
  double sum = 0;
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) sum += frame.data[0][y * frame.linesize[0] + x];
  }
  return sum / (width * height);
}

}  // namespace

std::vector<Picture> decode_pictures(Bytes file) {
  std::vector<Picture> pictures;
  const auto result = decode(std::move(file), [&](av::FramePtr frame, double seconds) {
    pictures.push_back({seconds, std::move(frame)});
  });
  EXPECT_TRUE(result) << result.error().message;
  return pictures;
}

Sound decode_sound(Bytes file) {
  Sound sound;
  const auto result = decode(std::move(file), [&](av::FramePtr frame, double seconds) {
    ASSERT_EQ(frame->format, AV_SAMPLE_FMT_FLTP);
    if (sound.samples.empty()) sound.start = seconds;
    sound.rate = frame->sample_rate;
    const auto* samples = reinterpret_cast<const float*>(frame->data[0]);
    sound.samples.insert(sound.samples.end(), samples, samples + frame->nb_samples);
  });
  EXPECT_TRUE(result) << result.error().message;
  return sound;
}

av::FramePtr decode_jpeg(const Bytes& bytes) {
  const AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
  const av::CodecContextPtr context(avcodec_alloc_context3(codec));
  EXPECT_GE(avcodec_open2(context.get(), codec, nullptr), 0);
  const av::PacketPtr packet = av::make_packet();
  EXPECT_GE(av_new_packet(packet.get(), static_cast<int>(bytes.size())), 0);
  std::ranges::copy(bytes, reinterpret_cast<std::byte*>(packet->data));
  EXPECT_GE(avcodec_send_packet(context.get(), packet.get()), 0);
  av::FramePtr frame = av::make_frame();
  EXPECT_GE(avcodec_receive_frame(context.get(), frame.get()), 0);
  return frame;
}

std::optional<int> counter_of(const AVFrame& frame) {
  const double cell = static_cast<double>(frame.width) / kCounterBits;
  int value = 0;
  for (int bit = 0; bit < kCounterBits; ++bit) {
    // The middle third of each square.
    const int left = static_cast<int>((bit + 1.0 / 3) * cell);
    const int width = std::max(1, static_cast<int>(cell / 3));
    const int height = frame.height / 6;
    const double one = mean_luma(frame, left, frame.height / 6, width, height);
    const double inverse = mean_luma(frame, left, frame.height * 4 / 6, width, height);
    if (std::abs(one - inverse) < 60) return std::nullopt;
    if (one > inverse) value |= 1 << bit;
  }
  return value;
}

std::vector<int> counters_of(const std::vector<Picture>& pictures) {
  std::vector<int> values;
  for (const Picture& picture : pictures) {
    values.push_back(counter_of(*picture.frame).value_or(-1));
  }
  return values;
}

std::vector<double> flash_times(const std::vector<Picture>& pictures) {
  std::vector<double> times;
  bool was_white = false;
  for (const auto& [seconds, frame] : pictures) {
    const bool is_white = mean_luma(*frame, 0, 0, frame->width, frame->height) > 128;
    if (is_white && !was_white) times.push_back(seconds);
    was_white = is_white;
  }
  return times;
}

std::vector<double> beep_times(const Sound& sound) {
  constexpr float kLoud = 0.2F;
  std::vector<double> times;
  const auto quiet_samples = static_cast<std::size_t>(sound.rate / 4);
  std::size_t quiet_since = 0;
  bool heard = false;
  for (std::size_t i = 0; i < sound.samples.size(); ++i) {
    if (std::abs(sound.samples[i]) < kLoud) continue;
    if (!heard || i - quiet_since >= quiet_samples) {
      times.push_back(sound.start + static_cast<double>(i) / sound.rate);
    }
    heard = true;
    quiet_since = i;
  }
  return times;
}

}  // namespace vodmill::engine_test
