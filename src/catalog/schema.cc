#include "catalog/schema.h"

#include <array>

#include "catalog/schema_jobs.h"
#include "catalog/schema_ladder.h"
#include "catalog/schema_still_turns.h"
#include "catalog/schema_stills.h"
#include "catalog/schema_thumbs.h"
#include "catalog/schema_turns.h"

namespace vodmill::catalog {
namespace {

constexpr std::string_view kFirst = R"sql(
CREATE TABLE videos (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  metadata TEXT NOT NULL,
  priority BIGINT NOT NULL,
  prefix TEXT NOT NULL,
  source TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  removed_at BIGINT,
  event_sequence BIGINT NOT NULL,
  completed_generation BIGINT NOT NULL DEFAULT 0,
  duration_seconds DOUBLE PRECISION,
  partial_reason TEXT,
  partial_at_seconds DOUBLE PRECISION,
  width BIGINT NOT NULL DEFAULT 0,
  height BIGINT NOT NULL DEFAULT 0,
  generation BIGINT NOT NULL,
  status TEXT NOT NULL,
  progress BIGINT NOT NULL DEFAULT 0,
  waiting_reason TEXT NOT NULL DEFAULT '',
  error_code TEXT,
  error_message TEXT
);
CREATE INDEX videos_by_age ON videos (created_at, id);
CREATE INDEX videos_by_status ON videos (status, created_at, id);

CREATE TABLE generations (
  video TEXT NOT NULL REFERENCES videos (id),
  number BIGINT NOT NULL,
  status TEXT NOT NULL,
  playable BIGINT NOT NULL DEFAULT 0,
  prefix TEXT NOT NULL,
  info TEXT,
  plan TEXT,
  token BIGINT NOT NULL DEFAULT 0,
  worker TEXT NOT NULL DEFAULT '',
  lease_until BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (video, number)
);

-- What people see, in the order in which rows.cc reads it.
CREATE VIEW shown_videos AS
SELECT v.id, v.owner, v.status, v.generation, v.completed_generation,
  CASE WHEN v.completed_generation > 0 OR g.playable = 1 THEN 1 ELSE 0 END AS playable,
  v.progress, v.waiting_reason, v.partial_reason, v.partial_at_seconds, v.error_code,
  v.error_message, v.metadata, v.priority, v.prefix, v.source, v.sha256, v.duration_seconds,
  v.width, v.height, v.event_sequence, v.created_at, v.updated_at
FROM videos v JOIN generations g ON g.video = v.id AND g.number = v.generation
WHERE v.removed_at IS NULL;

CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  video TEXT NOT NULL,
  generation BIGINT NOT NULL,
  kind TEXT NOT NULL,
  idx BIGINT NOT NULL,
  urgency BIGINT NOT NULL,
  cost BIGINT NOT NULL,
  build TEXT NOT NULL,
  first_segment BIGINT NOT NULL DEFAULT 0,
  end_segment BIGINT NOT NULL DEFAULT 0,
  audio_rendition TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  not_before BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  token BIGINT NOT NULL DEFAULT 0,
  worker TEXT NOT NULL DEFAULT '',
  lease_until BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  losses BIGINT NOT NULL DEFAULT 0,
  done BIGINT NOT NULL DEFAULT 0,
  result TEXT NOT NULL DEFAULT '',
  error_code TEXT,
  error_message TEXT,
  UNIQUE (video, generation, kind, idx),
  FOREIGN KEY (video, generation) REFERENCES generations (video, number)
);
CREATE INDEX tasks_leased ON tasks (video) WHERE state = 'leased';

CREATE TABLE segments (
  video TEXT NOT NULL,
  generation BIGINT NOT NULL,
  rendition TEXT NOT NULL,
  idx BIGINT NOT NULL,
  blob_key TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  start BIGINT NOT NULL,
  duration BIGINT NOT NULL,
  samples BIGINT NOT NULL,
  timescale BIGINT NOT NULL,
  codecs TEXT NOT NULL,
  PRIMARY KEY (video, generation, rendition, idx),
  FOREIGN KEY (video, generation) REFERENCES generations (video, number)
);

CREATE TABLE events (
  id {serial},
  video TEXT NOT NULL REFERENCES videos (id),
  sequence BIGINT NOT NULL,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (video, sequence)
);

CREATE TABLE outbox (
  id {serial},
  message TEXT NOT NULL,
  video TEXT NOT NULL REFERENCES videos (id),
  generation BIGINT NOT NULL
);

CREATE TABLE messages (
  queue TEXT NOT NULL,
  external_id TEXT NOT NULL,
  outbox_id BIGINT NOT NULL,
  video TEXT NOT NULL REFERENCES videos (id),
  generation BIGINT NOT NULL,
  settled BIGINT NOT NULL DEFAULT 0,
  delivered_at BIGINT NOT NULL,
  PRIMARY KEY (queue, external_id)
);
CREATE INDEX messages_by_outbox ON messages (outbox_id);
CREATE INDEX messages_unsettled ON messages (queue, delivered_at) WHERE settled = 0;

CREATE TABLE sweeps (
  id {serial},
  prefix TEXT NOT NULL,
  due_at BIGINT NOT NULL
);
CREATE INDEX sweeps_due ON sweeps (due_at);
)sql";

