// Languages as containers name them, as BCP 47 does, and as people do.
//
// Pure; the planner and the probe call it.
// Fuzzed by: fuzz/source_info_fuzz.cc
#pragma once

#include <string>
#include <string_view>

namespace vodmill::plan {

inline constexpr std::string_view kUnknownLanguage = "und";  // ISO 639-2

// The BCP 47 tag of what a container says: "eng" and "en" are "en", "ger" and "deu" are "de" (the
// shortest code: RFC 5646, 4.5), "pt-BR" stays, what no tag looks like is "und".
std::string language_tag(std::string_view found);

// The English name of a tag's language: "German", "Portuguese (pt-BR)"; the tag itself where ISO
// 639-1 has no code.
std::string language_name(std::string_view tag);

}  // namespace vodmill::plan
