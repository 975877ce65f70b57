#include "mill/probe.h"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <numbers>

#include "av/decoder.h"
#include "av/input.h"
#include "base/printable.h"
#include "mill/field_scan.h"
#include "mill/promises.h"
#include "mill/scan.h"
#include "plan/frame_grid.h"
#include "plan/language.h"
#include "plan/sounds.h"

extern "C" {
#include <libavutil/mastering_display_metadata.h>
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

struct FirstFrames {
  std::vector<av::FramePtr> frames;  // as the decoder shows them; empty when none can be decoded
  bool agree = true;                 // their packets are those of the scan
};

Result<FirstFrames> first_frames(av::Input& input, const AVStream& stream, Scan* believed) {
  av::Decoder decoder = TRY(av::Decoder::open(stream));
  FirstFrames first;
  std::vector<av::FramePtr>& frames = first.frames;
  const av::PacketPtr packet = av::make_packet();
  av::FramePtr frame = av::make_frame();
  for (int tried = 0; tried < kPacketsToTry && frames.size() < kFramesToLookAt;) {
    const av::ReadOutcome outcome = TRY(input.read(*packet));
    const bool ended = outcome == av::ReadOutcome::end;
    if (!ended && packet->stream_index != stream.index) {
      av_packet_unref(packet.get());
      continue;
    }
    if (!ended && believed && !agrees(*believed, *packet)) first.agree = false;
    TRY_VOID(decoder.send(ended ? nullptr : packet.get()));
    av_packet_unref(packet.get());
    ++tried;
    while (TRY(decoder.receive(*frame))) frames.push_back(std::exchange(frame, av::make_frame()));
    if (ended) break;
  }
  return first;
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

// Nits of the brightest sample and of the brightest that the mastering display could show; 0 where
// the file says nothing, or nothing that can be a light.
int nits_of(double value) {
  constexpr double kMost = 1e6;
  return value >= 1 && value <= kMost ? static_cast<int>(std::lround(value)) : 0;
}

void read_peaks(const AVFrame& frame, const AVStream& stream, VideoStreamInfo& info) {
  // Frames have what the codec says, the stream what the container says.
  const auto find = [&](AVFrameSideDataType of_frame,
                        AVPacketSideDataType of_stream) -> const void* {
    if (const auto* data = av_frame_get_side_data(&frame, of_frame)) return data->data;
    return av_stream_get_side_data(&stream, of_stream, nullptr);
  };
  if (const auto* light = static_cast<const AVContentLightMetadata*>(
          find(AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, AV_PKT_DATA_CONTENT_LIGHT_LEVEL))) {
    info.content_peak = nits_of(light->MaxCLL);
  }
  if (const auto* display = static_cast<const AVMasteringDisplayMetadata*>(
          find(AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, AV_PKT_DATA_MASTERING_DISPLAY_METADATA))) {
    const AVRational most = display->max_luminance;
    if (display->has_luminance != 0 && most.den != 0) info.mastering_peak = nits_of(av_q2d(most));
  }
}

// Frames that say so are deinterlaced one by one: a single one is enough.
void read_fields(const std::vector<av::FramePtr>& frames, VideoStreamInfo& info) {
  constexpr Rational kMostFrames{31, 1};  // a second; twice as many fields
  info.interlaced = std::ranges::any_of(
      frames, [](const av::FramePtr& frame) { return frame->interlaced_frame != 0; });
  if (info.interlaced || !(info.grid_rate < kMostFrames)) return;
  info.field_order = find_fields(frames);
  info.interlaced = !info.field_order.empty();
}

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
  read_peaks(frame, stream, info);
  read_fields(frames, info);
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

VideoStreamInfo describe_video(const AVStream& stream, const Scan& all) {
  const PacketScan& scan = all.video;
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
  info.copy = all.copy.facts(info);
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

std::vector<AudioStreamInfo> choose_sounds(av::Input& input) {
  std::vector<AudioStreamInfo> found;
  for (const AVStream* stream : input.streams()) {
    const AVCodecParameters& parameters = *stream->codecpar;
    if (parameters.codec_type != AVMEDIA_TYPE_AUDIO || !av::has_allowed_decoder(*stream)) continue;
    if (parameters.sample_rate <= 0 || parameters.ch_layout.nb_channels <= 0) continue;
    found.push_back(describe_sound(*stream));
  }
  return plan::choose_sounds(found);
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

// Without its headers no packet of a sound means anything.
Result<> check_sound_decoder(const AVStream& stream) {
  const auto decoder = av::Decoder::open(stream);
  if (decoder) return {};
  return fail(decoder.error().code,
              "The headers of the sound are damaged: " + decoder.error().message);
}

// Nothing can be made of it.
Result<> check_readable(const Scan& scan, bool is_encrypted) {
  const bool hides_sound = std::ranges::any_of(scan.sounds, &PacketScan::encrypted);
  if (is_encrypted || scan.video.encrypted || hides_sound) return no_frame(true, false);
  if (scan.video.pts.empty()) return no_frame(false, scan.ends_early);
  return {};
}

struct Look {
  Scan scan;
  std::vector<av::FramePtr> frames;
};

// Every packet, and a second look from the front: decoding needs the packets that the scan has
// passed.
Result<Look> look_at_all(av::ByteSource& source, av::Input& input, const ChosenStreams& chosen,
                         bool is_encrypted) {
  Scan scan = TRY(scan_packets(input, chosen));
  TRY_VOID(check_readable(scan, is_encrypted));
  av::Input again = TRY(av::Input::open(source));
  const int index = chosen.video->index;
  if (static_cast<std::size_t>(index) >= again.streams().size()) return no_frame(false, false);
  again.select({index});
  const AVStream& stream = *again.streams()[static_cast<std::size_t>(index)];
  FirstFrames first = TRY(first_frames(again, stream, nullptr));
  return Look{std::move(scan), std::move(first.frames)};
}

// The index and a few packets; none where these are not as it says. The input is read from then.
Result<std::optional<Look>> look_at_some(av::Input& input, const ChosenStreams& chosen, Scan scan) {
  TRY_VOID(check_readable(scan, false));
  input.select({chosen.video->index});
  FirstFrames first = TRY(first_frames(input, *chosen.video, &scan));
  if (!first.agree || !TRY(try_samples(input, *chosen.video, scan))) return std::nullopt;
  return Look{std::move(scan), std::move(first.frames)};
}

// `notes` tells of a large file whether its index was believed.
Result<Look> look(av::ByteSource& source, av::Input& input, const ChosenStreams& chosen,
                  ProbeOptions options, std::vector<std::string>& notes) {
  const bool is_encrypted =
      av_dict_get(chosen.video->metadata, "enc_key_id", nullptr, 0) != nullptr;
  if (is_encrypted) return look_at_all(source, input, chosen, true);
  auto listed = TRY(scan_index(source, input, chosen, options.believe_index_from));
  if (auto* refused = std::get_if<NotByIndex>(&listed)) {
    if (!refused->why.empty()) notes.push_back("its index was not believed: " + refused->why);
    return look_at_all(source, input, chosen, false);
  }
  auto found = TRY(look_at_some(input, chosen, std::move(std::get<Scan>(listed))));
  if (found) {
    notes.emplace_back("its index was believed: its packets are looked at as they are used");
    return std::move(*found);
  }
  notes.emplace_back("its index was not believed: its packets are others");
  av::Input fresh = TRY(av::Input::open(source));
  return look_at_all(source, fresh, chosen, false);
}

// The sounds that can be heard, and what their packets say.
struct Heard {
  std::vector<AudioStreamInfo> infos;
  std::vector<ScannedStream> streams;  // of the infos
};

// Leaves out those that cannot be heard: those without a packet, and but for the first those whose
// decoder refuses their headers. `infos` are of the chosen sounds.
Result<Heard> find_heard(const ChosenStreams& chosen, const Scan& scan,
                         std::vector<AudioStreamInfo> infos) {
  Heard heard;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const PacketScan& packets = scan.sounds[i];
    if (packets.pts.empty()) continue;
    Result<> decoder = check_sound_decoder(*chosen.sounds[i]);
    if (!decoder && heard.infos.empty()) return fail(std::move(decoder).error());
    if (!decoder) continue;
    infos[i].first_pts = packets.pts.front();
    infos[i].end_pts = packets.end_with_last_step();
    infos[i].packets = packets.packets;
    heard.infos.push_back(std::move(infos[i]));
    heard.streams.push_back({chosen.sounds[i], &packets});
  }
  return heard;
}

}  // namespace

Result<SourceInfo> probe(av::ByteSource& source, ProbeOptions options) {
  av::Input input = TRY(av::Input::open(source));
  SourceInfo info;
  info.container = input.context().iformat->name;
  info.bytes = source.size();
  const AVStream* video = choose_video(input);
  if (!video) {
    return fail(ErrorCode::no_video_stream,
                "The file has no video stream. Audio alone is not accepted.");
  }
  if (!av::has_allowed_decoder(*video)) return av::unsupported_codec(*video);
  const std::vector<AudioStreamInfo> sounds = choose_sounds(input);
  ChosenStreams chosen{.video = video, .sounds = {}};
  for (const AudioStreamInfo& sound : sounds) {
    chosen.sounds.push_back(input.streams()[static_cast<std::size_t>(sound.index)]);
  }
  const Look found = TRY(look(source, input, chosen, options, info.notes));
  const Scan& scan = found.scan;
  info.truncated = scan.ends_early;
  if (found.frames.empty()) return no_frame(false, info.truncated);
  info.video = describe_video(*video, scan);
  read_picture(found.frames, *video, *info.video);
  const Heard heard = TRY(find_heard(chosen, scan, sounds));
  info.sounds = heard.infos;
  info.lost_sound = find_lost_sound(input, info, heard.streams);
  const bool is_silent = heard.streams.empty();
  info.gap_at = find_gap({video, &scan.video}, is_silent ? ScannedStream{} : heard.streams.front());
  note_unused(input, info, info.notes);
  return info;
}

}  // namespace vodmill::mill
