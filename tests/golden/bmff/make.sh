#!/bin/sh
# Makes the segments beside it with the ffmpeg command (run once; the results are in the repository).
#   video-*  24 frames a second, 3 B-frames, IDR every 12 frames; segments with styp and sidx, 1 moof,
#            signed composition offsets instead of an edit list
#   empty-edit-init.mp4  the same with the muxer's default: an empty edit that shifts the track
#   pairs-*  the same picture, 1 moof for each IDR, 2 of them in the one segment, edit list
#   audio-*  AAC-LC, 48 kHz, stereo
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
picture="-f lavfi -i testsrc2=size=96x54:rate=24:duration=2"
x264="-c:v libx264 -preset veryfast -crf 40 -profile:v high -pix_fmt yuv420p -g 12 -keyint_min 12 -sc_threshold 0 -bf 3 -colorspace bt709 -color_primaries bt709 -color_trc bt709 -threads 1 -fflags +bitexact -flags:v +bitexact"
quiet="-loglevel error -y"

ffmpeg $quiet $picture $x264 -f hls -hls_time 1 -hls_segment_type fmp4 -hls_playlist_type vod \
  -hls_segment_options movflags=+negative_cts_offsets:use_editlist=0 \
  -hls_fmp4_init_filename video-init.mp4 -hls_segment_filename "$work/video-%d.m4s" "$work/video.m3u8"
ffmpeg $quiet $picture $x264 -f hls -hls_time 1 -hls_segment_type fmp4 -hls_playlist_type vod \
  -hls_fmp4_init_filename empty-edit-init.mp4 -hls_segment_filename "$work/edit-%d.m4s" "$work/edit.m3u8"
ffmpeg $quiet -f lavfi -i "sine=frequency=440:sample_rate=48000:duration=1" -ac 2 -c:a aac -b:a 32k \
  -fflags +bitexact -flags:a +bitexact -f hls -hls_time 1 -hls_segment_type fmp4 -hls_playlist_type vod \
  -hls_fmp4_init_filename audio-init.mp4 -hls_segment_filename "$work/audio-%d.m4s" "$work/audio.m3u8"
ffmpeg $quiet $picture -t 1 $x264 -movflags +frag_keyframe+empty_moov+default_base_moof+delay_moov \
  -f mp4 "$work/pairs.mp4"

cp "$work/video-init.mp4" "$work/empty-edit-init.mp4" "$work/video-0.m4s" "$work/video-1.m4s" "$work/audio-init.mp4" "$work/audio-0.m4s" .
# One file into ftyp+moov and moof+mdat+moof+mdat, the index at its end (mfra) left away.
python3 - "$work/pairs.mp4" <<'PYTHON'
import struct, sys
data, at, init, media = open(sys.argv[1], "rb").read(), 0, b"", b""
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind in (b"ftyp", b"moov"): init += data[at:at + size]
    if kind in (b"moof", b"mdat"): media += data[at:at + size]
    at += size
open("pairs-init.mp4", "wb").write(init)
open("pairs-0.m4s", "wb").write(media)
PYTHON
rm -r "$work"
