// Schema, migration 12: what a client wants of a video's ladder.
#pragma once

#include <string_view>

namespace vodmill::catalog {

inline constexpr std::string_view kLadderMigration = R"sql(
ALTER TABLE videos ADD COLUMN ladder TEXT NOT NULL DEFAULT '{}';

-- As it was, and the ladder's policy at the end.
DROP VIEW shown_videos;
CREATE VIEW shown_videos AS
SELECT v.id, v.owner, v.status, v.generation, v.completed_generation,
  CASE WHEN v.completed_generation > 0 OR g.playable = 1 THEN 1 ELSE 0 END AS playable,
  v.progress,
  CASE WHEN v.status IN ('pending', 'processing') AND g.lease_until <= vodmill_now()
    THEN 'waiting_for_worker' ELSE v.waiting_reason END AS waiting_reason,
  v.partial_reason, v.partial_at_seconds, v.error_code,
  v.error_message, v.metadata, v.priority, v.prefix, v.source, v.sha256, v.duration_seconds,
  v.width, v.height, v.event_sequence, v.created_at, v.updated_at,
  CASE WHEN EXISTS (SELECT 1 FROM thumbs t WHERE t.video = v.id AND t.generation =
    CASE WHEN v.completed_generation > 0 THEN v.completed_generation ELSE v.generation END)
    THEN 1 ELSE 0 END AS has_storyboard,
  CASE WHEN EXISTS (SELECT 1 FROM thumbs t WHERE t.video = v.id AND t.generation =
    CASE WHEN v.completed_generation > 0 THEN v.completed_generation ELSE v.generation END
    AND t.poster_key <> '' AND (t.score > 0 OR v.completed_generation > 0))
    THEN 1 ELSE 0 END AS has_poster,
  v.ladder
FROM videos v JOIN generations g ON g.video = v.id AND g.number = v.generation
WHERE v.removed_at IS NULL;
)sql";

}  // namespace vodmill::catalog