// A key's row is a claim until its video is created, and a memory afterwards.
constexpr std::string_view kIdempotencyKeys = R"sql(
CREATE TABLE idempotency_keys (
  client_key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  video TEXT NOT NULL,
  settled BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_by_end ON idempotency_keys (ends_at);
)sql";

// Segments that were stored before have none.
constexpr std::string_view kKeyFrames = R"sql(
ALTER TABLE segments ADD COLUMN key_frame_offset BIGINT NOT NULL DEFAULT 0;
ALTER TABLE segments ADD COLUMN key_frame_bytes BIGINT NOT NULL DEFAULT 0;
)sql";

// Counted at every look at /metrics.
constexpr std::string_view kCensus = R"sql(
CREATE INDEX videos_here ON videos (status) WHERE removed_at IS NULL;
)sql";

// Counted at every creation where owners have quotas.
constexpr std::string_view kOwners = R"sql(
CREATE INDEX videos_by_owner ON videos (owner) WHERE removed_at IS NULL;
)sql";

// Workers that were taken off the list: when their engine last ran is of interest.
constexpr std::string_view kEngines = R"sql(
ALTER TABLE workers ADD COLUMN gone BIGINT NOT NULL DEFAULT 0;
)sql";

// Since when a task's turn has been, at a worker without room for its mill; 0: it has not.
constexpr std::string_view kRoom = R"sql(
ALTER TABLE tasks ADD COLUMN no_room_since BIGINT NOT NULL DEFAULT 0;
)sql";

// Those of plans that were made before keep one core busy each.
constexpr std::string_view kCores = R"sql(
ALTER TABLE tasks ADD COLUMN cores BIGINT NOT NULL DEFAULT 1;
)sql";

constexpr std::array kMigrations{
    db::Migration{1, kFirst},           db::Migration{2, kIdempotencyKeys},
    db::Migration{3, kKeyFrames},       db::Migration{4, kCensus},
    db::Migration{5, kJobsMigration},   db::Migration{6, kOwners},
    db::Migration{7, kTurnsMigration},  db::Migration{8, kThumbsMigration},
    db::Migration{9, kStillsMigration}, db::Migration{10, kStillTurnsMigration},
    db::Migration{11, kEngines},        db::Migration{12, kLadderMigration},
    db::Migration{13, kRoom},           db::Migration{14, kCores}};

}  // namespace

const db::Schema kSchema{"catalog", kMigrations};

}  // namespace vodmill::catalog
