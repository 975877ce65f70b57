#!/usr/bin/env python3
"""progress.py BINARY: progress is honest, for who asks again and again as for who listens.

Within a generation it never goes back and is never above 100; it is 100 when the video is completed and at no other time; also
over the sudden end of the server (-9), and again from 0 in the next generation.
"""

import http.client
import json
import sys
import threading
import time
import urllib.request
from pathlib import Path

from vodmill_server import FINAL, Server

SAMPLE = Path(__file__).resolve().parents[2] / "tests/media/real/camera-bottles-640x360-40s.mp4"
PATIENCE = 400  # seconds


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        sys.exit(1)


class Listener(threading.Thread):
    """Everything that a stream of events says of one video, until the stream ends."""

    def __init__(self, server, video_id):
        super().__init__(daemon=True)
        self.port, self.path, self.seen = server.port, f"/v1/videos/{video_id}/events", []
        self.start()

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", self.path, headers={"Accept": "text/event-stream"})
            for line in connection.getresponse():
                if line.startswith(b"data:"):
                    self.take(json.loads(line[5:]))
        except (OSError, http.client.HTTPException):
            pass

    def take(self, data):
        video = data.get("video", data)
        if "progress" in video:
            self.seen.append((video["progress"], video["status"]))


def watch(server, video_id, until):
    """What asking gives, every 20 ms, until `until` says so."""
    seen = []
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        video = server.video(video_id)
        seen.append((video["progress"], video["status"]))
        if until(video):
            return seen
        time.sleep(0.02)
    expect(False, f"the video gets there in {PATIENCE} s: it is {seen[-1]}")


def judge(what, seen):
    values = [progress for progress, _ in seen]
    expect(len(set(values)) > 3, f"{what}: {len(seen)} looks, {len(set(values))} values")
    expect(values == sorted(values), f"{what}: it never goes back")
    expect(0 <= values[0] and values[-1] <= 100, f"{what}: from {values[0]} to {values[-1]}")
    wrong = [one for one in seen if (one[0] == 100) != (one[1] == "completed")]
    expect(not wrong, f"{what}: 100 and completed go together {wrong[:3]}")


def retry(server, video_id):
    request = urllib.request.Request(f"{server.base}/v1/videos/{video_id}/retry", data=b"", method="POST")
    urllib.request.urlopen(request, timeout=30).close()


def main():
    binary = sys.argv[1]
    server = Server(binary, "--slots", "1", "--lease", "1")
    try:
        status, video = server.upload(SAMPLE, "bottles.mp4")
        expect(status == 201, "the upload is taken")
        video_id = video["id"]
        first = Listener(server, video_id)
        asked = watch(server, video_id, lambda video: video["progress"] >= 30)
        server.process.kill()
        server.process.wait()
        first.join(10)
        server = Server(binary, "--slots", "1", "--lease", "1", data=server.folder)
        second = Listener(server, video_id)
        asked += watch(server, video_id, lambda video: video["status"] in FINAL)
        second.join(30)
        expect(asked[-1] == (100, "completed"), f"the video ends as {asked[-1]}")
        judge("who asks, over a sudden end", asked)
        judge("who listens, over a sudden end", first.seen + second.seen)
        retry(server, video_id)
        again = watch(server, video_id, lambda video: video["status"] in FINAL)
        expect(again[0][0] < 100, f"another generation begins at {again[0]}")
        judge("another generation", again)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
