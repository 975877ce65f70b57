#include "hls/final_check.h"

#include <algorithm>

#include "hls/names.h"
#include "hls/rules.h"

namespace vodmill::hls {
namespace {

TrackFacts facts_of(std::string_view text, std::span<const Segment> rows) {
  std::map<std::string, std::int64_t> bytes;
  for (const Segment& row : rows) bytes.emplace(segment_uri(row.key), row.bytes);
  TrackFacts track;
  track.look = Look::whole;
  track.playlist = read_foreign_playlist(text);
  track.inits.resize(track.playlist.maps.size());
  for (InitFacts& init : track.inits) init.look = Look::opened;
  for (const ForeignSegment& line : track.playlist.segments) {
    SegmentFacts facts;
    const auto found = bytes.find(line.uri);
    if (found == bytes.end()) {
      facts.why = "There is no such segment.";
    } else {
      facts.look = Look::opened;
      facts.bytes = line.range ? line.range->length : found->second;
      facts.first_box = "moof";  // as bmff/ found it
    }
    track.segments.push_back(std::move(facts));
  }
  return track;
}

// A breach, and not of what the plan chose: how many variants there are.
bool is_fatal(const Finding& finding) {
  return finding.severity == Severity::must && finding.rule != "9.9";
}

}  // namespace

Result<> check_final(const Plan& plan, int generation, const RenditionRows& rows) {
  const MultivariantPlaylist multivariant = TRY(final_multivariant(plan, generation, rows));
  StreamFacts stream;
  stream.name = kMultivariantName;
  stream.multivariant = read_foreign_multivariant(to_text(multivariant));
  for (const auto& [name, segments] : rows) {
    const MediaPlaylist playlist = TRY(final_media(plan, segments));
    stream.tracks.emplace(final_media_playlist_name(generation, name),
                          facts_of(to_text(playlist), segments));
    const auto i_frames = final_i_frames(plan, segments);
    if (!i_frames) continue;
    stream.tracks.emplace(i_frame_playlist_name(generation, name),
                          facts_of(to_text(*i_frames), segments));
  }
  const auto findings = judge(stream);
  const auto broken = std::ranges::find_if(findings, is_fatal);
  if (broken == findings.end()) return {};
  return fail(ErrorCode::verification_failed, "The playlists break the HLS rule " +
                                                  rule_name(broken->rule) + ": " + broken->where +
                                                  ": " + broken->sentence);
}

}  // namespace vodmill::hls
