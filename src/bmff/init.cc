#include "bmff/init.h"

#include "bmff/box.h"
#include "bmff/byte_reader.h"
#include "bmff/codec_config.h"

namespace vodmill::bmff {
namespace {

constexpr int kVersionShift = 24;

bool is_wide(std::uint32_t version_and_flags) { return version_and_flags >> kVersionShift == 1; }

Result<ByteView> find_moov(ByteView bytes) {
  std::optional<ByteView> moov;
  bool first = true;
  BoxReader boxes(bytes);
  while (const std::optional<Box> box = TRY(boxes.next())) {
    if (first != (box->type == FourCc("ftyp"))) {
      return malformed("An initialization segment begins with one ftyp box.");
    }
    first = false;
    if (box->type == FourCc("moov")) {
      if (moov) return malformed("An initialization segment has one moov box.");
      moov = box->payload;
    } else if (box->type != FourCc("ftyp") && box->type != FourCc("free") &&
               box->type != FourCc("skip")) {
      return malformed("An initialization segment may not hold a " + box->type.text() + " box.");
    }
  }
  if (!moov) return malformed("The initialization segment has no moov box.");
  return *moov;
}

Result<TrackEntry> read_track_entry(ByteView trak) {
  const ByteView mdia = TRY(only_child(trak, FourCc("mdia")));
  ByteReader handler(TRY(only_child(mdia, FourCc("hdlr"))));
  handler.skip(8);  // version, flags, pre_defined
  TrackEntry entry;
  entry.handler = FourCc(handler.u32()).text();
  ByteReader stsd(TRY(only_descendant(mdia, {FourCc("minf"), FourCc("stbl"), FourCc("stsd")})));
  stsd.skip(8);  // version, flags, number of entries
  BoxReader boxes(stsd.rest());
  const std::optional<Box> first = TRY(boxes.next());
  if (!first) return malformed("A track has no sample entry.");
  entry.sample_entry = first->type.text();
  return entry;
}

Result<std::uint32_t> read_track_id(ByteView tkhd) {
  ByteReader reader(tkhd);
  const bool wide = is_wide(reader.u32());
  reader.skip(wide ? 16 : 8);  // creation and modification time
  const std::uint32_t id = reader.u32();
  if (!reader.ok() || id == 0) return malformed("The tkhd box has no track id.");
  return id;
}

Result<std::int64_t> read_timescale(ByteView mdhd) {
  ByteReader reader(mdhd);
  const bool wide = is_wide(reader.u32());
  reader.skip(wide ? 16 : 8);  // creation and modification time
  const std::uint32_t timescale = reader.u32();
  if (!reader.ok() || timescale == 0) return malformed("The mdhd box has no timescale.");
  return timescale;
}

Result<TrackKind> read_handler(ByteView hdlr) {
  ByteReader reader(hdlr);
  reader.skip(8);  // version, flags, pre_defined
  const FourCc handler(reader.u32());
  if (handler == FourCc("vide")) return TrackKind::video;
  if (handler == FourCc("soun")) return TrackKind::audio;
  return malformed("A track's handler must be video or audio.");
}

Result<std::optional<Colour>> read_colour(ByteView entry_boxes) {
  const std::optional<ByteView> colr = TRY(optional_child(entry_boxes, FourCc("colr")));
  if (!colr) return std::nullopt;
  ByteReader reader(*colr);
  if (FourCc(reader.u32()) != FourCc("nclx")) return std::nullopt;
  Colour colour;
  colour.primaries = reader.u16();
  colour.transfer = reader.u16();
  colour.matrix = reader.u16();
  colour.full_range = (reader.u8() & 0x80) != 0;
  if (!reader.ok()) return malformed("The colr box is cut short.");
  return colour;
}

// VisualSampleEntry (ISO/IEC 14496-12, 12.1.3).
Result<> read_avc1(ByteView entry, InitInfo& info) {
  ByteReader reader(entry);
  reader.skip(24);
  info.width = reader.u16();
  info.height = reader.u16();
  reader.skip(50);
  const ByteView boxes = reader.rest();
  if (!reader.ok() || info.width == 0 || info.height == 0) {
    return malformed("The avc1 sample entry has no size.");
  }
  const ByteView avcc = TRY(only_child(boxes, FourCc("avcC")));
  const AvcConfig config = TRY(parse_avcc(avcc));
  info.codecs = config.codecs();
  info.profile = config.profile;
  info.level = config.level;
  info.nal_length_size = config.nal_length_size;
  info.frames_only = config.frames_only;
  info.colour = TRY(read_colour(boxes));
  return {};
}

// AudioSampleEntry (ISO/IEC 14496-12, 12.2.3).
Result<> read_mp4a(ByteView entry, InitInfo& info) {
  ByteReader reader(entry);
  reader.skip(8);
  const int version = reader.u16();  // other versions are QuickTime's and have more fields
  reader.skip(6);
  const int channels = reader.u16();
  reader.skip(10);
  const ByteView boxes = reader.rest();
  if (!reader.ok() || version != 0) return malformed("The mp4a sample entry is not valid.");
  const ByteView esds = TRY(only_child(boxes, FourCc("esds")));
  const AacConfig config = TRY(parse_esds(esds));
  info.codecs = config.codecs();
  info.sample_rate = config.sample_rate;
  info.channels = config.channels == 0 ? channels : config.channels;
  if (info.channels == 0) return malformed("The mp4a sample entry has no channels.");
  return {};
}

Result<> read_sample_entry(ByteView stsd, InitInfo& info) {
  ByteReader reader(stsd);
  reader.skip(4);  // version and flags
  const std::uint32_t entries = reader.u32();
  BoxReader boxes(reader.rest());
  const std::optional<Box> entry = TRY(boxes.next());
  const std::optional<Box> another = TRY(boxes.next());
  if (entries != 1 || !entry || another) return malformed("A track must have one sample entry.");
  if (info.kind == TrackKind::video && entry->type == FourCc("avc1")) {
    return read_avc1(entry->payload, info);
  }
  if (info.kind == TrackKind::audio && entry->type == FourCc("mp4a")) {
    return read_mp4a(entry->payload, info);
  }
  return malformed("The sample entry " + entry->type.text() + " is not one that this stream uses.");
}

// A CMAF track has at most one edit, and it is not empty: an empty one would shift the track.
Result<std::int64_t> read_media_time(ByteView trak) {
  const std::optional<ByteView> edts = TRY(optional_child(trak, FourCc("edts")));
  if (!edts) return 0;
  ByteReader reader(TRY(only_child(*edts, FourCc("elst"))));
  const bool wide = is_wide(reader.u32());
  const std::uint32_t entries = reader.u32();
  if (entries == 0 && reader.ok()) return 0;
  reader.u64_or_u32(wide);  // segment duration
  const std::uint64_t raw = reader.u64_or_u32(wide);
  const std::int64_t media_time =
      wide ? static_cast<std::int64_t>(raw) : static_cast<std::int32_t>(raw);
  if (!reader.ok() || entries != 1 || media_time < 0) {
    return malformed("An edit list must hold one edit that is not empty.");
  }
  return media_time;
}

Result<> read_trex(ByteView trex, InitInfo& info) {
  ByteReader reader(trex);
  reader.skip(4);  // version and flags
  const std::uint32_t track_id = reader.u32();
  reader.skip(4);  // default sample description
  info.default_duration = reader.u32();
  info.default_size = reader.u32();
  info.default_flags = reader.u32();
  if (!reader.ok() || track_id != info.track_id) {
    return malformed("The trex box does not belong to the track.");
  }
  return {};
}

}  // namespace

Result<std::vector<TrackEntry>> list_tracks(ByteView bytes) {
  std::vector<TrackEntry> tracks;
  BoxReader boxes(TRY(find_moov(bytes)));
  while (const std::optional<Box> box = TRY(boxes.next())) {
    if (box->type == FourCc("trak")) tracks.push_back(TRY(read_track_entry(box->payload)));
  }
  return tracks;
}

Result<InitInfo> parse_init(ByteView bytes, OnDeviation on_deviation) {
  const ByteView moov = TRY(find_moov(bytes));
  const ByteView trak = TRY(only_child(moov, FourCc("trak")));
  const ByteView tkhd = TRY(only_child(trak, FourCc("tkhd")));
  const ByteView mdia = TRY(only_child(trak, FourCc("mdia")));
  const ByteView mdhd = TRY(only_child(mdia, FourCc("mdhd")));
  const ByteView hdlr = TRY(only_child(mdia, FourCc("hdlr")));
  const ByteView stsd =
      TRY(only_descendant(mdia, {FourCc("minf"), FourCc("stbl"), FourCc("stsd")}));
  const ByteView trex = TRY(only_descendant(moov, {FourCc("mvex"), FourCc("trex")}));

  InitInfo info;
  info.track_id = TRY(read_track_id(tkhd));
  info.timescale = TRY(read_timescale(mdhd));
  info.kind = TRY(read_handler(hdlr));
  TRY_VOID(read_sample_entry(stsd, info));
  const Result<std::int64_t> media_time = read_media_time(trak);
  if (!media_time && on_deviation == OnDeviation::refuse) return fail(media_time.error());
  info.media_time = media_time.value_or(0);
  info.has_plain_edit = media_time.has_value();
  TRY_VOID(read_trex(trex, info));
  return info;
}

}  // namespace vodmill::bmff
