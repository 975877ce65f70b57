// The migration that made jobs and workers visible.
#pragma once

#include <string_view>

namespace vodmill::catalog {

inline constexpr std::string_view kJobsMigration = R"sql(
ALTER TABLE generations ADD COLUMN ended_at BIGINT;
ALTER TABLE generations ADD COLUMN error_code TEXT;
ALTER TABLE generations ADD COLUMN error_message TEXT;

-- What ended before: the newest generation's error and about when are known, the others' are not.
UPDATE generations SET
  ended_at = (SELECT v.updated_at FROM videos v WHERE v.id = generations.video),
  error_code = (SELECT v.error_code FROM videos v WHERE v.id = generations.video),
  error_message = (SELECT v.error_message FROM videos v WHERE v.id = generations.video)
WHERE status IN ('completed', 'failed', 'cancelled') AND
  number = (SELECT v.generation FROM videos v WHERE v.id = generations.video);

CREATE INDEX generations_by_age ON generations (created_at, video, number);
CREATE INDEX generations_by_end ON generations (status, ended_at);

-- What people see, in the order in which job_view.cc reads it.
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
  CASE WHEN g.number = v.generation THEN v.waiting_reason ELSE '' END AS waiting_reason,
  CASE WHEN g.status = 'completed' THEN 100 WHEN g.number = v.generation THEN v.progress ELSE 0
    END AS progress,
  g.worker, g.error_code, g.error_message, g.created_at, g.ended_at, g.status
FROM generations g JOIN videos v ON v.id = g.video
WHERE v.removed_at IS NULL AND g.status <> 'uploading';

CREATE TABLE workers (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid BIGINT NOT NULL,
  slots BIGINT NOT NULL,
  busy BIGINT NOT NULL,
  build TEXT NOT NULL,
  since BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);
)sql";

}  // namespace vodmill::catalog
