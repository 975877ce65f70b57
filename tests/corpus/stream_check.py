"""Checks one finished stream as a player gets it: over HTTP, from index.m3u8 on.

check(server, video) answers what is wrong, in sentences, and what the stream is made of. The rules are
RFC 8216's and Apple's HLS authoring specification's, as far as they are cheap to check from outside.
"""

import gzip
import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

AAC_FRAME_SECONDS = 1024 / 44100


@dataclass
class Stream:
    frames: int = 0  # of every video rendition
    seconds: float = 0.0
    renditions: list = field(default_factory=list)  # (width, height)
    has_sound: bool = False
    complaints: list = field(default_factory=list)


def attributes(line):
    """NAME=value pairs of a tag (RFC 8216, 4.2)."""
    found = re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', line.split(":", 1)[1])
    return {name: value.strip('"') for name, value in found}


def check(server, video):
    stream = Stream()
    try:
        with tempfile.TemporaryDirectory(prefix="vodmill-check-") as folder:
            _Check(server, video, stream, Path(folder)).run()
    except (OSError, KeyError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        stream.complaints.append(f"the check ended early: {error!r}")
    return stream


class _Check:
    def __init__(self, server, video, stream, folder):
        self.server, self.video, self.stream, self.folder = server, video, stream, folder
        self.root = f"/play/{video['id']}/"

    def expect(self, holds, complaint):
        if not holds:
            self.stream.complaints.append(complaint)

    def run(self):
        variants, sounds = self.multivariant()
        shapes = []
        for variant in variants:
            shapes.append(self.media(variant["URI"], int(variant["BANDWIDTH"]), variant))
        self.expect(len({tuple(s) for s in shapes}) == 1, f"renditions are cut differently: {shapes}")
        self.expect(len(variants) >= 2 or min(self.stream.renditions[0]) <= 32, "fewer than two renditions")
        self.stream.seconds = sum(shapes[0])
        for sound in sounds:
            durations = self.media(sound["URI"], None, None)
            off = abs(sum(durations) - self.stream.seconds)
            self.expect(off <= AAC_FRAME_SECONDS + 0.002 * len(durations), f"the sound is {off:.3f} s off the picture")
            self.expect(len(durations) == len(shapes[0]), "sound and picture have other numbers of segments")
        self.stream.has_sound = bool(sounds)
        claimed = self.video["duration_seconds"]
        self.expect(claimed and abs(claimed - self.stream.seconds) < 0.02 + 0.001 * len(shapes[0]),
                    f"the API says {claimed} s, the playlists {self.stream.seconds:.3f} s")
        self.ask_ffprobe(len(variants), bool(sounds))
        self.key_frames(len(variants), len(shapes[0]))
        self.decode(min(variants, key=lambda v: int(v["BANDWIDTH"])))

    def multivariant(self):
        body, headers = self.server.get(self.root + "index.m3u8")
        self.expect(headers["Content-Type"].startswith("application/vnd.apple.mpegurl"), "index.m3u8 has a wrong type")
        packed, packed_headers = self.server.get(self.root + "index.m3u8", {"Accept-Encoding": "gzip"})
        self.expect(packed_headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == body,
                    "index.m3u8 is not delivered with gzip (Apple 10.1)")
        lines = body.decode().split("\n")
        self.expect(lines[0] == "#EXTM3U", "index.m3u8 does not begin with #EXTM3U")
        self.expect("#EXT-X-INDEPENDENT-SEGMENTS" in lines, "no EXT-X-INDEPENDENT-SEGMENTS")
        sounds = [attributes(line) for line in lines if line.startswith("#EXT-X-MEDIA:")]
        variants = []
        for line, following in zip(lines, lines[1:]):
            if line.startswith("#EXT-X-STREAM-INF:"):
                variants.append({**attributes(line), "URI": following})
        for variant in variants:
            width, height = map(int, variant["RESOLUTION"].split("x"))
            self.stream.renditions.append((width, height))
            self.expect(width % 2 == 0 and height % 2 == 0 and width > 0 and height > 0, f"{width}x{height} is not even")
            self.expect("avc1." in variant["CODECS"], "CODECS names no avc1")
            self.expect(("mp4a.40.2" in variant["CODECS"]) == bool(sounds), "CODECS and the sound disagree")
            self.expect(0 < float(variant["FRAME-RATE"]) <= 60, "FRAME-RATE is not within 60")
            self.expect(int(variant["AVERAGE-BANDWIDTH"]) <= int(variant["BANDWIDTH"]), "AVERAGE-BANDWIDTH is above BANDWIDTH")
        return variants, sounds

    def media(self, uri, bandwidth, variant):
        """Fetches every segment; answers their durations."""
        base = self.root + uri.rsplit("/", 1)[0] + "/"
        lines = self.server.get(self.root + uri)[0].decode().split("\n")
        tags = {line.split(":", 1)[0]: line for line in lines if line.startswith("#EXT-X-")}
        self.expect("#EXT-X-ENDLIST" in lines, f"{uri} has no end")
        self.expect(tags.get("#EXT-X-PLAYLIST-TYPE") == "#EXT-X-PLAYLIST-TYPE:VOD", f"{uri} is not VOD")
        self.expect(int(tags["#EXT-X-VERSION"].split(":")[1]) >= 6, f"{uri} is below version 6")
        target = int(tags["#EXT-X-TARGETDURATION"].split(":")[1])
        local = self.folder / re.sub(r"\W", "_", uri)
        durations, largest = [], 0
        with open(local, "wb") as joined:
            joined.write(self.server.get(base + attributes(tags["#EXT-X-MAP"])["URI"])[0])
            for line, name in zip(lines, lines[1:]):
                if not line.startswith("#EXTINF:"):
                    continue
                durations.append(float(line.split(":")[1].split(",")[0]))
                body = self.server.get(base + name)[0]
                joined.write(body)
                self.expect(len(body) > 0, f"{uri}: {name} is empty")
                if durations[-1] >= target / 2:
                    largest = max(largest, len(body) * 8 / durations[-1])
        self.expect(durations and max(durations) < target + 0.5, f"{uri}: a segment is longer than its target")
        if bandwidth:
            self.expect(largest <= bandwidth, f"{uri}: {largest:.0f} bit/s in a segment, {bandwidth} announced")
            variant["file"] = local
        return durations

    def key_frames(self, variants, segments):
        """I-frame playlists (Apple 6.1, 6.10): each range is one picture that is decoded from nothing else."""
        lines = self.server.get(self.root + "index.m3u8")[0].decode().split("\n")
        playlists = [attributes(line) for line in lines if line.startswith("#EXT-X-I-FRAME-STREAM-INF:")]
        self.expect(len(playlists) == variants, f"{len(playlists)} I-frame playlists for {variants} variants")
        for one in playlists:
            uri = one["URI"]
            base = self.root + uri.rsplit("/", 1)[0] + "/"
            text = self.server.get(self.root + uri)[0].decode()
            self.expect("#EXT-X-I-FRAMES-ONLY\n" in text, f"{uri} has no EXT-X-I-FRAMES-ONLY")
            found = re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.+)\n", text)
            self.expect(len(found) == segments, f"{uri} has {len(found)} key frames for {segments} segments")
            init = self.server.get(base + re.search(r'#EXT-X-MAP:URI="([^"]+)"', text)[1])[0]
            for length, offset, name in (found[0], found[-1]):
                first, last = int(offset), int(offset) + int(length) - 1
                picture, _ = self.server.get(base + name, {"Range": f"bytes={first}-{last}"})
                self.expect(len(picture) == int(length) and picture[4:8] == b"moof", f"{uri}: {name} does not begin at a moof")
                command = ["ffprobe", "-v", "error", "-of", "json", "-count_frames", "-show_entries",
                           "stream=nb_read_frames,width,height", "-"]
                done = subprocess.run(command, input=init + picture, capture_output=True, timeout=60, check=False)
                stream = json.loads(done.stdout)["streams"][0]
                size = f"{stream['width']}x{stream['height']}"
                self.expect(stream.get("nb_read_frames") == "1" and size == one["RESOLUTION"],
                            f"{uri}: {name} is {stream.get('nb_read_frames')} pictures of {size}")

    def ask_ffprobe(self, videos, has_sound):
        """The whole stream, every rendition, through an HLS client that is not ours."""
        url = self.server.base + self.root + "index.m3u8"
        command = ["ffprobe", "-v", "error", "-of", "json", "-count_packets", "-show_streams", url]
        done = subprocess.run(command, capture_output=True, timeout=600, check=False)
        streams = json.loads(done.stdout or b"{}").get("streams", [])
        self.expect(done.returncode == 0, "ffprobe fails: " + done.stderr.decode(errors="replace")[:200])
        pictures = [s for s in streams if s["codec_type"] == "video"]
        counts = {int(s["nb_read_packets"]) for s in pictures}
        self.expect(len(pictures) == videos, f"ffprobe sees {len(pictures)} video renditions of {videos}")
        self.expect(len(counts) == 1, f"renditions have other numbers of frames: {sorted(counts)}")
        sounds = [s for s in streams if s["codec_type"] == "audio"]
        self.expect(bool(sounds) == has_sound, "ffprobe sees other sound than the playlist")
        for one in pictures + sounds:
            begin = float(one.get("start_time", "nan"))
            self.expect(abs(begin) < 0.03, f"{one['codec_type']} starts at {begin} s")
        self.stream.frames = max(counts, default=0)

    def decode(self, lowest):
        """Every frame of the smallest rendition, decoded."""
        command = ["ffprobe", "-v", "error", "-of", "json", "-count_frames", "-show_entries",
                   "stream=nb_read_frames,width,height,pix_fmt,color_space", os.fspath(lowest["file"])]
        done = subprocess.run(command, capture_output=True, timeout=600, check=False)
        stream = json.loads(done.stdout)["streams"][0]
        self.expect(not done.stderr, "decoding complains: " + done.stderr.decode(errors="replace")[:200])
        frames = int(stream["nb_read_frames"])
        self.expect(frames == self.stream.frames, f"{frames} of {self.stream.frames} frames can be decoded")
        self.expect(f"{stream['width']}x{stream['height']}" == lowest["RESOLUTION"], "RESOLUTION is not the picture's")
        self.expect(stream["pix_fmt"] == "yuv420p", f"the picture is {stream['pix_fmt']}")
