"""A vodmill server of one's own, and a client that watches like a player."""

import datetime
import http.client
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

PIECE = 1 << 20
PATIENCE = 600  # seconds


class Server:
    """A server on a free port with a data folder of its own, gone with the `with` block."""

    def __init__(self, *command):
        self.command = [*map(str, command), "--listen", "127.0.0.1:0"]

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # the server goes too
        self.data = tempfile.TemporaryDirectory(prefix="vodmill-bench-")
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([*self.command, "--data", self.data.name],
                                        stdout=self.log, stderr=self.log)
        self.port = self.find_port()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.data.cleanup()

    def find_port(self):
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up and self.process.poll() is None:
            self.log.seek(0)
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", self.log.read())
            if found:
                return int(found[1])
            time.sleep(0.02)
        self.log.seek(0)
        sys.exit(f"the server did not start:\n{self.log.read()}")

    def client(self):
        return Client(self.port)


class Client:
    """One kept-alive connection, as a player has it."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def request(self, method, path):
        """The body of a 2xx answer; None where it is too early (503)."""
        self.connection.request(method, path)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status == 503:
            return None
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {body.decode(errors='replace')}")
        return body

    def get(self, path):
        """GET, again and again while it is too early."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            body = self.request("GET", path)
            if body is not None:
                return body
        sys.exit(f"GET {path}: still too early after {PATIENCE} s")

    def upload(self, path, name=None):
        """(video, moment): the answer, and when the last byte had been handed to the kernel."""
        self.connection.putrequest("PUT", "/v1/videos/" + urllib.parse.quote(name or path.name))
        self.connection.putheader("Content-Length", str(path.stat().st_size))
        self.connection.endheaders()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                self.connection.send(piece)
        last_byte = time.monotonic()
        answer = self.connection.getresponse()
        video = json.loads(answer.read())
        if answer.status != 201:
            sys.exit(f"upload: {answer.status} {video}")
        return video, last_byte

    def status(self, video):
        return json.loads(self.get(f"/v1/videos/{video['id']}"))

    def happened(self, video):
        """{event: when, in seconds since 1970}, of a video that has been completed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.connection.port, timeout=PATIENCE)
        connection.request("GET", f"/v1/videos/{video['id']}/events")
        moments, stream = {}, connection.getresponse()
        while "video.completed" not in moments:
            line = stream.readline().decode()
            if not line:
                sys.exit(f"{video['id']}: its events end before it was completed")
            if line.startswith("data: {") and "at" in (event := json.loads(line[6:])):
                moments[event["type"]] = datetime.datetime.fromisoformat(event["at"].replace("Z", "+00:00")).timestamp()
        connection.close()
        return moments

    def fetch_first_segments(self, video):
        """Goes a player's way: multivariant playlist, lowest rendition and sound, first segments."""
        base = f"/play/{video['id']}/"
        multivariant = self.get(base + "index.m3u8").decode()
        for playlist in start_of(multivariant):
            text = self.get(base + playlist).decode()
            folder = base + playlist.rpartition("/")[0] + "/"
            init = re.search(r'#EXT-X-MAP:URI="([^"]+)"', text)[1]
            segment = next(line for line in text.splitlines() if line and not line.startswith("#"))
            for uri in (init, segment):
                if not self.get(folder + uri):
                    sys.exit(f"{folder + uri} is empty")


def start_of(multivariant):
    """The media playlists that playing begins with: of the fewest bits, and of its sound."""
    lines = multivariant.splitlines()
    variants = [(int(re.search(r"[:,]BANDWIDTH=(\d+)", line)[1]), lines[number + 1])
                for number, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF")]
    sound = [re.search(r'URI="([^"]+)"', line)[1] for line in lines
             if line.startswith("#EXT-X-MEDIA") and "TYPE=AUDIO" in line]
    return [min(variants)[1], *sound[:1]]
