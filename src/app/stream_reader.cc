#include "app/stream_reader.h"

#include "app/object_facts.h"

namespace vodmill::app {
namespace {

// What a URI leads to, or the error and how far one could look.
struct Found {
  std::optional<std::string> address;
  ReadObject object;

  hls::Look look() const { return address ? hls::Look::unread : hls::Look::beyond; }
};

class Reader {
 public:
  Reader(StreamPlace& place, const std::string& multivariant)
      : place_(place), multivariant_(multivariant) {}

  hls::TrackFacts read_track(const std::string& uri);

 private:
  Found find(const std::string& playlist, const std::string& uri,
             std::optional<hls::ForeignRange> range);
  ReadInit read_map(const std::string& playlist, const hls::ForeignMap& map);
  hls::SegmentFacts read_one(const std::string& playlist, const hls::ForeignSegment& segment,
                             const SegmentUse& use);

  StreamPlace& place_;
  const std::string& multivariant_;
};

// Which pictures the segments of an I-frame playlist hold. Each is a range of a file that must be
// read whole to know; those of one file follow each other.
class IFrames {
 public:
  explicit IFrames(StreamPlace& place) : place_(place) {}

  void look_into(const std::string& address, const hls::ForeignSegment& segment,
                 const ReadInit& init, hls::SegmentFacts& facts) {
    if (address != address_ || &init != init_) {
      const auto bytes = place_.read(address, std::nullopt).bytes;
      frames_ = bytes ? list_i_frames(*bytes, init) : std::nullopt;
      address_ = address;
      init_ = &init;
    }
    if (!frames_) return;
    facts.is_i_frame_known = true;
    const std::int64_t begin = segment.range ? segment.range->offset : 0;
    for (const IFrame& frame : *frames_) {
      const bool is_inside = frame.range.offset >= begin &&
                             frame.range.offset + frame.range.length <= begin + facts.bytes;
      if (is_inside) facts.i_frame_pts = frame.pts;
    }
  }

 private:
  StreamPlace& place_;
  std::string address_;
  const ReadInit* init_ = nullptr;
  std::optional<std::vector<IFrame>> frames_;
};

Found Reader::find(const std::string& playlist, const std::string& uri,
                   std::optional<hls::ForeignRange> range) {
  std::optional<std::string> address = place_.resolve(playlist, uri);
  if (address) {
    ReadObject object = place_.read(*address, range);
    return {std::move(address), std::move(object)};
  }
  return {std::nullopt,
          {.bytes = fail(ErrorCode::not_found, std::string(place_.why_not_followed()))}};
}

ReadInit Reader::read_map(const std::string& playlist, const hls::ForeignMap& map) {
  Found found = find(playlist, map.uri, map.range);
  ReadInit read;
  if (found.object.bytes) {
    read = read_init(std::move(*found.object.bytes));
  } else {
    read.facts.look = found.look();
    read.facts.why = found.object.bytes.error().message;
  }
  read.facts.delivery = std::move(found.object.delivery);
  return read;
}

hls::SegmentFacts Reader::read_one(const std::string& playlist, const hls::ForeignSegment& segment,
                                   const SegmentUse& use) {
  hls::SegmentFacts facts;
  facts.look = hls::Look::opened;
  if (segment.gap) return facts;
  Found found = find(playlist, segment.uri, segment.range);
  if (found.object.bytes) {
    facts = read_segment(*found.object.bytes, use);
  } else {
    facts.look = found.look();
    facts.why = found.object.bytes.error().message;
  }
  facts.delivery = std::move(found.object.delivery);
  return facts;
}

hls::TrackFacts Reader::read_track(const std::string& uri) {
  hls::TrackFacts track;
  const std::optional<std::string> address = place_.resolve(multivariant_, uri);
  if (!address) {
    track.look = hls::Look::beyond;
    track.why = place_.why_not_followed();
    return track;
  }
  ReadObject text = place_.read_playlist(*address);
  track.delivery = std::move(text.delivery);
  if (!text.bytes) {
    track.why = text.bytes.error().message;
    return track;
  }
  track.look = hls::Look::whole;
  track.playlist = hls::read_foreign_playlist(as_text(*text.bytes));
  std::vector<ReadInit> inits;
  for (const auto& map : track.playlist.maps) inits.push_back(read_map(*address, map));
  IFrames i_frames(place_);
  for (const auto& segment : track.playlist.segments) {
    const ReadInit* init =
        segment.map < 0 ? nullptr : &inits[static_cast<std::size_t>(segment.map)];
    const SegmentUse use{.init = init,
                         .is_i_frame = track.playlist.i_frames_only,
                         .is_encrypted = segment.encrypted};
    hls::SegmentFacts facts = read_one(*address, segment, use);
    const auto file = place_.resolve(*address, segment.uri);
    if (use.is_i_frame && init && file && facts.look == hls::Look::opened) {
      i_frames.look_into(*file, segment, *init, facts);
    }
    track.segments.push_back(std::move(facts));
  }
  for (ReadInit& init : inits) track.inits.push_back(std::move(init.facts));
  return track;
}

// The last component of its path.
std::string name_of(std::string_view address) {
  const std::string_view path = address.substr(0, address.find_first_of("?#"));
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

Result<hls::StreamFacts> read_stream(StreamPlace& place, const std::string& multivariant) {
  ReadObject text = place.read_playlist(multivariant);
  if (!text.bytes) return fail(std::move(text.bytes).error().within(multivariant));
  if (!hls::names_variants(as_text(*text.bytes))) {
    return fail(ErrorCode::invalid_request,
                multivariant + " names no variants: give the multivariant playlist.");
  }
  Reader reader(place, multivariant);
  hls::StreamFacts stream;
  stream.name = name_of(multivariant);
  stream.delivery = std::move(text.delivery);
  stream.multivariant = hls::read_foreign_multivariant(as_text(*text.bytes));
  const auto add = [&](const std::string& uri) {
    if (!stream.tracks.contains(uri)) stream.tracks.emplace(uri, reader.read_track(uri));
  };
  for (const auto& variant : stream.multivariant.variants) add(variant.uri);
  for (const auto& variant : stream.multivariant.i_frame_variants) add(variant.uri);
  for (const auto& media : stream.multivariant.media) {
    if (media.uri) add(*media.uri);
  }
  return stream;
}

}  // namespace vodmill::app
