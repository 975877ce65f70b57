// What a sound is for, as its container says.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace vodmill {

enum class SoundPurpose {
  main,
  described,     // a voice tells what is to be seen
  clear_speech,  // for the hard of hearing
  commentary,    // somebody speaks about the video
};

std::string_view name_of(SoundPurpose purpose);
std::optional<SoundPurpose> sound_purpose_from(std::string_view name);

// Sounds of one video that are made; further ones are left out.
inline constexpr std::size_t kMaxSounds = 8;

}  // namespace vodmill
