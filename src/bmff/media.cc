#include "bmff/media.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "bmff/box.h"
#include "bmff/byte_reader.h"
#include "bmff/codec_config.h"

namespace vodmill::bmff {
namespace {

// Far above any real time, and low enough that no sum of two leaves 64 bits.
constexpr std::int64_t kLatestTime = std::int64_t{1} << 62;

constexpr std::uint32_t kFlagsMask = 0x00ffffff;
constexpr std::uint32_t kNonSyncSample = 0x00010000;

enum TfhdFlag : std::uint32_t {
  kTfhdBaseDataOffset = 0x1,
  kTfhdDescriptionIndex = 0x2,
  kTfhdDuration = 0x8,
  kTfhdSize = 0x10,
  kTfhdFlags = 0x20,
};

enum TrunFlag : std::uint32_t {
  kTrunDataOffset = 0x1,
  kTrunFirstSampleFlags = 0x4,
  kTrunDuration = 0x100,
  kTrunSize = 0x200,
  kTrunFlags = 0x400,
  kTrunCompositionOffset = 0x800,
  kTrunPerSample = kTrunDuration | kTrunSize | kTrunFlags | kTrunCompositionOffset,
};

struct SampleDefaults {
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
};

struct Sample {
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
  std::uint32_t flags = 0;
  std::int64_t composition_offset = 0;
};

// One moof with its mdat, and how far its samples have been read.
struct Fragment {
  std::int64_t moof = 0;  // offset in the segment
  std::int64_t mdat_begin = 0;
  std::int64_t mdat_end = 0;
  std::int64_t position = 0;  // of the next sample's data
  SampleDefaults defaults;
};

class MediaParser {
 public:
  MediaParser(ByteView bytes, const InitInfo& init, OnDeviation on_deviation)
      : bytes_(bytes), init_(init), refuses_(on_deviation == OnDeviation::refuse) {}
  Result<MediaInfo> parse();

 private:
  Result<> read_fragment(const Box& moof, const Box& mdat);
  Result<SampleDefaults> read_tfhd(ByteView payload) const;
  Result<> read_tfdt(ByteView payload);
  Result<> read_trun(ByteView payload, Fragment& fragment);
  Result<> add_sample(const Sample& sample, Fragment& fragment);
  Result<> add_picture(ByteView data, const Sample& sample, const Fragment& fragment,
                       std::int64_t pts);

