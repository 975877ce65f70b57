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
std::span<const Rule> time_rules();       // Apple 7, 8: durations
std::span<const Rule> break_rules();      // Apple 7, 8: where one segment follows another
std::span<const Rule> playlist_rules();   // Apple 8, 9, 13: the attributes
std::span<const Rule> bandwidth_rules();  // Apple 1.26 to 1.32, 9.13
std::span<const Rule> delivery_rules();   // what a server does: Apple 8.18, 10, 11

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
std::int64_t to_foreign(std::int64_t units, std::int64_t timescale);

// Renditions may differ by a sample of each: sound has no boundary where a frame ends. In
// kForeignTimescale; a tenth of a second where samples are not known.
std::int64_t tolerance(const TrackFacts& track);

bool begins_fragment(std::string_view box);   // of fMP4: "moof", or what may stand before it
bool is_sound_codec(std::string_view codec);  // as CODECS names them: "mp4a.40.2"
bool has_sound_codec(const ForeignVariant& variant);
bool is_sound_alone(const ForeignVariant& variant);  // all of its CODECS are sounds

// CODECS names a sound, and what is known of the variant's segments holds none.
bool lacks_its_sound(const StreamFacts& stream, const ForeignVariant& variant);

std::string at_line(std::string_view playlist, int line);            // "v0.m3u8 line 7"
std::string in_seconds(std::int64_t units, std::int64_t timescale);  // "6.006 s"

}  // namespace vodmill::hls
