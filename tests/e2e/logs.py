#!/usr/bin/env python3
"""logs.py BINARY: what a real server writes to standard error.

As JSON every line is an object, those that concern a video name it, and no file name or header of a client makes a line
of its own. As text the same holds for lines.
"""

import http.client
import json
import re
import sys
import time
from pathlib import Path

from vodmill_server import FINAL, Server

SAMPLE = Path(__file__).resolve().parents[2] / "tests/media/made/edit-list.mp4"
FORGED = '2026-11-22T10:00:00.000Z error forged {"level":"error","msg":"forged"}'
NAME = "holiday\n" + FORGED + "\r\n\x1b[31m.mp4"
TEXT_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info |warning|error) \S")
JSON_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        sys.exit(1)


def ask(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def upload(server, content):
    # RFC 8187: every byte of the name, percent-encoded.
    name = "".join(f"%{byte:02X}" for byte in NAME.encode())
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    answer, body = ask(server, "POST", "/v1/videos", content, headers)
    expect(answer.status == 201, f"an upload with a hostile name is taken: {answer.status}")
    video = json.loads(body)
    expect(video["metadata"]["filename"] == NAME, "its name is kept as it is")
    return video["id"]


def wait_for_end(server, video_id):
    deadline = time.monotonic() + 120
    while (video := server.video(video_id))["status"] not in FINAL and time.monotonic() < deadline:
        time.sleep(0.1)
    return video["status"]


def cause_trouble(server):
    """(a video that completes, one that fails, the id of a request)."""
    good = upload(server, SAMPLE.read_bytes())
    bad = upload(server, b"this is no video " * 100)
    expect(wait_for_end(server, good) == "completed", "a video completes")
    expect(wait_for_end(server, bad) == "failed", "a file that is no video fails")
    answer, _ = ask(server, "GET", "/v1/videos/x%22%C2%9B2J", headers={"X-Request-Id": "from-a-proxy.1"})
    expect(answer.getheader("X-Request-Id") == "from-a-proxy.1", "a proxy's request id is kept")
    answer, _ = ask(server, "GET", "/healthz", headers={"X-Request-Id": '"},{"level":"error'})
    own = answer.getheader("X-Request-Id")
    expect(re.fullmatch(r"[a-z0-9]+", own) is not None, f"one that is not fit is replaced: {own}")
    return good, bad, own


def check_json(binary):
    server = Server(binary, "--log-format", "json", "--access-log")
    try:
        good, bad, own = cause_trouble(server)
    finally:
        log = server.log()
        server.stop()
    lines = []
    for number, text in enumerate(log.splitlines()):
        try:
            lines.append(json.loads(text))
        except ValueError:
            expect(False, f"line {number} is no JSON: {text!r}")
    expect(len(lines) > 10, f"{len(lines)} lines are all JSON")
    whole = [line for line in lines if JSON_TIME.fullmatch(line["ts"]) and line["level"] and line["msg"]]
    expect(len(whole) == len(lines), "each has ts, level and msg")
    expect(not [line for line in lines if line["msg"].startswith("forged")], "none is forged")
    for video in (good, bad):
        about = [line for line in lines if video in json.dumps(line)]
        nameless = [line for line in about if line.get("video") != video]
        expect(about and not nameless, f"each of {len(about)} lines about {video} names it: {nameless}")
        uploaded = [line for line in about if line["msg"].startswith("uploaded")]
        expect(len(uploaded) == 1 and NAME in uploaded[0]["msg"], "its upload is told once, with its name")
        created = [line for line in lines if line.get("request") == uploaded[0]["request"] and line.get("status") == 201]
        expect(len(created) == 1 and created[0]["route"] == "/v1/videos", "its request has the same id")
    expect([line for line in lines if line.get("video") == bad and "not_a_video" in line["msg"]], "the failure is told")
    expect([line for line in lines if line.get("task", "").startswith(good)], "tasks are named")
    asked = [line for line in lines if line.get("request") == own]
    expect(len(asked) == 1 and asked[0]["status"] == 200, "a request has one line")
    expect(asked[0]["method"] == "GET" and asked[0]["route"] == "/healthz", "with method and route")


def check_text(binary):
    server = Server(binary)
    try:
        good, _, own = cause_trouble(server)
    finally:
        log = server.log()
        server.stop()
    strange = [line for line in log.split("\n")[:-1] if not TEXT_LINE.match(line)]
    expect(not strange, f"each line of text begins as a line does: {strange}")
    expect("\x1b" not in log and "\r" not in log, "nothing in it moves a cursor")
    expect(not re.search(r"^\S+ error forged", log, re.MULTILINE), "none is forged")
    expect(f"video={good}" in log, "videos are named")
    expect(own not in log, "requests are not told unless asked for")


def main():
    check_json(sys.argv[1])
    check_text(sys.argv[1])


if __name__ == "__main__":
    main()
