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

// By CODECS: whether there is sound, and none of it AAC.
bool has_other_sound_alone(const StreamFacts& stream) {
  bool has_sound = false;
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    if (std::ranges::any_of(variant.codecs, is_aac)) return false;
    has_sound |= has_sound_codec(variant);
  }
  return has_sound;
}

// Apple's table wants stereo; a source of one channel has no second one to give.
void check_stereo_aac(const StreamFacts& stream, const Tell& tell) {
  const auto tracks = media_tracks(stream, "AUDIO");
  bool is_known = !tracks.empty() || has_other_sound_alone(stream);
  for (const NamedTrack& named : tracks) {
    const InitFacts* init = known_init(named.track);
    is_known &=
        init != nullptr || std::ranges::any_of(named.track.inits, [](const InitFacts& each) {
          return each.look == Look::beyond;
        });
    if (init && !init->is_video && is_aac(init->codecs) && init->channels <= 2) return;
  }
  if (is_known) {
    tell(stream.name, "No sound is stereo AAC: add one that is, every player has it.");
  }
}

// Calls visit(uri, init, bits a second) for each rendition of AAC in at most two channels.
template <class Visit>
void for_each_aac_rate(const StreamFacts& stream, Visit visit) {
  for (const NamedTrack& named : media_tracks(stream, "AUDIO")) {
    const InitFacts* init = known_init(named.track);
    const auto rate = measured(named.track);
    const bool is_judged = init && rate && !init->is_video && is_aac(init->codecs);
    if (is_judged && init->channels <= 2) visit(named.uri, *init, rate->average);
  }
}

constexpr std::string_view kPlainAac = "mp4a.40.2";

// Boxes around the samples, and rate control, take a tenth more.
bool is_above(std::int64_t bits, std::int64_t most) { return 10 * bits > 11 * most; }

std::string average_is(std::int64_t bits) {
  return "The average is " + std::to_string(bits / 1000) + " kbit/s: ";
}

void check_high_efficiency_rate(const StreamFacts& stream, const Tell& tell) {
  constexpr std::int64_t kMost = 64'000;
  for_each_aac_rate(stream, [&](const std::string& uri, const InitFacts& init, std::int64_t bits) {
    if (init.codecs == kPlainAac || !is_above(bits, kMost)) return;
    tell(uri, average_is(bits) + "use AAC-LC above 64 kbit/s, not HE-AAC.");
  });
}

void check_stereo_rate(const StreamFacts& stream, const Tell& tell) {
  constexpr std::int64_t kLeast = 32'000;
  constexpr std::int64_t kMost = 160'000;
  for_each_aac_rate(stream, [&](const std::string& uri, const InitFacts& init, std::int64_t bits) {
    if (init.codecs != kPlainAac) return;
    if (init.channels == 2 && bits < kLeast) {
      tell(uri, average_is(bits) + "use HE-AAC there, or from 32 kbit/s on.");
    } else if (is_above(bits, kMost)) {
      tell(uri, average_is(bits) + "160 are enough for stereo AAC.");
    }
  });
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

// EXT-X-MEDIA says "6", or "16/JOC"; 0 where it says nothing.
int channels_of(const ForeignMedia& media) {
  constexpr int kMost = 1000;
  int channels = 0;
  for (const char digit : media.channels.value_or("")) {
    if (digit < '0' || digit > '9' || channels > kMost) break;
    channels = 10 * channels + (digit - '0');
  }
  return channels;
}

void check_surround_has_uri(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignMedia& media : stream.multivariant.media) {
    if (media.type != "AUDIO" || media.uri || channels_of(media) <= 2) continue;
    tell(at_line(stream.name, media.line),
         "Sound of " + std::to_string(channels_of(media)) +
             " channels has no URI: take it out of the pictures' segments into a playlist of its "
             "own.");
  }
}

// A sound that one variant has, and the pictures of the others are without.
bool is_sound_of_others(const StreamFacts& stream, const ForeignVariant& sound) {
  return is_sound_alone(sound) &&
         std::ranges::any_of(stream.multivariant.variants, [](const ForeignVariant& variant) {
           return !variant.codecs.empty() && variant.audio.empty() && !has_sound_codec(variant);
         });
}

void check_declared(const StreamFacts& stream, const Tell& tell) {
  for (const ForeignVariant& variant : stream.multivariant.variants) {
    const std::string where = at_line(stream.name, variant.line);
    if (lacks_its_sound(stream, variant)) {
      tell(where,
           "CODECS names a sound that the segments do not hold: declare it by EXT-X-MEDIA, and "
           "name its group as AUDIO.");
    } else if (is_sound_of_others(stream, variant)) {
      tell(where,
           "The sound is a variant of its own, and other variants have none: declare it by "
           "EXT-X-MEDIA, and name its group as AUDIO.");
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

void check_characteristics(const StreamFacts& stream, const Tell& tell) {
  constexpr std::string_view kSpeech = "public.accessibility.transcribes-spoken-dialog";
  constexpr std::string_view kSounds = "public.accessibility.describes-music-and-sound";
  for (const ForeignMedia& media : stream.multivariant.media) {
    const bool has_speech = media.characteristics.find(kSpeech) != std::string::npos;
    const bool has_sounds = media.characteristics.find(kSounds) != std::string::npos;
    if (media.type != "SUBTITLES" || has_speech == has_sounds) continue;
    tell(at_line(stream.name, media.line),
         "Subtitles for the hard of hearing have two CHARACTERISTICS: add " +
             std::string(has_speech ? kSounds : kSpeech) + ".");
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
    Rule{"2.4", Severity::should, "HE-AAC has at most 64 kbit/s.", check_high_efficiency_rate},
    Rule{"2.9", Severity::should, "Stereo AAC has 32 to 160 kbit/s.", check_stereo_rate},
    Rule{"2.17", Severity::must, "A segment holds one sound at most.", check_one_sound},
    Rule{"5.2", Severity::must, "Subtitles are WebVTT, or fMP4.", check_webvtt},
    Rule{"5.3", Severity::must, "WebVTT has an X-TIMESTAMP-MAP.", check_timestamp_map},
    Rule{"4.5", Severity::must, "Subtitles for the hard of hearing say so in full.",
         check_characteristics},
    Rule{"4.6", Severity::must, "Subtitles for the hard of hearing are selected automatically.",
         check_hard_of_hearing},
    Rule{"8.9", Severity::must, "Sound that is a stream of its own is an EXT-X-MEDIA.",
         check_declared},
    Rule{"8.10", Severity::must, "Every EXT-X-MEDIA but VIDEO has its LANGUAGE.", check_languages},
    Rule{"9.5", Severity::should, "Sound is a stream of its own.", check_separate_sound},
    Rule{"9.6", Severity::must, "Sound of more than two channels is a stream of its own.",
         check_surround_has_uri},
    Rule{"9.7", Severity::must, "Each of several sounds has a playlist of its own.",
         check_alternatives_have_uris},
};

}  // namespace

std::span<const Rule> sound_rules() { return kRules; }

}  // namespace vodmill::hls
