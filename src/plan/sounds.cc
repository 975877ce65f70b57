#include "plan/sounds.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "plan/language.h"

namespace vodmill::plan {
namespace {

bool is_main(const AudioStreamInfo& sound) { return sound.purpose == SoundPurpose::main; }

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

// What rippers write of a codec or of loudspeakers: nothing that is true of what is made.
constexpr std::array<std::string_view, 33> kFormatWords{
    "aac",  "ac",  "ac3",     "atmos",  "audio",    "bit",   "ch",   "channel", "channels",
    "dd",   "ddp", "digital", "dolby",  "dts",      "eac",   "eac3", "es",      "flac",
    "hd",   "he",  "hra",     "kbps",   "khz",      "lc",    "lpcm", "ma",      "mono",
    "opus", "pcm", "plus",    "stereo", "surround", "truehd"};
static_assert(std::ranges::is_sorted(kFormatWords));

bool is_format_word(std::string_view word) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::ranges::all_of(word, is_digit) || std::ranges::binary_search(kFormatWords, word);
}

// "Surround 5.1", "DTS-HD MA": also of a title that has no word at all.
bool tells_only_its_format(std::string_view title) {
  std::string word;
  for (const char c : std::string(title) + ' ') {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_capital = c >= 'A' && c <= 'Z';
    const bool is_part = is_capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                         byte >= 0x80;  // other letters
    if (is_part) {
      word += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
    } else {
      if (!is_format_word(word)) return false;
      word.clear();
    }
  }
  return true;
}

// "" where there is none, or none that tells anything.
std::string title_of(const AudioStreamInfo& sound) {
  std::string title = fit_for_playlists(sound.title);
  return tells_only_its_format(title) ? "" : title;
}

bool is_same_sound(const AudioStreamInfo& a, const AudioStreamInfo& b) {
  return a.purpose == b.purpose && title_of(a) == title_of(b) &&
         language_tag(a.language) == language_tag(b.language);
}

std::string label_of(const AudioStreamInfo& sound) {
  if (std::string title = title_of(sound); !title.empty()) return title;
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
