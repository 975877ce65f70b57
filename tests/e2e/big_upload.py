#!/usr/bin/env python3
"""Uploads that are large, too large, or cut short: what they cost, and what they leave.

    big_upload.py BINARY [--long]       1 GB against 100 MB; with --long 10 GB

The bytes are zeros made on the way, so the video fails (not_a_video); the upload is what counts.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from vodmill_server import Server

MB = 1_000_000
GB = 1000 * MB
PIECE = bytes(4 * 1024 * 1024)
MORE_MEMORY_KIB = 16 * 1024

problems = []


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        problems.append(complaint)


def head(length):
    return (
        f"POST /v1/videos HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
        "Content-Type: application/octet-stream\r\nConnection: close\r\n\r\n"
    ).encode()


def send_zeros(connection, count):
    sent = 0
    while sent < count:
        piece = PIECE[: min(len(PIECE), count - sent)]
        connection.sendall(piece)
        sent += len(piece)


def upload_zeros(server, length):
    """The status line of the answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=300) as connection:
        connection.sendall(head(length))
        send_zeros(connection, length)
        return connection.recv(65536).split(b"\r\n")[0].decode()


def stored_bytes(server):
    """What lies below the data folder but for the database."""
    objects = Path(server.folder) / "data" / "objects"
    return sum(p.stat().st_size for p in objects.rglob("*") if p.is_file())


def peak_after(binary, length):
    """The server's VmHWM in KiB after one upload of so many bytes, its video's end included."""
    server = Server(binary, "--max-upload", str(20 * GB))
    try:
        begin = time.monotonic()
        status = upload_zeros(server, length)
        seconds = time.monotonic() - begin
        expect(" 201 " in status, f"{length // MB} MB are answered with {status} after {seconds:.1f} s ({length / MB / seconds:.0f} MB/s)")
        video = server.json("/v1/videos")["data"][0]
        expect(video["size"] == length, "every byte is counted")
        video = server.wait(video["id"], 120)
        expect(video["status"] == "failed" and video["error"]["code"] == "not_a_video", "zeros are not a video")
        return server.peak_server_kib()
    finally:
        expect(server.stop(), "the server stops when told to")


def check_memory(binary, large):
    small_peak = peak_after(binary, 100 * MB)
    large_peak = peak_after(binary, large)
    expect(
        large_peak <= small_peak + MORE_MEMORY_KIB,
        f"peak memory: {small_peak // 1024} MiB after 100 MB, {large_peak // 1024} MiB after {large // MB} MB",
    )


def curl(server, *arguments, stdin=None):
    """(exit status, HTTP status, body, seconds)."""
    begin = time.monotonic()
    command = ["curl", "-sS", "--max-time", "60", "-w", "\n%{http_code}", *arguments, server.base + "/v1/videos"]
    done = subprocess.run(command, stdin=stdin, capture_output=True, text=True, check=False)
    body, _, status = done.stdout.rpartition("\n")
    return done.returncode, status, body, time.monotonic() - begin


def check_too_large(binary):
    server = Server(binary, "--max-upload", str(10 * MB))
    try:
        with tempfile.NamedTemporaryFile(prefix="vodmill-sparse-") as sparse:
            sparse.truncate(2 * GB)
            code, status, body, seconds = curl(server, "-T", sparse.name)
            expect(code == 0 and status == "413" and "size_exceeds_limit" in body,
                   f"curl reads a 413 for a file over the limit (exit {code}, HTTP {status})")
            expect(seconds < 5, f"and does so before it has sent 2 GB: {seconds:.2f} s")
            code, status, body, _ = curl(server, "-H", "Expect:", "-T", sparse.name)
            expect(code == 0 and status == "413", f"without Expect: 100-continue too (exit {code}, HTTP {status})")
        with tempfile.TemporaryFile() as unknown:
            unknown.truncate(30 * MB)
            code, status, body, _ = curl(server, "-H", "Transfer-Encoding: chunked", "-T", "-", stdin=unknown)
            expect(code == 0 and status == "413", f"a body of unknown length is stopped at the limit (exit {code}, HTTP {status})")
        expect(upload_zeros(server, 10 * MB).split()[1] == "201", "exactly the limit is taken")
        ids = [v["id"] for v in server.json("/v1/videos")["data"]]
        expect(len(ids) == 1, "a refused upload leaves no video")
        expect(stored_bytes(server) == 10 * MB, "and nothing on disk")
    finally:
        server.stop()


def check_cut_short(binary):
    server = Server(binary)
    try:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head(60 * MB))
            send_zeros(connection, 30 * MB)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
            expect(answer.startswith(b"HTTP/1.1 400 "), f"a body cut short is a 400: {answer[:30]!r}")
        vanished = socket.create_connection(("127.0.0.1", server.port))
        vanished.sendall(head(60 * MB))
        send_zeros(vanished, 30 * MB)
        vanished.close()
        deadline = time.monotonic() + 20
        while stored_bytes(server) > 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        expect(stored_bytes(server) == 0, "cut uploads leave nothing on disk")
        expect(server.json("/v1/videos")["data"] == [], "and no video")
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("--long", action="store_true", help="10 GB rather than 1 GB")
    arguments = parser.parse_args()
    if os.statvfs(tempfile.gettempdir()).f_bavail * os.statvfs(tempfile.gettempdir()).f_frsize < 15 * GB:
        problems.append("less than 15 GB are free in " + tempfile.gettempdir())
        print(problems[-1])
        return 1
    check_too_large(arguments.binary)
    check_cut_short(arguments.binary)
    check_memory(arguments.binary, 10 * GB if arguments.long else 1 * GB)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
