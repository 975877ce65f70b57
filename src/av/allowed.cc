#include "av/allowed.h"

#include <algorithm>
#include <array>

namespace vodmill::av {
namespace {

constexpr std::array kDemuxers{
    Allowed{"mov", "MP4, MOV, M4V, 3GP: phones, cameras, the web"},
    Allowed{"matroska", "MKV and WebM: recorders, browsers"},
    Allowed{"avi", "older cameras and downloads"},
    Allowed{"mpegts", "broadcast, AVCHD cameras, HLS recordings"},
    Allowed{"mpeg", "MPEG program streams: DVD, old cameras"},
    Allowed{"flv", "screen and stream recorders"},
    Allowed{"asf", "Windows Media"},
    Allowed{"ogg", "Theora"},
    Allowed{"mxf", "professional cameras"},
    Allowed{"dv", "DV tapes"},
};

constexpr std::array kDecoders{
    Allowed{"h264", "most video there is"},
    Allowed{"hevc", "phones"},
    Allowed{"libdav1d", "AV1"},
    Allowed{"vp8", "WebM, browser recorders"},
    Allowed{"vp9", "WebM"},
    Allowed{"mpeg1video", "old files"},
    Allowed{"mpeg2video", "broadcast, DVD"},
    Allowed{"mpeg4", "DivX, Xvid, old phones"},
    Allowed{"h263", "old phones"},
    Allowed{"flv", "Flash: Sorenson H.263"},
    Allowed{"vp6f", "Flash"},
    Allowed{"vp6", "AVI of the same time"},
    Allowed{"msmpeg4v1", "Windows Media before WMV"},
    Allowed{"msmpeg4v2", "Windows Media before WMV"},
    Allowed{"msmpeg4", "DivX 3"},
    Allowed{"wmv1", "Windows Media"},
    Allowed{"wmv2", "Windows Media"},
    Allowed{"wmv3", "Windows Media 9"},
    Allowed{"vc1", "Windows Media, Blu-ray"},
    Allowed{"theora", "Ogg"},
    Allowed{"mjpeg", "cameras"},
    Allowed{"prores", "editing"},
    Allowed{"dnxhd", "editing"},
    Allowed{"dvvideo", "DV tapes"},
    Allowed{"rawvideo", "capture cards"},
    Allowed{"ffv1", "archives"},
    Allowed{"huffyuv", "capture"},
    Allowed{"aac", "most sound there is"},
    Allowed{"aac_latm", "broadcast"},
    Allowed{"mp3float", "AVI, MKV, FLV"},
    Allowed{"mp3", "the same, fixed point"},
    Allowed{"mp2", "broadcast, DVD"},
    Allowed{"mp2float", "broadcast, DVD"},
    Allowed{"mp1float", "old files"},
    Allowed{"ac3", "broadcast, DVD"},
    Allowed{"eac3", "broadcast, streaming"},
    Allowed{"dca", "DVD, Blu-ray"},
    Allowed{"truehd", "Blu-ray"},
    Allowed{"opus", "WebM, browser recorders"},
    Allowed{"vorbis", "WebM, Ogg"},
    Allowed{"flac", "MKV"},
    Allowed{"alac", "MOV"},
    Allowed{"amrnb", "old phones"},
    Allowed{"amrwb", "old phones"},
    Allowed{"wmav1", "Windows Media"},
    Allowed{"wmav2", "Windows Media"},
    Allowed{"wmapro", "Windows Media"},
    Allowed{"adpcm_ima_wav", "AVI"},
    Allowed{"adpcm_ms", "AVI"},
    Allowed{"adpcm_ima_qt", "MOV"},
    Allowed{"adpcm_swf", "Flash"},
    Allowed{"nellymoser", "Flash"},
    Allowed{"speex", "Flash"},
    Allowed{"pcm_s16le", "uncompressed"},
    Allowed{"pcm_s16be", "uncompressed"},
    Allowed{"pcm_s24le", "uncompressed"},
    Allowed{"pcm_s24be", "uncompressed"},
    Allowed{"pcm_s32le", "uncompressed"},
    Allowed{"pcm_s32be", "uncompressed"},
    Allowed{"pcm_f32le", "uncompressed"},
    Allowed{"pcm_f32be", "uncompressed"},
    Allowed{"pcm_u8", "uncompressed"},
    Allowed{"pcm_s8", "uncompressed"},
    Allowed{"pcm_alaw", "telephony"},
    Allowed{"pcm_mulaw", "telephony"},
    Allowed{"pcm_bluray", "AVCHD cameras"},
    Allowed{"pcm_dvd", "DVD"},
};

std::string join(std::span<const Allowed> rows) {
  std::string names;
  for (const Allowed& row : rows) {
    if (!names.empty()) names += ',';
    names += row.name;
  }
  return names;
}

}  // namespace

std::span<const Allowed> allowed_demuxers() { return kDemuxers; }
std::span<const Allowed> allowed_decoders() { return kDecoders; }
std::string demuxer_whitelist() { return join(kDemuxers); }
std::string decoder_whitelist() { return join(kDecoders); }

bool is_allowed_decoder(std::string_view name) {
  return std::ranges::any_of(kDecoders, [&](const Allowed& row) { return row.name == name; });
}

}  // namespace vodmill::av
