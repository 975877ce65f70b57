// The migration that made the order of turns quick and fair.
#pragma once

#include <string_view>

namespace vodmill::catalog {

inline constexpr std::string_view kTurnsMigration = R"sql(
-- What the mill of a task may need, in bytes.
ALTER TABLE tasks ADD COLUMN memory BIGINT NOT NULL DEFAULT 0;

-- A video's next task, without a look at its others: see task_sql.h.
CREATE INDEX tasks_open ON tasks (video, generation, urgency, idx, kind DESC)
  WHERE state IN ('waiting', 'leased');

-- When an owner's task was last leased.
CREATE TABLE turns (
  owner TEXT PRIMARY KEY,
  served_at BIGINT NOT NULL
);

-- What people see, as before; but what nobody coordinates waits for a worker, whatever was said of
-- it last.
DROP VIEW shown_videos;
CREATE VIEW shown_videos AS
SELECT v.id, v.owner, v.status, v.generation, v.completed_generation,
  CASE WHEN v.completed_generation > 0 OR g.playable = 1 THEN 1 ELSE 0 END AS playable,
  v.progress,
  CASE WHEN v.status IN ('pending', 'processing') AND g.lease_until <= vodmill_now()
    THEN 'waiting_for_worker' ELSE v.waiting_reason END AS waiting_reason,
  v.partial_reason, v.partial_at_seconds, v.error_code,
  v.error_message, v.metadata, v.priority, v.prefix, v.source, v.sha256, v.duration_seconds,
  v.width, v.height, v.event_sequence, v.created_at, v.updated_at
FROM videos v JOIN generations g ON g.video = v.id AND g.number = v.generation
WHERE v.removed_at IS NULL;

DROP VIEW shown_jobs;
CREATE VIEW shown_jobs AS
SELECT g.video, g.number,
  CASE
    WHEN g.status = 'completed' THEN 'completed'
    WHEN g.status IN ('failed', 'cancelled') THEN 'failed'
    WHEN EXISTS (SELECT 1 FROM tasks t WHERE t.video = g.video AND t.generation = g.number
        AND t.state = 'waiting' AND t.not_before > vodmill_now())
      AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.video = g.video AND t.generation = g.number
        AND (t.state = 'leased' OR (t.state = 'waiting' AND t.not_before <= vodmill_now())))
      THEN 'delayed'
    WHEN g.lease_until > vodmill_now() THEN 'active'
    ELSE 'waiting'
  END AS state,
  v.priority,
  CASE
    WHEN g.number <> v.generation THEN ''
    WHEN g.status IN ('pending', 'processing') AND g.lease_until <= vodmill_now()
      THEN 'waiting_for_worker'
    ELSE v.waiting_reason
  END AS waiting_reason,
  CASE WHEN g.status = 'completed' THEN 100 WHEN g.number = v.generation THEN v.progress ELSE 0
    END AS progress,
  g.worker, g.error_code, g.error_message, g.created_at, g.ended_at, g.status
FROM generations g JOIN videos v ON v.id = g.video
WHERE v.removed_at IS NULL AND g.status <> 'uploading';
)sql";

}  // namespace vodmill::catalog
