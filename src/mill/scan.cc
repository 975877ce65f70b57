#include "mill/scan.h"

#include <algorithm>
#include <array>
#include <random>
#include <string_view>

#include "mill/promises.h"
#include "mill/without_media.h"

namespace vodmill::mill {
namespace {

constexpr int kSamplesInTheMiddle = 3;
constexpr int kMostReserved = 12 * 3600 * 60;  // packets

enum class Payload { read, left_out };

// Gaps are looked for in the first sound alone.
constexpr std::size_t kTimesOfOtherSounds = 1000;

void select(av::Input& input, const ChosenStreams& chosen) {
  std::vector<int> wanted{chosen.video->index};
  for (const AVStream* sound : chosen.sounds) wanted.push_back(sound->index);
  input.select(wanted);
}

Scan nothing_of(const ChosenStreams& chosen) {
  Scan scan(*chosen.video);
  scan.sounds.resize(chosen.sounds.size());
  for (std::size_t i = 1; i < scan.sounds.size(); ++i) {
    scan.sounds[i].most_times = kTimesOfOtherSounds;
  }
  return scan;
}

// What the container promises is held against the input that has been read.
bool ends_early(av::Input& input, const ChosenStreams& chosen, const Scan& scan) {
  std::vector<ScannedStream> streams{{chosen.video, &scan.video}};
  for (std::size_t i = 0; i < chosen.sounds.size(); ++i) {
    streams.push_back({chosen.sounds[i], &scan.sounds[i]});
  }
  return mill::ends_early(input, streams);
}

Result<Scan> scan_all(av::Input& input, const ChosenStreams& chosen, Payload payload) {
  select(input, chosen);
  Scan scan = nothing_of(chosen);
  // None where the container has no index.
  const int listed = avformat_index_get_entries_count(chosen.video);
  scan.video.pts.reserve(static_cast<std::size_t>(std::clamp(listed, 0, kMostReserved)));
  const av::PacketPtr packet = av::make_packet();
  while (TRY(input.read(*packet)) == av::ReadOutcome::packet) {
    if (packet->stream_index == chosen.video->index) {
      scan.video.add(*packet);
      if (payload == Payload::read) scan.copy.add(*packet);
      if (payload == Payload::left_out) scan.copy.believe(*packet);
    }
    for (std::size_t i = 0; i < chosen.sounds.size(); ++i) {
      if (packet->stream_index == chosen.sounds[i]->index) scan.sounds[i].add(*packet);
    }
    av_packet_unref(packet.get());
  }
  scan.video.sort();
  for (PacketScan& sound : scan.sounds) sound.sort();
  scan.ends_early = ends_early(input, chosen, scan);
  return scan;
}

// Whether a parser of libav's joins the demuxer's packets and cuts them anew, for which it has to
// see their bytes: those that it asks for in MP4, and one that has worked so on the first packets.
bool is_cut_by_its_bytes(const AVStream& stream) {
  constexpr std::array kCut{AV_CODEC_ID_AC3, AV_CODEC_ID_EAC3, AV_CODEC_ID_MPEG1VIDEO,
                            AV_CODEC_ID_VC1, AV_CODEC_ID_VP8,  AV_CODEC_ID_VP9};
  if (std::ranges::find(kCut, stream.codecpar->codec_id) != kCut.end()) return true;
  const AVCodecParserContext* parser = av_stream_get_parser(&stream);
  return parser && (parser->flags & PARSER_FLAG_COMPLETE_FRAMES) == 0 && parser->cur_offset > 0;
}

// What an index cannot say of a file that has the media only once. The packets of a file that was
// cut short may lie behind its end.
std::string obstacle_of(AVStream& stream, const std::vector<ByteRange>& media, std::int64_t bytes) {
  if (is_cut_by_its_bytes(stream)) return "packets of its codec are cut by a parser";
  const int count = avformat_index_get_entries_count(&stream);
  if (count == 0) return "it is empty";
  std::int64_t claimed = 0;
  std::int64_t before = INT64_MIN;
  for (int i = 0; i < count; ++i) {
    const AVIndexEntry& entry = *avformat_index_get_entry(&stream, i);
    if (entry.timestamp < before) return "its times go back";
    before = entry.timestamp;
    if (entry.pos >= bytes) continue;
    const auto around = std::ranges::upper_bound(media, entry.pos, {}, &ByteRange::to);
    if (around == media.end() || entry.pos < around->from || entry.pos + entry.size > around->to) {
      return "it points outside of the media";
    }
    claimed += entry.size;
    if (claimed > bytes) return "it has more media than the file";
  }
  return {};
}

// Not of what was read from it.
bool is_of_the_source(const Error& error) {
  return error.code != ErrorCode::malformed_input && error.code != ErrorCode::not_a_video &&
         error.code != ErrorCode::encrypted_input;
}

}  // namespace

Result<Scan> scan_packets(av::Input& input, const ChosenStreams& chosen) {
  return scan_all(input, chosen, Payload::read);
}

Result<std::variant<Scan, NotByIndex>> scan_index(av::ByteSource& source, av::Input& input,
                                                  const ChosenStreams& chosen,
                                                  std::int64_t least_bytes) {
  const std::string_view format = input.context().iformat->name;
  if (!format.starts_with("mov") || source.size() < least_bytes) return NotByIndex{};
  auto media = TRY(find_media(source));
  if (!media) return NotByIndex{"the file is not in one piece"};
  std::vector<const AVStream*> streams = chosen.sounds;
  streams.insert(streams.begin(), chosen.video);
  for (const AVStream* stream : streams) {
    AVStream& listed = *input.streams()[static_cast<std::size_t>(stream->index)];
    std::string obstacle = obstacle_of(listed, *media, source.size());
    if (!obstacle.empty()) return NotByIndex{std::move(obstacle)};
  }
  WithoutMedia index(source, std::move(*media));
  auto listed = av::Input::open_unparsed(index);
  if (!listed && is_of_the_source(listed.error())) return fail(std::move(listed).error());
  if (!listed || listed->streams().size() != input.streams().size()) {
    return NotByIndex{"it cannot be read without the media"};
  }
  Scan scan = TRY(scan_all(*listed, chosen, Payload::left_out));
  if (scan.video.keyframes.empty()) return NotByIndex{"it has no random access point"};
  return scan;
}

bool agrees(Scan& scan, const AVPacket& packet) {
  const std::int64_t pts = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
  if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0) return true;
  if (!std::ranges::binary_search(scan.video.pts, pts)) return false;
  return scan.copy.check(packet, std::ranges::binary_search(scan.video.keyframes, pts));
}

Result<bool> try_samples(av::Input& input, const AVStream& video, Scan& scan) {
  const std::vector<std::int64_t>& keys = scan.video.keyframes;
  // The same file gives the same samples.
  std::minstd_rand random(static_cast<std::uint32_t>(scan.video.pts.size()));
  std::uniform_int_distribution<std::size_t> any(0, keys.size() - 1);
  std::vector<std::int64_t> chosen{keys.back()};
  while (std::ssize(chosen) <= kSamplesInTheMiddle) chosen.push_back(keys[any(random)]);
  std::ranges::sort(chosen);
  const av::PacketPtr packet = av::make_packet();
  for (const std::int64_t pts : chosen) {
    const Result<> sought = input.seek(video.index, pts);
    if (!sought && is_of_the_source(sought.error())) return fail(sought.error());
    if (!sought) return false;
    for (;;) {
      av_packet_unref(packet.get());
      if (TRY(input.read(*packet)) == av::ReadOutcome::end) return false;
      if (packet->stream_index == video.index) break;
    }
    if (!agrees(scan, *packet)) return false;
  }
  return true;
}

}  // namespace vodmill::mill
