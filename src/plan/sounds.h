// Which of a source's sounds are made, in which order, and what people call them.
//
// Pure. The probe chooses, make_plan() names.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/source.h"

namespace vodmill::plan {

// What is made of the sounds found, at most kMaxSounds: first the one that the container has as its
// default (else the first that is nobody's aid or commentary), the others in their order. Several
// of one language, title and purpose are one sound in several codecs or rates: it is made once. A
// title that only names a format ("Surround 5.1") counts for none.
std::vector<AudioStreamInfo> choose_sounds(std::span<const AudioStreamInfo> found);

// A name for each, for a player's menu: its title, else its language; no two alike.
std::vector<std::string> labels_of(std::span<const AudioStreamInfo> sounds);

}  // namespace vodmill::plan
