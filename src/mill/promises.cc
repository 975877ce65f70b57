#include "mill/promises.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "av/decoder.h"

namespace vodmill::mill {
namespace {

constexpr std::int64_t kSlackSamples = 2;

bool is_mp4(const AVFormatContext& context) {
  return std::string_view(context.iformat->name).starts_with("mov");
}

// Samples that the index lists, those that an edit list hides left out.
std::int64_t indexed_samples(const AVStream& stream) {
  return avformat_index_get_entries_count(&stream);
}

bool lacks_samples(const AVFormatContext& context, const ScannedStream& scanned) {
  return is_mp4(context) && indexed_samples(*scanned.stream) > scanned.scan->seen + kSlackSamples;
}

double seconds_of(std::int64_t ticks, const AVStream& stream) {
  return static_cast<double>(ticks) * av_q2d(stream.time_base);
}

// Headers that say how long the file lasts, and are not wrong in files that play to their end. (An
// MP4's are: fragments that were saved one by one keep the header of the whole.)
bool tells_its_duration(const AVFormatContext& context) {
  constexpr std::array<std::string_view, 5> kFormats{"matroska", "flv", "avi", "asf", "mxf"};
  const std::string_view name = context.iformat->name;
  return context.duration > 0 &&
         context.duration_estimation_method != AVFMT_DURATION_FROM_BITRATE &&
         std::ranges::any_of(kFormats, [&](std::string_view f) { return name.starts_with(f); });
}

// Seconds that an AVI's header lists of a picture; libav takes the duration from the packets.
double listed_in_avi(const AVFormatContext& context, const AVStream& stream) {
  const bool is_listed = std::string_view(context.iformat->name) == "avi" &&
                         stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
  return is_listed ? seconds_of(stream.nb_frames, stream) : 0;
}

// MPEG-TS marks packets where its counters skip, which joined recordings do without a loss.
bool marks_only_cut_packets(const AVFormatContext& context) {
  return std::string_view(context.iformat->name) != "mpegts";
}

// Whether sound lies in the file, heard or not. An MP4's empty track promises nothing.
bool promises_sound(const AVFormatContext& context, const AVStream& stream) {
  if (stream.codecpar->codec_type != AVMEDIA_TYPE_AUDIO) return false;
  return !is_mp4(context) || indexed_samples(stream) > 0 || stream.nb_frames > 0;
}

// The container names a codec, and it is none of ours.
bool is_foreign(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  const bool is_named = parameters.codec_id != AV_CODEC_ID_NONE || parameters.codec_tag != 0;
  return is_named && !av::has_allowed_decoder(stream);
}

}  // namespace

bool ends_early(av::Input& input, std::span<const ScannedStream> streams) {
  if (input.damaged()) return true;
  const AVFormatContext& context = input.context();
  double there = 0;
  bool is_empty = true;
  for (const ScannedStream& scanned : streams) {
    if (!scanned.stream) continue;
    if (lacks_samples(context, scanned)) return true;
    if (scanned.scan->cut_short && marks_only_cut_packets(context)) return true;
    if (scanned.scan->pts.empty()) continue;
    is_empty = false;
    there = std::max(there, seconds_of(scanned.scan->end, *scanned.stream));
  }
  if (is_empty || !tells_its_duration(context)) return false;
  double promised = static_cast<double>(context.duration) / AV_TIME_BASE;
  for (const ScannedStream& scanned : streams) {
    if (scanned.stream) promised = std::max(promised, listed_in_avi(context, *scanned.stream));
  }
  return promised > there + 1.0 && promised > there * 1.05;
}

std::optional<double> find_gap(ScannedStream video, ScannedStream audio) {
  if (!audio.stream) return std::nullopt;
  const auto second = [](const AVStream& stream) {
    return static_cast<std::int64_t>(1 / av_q2d(stream.time_base));
  };
  const auto silences = audio.scan->gaps(second(*audio.stream));
  for (const PacketScan::Gap& gap : video.scan->gaps(second(*video.stream))) {
    for (const PacketScan::Gap& silence : silences) {
      const double from =
          std::max(seconds_of(gap.from, *video.stream), seconds_of(silence.from, *audio.stream));
      const double to =
          std::min(seconds_of(gap.to, *video.stream), seconds_of(silence.to, *audio.stream));
      if (to - from < 1) continue;
      return from - seconds_of(video.scan->pts.front(), *video.stream);
    }
  }
  return std::nullopt;
}

std::optional<Partial> find_lost_sound(av::Input& input, const SourceInfo& info,
                                       std::span<const ScannedStream> sounds) {
  const AVFormatContext& context = input.context();
  std::optional<Partial> lost;
  for (const ScannedStream& sound : sounds) {
    if (!lacks_samples(context, sound)) continue;
    const double picture =
        static_cast<double>(info.video->first_pts) * info.video->time_base.value();
    const double at = std::max(0.0, seconds_of(sound.scan->end, *sound.stream) - picture);
    if (!lost || at < lost->at_seconds) lost = Partial{ErrorCode::truncated_input, at};
  }
  if (!sounds.empty()) return lost;
  for (const AVStream* stream : input.streams()) {
    if (!promises_sound(context, *stream)) continue;
    if (is_foreign(*stream)) return Partial{ErrorCode::unsupported_codec, 0};
    lost = Partial{ErrorCode::malformed_input, 0};
  }
  return lost;
}

}  // namespace vodmill::mill
