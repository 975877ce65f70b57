#include "mill/probe.h"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <numbers>

#include "av/decoder.h"
#include "av/input.h"
#include "base/printable.h"
#include "mill/copy_scan.h"
#include "mill/packet_scan.h"
#include "mill/promises.h"
#include "plan/frame_grid.h"
#include "plan/language.h"
#include "plan/sounds.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace vodmill::mill {
namespace {

constexpr int kFramesToLookAt = 8;
constexpr int kPacketsToTry = 600;  // before a stream counts as undecodable

bool is_picture_only(const AVStream& stream) {
  constexpr int kStills =
      AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_STILL_IMAGE;
  return (stream.disposition & kStills) != 0;
}

bool is_video(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !is_picture_only(stream);
}

// What moves before a still (phones put one beside their short clips), the default stream before
// others, then the largest picture, then the first.
AVStream* choose_video(av::Input& input) {
  AVStream* best = nullptr;
  const auto rank = [](const AVStream& stream) {
    const bool is_default = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0;
    const auto pixels = static_cast<std::int64_t>(stream.codecpar->width) * stream.codecpar->height;
    const bool moves = stream.nb_frames != 1;
    return std::tuple(av::has_allowed_decoder(stream), moves, is_default, pixels);
  };
  for (AVStream* stream : input.streams()) {
    if (is_video(*stream) && (!best || rank(*stream) > rank(*best))) best = stream;
  }
  return best;
}

// The first frames as the decoder shows them; empty when none can be decoded.
Result<std::vector<av::FramePtr>> first_frames(av::Input& input, const AVStream& stream) {
  av::Decoder decoder = TRY(av::Decoder::open(stream));
  std::vector<av::FramePtr> frames;
  const av::PacketPtr packet = av::make_packet();
  av::FramePtr frame = av::make_frame();
  for (int tried = 0; tried < kPacketsToTry && frames.size() < kFramesToLookAt;) {
    const av::ReadOutcome outcome = TRY(input.read(*packet));
    const bool ended = outcome == av::ReadOutcome::end;
    if (!ended && packet->stream_index != stream.index) {
      av_packet_unref(packet.get());
      continue;
    }
    TRY_VOID(decoder.send(ended ? nullptr : packet.get()));
    av_packet_unref(packet.get());
    ++tried;
    while (TRY(decoder.receive(*frame))) frames.push_back(std::exchange(frame, av::make_frame()));
    if (ended) break;
  }
  return frames;
}

// The display matrix (ISO 14496-12, 8.3.2) as quarter turns clockwise and a mirroring after them.
void read_orientation(const AVStream& stream, VideoStreamInfo& info) {
  const auto* matrix = reinterpret_cast<const std::int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
  if (!matrix) return;
  double a = matrix[0];
  const double b = matrix[1];
  double c = matrix[3];
  const double d = matrix[4];
  info.mirrored = a * d - b * c < 0;
  if (info.mirrored) {
    a = -a;
    c = -c;
  }
  const double degrees = std::atan2(b, a) * 180 / std::numbers::pi;
  info.rotation = ((static_cast<int>(std::lround(degrees / 90)) * 90) % 360 + 360) % 360;
}

Rational sane_aspect(AVRational aspect) {
  if (aspect.num <= 0 || aspect.den <= 0) return {1, 1};
  const double ratio = av_q2d(aspect);
  constexpr double kMost = 4;  // anything beyond is a mistake of the file
  return ratio > kMost || ratio < 1 / kMost ? Rational{1, 1} : av::from_av(aspect);
}

std::string or_empty(const char* text) { return text ? text : ""; }

void read_picture(const std::vector<av::FramePtr>& frames, const AVStream& stream,
                  VideoStreamInfo& info) {
  const AVFrame& frame = *frames.front();
  info.width = frame.width;
  info.height = frame.height;
  info.pixel_format = or_empty(av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format)));
  const AVRational stream_aspect = stream.sample_aspect_ratio;
  info.sample_aspect =
      sane_aspect(stream_aspect.num > 0 ? stream_aspect : frame.sample_aspect_ratio);
  info.transfer = or_empty(av_color_transfer_name(frame.color_trc));
  info.primaries = or_empty(av_color_primaries_name(frame.color_primaries));
  info.matrix = or_empty(av_color_space_name(frame.colorspace));
  info.full_range = frame.color_range == AVCOL_RANGE_JPEG;
  const auto interlaced =
      std::ranges::count_if(frames, [](const av::FramePtr& f) { return f->interlaced_frame != 0; });
  info.interlaced = interlaced * 2 > static_cast<std::ptrdiff_t>(frames.size());
}

