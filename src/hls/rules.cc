#include "hls/rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/rational.h"
#include "hls/playlist_text.h"
#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

// Collects tracks by URI, each once.
class Tracks {
 public:
  explicit Tracks(const StreamFacts& stream) : stream_(stream) {}

  void add(const std::string& uri) {
    const TrackFacts* track = find_track(stream_, uri);
    if (track && seen_.insert(uri).second) found_.push_back({uri, *track});
  }
  std::vector<NamedTrack> take() { return std::move(found_); }

 private:
  const StreamFacts& stream_;
  std::set<std::string> seen_;
  std::vector<NamedTrack> found_;
};

void add_media(const StreamFacts& stream, std::string_view type, Tracks& tracks) {
  for (const ForeignMedia& media : stream.multivariant.media) {
    if (media.uri && (type.empty() || media.type == type)) tracks.add(*media.uri);
  }
}

// Names come from strangers' files and go to a terminal.
std::string printable(std::string_view text) {
  const std::string quoted = quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::must:
      return "must";
    case Severity::should:
      return "should";
    case Severity::note:
      return "note";
  }
  return "must";
}

std::string rule_name(std::string_view number) {
  const bool is_apples = number.front() >= '0' && number.front() <= '9';
  return (is_apples ? "Apple " : "") + std::string(number);
}

