#!/usr/bin/env python3
"""ladder.py BINARY: a video is made no larger, and in no more renditions, than its client asked, also when it is retried."""

import json
import re
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from vodmill_server import Server

# 1024x576 as shown: by itself a ladder of 480, 360 and 240.
SAMPLE = Path(__file__).resolve().parents[2] / "tests/media/made/interlaced-wide.ts"


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        sys.exit(1)


def completed(server, method, path, body=None):
    """The video that a creation or a retry has led to."""
    request = urllib.request.Request(server.base + path, data=body, method=method, headers={"Prefer": "wait=120"})
    with urllib.request.urlopen(request, timeout=150) as answer:
        video = json.load(answer)
    expect(video["status"] == "completed", f"generation {video['generation']} completes: {video['error']}")
    return video


def upload(server, ladder):
    query = "?ladder=" + urllib.parse.quote(json.dumps(ladder)) if ladder else ""
    return completed(server, "PUT", "/v1/videos" + query, SAMPLE.read_bytes())


def heights(server, video):
    playlist = server.get(video["playback_url"])[0].decode()
    return sorted({int(height) for height in re.findall(r"RESOLUTION=\d+x(\d+)", playlist)}, reverse=True)


def reasons(server, video):
    newest = server.json(f"/v1/jobs?video={video['id']}")["data"][0]
    return server.json(f"/v1/jobs/{newest['id']}")["plan"]["reasons"]


def main():
    server = Server(sys.argv[1])
    try:
        video = upload(server, None)
        expect(heights(server, video) == [480, 360, 240], f"whatever fits is made: {heights(server, video)}")
        video = upload(server, {"max_height": 360})
        expect(heights(server, video) == [360, 240], f"nothing above 360 is made: {heights(server, video)}")
        expect((video["ladder"]["max_height"], video["height"]) == (360, 576), "the source is shown as it is")
        told = reasons(server, video)
        expect(any("above 360p" in reason for reason in told), f"the plan says why: {told}")
        video = completed(server, "POST", f"/v1/videos/{video['id']}/retry")
        expect(video["generation"] == 2 and heights(server, video) == [360, 240], "nor by a retry")
        video = upload(server, {"max_renditions": 2})
        expect(heights(server, video) == [480, 240], f"the largest and the smallest are made: {heights(server, video)}")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
