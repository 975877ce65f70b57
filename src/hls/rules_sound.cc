#include <algorithm>
#include <array>

#include "hls/playlist_text.h"
#include "hls/rule_tables.h"

namespace vodmill::hls {
namespace {

std::size_t count_tracks(const InitFacts& init, std::string_view handler) {
  return static_cast<std::size_t>(std::ranges::count(init.tracks, handler, &TrackName::handler));
}

bool is_aac(std::string_view codec) {
  return codec == "mp4a.40.2" || codec == "mp4a.40.5" || codec == "mp4a.40.29";
}

// Apple's table wants stereo; a source of one channel has no second one to give.
void check_stereo_aac(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = media_tracks(stream, "AUDIO");
  bool is_known = !tracks.empty();
  for (const NamedTrack& named : tracks) {
    const InitFacts* init = known_init(named.track);
    is_known &=
        init != nullptr || std::ranges::any_of(named.track.inits, [](const InitFacts& each) {
          return each.look == Look::beyond;
        });
    if (init && !init->is_video && is_aac(init->codecs) && init->channels <= 2) return;
  }
  if (is_known) {
    tell(stream.name, "No audio rendition is stereo AAC: add one, every player has it.");
  }
}

void check_sound_rate(const StreamFacts& stream, const Tell& tell) {
  constexpr std::int64_t kLeastStereo = 32'000;
  constexpr std::int64_t kMostStereo = 160'000;
  constexpr std::int64_t kMostHighEfficiency = 64'000;
  // Boxes around the samples, and rate control.
  constexpr double kSlack = 1.1;
  for (const NamedTrack& named : media_tracks(stream, "AUDIO")) {
    const InitFacts* init = known_init(named.track);
    const auto rate = measured(named.track);
    if (!init || init->is_video || !rate || !is_aac(init->codecs)) continue;
    const bool is_plain = init->codecs == "mp4a.40.2";
    const std::string is_now =
        "The average is " + std::to_string(rate->average / 1000) + " kbit/s: ";
    const auto most = static_cast<double>(is_plain ? kMostStereo : kMostHighEfficiency) * kSlack;
    if (init->channels == 2 && is_plain && rate->average < kLeastStereo) {
      tell(named.uri, is_now + "use HE-AAC there, or from 32 kbit/s on.");
    } else if (init->channels <= 2 && static_cast<double>(rate->average) > most) {
      tell(named.uri,
           is_now + (is_plain ? "160 are enough for stereo AAC." : "use AAC-LC above 64 kbit/s."));
    }
  }
}

void check_one_sound(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : played_tracks(stream)) {
    for (const InitFacts& init : named.track.inits) {
      if (count_tracks(init, "soun") > 1) {
        tell(named.uri, "Segments hold several sounds: give each a rendition of its own.");
      }
    }
  }
}

void check_separate_sound(const StreamFacts& stream, const Tell& tell) {
  for (const NamedTrack& named : variant_tracks(stream)) {
    for (const InitFacts& init : named.track.inits) {
      if (count_tracks(init, "soun") > 0 && count_tracks(init, "vide") > 0) {
        tell(named.uri,
             "Picture and sound share segments: make the sound an EXT-X-MEDIA of its own.");
      }
    }
  }
}

bool has_several_sounds(const StreamFacts& stream, const ForeignMedia& media) {
  return std::ranges::count_if(stream.multivariant.media, [&](const ForeignMedia& each) {
           return each.type == media.type && each.group_id == media.group_id;
         }) > 1;
}

void check_alternatives_have_uris(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignMedia& media : stream.multivariant.media) {
    if (media.type != "AUDIO" || media.uri || !has_several_sounds(stream, media)) continue;
    tell(at_line(stream.name, media.line),
         "One of several sounds has no URI: give each a playlist of its own.");
  }
}

void check_languages(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignMedia& media : stream.multivariant.media) {
    if (media.type == "VIDEO" || !media.language.value_or("").empty()) continue;
    tell(at_line(stream.name, media.line),
         "Add LANGUAGE to the EXT-X-MEDIA " + quote(media.name) + ": \"und\" if it is not known.");
  }
}

void check_hard_of_hearing(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignMedia& media : stream.multivariant.media) {
    const bool describes = media.characteristics.find("public.accessibility.") != std::string::npos;
    if (media.type != "SUBTITLES" || !describes || media.autoselect) continue;
    tell(at_line(stream.name, media.line),
         "Subtitles for the hard of hearing need AUTOSELECT=YES.");
  }
}

// Those that are no fMP4.
template <class Visit>
void for_each_subtitle_text(const StreamFacts& stream, Visit visit) {
  for (const NamedTrack& named : media_tracks(stream, "SUBTITLES")) {
    for (std::size_t i = 0; i < named.track.segments.size(); ++i) {
      const SegmentFacts& facts = named.track.segments[i];
      if (facts.look == Look::unread || !named.track.inits.empty()) continue;
      visit("segment " + named.track.playlist.segments[i].uri, facts);
    }
  }
}

void check_webvtt(const StreamFacts& stream, const Tell& tell) {
  for_each_subtitle_text(stream, [&](const std::string& where, const SegmentFacts& facts) {
    if (facts.is_webvtt) return;
    tell(where, "Subtitles must be WebVTT, or IMSC1 in fMP4: it does not begin with WEBVTT.");
  });
}

void check_timestamp_map(const StreamFacts& stream, const Tell& tell) {
  for_each_subtitle_text(stream, [&](const std::string& where, const SegmentFacts& facts) {
    if (!facts.is_webvtt || facts.has_timestamp_map) return;
    tell(where, "Add X-TIMESTAMP-MAP to the WebVTT header: it says where its times begin.");
  });
}

constexpr std::array kRules{
    Rule{"2.3", Severity::must, "Where there is sound, there is stereo AAC.", check_stereo_aac},
    Rule{"2.9", Severity::should, "Stereo AAC has 32 to 160 kbit/s, HE-AAC at most 64 (2.4).",
         check_sound_rate},
    Rule{"2.17", Severity::must, "A segment holds one sound at most.", check_one_sound},
    Rule{"5.2", Severity::must, "Subtitles are WebVTT, or fMP4.", check_webvtt},
    Rule{"5.3", Severity::must, "WebVTT has an X-TIMESTAMP-MAP.", check_timestamp_map},
    Rule{"4.6", Severity::must, "Subtitles for the hard of hearing are selected automatically.",
         check_hard_of_hearing},
    Rule{"8.10", Severity::must, "Every EXT-X-MEDIA but VIDEO has its LANGUAGE.", check_languages},
    Rule{"9.5", Severity::should, "Sound is a stream of its own.", check_separate_sound},
    Rule{"9.7", Severity::must, "Each of several sounds has a playlist of its own.",
         check_alternatives_have_uris},
};

}  // namespace

std::span<const Rule> sound_rules() { return kRules; }

}  // namespace vodmill::hls
