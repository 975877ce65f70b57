#include <array>

#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

// Calls visit(where, look, why) for everything that a playlist names.
template <class Visit>
void for_each_object(const StreamFacts& stream, Visit visit) {
  for (const auto& [uri, track] : stream.tracks) {
    visit(uri, track.look, track.why);
    for (std::size_t i = 0; i < track.inits.size(); ++i) {
      const ForeignMap& map = track.playlist.maps[i];
      visit(at_line(uri, map.line) + ", " + map.uri, track.inits[i].look, track.inits[i].why);
    }
    for (std::size_t i = 0; i < track.segments.size(); ++i) {
      const ForeignSegment& segment = track.playlist.segments[i];
      visit(at_line(uri, segment.line) + ", " + segment.uri, track.segments[i].look,
            track.segments[i].why);
    }
  }
}

void check_are_there(const StreamFacts& stream, const Tell& tell) {
  for_each_object(stream, [&](const std::string& where, Look look, const std::string& why) {
    if (look == Look::unread) tell(where, why + " Put it there, or take it out of the playlist.");
  });
}

void check_are_whole(const StreamFacts& stream, const Tell& tell) {
  for_each_object(stream, [&](const std::string& where, Look look, const std::string& why) {
    if (look == Look::malformed) tell(where, why + " Make it again.");
  });
}

void note_beyond(const StreamFacts& stream, const Tell& tell) {
  for_each_object(stream, [&](const std::string& where, Look look, const std::string& why) {
    if (look == Look::beyond) tell(where, "Not looked into: " + why);
  });
}

constexpr std::array kRules{
    Rule{"RFC 8216 4.1", Severity::must, "What a URI names is there.", check_are_there},
    Rule{"RFC 8216 3.3", Severity::must, "Segments are well-formed fMP4.", check_are_whole},
    Rule{"-", Severity::note, "Everything could be looked into.", note_beyond},
};

}  // namespace

std::span<const Rule> object_rules() { return kRules; }

}  // namespace vodmill::hls
