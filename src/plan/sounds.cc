#include "plan/sounds.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "plan/language.h"

namespace vodmill::plan {
namespace {

bool is_main(const AudioStreamInfo& sound) { return sound.purpose == SoundPurpose::main; }

bool is_same_sound(const AudioStreamInfo& a, const AudioStreamInfo& b) {
  return a.title == b.title && a.purpose == b.purpose &&
         language_tag(a.language) == language_tag(b.language);
}

std::string_view remark_of(SoundPurpose purpose) {
  switch (purpose) {
    case SoundPurpose::main:
      return "";
    case SoundPurpose::described:
      return " (described)";
    case SoundPurpose::clear_speech:
      return " (clear speech)";
    case SoundPurpose::commentary:
      return " (commentary)";
  }
  std::unreachable();
}

// As it can stand in a quoted string of a playlist (RFC 8216, 4.2), without spaces around it: what
// differs here differs there.
std::string fit_for_playlists(std::string_view title) {
  std::string fit(title);
  for (std::size_t i = 0; i < fit.size(); ++i) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(fit[at]); };
    const bool is_c1 = byte(i) == 0xc2 && i + 1 < fit.size() && byte(i + 1) < 0xa0;
    if (byte(i) == '"') fit[i] = '\'';
    if (is_c1) fit[i + 1] = ' ';
    if (is_c1 || byte(i) < 0x20 || byte(i) == 0x7f) fit[i] = ' ';
  }
  const std::size_t first = fit.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return fit.substr(first, fit.find_last_not_of(' ') + 1 - first);
}

std::string label_of(const AudioStreamInfo& sound) {
  if (std::string title = fit_for_playlists(sound.title); !title.empty()) return title;
  const std::string tag = language_tag(sound.language);
  const std::string name = tag == kUnknownLanguage ? "Audio" : language_name(tag);
  return name + std::string(remark_of(sound.purpose));
}

}  // namespace

std::vector<AudioStreamInfo> choose_sounds(std::span<const AudioStreamInfo> found) {
  std::vector<AudioStreamInfo> chosen;
  const auto rank = [](const AudioStreamInfo& sound) {
    return std::tuple(!sound.is_default, !is_main(sound));
  };
  const auto first = std::ranges::min_element(found, {}, rank);
  if (first == found.end()) return chosen;
  chosen.push_back(*first);
  for (const AudioStreamInfo& sound : found) {
    const auto is_same = [&](const AudioStreamInfo& other) { return is_same_sound(sound, other); };
    if (chosen.size() < kMaxSounds && std::ranges::none_of(chosen, is_same)) {
      chosen.push_back(sound);
    }
  }
  return chosen;
}

std::vector<std::string> labels_of(std::span<const AudioStreamInfo> sounds) {
  std::vector<std::string> labels;
  for (const AudioStreamInfo& sound : sounds) {
    const std::string wanted = label_of(sound);
    std::string label = wanted;
    for (int number = 2; std::ranges::find(labels, label) != labels.end(); ++number) {
      label = wanted + " " + std::to_string(number);
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

}  // namespace vodmill::plan
