// The small pictures of one segment of a video: what a seek bar and a list show.
//
// A mill makes them from the frames that it encodes anyway; their row is committed in one
// transaction with the segment of the plan's lowest rendition that they show (Segment::thumbs), so
// they are there exactly when it is.
#pragma once

#include <cstdint>

#include "core/ids.h"

namespace vodmill {

struct Thumbs {
  int segment = 0;  // its number in the plan
  BlobKey strip;    // JPEG: the cells of the plan's thumbs in this segment, side by side
  std::int64_t strip_bytes = 0;
  // JPEG: the picture of the segment that tells most, "" where its chunk has a better one before.
  BlobKey poster;
  std::int64_t poster_bytes = 0;
  // What the poster is worth, 0 (one colour, black, white) to kBestPoster.
  int score = 0;
};

inline constexpr int kBestPoster = 1000;

}  // namespace vodmill
