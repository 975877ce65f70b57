#!/bin/bash
# Makes the samples in made/ and the texts in hostile/ again. The results are committed; run it to add a
# kind, then bring MANIFEST.tsv up to date. Needs ffmpeg 5.1 and python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p made hostile

encode() { ffmpeg -nostdin -v error -y -threads 1 -fflags +bitexact "$@"; }
exact=(-flags:v +bitexact -flags:a +bitexact -map_metadata -1)
picture() { echo "testsrc2=size=$1:rate=$2:duration=$3"; }
# A beep of a tenth of a second at every full second.
beeps() { echo "sine=frequency=880:sample_rate=48000:duration=$1,volume='lt(mod(t,1),0.1)':eval=frame"; }
x264=(-c:v libx264 -preset veryfast -crf 30 -pix_fmt yuv420p)
aac=(-c:a aac -b:a 64k)

ordinary() {
  # Closed GOPs of 2 s at a constant rate: what may be copied instead of encoded.
  encode -f lavfi -i "$(picture 640x360 30 6)" -f lavfi -i "$(beeps 6)" "${x264[@]}" -g 60 -keyint_min 60 \
    -sc_threshold 0 -x264-params open-gop=0 "${aac[@]}" -movflags +faststart "${exact[@]}" made/copyable.mp4
  encode -f lavfi -i "$(picture 640x360 25 4)" -f lavfi -i "$(beeps 4)" "${x264[@]}" -g 50 "${aac[@]}" \
    -output_ts_offset 65 -muxdelay 0 "${exact[@]}" -f mpegts made/starts-at-65s.ts
  encode -f lavfi -i "$(picture 640x360 24000/1001 3)" -f lavfi -i "$(beeps 3)" -c:v libx265 -preset veryfast \
    -x265-params log-level=error -crf 32 -tag:v hvc1 "${aac[@]}" "${exact[@]}" made/hevc.mp4
  encode -f lavfi -i "$(picture 720x576 50 2)" -vf tinterlace=interleave_top,setsar=64/45 -c:v mpeg2video -b:v 1200k \
    -flags:v +ildct+ilme+bitexact -top 1 -map_metadata -1 -f mpegts made/interlaced-wide.ts
  encode -f lavfi -i "$(picture 176x144 25 2)" -f lavfi -i "$(beeps 2)" -c:v mpeg1video -b:v 300k -c:a mp2 -b:a 64k \
    "${exact[@]}" -f mpeg made/mpeg1.mpg
  # What a browser's recorder writes: no duration, no index.
  encode -f lavfi -i "$(picture 320x240 30 3)" -f lavfi -i "$(beeps 3)" -c:v libvpx -b:v 200k -cpu-used 8 \
    -c:a libopus -b:a 48k -live 1 "${exact[@]}" -f webm made/recorder.webm
}

peculiar() {
  encode -f lavfi -i "$(picture 320x180 30 3)" -f lavfi -i "$(beeps 3)" "${x264[@]}" -g 60 "${aac[@]}" \
    "${exact[@]}" made/rotated.mp4
  turn made/rotated.mp4 180
  # 30 frames a second, then 12, then 30.
  encode -f lavfi -i "$(picture 320x180 30 4)" -vf "select='not(between(t,1,3))+not(mod(n,5))*between(t,1,3)'" \
    -vsync vfr "${x264[@]}" "${exact[@]}" made/variable-rate.mkv
  # Cut between keyframes without encoding: an edit list hides the first frames.
  encode -ss 0.7 -i made/copyable.mp4 -t 3 -c copy "${exact[@]}" made/edit-list.mp4
  encode -f lavfi -i "$(picture 320x180 25 2)" "${x264[@]}" -pix_fmt yuv420p10le "${exact[@]}" made/ten-bit.mkv
  encode -f lavfi -i "$(picture 322x242 25 2)" -vf scale=161:121,format=yuv444p -c:v libx264 \
    -preset veryfast -crf 30 "${exact[@]}" made/odd-size.mp4
  encode -f lavfi -i "$(picture 320x180 25 4)" -f lavfi -i "$(beeps 2)" "${x264[@]}" "${aac[@]}" "${exact[@]}" made/sound-ends-early.mp4
  encode -f lavfi -i "$(picture 320x180 1 30)" "${x264[@]}" "${exact[@]}" made/one-frame-a-second.mp4
  encode -f lavfi -i "$(picture 320x180 120 2)" "${x264[@]}" "${exact[@]}" made/120-frames-a-second.mp4
  encode -f lavfi -i "$(picture 320x180 25 1)" -frames:v 1 "${x264[@]}" "${exact[@]}" made/one-frame.mp4
}

