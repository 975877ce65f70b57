#!/bin/sh
# Makes the small stream beside it with the ffmpeg command (run once; the results are in the
# repository): two variants of 12 s, a sound and an I-frame playlist, which keep every rule that
# `vodmill verify` knows. Bandwidths are measured as RFC 8216, 4.1 says.
set -eu
cd "$(dirname "$0")"
picture="-f lavfi -i testsrc2=size=96x54:rate=24:duration=12"
x264="-c:v libx264 -preset veryfast -profile:v high -pix_fmt yuv420p -g 24 -keyint_min 24 -sc_threshold 0 -bf 2 -colorspace bt709 -color_primaries bt709 -color_trc bt709 -threads 1 -fflags +bitexact -flags:v +bitexact"
hls="-f hls -hls_time 6 -hls_segment_type fmp4 -hls_playlist_type vod"
whole="-hls_segment_options movflags=+negative_cts_offsets:use_editlist=0"

ffmpeg -loglevel error -y $picture $x264 -crf 38 -level 1.0 $hls $whole -hls_fmp4_init_filename v0.mp4 -hls_segment_filename 'v0-%d.m4s' v0.m3u8
ffmpeg -loglevel error -y $picture -vf scale=64:36 $x264 -crf 45 -level 1.0 $hls $whole -hls_fmp4_init_filename v1.mp4 -hls_segment_filename 'v1-%d.m4s' v1.m3u8
ffmpeg -loglevel error -y -f lavfi -i "sine=frequency=440:sample_rate=48000:duration=12" -ac 2 -c:a aac -b:a 48k \
  -fflags +bitexact -flags:a +bitexact $hls -hls_fmp4_init_filename a0.mp4 -hls_segment_filename 'a0-%d.m4s' a0.m3u8
python3 - <<'PYTHON'
import math, re, struct

def write(name, lines):
    with open(name, "w") as file:
        file.write("\n".join(lines) + "\n")

HEAD = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:6", "#EXT-X-PLAYLIST-TYPE:VOD"]

def measure(rows):
    """(peak, average) in bits a second of rows of (duration, bytes)."""
    sets = [rows[first:last] for first in range(len(rows)) for last in range(first + 1, len(rows) + 1)]
    def length(part): return sum(duration for duration, _ in part)
    def rate(part): return 8 * sum(size for _, size in part) / length(part)
    return max([rate(rows)] + [rate(part) for part in sets if 3 <= length(part) <= 9]), rate(rows)

def media(name):
    """The playlist in our words; (peak, average) in bits a second."""
    text = open(name + ".m3u8").read()
    rows = [(float(d), uri) for d, uri in re.findall(r"#EXTINF:([0-9.]+),\n(\S+)", text)]
    lines = HEAD + [f'#EXT-X-MAP:URI="{name}.mp4"']
    for duration, uri in rows:
        lines += [f"#EXTINF:{duration:.6f},", uri]
    write(name + ".m3u8", lines + ["#EXT-X-ENDLIST"])
    return measure([(duration, len(open(uri, "rb").read())) for duration, uri in rows])

def i_frames(name):
    """A range for each IDR picture, one a second: from the moof to the picture's end. Their measure."""
    rows = []
    lines = HEAD + ["#EXT-X-I-FRAMES-ONLY", f'#EXT-X-MAP:URI="{name}.mp4"']
    for index in range(2):
        data = open(f"{name}-{index}.m4s", "rb").read()
        moof = data.index(b"moof") - 4
        trun = data.index(b"trun")
        flags, count, offset = struct.unpack(">IIi", data[trun + 4:trun + 16])
        flags &= 0xffffff
        assert flags & 0x201 == 0x201
        entry = trun + 16 + (4 if flags & 4 else 0)
        step = 4 * bin(flags & 0xf00).count("1")
        at_size = 4 if flags & 0x100 else 0
        sizes = [struct.unpack(">I", data[at:at + 4])[0] for at in range(entry + at_size, entry + at_size + count * step, step)]
        for picture in range(0, count, 24):
            length = offset + sum(sizes[:picture + 1])
            rows += [(1.0, length)]
            lines += ["#EXTINF:1.000000,", f"#EXT-X-BYTERANGE:{length}@{moof}", f"{name}-{index}.m4s"]
    write("i0.m3u8", lines + ["#EXT-X-ENDLIST"])
    return measure(rows)

v0, v1, a0 = media("v0"), media("v1"), media("a0")
i0 = i_frames("v1")
def up(value): return str(math.ceil(value))
def codecs(name):
    data = open(name + ".mp4", "rb").read()
    at = data.index(b"avcC")
    return "avc1." + data[at + 5:at + 8].hex()
lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS",
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="a0.m3u8"']
for name, rate, size in (("v0", v0, "96x54"), ("v1", v1, "64x36")):
    lines += [f"#EXT-X-STREAM-INF:BANDWIDTH={up(rate[0] + a0[0])},AVERAGE-BANDWIDTH={up(rate[1] + a0[1])},"
        f'CODECS="{codecs(name)},mp4a.40.2",RESOLUTION={size},FRAME-RATE=24.000,AUDIO="audio"', name + ".m3u8"]
lines += [f'#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={up(i0[0])},CODECS="{codecs("v1")}",RESOLUTION=64x36,URI="i0.m3u8"']
write("index.m3u8", lines)
PYTHON
