#include "queue/schema.h"

#include <array>

namespace vodmill::queue {
namespace {

constexpr std::array kMigrations{db::Migration{1, R"(
CREATE TABLE jobs (
  position {serial},
  id TEXT NOT NULL UNIQUE,
  video TEXT NOT NULL,
  generation BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  state TEXT NOT NULL,
  due BIGINT NOT NULL,
  worker TEXT NOT NULL DEFAULT '',
  lock TEXT NOT NULL DEFAULT '',
  attempts BIGINT NOT NULL DEFAULT 0,
  progress BIGINT NOT NULL DEFAULT 0,
  result TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobs_open ON jobs (priority, position) WHERE state IN ('waiting', 'active');
)"},
                                 // For a settled job `due` is about when it was settled.
                                 db::Migration{2, R"(
CREATE INDEX jobs_settled ON jobs (due) WHERE state IN ('completed', 'failed');
)"},
                                 db::Migration{3, R"(
ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
)"},
                                 // The order in which acquire steps through them.
                                 db::Migration{4, R"(
DROP INDEX jobs_open;
CREATE INDEX jobs_open ON jobs (priority, owner, position) WHERE state IN ('waiting', 'active');
CREATE INDEX jobs_active ON jobs (owner) WHERE state = 'active';
)"}};

}  // namespace

constinit const db::Schema kSchema{"queue", kMigrations};

}  // namespace vodmill::queue