broken() {
  local key=000102030405060708090a0b0c0d0e0f
  encode -f lavfi -i "$(picture 320x180 25 2)" "${x264[@]}" -encryption_scheme cenc-aes-ctr \
    -encryption_key $key -encryption_kid $key "${exact[@]}" made/encrypted.mp4
  part made/copyable.mp4 60 made/cut-index-first.mp4
  encode -i made/copyable.mp4 -c copy "${exact[@]}" made/index-last.mp4
  part made/index-last.mp4 60 made/cut-index-last.mp4
  part made/starts-at-65s.ts 60 made/cut.ts
  damage made/copyable.mp4 made/damaged-middle.mp4
  head -c 20000 /dev/zero >made/zeros.mp4
  : >made/empty.mp4
  encode -f lavfi -i "$(beeps 3)" -f lavfi -i "$(picture 300x300 1 1)" -map 0 -map 1 "${aac[@]}" -c:v mjpeg -frames:v 1 \
    -pix_fmt yuvj420p -disposition:v attached_pic "${exact[@]}" made/sound-with-cover.m4a
  printf 'This is a letter, not a film.\n%.0s' {1..40} >made/text.mp4
}

# Writes a quarter turn into the first track's matrix, as a phone that was held upright does.
turn() { # FILE HEIGHT
  python3 - "$1" "$2" <<'END'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
matrix = data.index(b"tkhd") + 44
one = 1 << 16
data[matrix : matrix + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, int(sys.argv[2]) * one, 0, 1 << 30)
open(sys.argv[1], "wb").write(data)
END
}

part() { # FILE PERCENT OUT: its first part
  head -c $(($(stat -c %s "$1") * $2 / 100)) "$1" >"$3"
}

# Overwrites 400 bytes in the middle: the index is whole, some frames are not.
damage() {
  python3 - "$1" "$2" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
middle = len(data) // 2
data[middle : middle + 400] = bytes((i * 37 + 11) % 256 for i in range(400))
open(sys.argv[2], "wb").write(data)
END
}

# Texts that libavformat's playlist readers would follow to other files or to the network.
hostile() {
  local list='#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n%s\n#EXT-X-ENDLIST\n'
  # shellcheck disable=SC2059
  {
    printf "$list" file:///etc/passwd >hostile/playlist-of-a-file.mp4
    printf "$list" http://127.0.0.1:9/segment.ts >hostile/playlist-of-a-url.mp4
    printf "$list" 'concat:http://127.0.0.1:9/x|file:///etc/passwd' >hostile/playlist-of-concat.mp4
  }
  printf 'ffconcat version 1.0\nfile /etc/passwd\nfile copyable.mp4\n' >hostile/ffconcat.mp4
  printf 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n' >hostile/session.mp4
  printf '%s\n' '<?xml version="1.0"?>' \
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S" profiles="urn:mpeg:dash:profile:isoff-main:2011">' \
    '<BaseURL>http://127.0.0.1:9/</BaseURL><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1" codecs="avc1.4d401f">' \
    '<BaseURL>x.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>' >hostile/manifest.mp4
  printf '1\n00:00:00,000 --> 00:00:05,000\n<img src="file:///etc/passwd">\n' >hostile/subtitles.mp4
}

ordinary
peculiar
broken
hostile
