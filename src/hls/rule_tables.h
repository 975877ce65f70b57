// The tables of rules_*.cc, and what their functions share. For the files of this folder.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hls/bandwidth.h"
#include "hls/rules.h"

namespace vodmill::hls {

std::span<const Rule> grammar_rules();    // RFC 8216: the text alone
std::span<const Rule> object_rules();     // what the URIs lead to
std::span<const Rule> picture_rules();    // Apple 1
std::span<const Rule> sound_rules();      // Apple 2, 4, 5 and what is said of sound in 8, 9
std::span<const Rule> i_frame_rules();    // Apple 6
std::span<const Rule> time_rules();       // Apple 7, 8
std::span<const Rule> playlist_rules();   // Apple 8, 9: the attributes
std::span<const Rule> bandwidth_rules();  // Apple 1.26 to 1.32, 9.13
std::span<const Rule> delivery_rules();   // what a server does: Apple 8.18, 10

// A media playlist with the URI that names it.
struct NamedTrack {
  const std::string& uri;
  const TrackFacts& track;
};

// Each once, if the playlist itself was read. `type` is of EXT-X-MEDIA: "AUDIO", "SUBTITLES".
std::vector<NamedTrack> variant_tracks(const StreamFacts& stream);
std::vector<NamedTrack> media_tracks(const StreamFacts& stream, std::string_view type);
std::vector<NamedTrack> i_frame_tracks(const StreamFacts& stream);
std::vector<NamedTrack> played_tracks(const StreamFacts& stream);  // variants', then all media's
std::vector<NamedTrack> seen_and_heard_tracks(const StreamFacts& stream);  // without subtitles

// The track if its playlist was read, else null.
const TrackFacts* find_track(const StreamFacts& stream, const std::string& uri);

// Its segments with the InitFacts they go with; both are whole.
struct KnownSegment {
  std::size_t index = 0;
  const ForeignSegment& line;
  const SegmentFacts& facts;
  const InitFacts& init;
};
std::vector<KnownSegment> known_segments(const TrackFacts& track);

// The one InitFacts of a track that is whole; null if there is none.
const InitFacts* known_init(const TrackFacts& track);

// Peak and average by EXTINF and bytes (RFC 8216, 4.1); nullopt unless every segment was read.
std::optional<Bandwidth> measured(const TrackFacts& track);

std::int64_t playlist_duration(const TrackFacts& track);  // in kForeignTimescale

std::string at_line(std::string_view playlist, int line);            // "v0.m3u8 line 7"
std::string in_seconds(std::int64_t units, std::int64_t timescale);  // "6.006 s"

}  // namespace vodmill::hls
