#include <sysexits.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdio>

#include "app/commands.h"
#include "app/exit_status.h"
#include "app/stream_folder.h"
#include "app/stream_reader.h"
#include "app/stream_site.h"
#include "base/json.h"
#include "base/printable.h"
#include "hls/rules.h"

namespace vodmill::app {
namespace {

std::ptrdiff_t count(const std::vector<hls::Finding>& findings, hls::Severity severity) {
  return std::ranges::count(findings, severity, &hls::Finding::severity);
}

std::string in_capitals(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void print_lines(const std::string& given, const std::vector<hls::Finding>& findings) {
  for (const hls::Finding& finding : findings) {
    std::printf("%-6s %-18s %s: %s\n", in_capitals(hls::severity_name(finding.severity)).c_str(),
                hls::rule_name(finding.rule).c_str(), printable(finding.where).c_str(),
                printable(finding.sentence).c_str());
  }
  std::printf("%s: %td MUST, %td SHOULD, %td not looked into; %zu rules judged.\n",
              printable(given).c_str(), count(findings, hls::Severity::must),
              count(findings, hls::Severity::should), count(findings, hls::Severity::note),
              hls::all_rules().size() - 1);
}

void print_json(const std::string& given, const std::vector<hls::Finding>& findings) {
  json::array list;
  for (const hls::Finding& finding : findings) {
    list.push_back({{"rule", finding.rule},
                    {"severity", hls::severity_name(finding.severity)},
                    {"where", with_valid_utf8(finding.where)},
                    {"message", with_valid_utf8(finding.sentence)}});
  }
  const json::object answer{{"playlist", with_valid_utf8(given)},
                            {"must", count(findings, hls::Severity::must)},
                            {"should", count(findings, hls::Severity::should)},
                            {"note", count(findings, hls::Severity::note)},
                            {"findings", std::move(list)}};
  std::printf("%s\n", json::serialize(answer).c_str());
}

// A URL, a folder, or the playlist in one.
Result<hls::StreamFacts> read_given(const std::string& given) {
  if (is_url(given)) {
    StreamSite site;
    return read_stream(site, given);
  }
  const auto playlist = find_multivariant(given);
  if (!playlist) return fail(playlist.error());
  StreamFolder folder(playlist->parent_path());
  return read_stream(folder, playlist->filename().string());
}

}  // namespace

int verify(const Settings& settings) {
  const auto stream = read_given(settings.input);
  if (!stream) return complain(stream.error());
  const auto findings = hls::judge(*stream);
  if (settings.as_json) {
    print_json(settings.input, findings);
  } else {
    print_lines(settings.input, findings);
  }
  return count(findings, hls::Severity::must) == 0 ? 0 : EX_DATAERR;
}

}  // namespace vodmill::app
