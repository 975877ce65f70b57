// The playlists of one generation, made from its plan and its committed rows.
//
// While it is processed, api/ renders playlists from what is committed; when it is finished,
// worker/ stores the final ones. All URIs are relative to the playlist's own (names.h). Pure; any
// thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "core/plan.h"
#include "core/segment.h"
#include "hls/media_playlist.h"
#include "hls/multivariant_playlist.h"

namespace vodmill::hls {

// `rows` everywhere: the committed rows of one rendition in the order of their index, InitSegment
// first, as VideoCatalog::segments() answers them.

// The contiguous front as an EVENT playlist: segments 0, 1, 2 ... up to the first that is not
// there. More rows only ever append to its text. `ended`: no rows will follow; it gains ENDLIST
// then, if the front holds all rows. nullopt until the InitSegment and segment 0 are there.
std::optional<MediaPlaylist> render_media(const Plan& plan, std::span<const Segment> rows,
                                          bool ended);

// The whole ladder before anything is encoded. BANDWIDTH is the rung's cap plus the largest rate
// of a sound,
// CODECS are predicted. Lowest first: its first segment is made first, and players begin with the
// first variant.
MultivariantPlaylist provisional_multivariant(const Plan& plan, int generation);

// The finished rendition as a VOD playlist. verification_failed if the InitSegment or a segment
// before the last is missing, timescales differ, or a segment is longer than the target duration.
Result<MediaPlaylist> final_media(const Plan& plan, std::span<const Segment> rows);

// Its key frames alone; nullopt for sound, and where a row was stored before key frames were noted.
std::optional<MediaPlaylist> final_i_frames(const Plan& plan, std::span<const Segment> rows);

using RenditionRows = std::map<std::string, std::vector<Segment>, std::less<>>;

// The final one: measured bandwidths, CODECS out of the InitSegments. The variant nearest to 2 Mb/s
// comes first (Apple 1.32: players start with it, and it looks decent at once on most lines), the
// others from low to high; then the I-frame playlists of those that have
// one. verification_failed if a rendition of the plan has no rows.
Result<MultivariantPlaylist> final_multivariant(const Plan& plan, int generation,
                                                const RenditionRows& rows);

}  // namespace vodmill::hls
