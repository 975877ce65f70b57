// Schema, migration 10: when a still was last asked for, leased and ended, so that each video has
// its turn and nobody works for a client that has gone.
#pragma once

#include <string_view>

namespace vodmill::catalog {

inline constexpr std::string_view kStillTurnsMigration = R"sql(
ALTER TABLE stills ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stills ADD COLUMN leased_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stills ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stills ADD COLUMN losses BIGINT NOT NULL DEFAULT 0;
)sql";

}  // namespace vodmill::catalog