  ByteView bytes_;
  const InitInfo& init_;
  const bool refuses_;  // deviations
  MediaInfo info_;
};

bool may_stand_outside_fragments(FourCc type) {
  return type == FourCc("styp") || type == FourCc("sidx") || type == FourCc("prft") ||
         type == FourCc("emsg") || type == FourCc("free") || type == FourCc("skip");
}

Result<MediaInfo> MediaParser::parse() {
  std::optional<Box> moof;
  BoxReader boxes(bytes_);
  while (const std::optional<Box> box = TRY(boxes.next())) {
    if (moof) {
      if (box->type != FourCc("mdat")) return malformed("A moof box must be followed by its mdat.");
      TRY_VOID(read_fragment(*moof, *box));
      moof.reset();
    } else if (box->type == FourCc("moof")) {
      moof = box;
    } else if (!may_stand_outside_fragments(box->type)) {
      return malformed("A media segment may not hold a " + box->type.text() + " box here.");
    }
  }
  if (moof) return malformed("The last moof box has no mdat.");
  if (info_.samples == 0) return malformed("The media segment holds no samples.");
  info_.bytes = static_cast<std::int64_t>(bytes_.size());
  return std::move(info_);
}

Result<> MediaParser::read_fragment(const Box& moof, const Box& mdat) {
  const ByteView traf = TRY(only_child(moof.payload, FourCc("traf")));
  const ByteView tfhd = TRY(only_child(traf, FourCc("tfhd")));
  const ByteView tfdt = TRY(only_child(traf, FourCc("tfdt")));
  Fragment fragment;
  fragment.moof = static_cast<std::int64_t>(moof.offset);
  fragment.mdat_begin = static_cast<std::int64_t>(mdat.payload_offset);
  fragment.mdat_end = static_cast<std::int64_t>(mdat.end());
  fragment.position = fragment.moof;
  fragment.defaults = TRY(read_tfhd(tfhd));
  TRY_VOID(read_tfdt(tfdt));
  BoxReader boxes(traf);
  while (const std::optional<Box> box = TRY(boxes.next())) {
    if (box->type == FourCc("trun")) TRY_VOID(read_trun(box->payload, fragment));
  }
  return {};
}

Result<SampleDefaults> MediaParser::read_tfhd(ByteView payload) const {
  ByteReader reader(payload);
  const std::uint32_t flags = reader.u32() & kFlagsMask;
  const std::uint32_t track_id = reader.u32();
  if ((flags & kTfhdBaseDataOffset) != 0) {
    return malformed("Sample data must be addressed from the moof box.");
  }
  if ((flags & kTfhdDescriptionIndex) != 0) reader.skip(4);
  SampleDefaults defaults{init_.default_duration, init_.default_size, init_.default_flags};
  if ((flags & kTfhdDuration) != 0) defaults.duration = reader.u32();
  if ((flags & kTfhdSize) != 0) defaults.size = reader.u32();
  if ((flags & kTfhdFlags) != 0) defaults.flags = reader.u32();
  if (!reader.ok()) return malformed("The tfhd box is cut short.");
  if (track_id != init_.track_id) return malformed("The fragment belongs to another track.");
  return defaults;
}

Result<> MediaParser::read_tfdt(ByteView payload) {
  ByteReader reader(payload);
  const bool wide = reader.u32() >> 24 == 1;
  const std::uint64_t time = reader.u64_or_u32(wide);
  if (!reader.ok()) return malformed("The tfdt box is cut short.");
  if (time > static_cast<std::uint64_t>(kLatestTime))
    return malformed("The decode time is absurd.");
  const auto start = static_cast<std::int64_t>(time);
  if (info_.samples == 0) info_.start = start;
  if (start == info_.start + info_.duration) return {};
  info_.is_continuous = false;
  if (refuses_) {
    return malformed("A fragment starts at " + std::to_string(start) +
                     ", but the one before ends at " +
                     std::to_string(info_.start + info_.duration) + ".");
  }
  return {};
}

Result<> MediaParser::read_trun(ByteView payload, Fragment& fragment) {
  ByteReader reader(payload);
  const std::uint32_t version_and_flags = reader.u32();
  const bool is_signed = version_and_flags >> 24 != 0;
  const std::uint32_t flags = version_and_flags & kFlagsMask;
  const std::uint32_t count = reader.u32();
  if ((flags & kTrunDataOffset) != 0) {
    fragment.position = fragment.moof + static_cast<std::int32_t>(reader.u32());
  }
  std::uint32_t first_flags = fragment.defaults.flags;
  if ((flags & kTrunFirstSampleFlags) != 0) first_flags = reader.u32();

  const std::size_t entry_size =
      4 * static_cast<std::size_t>(std::popcount(flags & kTrunPerSample));
  if (!reader.ok() || reader.remaining() < count * entry_size) {
    return malformed("The trun box is cut short.");
  }
  // Without fields of their own, the samples are bounded by the mdat: each takes bytes of it.
  for (std::uint32_t i = 0; i < count; ++i) {
    Sample sample{fragment.defaults.duration, fragment.defaults.size,
                  i == 0 ? first_flags : fragment.defaults.flags};
    if ((flags & kTrunDuration) != 0) sample.duration = reader.u32();
    if ((flags & kTrunSize) != 0) sample.size = reader.u32();
    if ((flags & kTrunFlags) != 0) sample.flags = reader.u32();
    if ((flags & kTrunCompositionOffset) != 0) {
      const std::uint32_t raw = reader.u32();
      sample.composition_offset = is_signed ? std::int64_t{static_cast<std::int32_t>(raw)} : raw;
    }
    TRY_VOID(add_sample(sample, fragment));
  }
  return {};
}

Result<> MediaParser::add_sample(const Sample& sample, Fragment& fragment) {
  if (sample.size == 0 || sample.duration == 0) {
    return malformed("Sample " + std::to_string(info_.samples) + " has no bytes or no duration.");
  }
  if (fragment.position < fragment.mdat_begin ||
      fragment.position + sample.size > fragment.mdat_end) {
    return malformed("Sample " + std::to_string(info_.samples) + " lies outside of the mdat box.");
  }
  const std::int64_t dts = info_.start + info_.duration;
  if (dts > kLatestTime) return malformed("The decode time is absurd.");
  const bool is_sync = (sample.flags & kNonSyncSample) == 0;
  if (info_.samples == 0 && !is_sync) {
    info_.starts_with_idr = false;
    if (refuses_) return malformed("The first sample of a segment must be a sync sample.");
  }

  const std::int64_t pts = dts + sample.composition_offset;
  const ByteView data = bytes_.subspan(static_cast<std::size_t>(fragment.position), sample.size);
  if (init_.kind == TrackKind::video) TRY_VOID(add_picture(data, sample, fragment, pts));
  const std::int64_t end = pts + sample.duration;
  info_.first_pts = info_.samples == 0 ? pts : std::min(info_.first_pts, pts);
  info_.end_pts = info_.samples == 0 ? end : std::max(info_.end_pts, end);
  info_.shortest_sample = info_.samples == 0
                              ? sample.duration
                              : std::min<std::int64_t>(info_.shortest_sample, sample.duration);
  info_.longest_sample = std::max<std::int64_t>(info_.longest_sample, sample.duration);
  info_.duration += sample.duration;
  ++info_.samples;
  fragment.position += sample.size;
  return {};
}

Result<> MediaParser::add_picture(ByteView data, const Sample& sample, const Fragment& fragment,
                                  std::int64_t pts) {
  const NalUnits units = TRY(scan_nal_units(data, init_.nal_length_size));
  info_.has_parameter_sets |= units.parameter_sets;
  if (info_.samples == 0 && !units.idr) {
    info_.starts_with_idr = false;
    if (refuses_) return malformed("The first picture of a segment must be an IDR picture.");
  }
  if (units.idr && (sample.flags & kNonSyncSample) == 0) {
    info_.sync_samples.push_back(
        {info_.samples, pts, fragment.moof, fragment.position + sample.size - fragment.moof});
  }
  return {};
}

}  // namespace

Result<MediaInfo> parse_media(ByteView bytes, const InitInfo& init, OnDeviation on_deviation) {
  return MediaParser(bytes, init, on_deviation).parse();
}

}  // namespace vodmill::bmff
