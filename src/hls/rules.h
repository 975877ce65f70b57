// The rules a stream is judged by: Apple's HLS authoring specification by its numbers, RFC 8216 by
// its sections. Called by `vodmill verify` and, for the cheap ones, at the end of every video.
// Pure; any thread.
//
// rules_*.cc hold them, one function a rule, in tables that read like the specification;
// docs/verify.md lists them. Names in addresses and versions of TLS (Apple 11.4, 12), what only a
// decoder can see (2.18 to 2.23), and most of DRM (13) are not among them.
// Fuzzed by: fuzz/playlist_fuzz.cc
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hls/stream_facts.h"

namespace vodmill::hls {

enum class Severity {
  must,    // players may fail
  should,  // players cope, viewers get less
  note,    // not judged: what could not be looked into
};

std::string_view severity_name(Severity severity);  // "must"

// Where it is ("g1/v0.m3u8 line 7", "segment v0/12.m4s"), and what is there and what to do.
using Tell = std::function<void(std::string where, std::string sentence)>;

struct Rule {
  std::string_view number;  // "1.13" is Apple's, "RFC 8216 4.3.3.1" the RFC's
  Severity severity = Severity::must;
  std::string_view sentence;  // what a stream does that keeps it
  void (*check)(const StreamFacts& stream, const Tell& tell);
};

// For people: "Apple 1.13", "RFC 8216 4.3.3.1"; "-" as it is.
std::string rule_name(std::string_view number);

// In the order in which they are judged.
std::vector<Rule> all_rules();

struct Finding {
  std::string_view rule;
  Severity severity = Severity::must;
  std::string where;
  std::string sentence;
};

// At most five findings a rule; the fifth says how many more there are.
std::vector<Finding> judge(const StreamFacts& stream);

}  // namespace vodmill::hls
