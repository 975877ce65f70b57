#include <algorithm>
#include <array>

#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

constexpr std::array<std::string_view, 3> kPlaylistTypes{"application/vnd.apple.mpegurl",
                                                         "audio/mpegurl", "application/x-mpegurl"};
// Apple 10.4; packed audio beside it.
constexpr std::array<std::string_view, 8> kMediaTypes{
    "video/mp4", "audio/mp4", "video/iso.segment", "video/mp2t",
    "text/vtt",  "audio/aac", "application/mp4",   "audio/mpeg"};

// Calls visit(where, delivery) for each playlist that came from a server.
template <class Visit>
void for_each_playlist(const StreamFacts& stream, Visit visit) {
  if (stream.delivery) visit(stream.name, *stream.delivery);
  for (const auto& [uri, track] : stream.tracks) {
    if (track.delivery && track.look == Look::whole) visit(uri, *track.delivery);
  }
}

// And for each initialization and media segment.
template <class Visit>
void for_each_media(const StreamFacts& stream, Visit visit) {
  for (const auto& [uri, track] : stream.tracks) {
    for (std::size_t i = 0; i < track.inits.size(); ++i) {
      const ForeignMap& map = track.playlist.maps[i];
      const auto& delivery = track.inits[i].delivery;
      if (delivery) visit(at_line(uri, map.line) + ", " + map.uri, *delivery);
    }
    for (std::size_t i = 0; i < track.segments.size(); ++i) {
      const ForeignSegment& segment = track.playlist.segments[i];
      const auto& delivery = track.segments[i].delivery;
      if (delivery) visit(at_line(uri, segment.line) + ", " + segment.uri, *delivery);
    }
  }
}

// Without its parameters, in small letters.
std::string media_type_of(const Delivery& delivery) {
  std::string type = delivery.content_type.substr(0, delivery.content_type.find(';'));
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t'; });
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

void check_redirects(const StreamFacts& stream, const Tell& tell) {
  for_each_media(stream, [&](const std::string& where, const Delivery& delivery) {
    if (delivery.redirects == 0) return;
    tell(where, "The server redirects it. Name the place where it is in the playlist.");
  });
}

void check_gzip(const StreamFacts& stream, const Tell& tell) {
  for_each_playlist(stream, [&](const std::string& where, const Delivery& delivery) {
    if (delivery.is_gzip) return;
    tell(where, "It comes unpacked to a client that takes gzip. Turn on gzip for playlists.");
  });
}

void check_types(const StreamFacts& stream, const Tell& tell) {
  const auto check = [&tell](const std::string& where, const Delivery& delivery,
                             std::span<const std::string_view> types) {
    const std::string type = media_type_of(delivery);
    if (std::ranges::find(types, type) != types.end()) return;
    tell(where, (type.empty() ? "It has no Content-Type" : "Its Content-Type is " + type) +
                    ". Send " + std::string(types.front()) + " or what else fits it.");
  };
  for_each_playlist(stream, [&](const std::string& where, const Delivery& delivery) {
    check(where, delivery, kPlaylistTypes);
  });
  for_each_media(stream, [&](const std::string& where, const Delivery& delivery) {
    check(where, delivery, kMediaTypes);
  });
}

void check_ranges(const StreamFacts& stream, const Tell& tell) {
  for_each_media(stream, [&](const std::string& where, const Delivery& delivery) {
    if (!delivery.ignores_ranges) return;
    tell(where, "Asked for a byte range, the server sends the whole. Let it serve ranges.");
  });
}

void check_sites(const StreamFacts& stream, const Tell& tell) {
  const auto check = [&tell](const std::string& where, const Delivery& delivery) {
    if (delivery.allows_every_site) return;
    tell(where,
         "Players in pages of other sites cannot read it. Send Access-Control-Allow-Origin: *, if "
         "they may.");
  };
  for_each_playlist(stream, check);
  for_each_media(stream, check);
}

constexpr std::array kRules{
    Rule{"8.18", Severity::must, "Media are not redirected.", check_redirects},
    Rule{"10.1", Severity::must, "Playlists come packed with gzip.", check_gzip},
    Rule{"10.4", Severity::should, "Types are told as they are.", check_types},
    Rule{"RFC 8216 4.3.2.2", Severity::must, "Byte ranges are served.", check_ranges},
    Rule{"Fetch 3.3", Severity::should, "Players in pages may read it.", check_sites},
};

}  // namespace

std::span<const Rule> delivery_rules() { return kRules; }

}  // namespace vodmill::hls
