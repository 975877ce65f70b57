// What a client wants of a video's ladder: said at its creation, obeyed by the plan of each of its
// generations.
#pragma once

#include <optional>

namespace vodmill {

struct LadderPolicy {
  // Pixels of the largest rendition's shorter side, as "720p" counts them: a portrait is as large
  // as the landscape it would be if turned.
  std::optional<int> max_height;
  std::optional<int> max_renditions;  // of the picture

  friend bool operator==(const LadderPolicy&, const LadderPolicy&) = default;
};

inline constexpr int kLeastMaxHeight = 240;  // of the smallest rung
inline constexpr int kLargestMaxHeight = 4320;
inline constexpr int kLeastRenditions = 2;  // so that there is always a choice (Apple 9.9)
inline constexpr int kMostRenditions = 4;

}  // namespace vodmill
