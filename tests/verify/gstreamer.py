#!/usr/bin/env python3
"""gstreamer.py BINARY: GStreamer, an HLS client that is not ours, plays every rendition of what a real server has made.

All frames must come out of its decoders, in order, from 0 on, at the size that the playlist says; all of the sound; and no
element may complain.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/e2e"), str(ROOT / "tests/corpus")]

from stream_check import attributes  # noqa: E402
from vodmill_server import FINAL, Server  # noqa: E402

# File, frames, frames a second, seconds of sound.
SAMPLES = [("made/copyable.mp4", 180, 30, 6.0), ("made/interlaced-wide.ts", 50, 25, 0), ("made/sound-ends-early.mp4", 100, 25, 4.0)]
LOG = {"GST_DEBUG": "basesink:5", "GST_DEBUG_NO_COLOR": "1"}
AAC_FRAME = 1024 / 48000
BUFFER = re.compile(r"sink_chain_unlocked:<(picture|sound)> got times start: (\d+):(\d\d):(\d\d\.\d+)")
CAPS = re.compile(r"<picture> Checking if requested caps video/x-raw,.*?width=\(int\)(\d+), height=\(int\)(\d+)")
PROBLEM = re.compile(r"^(ERROR|WARNING).*", re.M)


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        sys.exit(1)


def play(url):
    """(times of frames, times of sound, (width, height), complaints) of what GStreamer decodes.

    The times are those that its sinks log; their "last-message" comes from another thread, which misses some of them.
    """
    sinks = [f"{kind}-sink=fakesink name={name} sync=false" for kind, name in (("video", "picture"), ("audio", "sound"))]
    command = ["gst-launch-1.0", "-v", "playbin", f"uri={url}", *sinks]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False, env=os.environ | LOG)
    said = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    times = {"picture": [], "sound": []}
    for name, hours, minutes, seconds in BUFFER.findall(said):
        times[name].append(int(hours) * 3600 + int(minutes) * 60 + float(seconds))
    size = CAPS.search(said)
    problems = [match[0] for match in PROBLEM.finditer(said)]
    if done.returncode != 0:
        problems.append(f"gst-launch-1.0 ends with {done.returncode}")
    return times["picture"], times["sound"], (size[1], size[2]) if size else None, problems


def check_picture(what, times, frames, rate):
    expect(len(times) == frames, f"{what}: {len(times)} frames come out of {frames}")
    first = times[0]
    expect(first < 0.1, f"{what}: the first is shown at {first:.3f} s")
    off = max(abs(time - first - n / rate) for n, time in enumerate(times))
    expect(off < 0.002, f"{what}: none is more than {off * 1000:.2f} ms from its place")


def make(server, sample):
    status, video = server.upload(ROOT / "tests/media" / sample, Path(sample).name)
    expect(status == 201, f"{sample} is taken")
    deadline = time.monotonic() + 300
    while video["status"] not in FINAL and time.monotonic() < deadline:
        video = server.wait(video["id"], 10)
    expect(video["status"] == "completed", f"{sample} is {video['status']}")
    return f"/play/{video['id']}/"


def check_stream(server, sample, frames, rate, seconds):
    root = make(server, sample)
    text = server.get(root + "index.m3u8")[0].decode()
    pictures, sounds, _, problems = play(server.base + root + "index.m3u8")
    expect(not problems, f"{sample}: nothing is complained of {problems}")
    check_picture(sample, pictures, frames, rate)
    heard = len(sounds) * AAC_FRAME
    expect(abs(heard - seconds) <= 3 * AAC_FRAME, f"{sample}: {heard:.3f} s of sound come out of {seconds}")
    variants = re.findall(r"^#EXT-X-STREAM-INF:(.+)\n(.+)$", text, re.M)
    expect(len(variants) >= 2, f"{sample}: there are {len(variants)} renditions")
    for line, uri in variants:
        wanted = tuple(attributes(":" + line)["RESOLUTION"].split("x"))
        pictures, _, size, problems = play(server.base + root + uri)
        expect(not problems and size == wanted, f"{uri}: is decoded as {size} {problems}")
        check_picture(uri, pictures, frames, rate)


def main():
    server = Server(sys.argv[1])
    try:
        for sample in SAMPLES:
            check_stream(server, *sample)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
