#!/usr/bin/env python3
"""http_docs.py BINARY: every command of docs/http_api.md does what it says, and every call has a command there.

Each indented line that begins with curl, or pipes into it, is run as it stands by a shell, against a server of its
own. ID stands for a completed video, JOB for its job, and "..." for what a reader would fill in.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from vodmill_server import Server

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/http_api.md"
OPENAPI = ROOT / "src/api/openapi.json"
SAMPLE = ROOT / "tests/media/made/edit-list.mp4"

# What a person's shell has: a curl that says what it got.
PRELUDE = 'set -euo pipefail; curl() { command curl -sS --max-time 60 -D head -o body "$@"; }; '
KEPT_OPEN = "text/event-stream"
CURL_TIMED_OUT = 28


def commands():
    lines = re.findall(r"^    (.+)$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return [line for line in lines if line.startswith("curl ") or "| curl " in line]


def call_of(command):
    """(method, URL's path below $V) of a documented command."""
    words = shlex.split(command[command.index("curl "):], comments=True)
    method = "GET"
    for word, following in zip(words, words[1:]):
        if word == "-X":
            method = following
        elif word == "-T" and method == "GET":
            method = "PUT"
        elif word in ("-F", "-d", "--data-binary") and method == "GET":
            method = "POST"
    url = next(word for word in words if word.startswith("$V"))
    path = url[2:].split("?")[0]
    if path.endswith("/") and "-T" in words:
        path += words[words.index("-T") + 1]
    return method.lower(), path


def is_call(template, path):
    """Whether a path of openapi.json stands for this one; {rest} has slashes."""
    pattern = re.sub(r"\\\{rest\\\}", ".+", re.escape(template))
    pattern = re.sub(r"\\\{id\\\}", "(ID|JOB)", pattern)
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", pattern), path) is not None


def calls_without_a_command(documented):
    paths = json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"]
    calls = [(method, path) for path, methods in paths.items() for method in methods if method != "parameters"]
    return [f"{method.upper()} {path}" for method, path in calls
            if not any(method == m and is_call(path, p) for m, p in documented)]


def completed_video(server):
    done = subprocess.run(["curl", "-sS", "-T", SAMPLE, "-H", "Prefer: wait=60", server.base + "/v1/videos"],
                          capture_output=True, check=True)
    video = json.loads(done.stdout)
    if video["status"] != "completed":
        raise RuntimeError(f"the sample is not completed: {video}")
    return video["id"]


def filled_in(command, server):
    command = command.replace("&cursor=...", "").replace("ffmpeg ...", "ffmpeg -v error -i holiday.mov -c copy")
    if not re.search(r"\b(ID|JOB)\b", command):
        return command
    video = completed_video(server)
    job = server.json(f"/v1/jobs?video={video}")["data"][0]["id"]
    return re.sub(r"\bJOB\b", job, re.sub(r"\bID\b", video, command))


def run(command, server, folder):
    """What is wrong with it, or None."""
    for left_over in ("head", "body"):
        (folder / left_over).unlink(missing_ok=True)
    command = filled_in(command, server)
    if "-N" in shlex.split(command, comments=True):
        command = command.replace("curl -N", "curl -N --max-time 2")
    done = subprocess.run(["bash", "-c", PRELUDE + command], cwd=folder, env={**os.environ, "V": server.base},
                          capture_output=True, text=True, check=False)
    head = (folder / "head").read_text() if (folder / "head").exists() else ""
    statuses = re.findall(r"^HTTP/1\.1 (\d+)", head, re.MULTILINE)
    stays_open = done.returncode == CURL_TIMED_OUT and KEPT_OPEN in head
    if done.returncode != 0 and not stays_open:
        return f"exit status {done.returncode}: {done.stderr.strip()}"
    if not statuses or not statuses[-1].startswith("2"):
        body = (folder / "body").read_text() if (folder / "body").exists() else ""
        return f"status {statuses}: {body[:300]}"
    return None


def main():
    failed = 0
    server = Server(os.path.abspath(sys.argv[1]), "--compat-routes")
    try:
        folder = Path(server.folder) / "reader"
        folder.mkdir()
        for name in ("holiday.mov", "short.mp4"):
            shutil.copy(SAMPLE, folder / name)
        found = commands()
        for command in found:
            complaint = run(command, server, folder)
            print(f"ok     {command}" if complaint is None else f"FAILED {command}\n       {complaint}", flush=True)
            failed += complaint is not None
        for call in calls_without_a_command([call_of(command) for command in found]):
            print(f"FAILED {call} has no command in {DOCUMENT.name}")
            failed += 1
    finally:
        server.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
