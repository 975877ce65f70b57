// How long GOPs and segments are to be.
//
// Constants of plan/: what is encoded and what is copied is cut alike.
#pragma once

namespace vodmill::plan {

inline constexpr double kGopSeconds =
    2;  // of what is encoded; the first segment too: it is soon ready
inline constexpr int kGopsInSegment = 3;
inline constexpr double kSegmentSeconds = kGopSeconds * kGopsInSegment;
// A tail this short joins the segment before it: the sum still rounds to the target duration.
inline constexpr double kShortTailSeconds = 0.4;

}  // namespace vodmill::plan
