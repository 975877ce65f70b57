#!/usr/bin/env python3
"""proxy.py BINARY: a real nginx in front, with the configuration of docs/deploy/nginx.conf.

Uploads go through as they come, events arrive at once, on a WebSocket too, streams play, refusals stay vodmill's own; and the systemd unit
of docs/deploy is one that systemd understands.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from vodmill_server import Server

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs/deploy"
NAME = "video.example.org"
SAMPLE = ROOT / "tests/media/made/edit-list.mp4"


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        sys.exit(1)


def wait_until(is_true, seconds, what):
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.02)
    expect(is_true(), what)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nginx:
    """The documented configuration, with other ports, in the foreground."""

    def __init__(self, server_port):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="vodmill-nginx-")
        text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{server_port}")
        text = text.replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        temporary = "".join(
            f"  {kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"daemon off;\nuser root;\npid {self.folder}/pid;\nerror_log {self.folder}/error.log;\n")
            file.write(f"events {{}}\nhttp {{\n  access_log off;\n{temporary}{text}\n}}\n")
        self.process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-p", self.folder, "-c", path])
        wait_until(self.answers, 10, "nginx answers")

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def open(self, method, path, body=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.request(method, path, body=body, headers={"Host": NAME, **(headers or {})})
        return connection.getresponse()

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def written_bytes(server):
    """By the server since its start, to files that have no name yet among others."""
    counts = Path(f"/proc/{server.pid}/io").read_text(encoding="ascii")
    return int(re.search(r"^wchar: (\d+)$", counts, re.MULTILINE).group(1))


def head_of_upload(length):
    return f"POST /v1/videos HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode()


def check_streamed_upload(nginx, server):
    """Half of an upload has arrived before the other half is sent."""
    half = bytes(8 * 1024 * 1024)
    before = written_bytes(server)
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=60) as connection:
        connection.sendall(head_of_upload(2 * len(half)) + half)
        wait_until(lambda: written_bytes(server) - before > len(half) // 2, 20, "an upload reaches the store while it is sent")
        connection.sendall(half)
        status = connection.recv(65536).split(b"\r\n")[0].decode()
    expect(" 201 " in status, f"and is answered with {status}")


def check_life(nginx):
    with open(SAMPLE, "rb") as body:
        answer = nginx.open("POST", "/v1/videos", body, {"Content-Length": str(SAMPLE.stat().st_size)})
        video = json.load(answer)
    expect(answer.status == 201, "a video is created")
    events = nginx.open("GET", f"/v1/videos/{video['id']}/events", timeout=60)
    deadline = time.monotonic() + 60
    line = b" "
    while line and not line.startswith(b"event: video.completed") and time.monotonic() < deadline:
        line = events.readline()
    expect(line.startswith(b"event: video.completed"), "events arrive while their stream is open")
    events.close()
    playlist = nginx.open("GET", f"/play/{video['id']}/index.m3u8")
    expect(playlist.getheader("Content-Type") == "application/vnd.apple.mpegurl", "the playlist is one")
    media = next(line for line in playlist.read().decode().splitlines() if line and not line.startswith("#"))
    media_path = f"/play/{video['id']}/{media}"
    listed = nginx.open("GET", media_path).read().decode()
    segment = next(line for line in listed.splitlines() if line and not line.startswith("#"))
    part = nginx.open("GET", f"{os.path.dirname(media_path)}/{segment}", headers={"Range": "bytes=0-99"})
    expect(part.status == 206 and len(part.read()) == 100, "a range of a segment is one")


def exactly(connection, count):
    data = b""
    while len(data) < count and (piece := connection.recv(count - len(data))):
        data += piece
    return data


def text_frame(connection):
    """The payload of the next frame, which must be a text (RFC 6455, 5.2)."""
    first, length = exactly(connection, 2)
    expect(first == 0x81 and length < 127, "a whole text comes, without a mask")
    if length == 126:
        length = int.from_bytes(exactly(connection, 2), "big")
    return exactly(connection, length).decode()


def check_socket(nginx):
    """One handshake and one event, as a browser behind the proxy has them."""
    key = base64.b64encode(os.urandom(16)).decode()
    proof = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    lines = ["GET /v1/ws HTTP/1.1", f"Host: {NAME}", f"Origin: https://{NAME}", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=30) as connection:
        connection.sendall("\r\n".join(lines + ["", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += exactly(connection, 1) or sys.exit(f"FAILED the handshake ends with {head}")
        expect(head.startswith(b"HTTP/1.1 101 "), f"a WebSocket is opened through the proxy: {head[:30]}")
        expect(f"sec-websocket-accept: {proof}".lower() in head.decode().lower(), "with the server's proof")
        with open(SAMPLE, "rb") as body:
            answer = nginx.open("POST", "/v1/videos", body, {"Content-Length": str(SAMPLE.stat().st_size)})
            video = json.load(answer)
        message = json.loads(text_frame(connection))
    heard = (message["event"], message["data"]["id"])
    expect(heard == ("video.created", video["id"]), f"and tells what happens: {heard}")


def check_refusals(nginx):
    answer = nginx.open("POST", "/v1/videos", None, {"Content-Length": "99000000"})
    problem = json.load(answer)
    expect(answer.status == 413 and problem["code"] == "size_exceeds_limit", "too large an upload is refused by vodmill itself")
    answer = nginx.open("GET", "/v1/videos", headers={"Host": "other.example.org"})
    expect(answer.status == 403, "a name that was not allowed is refused")


def check_clients(nginx):
    """Limits are each client's, not the proxy's."""

    def status(source, claims="192.0.2.1"):
        connection = http.client.HTTPConnection("127.0.0.1", nginx.port, timeout=30, source_address=(source, 0))
        connection.request("GET", "/v1/videos", headers={"Host": NAME, "X-Forwarded-For": claims})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    statuses = {status("127.0.0.3", f"192.0.2.{i % 200}") for i in range(2000)}
    expect(statuses == {200, 429}, "a client that asks too often is told so, whatever it says who it is")
    expect(status("127.0.0.4") == 200, "and another one is served")


def check_unit(binary):
    """systemd's own judgement, with the binary where it was built."""
    with tempfile.TemporaryDirectory() as folder:
        unit = (DEPLOY / "vodmill.service").read_text(encoding="utf-8")
        changed = re.sub(r"/usr/local/bin/vodmill\b", os.path.realpath(binary), unit)
        expect(changed != unit, "the unit starts vodmill")
        path = os.path.join(folder, "vodmill.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
        expect(done.returncode == 0 and not done.stderr.strip(), f"systemd understands the unit {done.stderr.strip()}")


def main():
    binary = sys.argv[1]
    check_unit(binary)
    server = Server(binary, "--allowed-host", NAME, "--max-upload", "50000000", "--trusted-proxy", "127.0.0.1", "--rate", "50")
    nginx = Nginx(server.port)
    try:
        check_streamed_upload(nginx, server)
        check_life(nginx)
        check_socket(nginx)
        check_refusals(nginx)
        check_clients(nginx)
    finally:
        nginx.stop()
        expect(server.stop(), "the server stops when told to")
    return 0


if __name__ == "__main__":
    sys.exit(main())
