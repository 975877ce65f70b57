#!/usr/bin/env python3
"""slow_clients.py BINARY: slowhttptest against a server, in heads, in bodies and in reading, hundreds of connections each.

The server ends them all by its time limits, serves everybody else meanwhile, and of one address takes only so many
connections as it is told to. The attacker is 127.0.0.1, everybody else 127.0.0.2.
"""

import http.client
import os
import re
import shutil
import subprocess
import sys
import time

from vodmill_server import Server

EACH = 150  # connections of an attack
# The slowest limit is that of reading (60 s); the rest is for a machine that is busy.
ALL_ENDED_WITHIN = 110


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        sys.exit(1)


class Attack:
    """A run of slowhttptest with some hundred connections opened at once."""

    def __init__(self, server, mode, *flags, connections=EACH, seconds=ALL_ENDED_WITHIN):
        self.log_path = os.path.join(server.folder, f"attack{mode}.txt")
        command = ["slowhttptest", mode, "-c", str(connections), "-r", str(connections), "-l", str(seconds), *flags]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        self.process.kill()
        self.process.wait()


def sockets(server):
    """How many the server has open."""
    count = 0
    for descriptor in os.listdir(f"/proc/{server.pid}/fd"):
        try:
            count += os.readlink(f"/proc/{server.pid}/fd/{descriptor}").startswith("socket:")
        except OSError:
            pass
    return count


def ask(server, method="GET", path="/v1/videos", body=None):
    """(status, seconds) of a request by somebody else."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20, source_address=("127.0.0.2", 0))
    connection.request(method, path, body=body)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.monotonic() - begun


class Others:
    """Everybody else, who comes again and again."""

    def __init__(self, server):
        self.server = server
        self.asked = 0
        self.refused = 0
        self.slowest = 0.0

    def ask(self):
        for path in ("/v1/videos", "/healthz", "/"):
            status, seconds = ask(self.server, path=path)
            self.asked += 1
            self.refused += status != 200
            self.slowest = max(self.slowest, seconds)

    def check(self):
        expect(self.refused == 0, f"everybody else is served meanwhile ({self.asked} requests)")
        expect(self.slowest < 5, f"and at once: the slowest took {self.slowest * 1000:.0f} ms")


def largest_asset(server):
    page = server.get("/")[0].decode()
    assets = ["/" + path for path in re.findall(r'(?:src|href)="\.?/?(assets/[^"]+)"', page)]
    return max(assets, key=lambda path: len(server.get(path)[0]))


def objects(server):
    # The store has a lock file of its own.
    found = [name for _, _, names in os.walk(os.path.join(server.folder, "data/objects")) for name in names]
    return [name for name in found if not name.endswith(".lock")]


def check_time_limits(binary):
    server = Server(binary, "--no-worker", "--max-client-connections", "1000")
    attacks = []
    try:
        quiet, others = sockets(server), Others(server)
        asset = largest_asset(server)
        attacks = [
            Attack(server, "-H", "-i", "2", "-u", server.base + "/v1/videos"),
            Attack(server, "-B", "-i", "2", "-s", "1000000", "-f", "video/mp4", "-u", server.base + "/v1/videos"),
            Attack(server, "-X", "-k", "20", "-w", "256", "-y", "512", "-z", "8", "-u", server.base + asset),
        ]
        begun, most = time.monotonic(), 0
        while time.monotonic() - begun < ALL_ENDED_WITHIN:
            others.ask()
            now = sockets(server) - quiet
            most = max(most, now)
            # slowhttptest may have a last probe of its own; a handful is nobody's attack.
            if time.monotonic() - begun > 15 and now < 5:
                break
            time.sleep(0.2)
        seconds = time.monotonic() - begun
        expect(most > EACH, f"the attacks had up to {most} connections at once")
        others.check()
        expect(sockets(server) - quiet < 5, f"all of them were ended within {seconds:.0f} s")
        expect(ask(server, "PUT", "/v1/videos/a.mp4", b"some bytes")[0] == 201, "an upload is taken")
        expect(len(server.json("/v1/videos")["data"]) == 1, "the slow bodies left no videos")
        expect(len(objects(server)) == 1, "and no objects")
    finally:
        for attack in attacks:
            attack.stop()
        expect(server.stop(), "the server stops when told to")


def check_connection_limit(binary):
    limit = 40
    server = Server(binary, "--no-worker", "--max-client-connections", str(limit))
    attack = None
    try:
        quiet, others = sockets(server), Others(server)
        attack = Attack(server, "-H", "-i", "1", "-u", server.base + "/", connections=400, seconds=8)
        most = 0
        while attack.is_running():
            others.ask()
            most = max(most, sockets(server) - quiet)
            time.sleep(0.05)
        # Those that are being told so are counted apart: 64 at most, and what is not closed yet.
        expect(limit / 2 < most < limit + 80, f"400 connections from one address: {most} are open at once")
        others.check()
    finally:
        if attack:
            attack.stop()
        expect(server.stop(), "the server stops when told to")


def main():
    if not shutil.which("slowhttptest"):
        print("slowhttptest is missing; ./dev test installs it")
        return 77
    check_connection_limit(sys.argv[1])
    check_time_limits(sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
