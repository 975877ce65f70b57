// The migration that made pictures of any moment possible.
#pragma once

#include <string_view>

namespace vodmill::catalog {

inline constexpr std::string_view kStillsMigration = R"sql(
CREATE TABLE stills (
  video TEXT NOT NULL,
  generation BIGINT NOT NULL,
  frame BIGINT NOT NULL,
  width BIGINT NOT NULL,
  state TEXT NOT NULL,
  wanted_at BIGINT NOT NULL,
  token BIGINT NOT NULL DEFAULT 0,
  worker TEXT NOT NULL DEFAULT '',
  lease_until BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  blob_key TEXT NOT NULL DEFAULT '',
  error_code TEXT,
  error_message TEXT,
  PRIMARY KEY (video, generation, frame, width),
  FOREIGN KEY (video, generation) REFERENCES generations (video, number)
);
CREATE INDEX stills_by_state ON stills (state, wanted_at);
)sql";

}  // namespace vodmill::catalog
