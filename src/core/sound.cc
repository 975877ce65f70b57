#include "core/sound.h"

#include <algorithm>
#include <array>

namespace vodmill {
namespace {

constexpr std::array<std::string_view, 4> kPurposes{"main", "described", "clear_speech",
                                                    "commentary"};

}  // namespace

std::string_view name_of(SoundPurpose purpose) {
  return kPurposes.at(static_cast<std::size_t>(purpose));
}

std::optional<SoundPurpose> sound_purpose_from(std::string_view name) {
  const auto* found = std::ranges::find(kPurposes, name);
  if (found == kPurposes.end()) return std::nullopt;
  return static_cast<SoundPurpose>(found - kPurposes.begin());
}

}  // namespace vodmill