std::vector<Rule> all_rules() {
  std::vector<Rule> all;
  for (const auto table :
       {grammar_rules(), object_rules(), picture_rules(), sound_rules(), i_frame_rules(),
        time_rules(), break_rules(), playlist_rules(), bandwidth_rules(), delivery_rules()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

std::vector<Finding> judge(const StreamFacts& stream) {
  constexpr std::size_t kShown = 5;
  std::vector<Finding> findings;
  for (const Rule& rule : all_rules()) {
    const std::size_t before = findings.size();
    std::size_t told = 0;
    rule.check(stream, [&](const std::string& where, const std::string& sentence) {
      if (++told > kShown) return;
      findings.push_back({rule.number, rule.severity, printable(where), printable(sentence)});
    });
    if (told > kShown) {
      findings[before + kShown - 1].sentence +=
          " (And " + std::to_string(told - kShown) + " more of this rule.)";
    }
  }
  return findings;
}

const TrackFacts* find_track(const StreamFacts& stream, const std::string& uri) {
  const auto found = stream.tracks.find(uri);
  return found != stream.tracks.end() && found->second.look == Look::whole ? &found->second
                                                                           : nullptr;
}

std::vector<NamedTrack> variant_tracks(const StreamFacts& stream) {
  Tracks tracks(stream);
  for (const ForeignVariant& variant : stream.multivariant.variants) tracks.add(variant.uri);
  return tracks.take();
}

std::vector<NamedTrack> media_tracks(const StreamFacts& stream, std::string_view type) {
  Tracks tracks(stream);
  add_media(stream, type, tracks);
  return tracks.take();
}

std::vector<NamedTrack> i_frame_tracks(const StreamFacts& stream) {
  Tracks tracks(stream);
  for (const ForeignVariant& variant : stream.multivariant.i_frame_variants) {
    tracks.add(variant.uri);
  }
  return tracks.take();
}

std::vector<NamedTrack> played_tracks(const StreamFacts& stream) {
  Tracks tracks(stream);
  for (const ForeignVariant& variant : stream.multivariant.variants) tracks.add(variant.uri);
  add_media(stream, "", tracks);
  return tracks.take();
}

std::vector<NamedTrack> seen_and_heard_tracks(const StreamFacts& stream) {
  Tracks tracks(stream);
  for (const ForeignVariant& variant : stream.multivariant.variants) tracks.add(variant.uri);
  add_media(stream, "AUDIO", tracks);
  add_media(stream, "VIDEO", tracks);
  return tracks.take();
}

std::vector<KnownSegment> known_segments(const TrackFacts& track) {
  std::vector<KnownSegment> known;
  for (std::size_t i = 0; i < track.segments.size(); ++i) {
    const ForeignSegment& line = track.playlist.segments[i];
    if (track.segments[i].look != Look::whole || line.map < 0) continue;
    const InitFacts& init = track.inits[static_cast<std::size_t>(line.map)];
    if (init.look == Look::whole) known.push_back({i, line, track.segments[i], init});
  }
  return known;
}

const InitFacts* known_init(const TrackFacts& track) {
  const auto found = std::ranges::find(track.inits, Look::whole, &InitFacts::look);
  return found == track.inits.end() ? nullptr : &*found;
}

std::optional<Bandwidth> measured(const TrackFacts& track) {
  if (!track.playlist.target_duration || track.segments.empty()) return std::nullopt;
  std::vector<Segment> rows;
  for (std::size_t i = 0; i < track.segments.size(); ++i) {
    if (track.segments[i].look == Look::unread || track.segments[i].bytes == 0) return std::nullopt;
    Segment row;
    row.index = static_cast<int>(i);
    row.bytes = track.segments[i].bytes;
    row.duration = track.playlist.segments[i].duration;
    row.timescale = kForeignTimescale;
    rows.push_back(std::move(row));
  }
  // A hostile playlist's durations may be next to nothing.
  constexpr std::int64_t kLargest = 1'000'000'000'000'000;
  const auto rate = measure_bandwidth(rows, static_cast<int>(*track.playlist.target_duration));
  return Bandwidth{std::clamp<std::int64_t>(rate.peak, 0, kLargest),
                   std::clamp<std::int64_t>(rate.average, 0, kLargest)};
}

std::int64_t playlist_duration(const TrackFacts& track) {
  std::int64_t duration = 0;
  for (const ForeignSegment& segment : track.playlist.segments) duration += segment.duration;
  return duration;
}

std::int64_t to_foreign(std::int64_t units, std::int64_t timescale) {
  return mul_div_round(units, kForeignTimescale, timescale);
}

std::int64_t tolerance(const TrackFacts& track) {
  constexpr std::int64_t kUnknown = kForeignTimescale / 10;
  const auto known = known_segments(track);
  if (known.empty()) return kUnknown;
  return to_foreign(known.front().facts.longest_sample, known.front().init.timescale);
}

bool begins_fragment(std::string_view box) {
  return box == "moof" || box == "styp" || box == "sidx" || box == "prft" || box == "emsg";
}

bool is_sound_codec(std::string_view codec) {
  constexpr std::array<std::string_view, 9> kSounds{"mp4a", "ac-3", "ec-3", "ac-4", "alac",
                                                    "fLaC", "Opus", "opus", "apac"};
  return std::ranges::any_of(kSounds,
                             [codec](std::string_view sound) { return codec.starts_with(sound); });
}

bool has_sound_codec(const ForeignVariant& variant) {
  return std::ranges::any_of(variant.codecs, is_sound_codec);
}

bool is_sound_alone(const ForeignVariant& variant) {
  return !variant.codecs.empty() && std::ranges::all_of(variant.codecs, is_sound_codec);
}

bool lacks_its_sound(const StreamFacts& stream, const ForeignVariant& variant) {
  if (!variant.audio.empty() || !has_sound_codec(variant)) return false;
  const TrackFacts* track = find_track(stream, variant.uri);
  return track && !track->inits.empty() &&
         std::ranges::all_of(track->inits, [](const InitFacts& init) {
           return !init.tracks.empty() &&
                  std::ranges::find(init.tracks, "soun", &TrackName::handler) == init.tracks.end();
         });
}

std::string at_line(std::string_view playlist, int line) {
  std::string where(playlist);
  return line == 0 ? where : where + " line " + std::to_string(line);
}

std::string in_seconds(std::int64_t units, std::int64_t timescale) {
  constexpr int kDigits = 3;
  constexpr std::int64_t kThousand = 1000;
  const std::int64_t thousandths = mul_div_round(units, kThousand, timescale);
  const std::string text = decimal(thousandths < 0 ? -thousandths : thousandths, kDigits);
  return (thousandths < 0 ? "-" : "") + text + " s";
}

}  // namespace vodmill::hls
