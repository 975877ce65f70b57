#!/usr/bin/env python3
"""transcode.py SOURCE PLAN FOLDER [--preset NAME]: the peer "ffmpeg each".

What a video site's first version does: one ffmpeg process for each rendition, one after the other, each decoding the source
anew; then the multivariant playlist. PLAN is a file with `vodmill probe`'s plan; x264's settings are the plan's. Prints the largest
memory of each process.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

GOP_SECONDS = 2
SEGMENT_SECONDS = 6


def command(source, plan, rung, preset, folder):
    gop = round(GOP_SECONDS * plan["fps"][0] / plan["fps"][1])
    words = ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-i", source, "-map", "0:v:0"]
    words += ["-vf", f"scale={rung['width']}:{rung['height']}:flags=bicubic,format=yuv420p"]
    words += ["-c:v", "libx264", "-preset", preset, "-profile:v", "high", "-crf", rung["crf"]]
    words += ["-maxrate", f"{rung['max_kbps']}k", "-bufsize", f"{rung['buffer_kbits']}k"]
    words += ["-g", gop, "-keyint_min", gop, "-sc_threshold", 0, "-flags", "+cgop"]
    if plan["sounds"]:
        audio = plan["sounds"][0]
        words += ["-map", f"0:{audio['source_stream']}", "-c:a", "aac", "-b:a", f"{audio['kbps']}k", "-ac", audio["channels"]]
    words += ["-f", "hls", "-hls_time", SEGMENT_SECONDS, "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    return [str(word) for word in [*words, "-hls_segment_filename", folder / "%d.m4s", folder / "index.m3u8"]]


def run(words):
    """The largest resident memory of one process, in bytes."""
    child = subprocess.Popen(words)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"ffmpeg ends with {child.returncode}")
    return usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("plan", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--preset", default="veryfast")
    options = parser.parse_args()
    plan = json.loads(options.plan.read_text(encoding="utf-8"))
    lines, peaks = ["#EXTM3U", "#EXT-X-VERSION:7"], []
    for number, rung in enumerate(plan["ladder"]):
        folder = options.folder / str(number)
        folder.mkdir(parents=True)
        peaks.append(run(command(options.source, plan, rung, options.preset, folder)))
        lines.append(f"#EXT-X-STREAM-INF:BANDWIDTH={rung['max_kbps'] * 1000},RESOLUTION={rung['width']}x{rung['height']}")
        lines.append(f"{number}/index.m3u8")
    (options.folder / "index.m3u8").write_text("\n".join([*lines, ""]), encoding="utf-8")
    print(json.dumps(peaks))


if __name__ == "__main__":
    main()
