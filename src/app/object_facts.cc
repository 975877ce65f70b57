#include "app/object_facts.h"

#include <algorithm>
#include <cctype>

#include "bmff/init.h"
#include "bmff/media.h"

namespace vodmill::app {
namespace {

constexpr std::int64_t kLatest = std::int64_t{1} << 40;
constexpr std::int64_t kMostSeconds = 1'000'000;

bool is_sane(std::int64_t units, std::int64_t timescale) {
  return units <= kLatest && units >= -kLatest && std::abs(units) / timescale <= kMostSeconds;
}

std::string first_box(ByteView bytes) {
  constexpr std::size_t kHeader = 8;
  if (bytes.size() < kHeader) return "";
  const std::string type(as_text(bytes.subspan(4, 4)));
  const bool is_type =
      std::ranges::all_of(type, [](unsigned char c) { return std::isalnum(c) != 0; });
  return is_type && load_be<std::uint32_t>(bytes) >= kHeader ? type : "";
}

void copy_facts(const bmff::InitInfo& info, hls::InitFacts& facts) {
  facts.look = hls::Look::whole;
  facts.is_video = info.kind == bmff::TrackKind::video;
  facts.timescale = info.timescale;
  if (info.has_plain_edit && is_sane(info.media_time, info.timescale)) {
    facts.media_time = info.media_time;
  }
  facts.codecs = info.codecs;
  facts.width = info.width;
  facts.height = info.height;
  facts.profile = info.profile;
  facts.level = info.level;
  facts.frames_only = info.frames_only;
  facts.channels = info.channels;
  const bmff::Colour colour = info.colour.value_or(bmff::Colour());
  facts.primaries = colour.primaries;
  facts.transfer = colour.transfer;
  facts.matrix = colour.matrix;
}

void copy_facts(const bmff::MediaInfo& info, hls::SegmentFacts& facts) {
  facts.look = hls::Look::whole;
  facts.start = info.start;
  facts.duration = info.duration;
  facts.samples = info.samples;
  facts.first_pts = info.first_pts;
  facts.end_pts = info.end_pts;
  facts.shortest_sample = info.shortest_sample;
  facts.longest_sample = info.longest_sample;
  facts.is_continuous = info.is_continuous;
  facts.starts_with_idr = info.starts_with_idr;
  facts.has_parameter_sets = info.has_parameter_sets;
  for (const bmff::SyncSample& sync : info.sync_samples) facts.idr_pts.push_back(sync.pts);
}

bool is_sane(const bmff::MediaInfo& info, std::int64_t timescale) {
  return is_sane(info.start, timescale) && is_sane(info.duration, timescale) &&
         is_sane(info.first_pts, timescale) && is_sane(info.end_pts, timescale);
}

// Its packets are of 188 bytes, and each begins with the same one (ISO/IEC 13818-1, 2.4.3.2).
bool is_transport_stream(ByteView bytes) {
  constexpr std::size_t kPacket = 188;
  constexpr auto kSync = std::byte{0x47};
  return bytes.size() >= kPacket && bytes[0] == kSync &&
         (bytes.size() == kPacket || bytes[kPacket] == kSync);
}

// Why the samples of such tracks are not looked into; "" if they are.
std::string why_beyond(const std::vector<hls::TrackName>& tracks) {
  if (tracks.size() != 1) return "The segments hold several tracks.";
  const std::string& entry = tracks.front().sample_entry;
  if (entry == "avc1" || entry == "mp4a") return "";
  return "The codec " + entry + " is not one that can be read here.";
}

void read_samples(ByteView bytes, const ReadInit& init, hls::SegmentFacts& facts) {
  const auto info = bmff::parse_init(init.bytes, bmff::OnDeviation::report);
  if (!info) return;
  const auto media = bmff::parse_media(bytes, *info, bmff::OnDeviation::report);
  if (!media) {
    facts.look = hls::Look::malformed;
    facts.why = media.error().message;
  } else if (!is_sane(*media, info->timescale)) {
    facts.look = hls::Look::malformed;
    facts.why = "Its times are absurd.";
  } else {
    copy_facts(*media, facts);
  }
}

}  // namespace

ReadInit read_init(Bytes bytes) {
  ReadInit read;
  hls::InitFacts& facts = read.facts;
  facts.look = hls::Look::malformed;
  const auto tracks = bmff::list_tracks(bytes);
  if (!tracks) {
    facts.why = tracks.error().message;
    return read;
  }
  for (const auto& track : *tracks) facts.tracks.push_back({track.handler, track.sample_entry});
  facts.why = why_beyond(facts.tracks);
  if (!facts.why.empty()) {
    facts.look = hls::Look::beyond;
    return read;
  }
  const auto info = bmff::parse_init(bytes, bmff::OnDeviation::report);
  if (info) {
    copy_facts(*info, facts);
  } else {
    facts.why = info.error().message;
  }
  read.bytes = std::move(bytes);
  return read;
}

std::optional<std::vector<IFrame>> list_i_frames(ByteView file, const ReadInit& init) {
  if (init.facts.look != hls::Look::whole) return std::nullopt;
  const auto info = bmff::parse_init(init.bytes, bmff::OnDeviation::report);
  if (!info || info->kind != bmff::TrackKind::video) return std::nullopt;
  const auto media = bmff::parse_media(file, *info, bmff::OnDeviation::report);
  if (!media || !is_sane(*media, info->timescale)) return std::nullopt;
  std::vector<IFrame> frames;
  for (const bmff::SyncSample& sync : media->sync_samples) {
    frames.push_back({.range = {.offset = sync.offset, .length = sync.length}, .pts = sync.pts});
  }
  return frames;
}

hls::SegmentFacts read_segment(ByteView bytes, const SegmentUse& use) {
  constexpr std::size_t kTextHead = 1024;
  hls::SegmentFacts facts;
  facts.bytes = static_cast<std::int64_t>(bytes.size());
  facts.first_box = first_box(bytes);
  const std::string_view head = as_text(bytes).substr(0, kTextHead);
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  facts.is_webvtt =
      head.starts_with("WEBVTT") || head.starts_with(std::string(kByteOrderMark) + "WEBVTT");
  facts.is_transport_stream = is_transport_stream(bytes);
  facts.has_timestamp_map = head.find("X-TIMESTAMP-MAP=") != std::string_view::npos;
  facts.look = hls::Look::opened;
  if (use.is_encrypted) {
    facts.look = hls::Look::beyond;
    facts.why = "The segment is encrypted.";
  } else if (!use.init && facts.first_box.empty() && !facts.is_webvtt) {
    facts.look = hls::Look::beyond;
    facts.why = "MPEG-TS and packed audio cannot be read here.";
  } else if (use.init && use.init->facts.look == hls::Look::beyond) {
    facts.why = use.init->facts.why;  // which is told once, of the initialization segment
  } else if (use.init && !use.is_i_frame && use.init->facts.look == hls::Look::whole) {
    read_samples(bytes, *use.init, facts);
  }
  return facts;
}

}  // namespace vodmill::app
