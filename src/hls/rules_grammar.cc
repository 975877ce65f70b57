#include <array>
#include <set>

#include "hls/playlist_text.h"
#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

void tell_faults(const std::vector<Fault>& faults, const std::string& playlist, const Tell& tell) {
  for (const Fault& fault : faults) {
    tell(at_line(playlist, fault.line),
         fault.sentence + " (section " + std::string(fault.section) + ")");
  }
}

void check_grammar(const StreamFacts& stream, const Tell& tell) {
  tell_faults(stream.multivariant.faults, stream.name, tell);
  for (const auto& [uri, track] : stream.tracks) {
    if (track.look == Look::whole) tell_faults(track.playlist.faults, uri, tell);
  }
}

int version_needed(const ForeignPlaylist& playlist) {
  int needed = playlist.has_fractions ? 3 : 1;
  bool has_ranges = playlist.i_frames_only;
  for (const ForeignSegment& segment : playlist.segments) has_ranges |= segment.range.has_value();
  if (has_ranges) needed = 4;
  if (!playlist.maps.empty()) needed = playlist.i_frames_only ? 5 : 6;
  return needed;
}

void check_version(const StreamFacts& stream, const Tell& tell) {
  for (const auto& [uri, track] : stream.tracks) {
    if (track.look != Look::whole) continue;
    const int needed = version_needed(track.playlist);
    if (track.playlist.version < needed) {
      tell(uri, "The tags used need EXT-X-VERSION:" + std::to_string(needed) + ", not " +
                    std::to_string(track.playlist.version) + ": write that.");
    }
  }
}

void check_names_in_groups(const StreamFacts& stream, const Tell& tell) {
  std::set<std::array<std::string, 3>> seen;
  std::set<std::array<std::string, 2>> defaults;
  for (const ForeignMedia& media : stream.multivariant.media) {
    const std::string where = at_line(stream.name, media.line);
    if (!seen.insert({media.type, media.group_id, media.name}).second) {
      tell(where, "The NAME " + quote(media.name) + " stands twice in the group " +
                      quote(media.group_id) + ": give each its own.");
    }
    if (media.is_default && !defaults.insert({media.type, media.group_id}).second) {
      tell(where,
           "The group " + quote(media.group_id) + " has a second DEFAULT=YES: leave it to one.");
    }
  }
}

void check_choices(const StreamFacts& stream, const Tell& tell) {
  std::set<std::array<std::string, 3>> seen;
  for (const ForeignMedia& media : stream.multivariant.media) {
    if (media.type != "AUDIO" || !media.autoselect) continue;
    const std::string language = media.language.value_or("");
    if (seen.insert({media.group_id, language, media.characteristics}).second) continue;
    tell(at_line(stream.name, media.line),
         "A player cannot choose between " + quote(media.name) +
             " and another of its language and CHARACTERISTICS: give one AUTOSELECT=NO.");
  }
}

bool has_group(const StreamFacts& stream, std::string_view type, const std::string& group) {
  for (const ForeignMedia& media : stream.multivariant.media) {
    if (media.type == type && media.group_id == group) return true;
  }
  return false;
}

void check_groups(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    const auto expect = [&](std::string_view type, const std::string& group) {
      if (group.empty() || has_group(stream, type, group)) return;
      tell(at_line(stream.name, variant.line),
           "There is no EXT-X-MEDIA of TYPE=" + std::string(type) +
               " with GROUP-ID=" + quote(group) + ": add it, or take the attribute away.");
    };
    expect("AUDIO", variant.audio);
    expect("SUBTITLES", variant.subtitles);
  }
}

constexpr std::array kRules{
    Rule{"RFC 8216 4", Severity::must, "Playlists keep to the grammar.", check_grammar},
    Rule{"RFC 8216 7", Severity::must, "EXT-X-VERSION is high enough for the tags used.",
         check_version},
    Rule{"RFC 8216 4.3.4.1.1", Severity::must,
         "Each NAME stands once in its group, and DEFAULT=YES at most once.",
         check_names_in_groups},
    Rule{"RFC 8216 4.3.4.1.1b", Severity::should,
         "Sounds that players may choose by themselves differ in LANGUAGE or CHARACTERISTICS.",
         check_choices},
    Rule{"RFC 8216 4.3.4.2", Severity::must, "The groups that variants name are there.",
         check_groups},
};

}  // namespace

std::span<const Rule> grammar_rules() { return kRules; }

}  // namespace vodmill::hls