std::string_view tag_of(const AVStream& stream, const char* key) {
  const AVDictionaryEntry* entry = av_dict_get(stream.metadata, key, nullptr, 0);
  return entry ? entry->value : std::string_view();
}

std::string title_of(const AVStream& stream) {
  std::string title = with_valid_utf8(tag_of(stream, "title").substr(0, 2 * kMaxTitleBytes));
  if (title.size() <= kMaxTitleBytes) return title;
  std::size_t end = kMaxTitleBytes;
  const auto is_within = [&](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  while (end > 0 && is_within(title[end])) --end;
  title.resize(end);
  return title;
}

SoundPurpose purpose_of(const AVStream& stream) {
  const auto has = [&](int disposition) { return (stream.disposition & disposition) != 0; };
  if (has(AV_DISPOSITION_VISUAL_IMPAIRED | AV_DISPOSITION_DESCRIPTIONS)) {
    return SoundPurpose::described;
  }
  if (has(AV_DISPOSITION_HEARING_IMPAIRED)) return SoundPurpose::clear_speech;
  return has(AV_DISPOSITION_COMMENT) ? SoundPurpose::commentary : SoundPurpose::main;
}

VideoStreamInfo describe_video(const AVStream& stream, const PacketScan& scan,
                               const CopyScan& copy_scan) {
  VideoStreamInfo info;
  info.index = stream.index;
  info.codec = avcodec_get_name(stream.codecpar->codec_id);
  info.time_base = av::from_av(stream.time_base);
  info.first_pts = scan.pts.front();
  info.end_pts = scan.end_with_last_step();
  info.packets = scan.packets;
  info.keyframes = scan.keyframes;
  info.grid_rate = plan::find_grid_rate(scan.pts, info.time_base);
  info.least_rate = plan::find_least_rate(scan.pts, info.time_base);
  info.copy = copy_scan.facts(info);
  read_orientation(stream, info);
  return info;
}

// All that its headers tell.
AudioStreamInfo describe_sound(const AVStream& stream) {
  AudioStreamInfo info;
  info.index = stream.index;
  info.codec = avcodec_get_name(stream.codecpar->codec_id);
  info.channels = stream.codecpar->ch_layout.nb_channels;
  info.sample_rate = stream.codecpar->sample_rate;
  const std::string_view language = tag_of(stream, "language");
  const bool is_tag = plan::language_tag(language) != plan::kUnknownLanguage;
  info.language = is_tag ? language : plan::kUnknownLanguage;
  info.title = title_of(stream);
  info.purpose = purpose_of(stream);
  info.is_default = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0;
  info.time_base = av::from_av(stream.time_base);
  return info;
}

// The streams that will be heard, and what their packets say.
struct SoundScans {
  std::vector<AudioStreamInfo> infos;
  std::vector<PacketScan> scans;

  // Valid while this is unchanged.
  std::vector<ScannedStream> scanned(av::Input& input) const {
    std::vector<ScannedStream> streams;
    for (std::size_t i = 0; i < infos.size(); ++i) {
      streams.push_back({input.streams()[static_cast<std::size_t>(infos[i].index)], &scans[i]});
    }
    return streams;
  }
};

SoundScans choose_sounds(av::Input& input) {
  std::vector<AudioStreamInfo> found;
  for (const AVStream* stream : input.streams()) {
    const AVCodecParameters& parameters = *stream->codecpar;
    if (parameters.codec_type != AVMEDIA_TYPE_AUDIO || !av::has_allowed_decoder(*stream)) continue;
    if (parameters.sample_rate <= 0 || parameters.ch_layout.nb_channels <= 0) continue;
    found.push_back(describe_sound(*stream));
  }
  SoundScans sounds{.infos = plan::choose_sounds(found), .scans = {}};
  sounds.scans.resize(sounds.infos.size());
  // Gaps are looked for in the first alone.
  constexpr std::size_t kTimesOfOthers = 1000;
  for (std::size_t i = 1; i < sounds.scans.size(); ++i) {
    sounds.scans[i].most_times = kTimesOfOthers;
  }
  return sounds;
}

void note_unused(av::Input& input, const SourceInfo& info, std::vector<std::string>& notes) {
  int subtitles = 0;
  int others = 0;
  for (const AVStream* stream : input.streams()) {
    const bool is_heard =
        std::ranges::find(info.sounds, stream->index, &AudioStreamInfo::index) != info.sounds.end();
    const bool is_used = is_heard || (info.video && stream->index == info.video->index);
    if (is_used) continue;
    ++(stream->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE ? subtitles : others);
  }
  if (subtitles > 0) notes.push_back(fmt::format("{} subtitle streams are left out", subtitles));
  if (others > 0) notes.push_back(fmt::format("{} other streams are left out", others));
}

std::unexpected<Error> no_frame(bool encrypted, bool truncated) {
  if (encrypted) {
    return fail(ErrorCode::encrypted_input,
                "The video is encrypted (DRM). Upload one that plays without a key.");
  }
  if (truncated) {
    return fail(
        ErrorCode::truncated_input,
        "The file ends before the first frame of its video: the upload or copy was cut short.");
  }
  return fail(ErrorCode::malformed_input, "No frame of the video can be decoded.");
}

struct VideoScans {
  int stream;
  PacketScan& packets;
  CopyScan& copy;
};

// Reads to the end of the input.
Result<> scan(av::Input& input, VideoScans video, SoundScans& sounds) {
  const av::PacketPtr packet = av::make_packet();
  while (TRY(input.read(*packet)) == av::ReadOutcome::packet) {
    if (packet->stream_index == video.stream) {
      video.packets.add(*packet);
      video.copy.add(*packet);
    }
    for (std::size_t i = 0; i < sounds.infos.size(); ++i) {
      if (packet->stream_index == sounds.infos[i].index) sounds.scans[i].add(*packet);
    }
    av_packet_unref(packet.get());
  }
  video.packets.sort();
  for (PacketScan& each : sounds.scans) each.sort();
  return {};
}

// Without its headers no packet of a sound means anything.
Result<> check_sound_decoder(const AVStream& stream) {
  const auto decoder = av::Decoder::open(stream);
  if (decoder) return {};
  return fail(decoder.error().code,
              "The headers of the sound are damaged: " + decoder.error().message);
}

// Leaves out the sounds that cannot be heard: those without a packet, and but for the first those
// whose decoder refuses their headers.
Result<> keep_heard(av::Input& input, SoundScans& sounds) {
  SoundScans kept;
  for (std::size_t i = 0; i < sounds.infos.size(); ++i) {
    if (sounds.scans[i].pts.empty()) continue;
    const auto index = static_cast<std::size_t>(sounds.infos[i].index);
    const Result<> decoder = check_sound_decoder(*input.streams()[index]);
    if (!decoder && kept.infos.empty()) return decoder;
    if (!decoder) continue;
    AudioStreamInfo& info = sounds.infos[i];
    info.first_pts = sounds.scans[i].pts.front();
    info.end_pts = sounds.scans[i].end_with_last_step();
    info.packets = sounds.scans[i].packets;
    kept.infos.push_back(std::move(info));
    kept.scans.push_back(std::move(sounds.scans[i]));
  }
  sounds = std::move(kept);
  return {};
}

}  // namespace

