#include <algorithm>
#include <array>
#include <ranges>

#include "hls/playlist_text.h"
#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

constexpr std::array<std::string_view, 3> kPlaylistTypes{"application/vnd.apple.mpegurl",
                                                         "audio/mpegurl", "application/x-mpegurl"};
// Apple 10.4; packed audio beside it.
constexpr std::array<std::string_view, 10> kMediaTypes{
    "video/mp4", "audio/mp4",       "video/iso.segment", "video/mp2t", "text/vtt",
    "audio/aac", "application/mp4", "audio/mpeg",        "audio/ac3",  "audio/eac3"};

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

// Of a header: without blanks, in small letters.
std::string plain(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// Without its parameters.
std::string media_type_of(const Delivery& delivery) {
  return plain(delivery.content_type.substr(0, delivery.content_type.find(';')));
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

// Seconds that caches of all may keep it; 0 where they may not, or nothing is said.
std::int64_t kept_for(const Delivery& delivery) {
  const std::string text = plain(delivery.cache_control);
  std::int64_t seconds = 0;
  for (const auto part : std::views::split(std::string_view(text), ',')) {
    const std::string_view directive(part.begin(), part.end());
    if (directive == "no-store" || directive == "no-cache") return 0;
    constexpr std::string_view kMaxAge = "max-age=";
    if (!directive.starts_with(kMaxAge)) continue;
    seconds = read_integer(directive.substr(kMaxAge.size())).value_or(0);
  }
  return seconds;
}

void check_caching(const StreamFacts& stream, const Tell& tell) {
  constexpr std::int64_t kHour = 3600;
  for_each_media(stream, [&](const std::string& where, const Delivery& delivery) {
    if (kept_for(delivery) >= kHour) return;
    tell(where,
         "Nobody may keep it for an hour, and it never changes. Send Cache-Control: public, "
         "max-age=31536000, immutable.");
  });
}

constexpr std::string_view kUseHttps = "Anybody on the way can read it: serve it by https.";

void check_multivariant_is_private(const StreamFacts& stream, const Tell& tell) {
  if (stream.delivery && !stream.delivery->is_tls) tell(stream.name, std::string(kUseHttps));
}

void check_playlists_are_private(const StreamFacts& stream, const Tell& tell) {
  for (const auto& [uri, track] : stream.tracks) {
    if (track.delivery && !track.delivery->is_tls) tell(uri, std::string(kUseHttps));
  }
}

void check_media_are_private(const StreamFacts& stream, const Tell& tell) {
  for_each_media(stream, [&](const std::string& where, const Delivery& delivery) {
    if (!delivery.is_tls) tell(where, std::string(kUseHttps));
  });
}

constexpr std::array kRules{
    Rule{"8.18", Severity::must, "Media are not redirected.", check_redirects},
    Rule{"10.1", Severity::must, "Playlists come packed with gzip.", check_gzip},
    Rule{"10.4", Severity::should, "Types are told as they are.", check_types},
    Rule{"11.1", Severity::should, "The multivariant playlist comes over TLS.",
         check_multivariant_is_private},
    Rule{"11.2", Severity::should, "Media playlists come over TLS.", check_playlists_are_private},
    Rule{"11.3", Severity::should, "Segments come over TLS.", check_media_are_private},
    Rule{"RFC 9111 5.2.2", Severity::should, "Caches may keep segments.", check_caching},
    Rule{"RFC 8216 4.3.2.2", Severity::must, "Byte ranges are served.", check_ranges},
    Rule{"Fetch 3.3", Severity::should, "Players in pages may read it.", check_sites},
};

}  // namespace

std::span<const Rule> delivery_rules() { return kRules; }

}  // namespace vodmill::hls
