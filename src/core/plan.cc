#include "core/plan.h"

#include <algorithm>

namespace vodmill {

const AudioRendition* Plan::sound(std::string_view name) const {
  const auto found = std::ranges::find(sounds, name, &AudioRendition::name);
  return found == sounds.end() ? nullptr : &*found;
}

std::span<const std::int64_t> Plan::thumbs_of(int segment) const {
  if (!thumbs) return {};
  const auto index = static_cast<std::size_t>(segment);
  const auto first = std::ranges::lower_bound(thumbs->frames, boundaries[index]);
  const auto end = std::ranges::lower_bound(thumbs->frames, boundaries[index + 1]);
  return {first, end};
}

int Plan::cores_of_chunk() const {
  const auto encoded =
      std::ranges::count_if(ladder, [](const Rendition& rung) { return !rung.copied; });
  return encoded > 1 ? 2 : 1;
}

}  // namespace vodmill