Result<SourceInfo> probe(av::ByteSource& source) {
  av::Input input = TRY(av::Input::open(source));
  SourceInfo info;
  info.container = input.context().iformat->name;
  info.bytes = source.size();
  const AVStream* video = choose_video(input);
  if (!video) {
    return fail(ErrorCode::no_video_stream,
                "The file has no video stream. Audio alone is not accepted.");
  }
  const bool encrypted = av_dict_get(video->metadata, "enc_key_id", nullptr, 0) != nullptr;
  if (!av::has_allowed_decoder(*video)) return av::unsupported_codec(*video);
  SoundScans sounds = choose_sounds(input);
  std::vector<int> wanted{video->index};
  for (const AudioStreamInfo& sound : sounds.infos) wanted.push_back(sound.index);
  input.select(wanted);
  PacketScan video_scan;
  CopyScan copy_scan(*video);
  TRY_VOID(scan(input, {video->index, video_scan, copy_scan}, sounds));
  std::vector<ScannedStream> streams = sounds.scanned(input);
  streams.push_back({video, &video_scan});
  info.truncated = ends_early(input, streams);
  if (encrypted || video_scan.encrypted ||
      std::ranges::any_of(sounds.scans, &PacketScan::encrypted)) {
    return no_frame(true, false);
  }
  if (video_scan.pts.empty()) return no_frame(false, info.truncated);

  // A second look from the front: decoding needs the packets that the scan has passed.
  av::Input again = TRY(av::Input::open(source));
  again.select({video->index});
  const std::vector<av::FramePtr> frames =
      TRY(first_frames(again, *again.streams()[static_cast<std::size_t>(video->index)]));
  if (frames.empty()) return no_frame(false, info.truncated);
  info.video = describe_video(*video, video_scan, copy_scan);
  read_picture(frames, *video, *info.video);
  TRY_VOID(keep_heard(input, sounds));
  info.sounds = sounds.infos;
  const std::vector<ScannedStream> heard = sounds.scanned(input);
  info.lost_sound = find_lost_sound(input, info, heard);
  info.gap_at = find_gap({video, &video_scan}, heard.empty() ? ScannedStream{} : heard.front());
  note_unused(input, info, info.notes);
  return info;
}

}  // namespace vodmill::mill
