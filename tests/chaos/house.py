"""What the tests of sudden ends share: processes of vodmill on one folder of data, and what must be true of that
folder afterwards.

Everything is looked at from outside: the HTTP API, the SQLite file, the folder of objects, /proc, and the log.
"""

import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from vodmill_server import FINAL, descendants  # noqa: E402

LEASE = 3  # seconds
RATE = 25  # frames a second of every clip
MADE = "SELECT blob_key, bytes FROM (SELECT blob_key, bytes, video FROM segments UNION ALL SELECT strip_key, strip_bytes, video FROM thumbs)"
THROWN_AWAY = 24  # frames of a rendition that a mill encodes around a chunk and throws away
ENCODED = re.compile(r"task (\S+) token (\d+): (\d+) frames encoded")


class Complaint(Exception):
    """Something that must hold does not."""


def expect(holds, complaint):
    if not holds:
        raise Complaint(complaint)


def wait_until(is_true, seconds, what):
    deadline = time.monotonic() + seconds
    while not (value := is_true()):
        expect(time.monotonic() < deadline, f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return value


class House:
    """A folder of data and the processes that work on it."""

    def __init__(self, binary):
        self.binary = os.path.realpath(binary)
        self.folder = tempfile.mkdtemp(prefix="vodmill-chaos-")
        self.data = os.path.join(self.folder, "data")
        self.clips = {}
        self.started = 0
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in self.processes:
            process.kill()
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"what it left is in {self.folder}", flush=True)

    def start(self, command, *flags):
        self.started += 1
        process = Process(self, command, flags, os.path.join(self.folder, f"{self.started}-{command}.log"))
        self.processes.append(process)
        return process

    def serve(self, *flags):
        server = self.start("serve", "--listen", "127.0.0.1:0", *flags)
        server.wait_for_port()
        return server

    def clip(self, seconds, height):
        """A picture that changes everywhere, with a tone."""
        path = self.clips.get((seconds, height))
        if not path:
            path = os.path.join(self.folder, f"clip-{seconds}-{height}.mp4")
            picture = f"testsrc2=size={height * 16 // 9 // 2 * 2}x{height}:rate={RATE}:duration={seconds}"
            command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", picture]
            command += ["-f", "lavfi", "-i", f"sine=frequency=500:sample_rate=48000:duration={seconds}"]
            command += ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac", path]
            subprocess.run(command, check=True)
            self.clips[(seconds, height)] = path
        return path

    def rows(self, statement, *parameters):
        connection = sqlite3.connect(f"file:{self.data}/vodmill.db?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(statement, parameters).fetchall()
        finally:
            connection.close()

    def mills(self):
        """Every mill of this binary on this machine, whoever started it."""
        return [pid for pid in _processes() if _command(pid)[1:2] == ["mill"] and _executable(pid) == self.binary]

    def expect_no_mill(self, seconds):
        wait_until(lambda: not self.mills(), seconds, "a mill outlives its worker")

    def encoded(self):
        """{(task, token): frames}: what each life of each task had given to its encoders when it was last heard of."""
        lives = {}
        for process in self.processes:
            for task, token, frames in ENCODED.findall(process.log()):
                key = (task, int(token))
                lives[key] = max(lives.get(key, 0), int(frames))
        return lives

    def check_frames_encoded(self, video):
        """Total + leads + one segment of each rendition for every mill that was ended in its work."""
        plan = json.loads(self.rows("SELECT plan FROM generations WHERE video = ? AND number = 1", video)[0][0])
        renditions = len(plan["ladder"])
        boundaries = plan["boundaries"]
        longest = max(end - begin for begin, end in zip(boundaries, boundaries[1:]))
        chunks = {row[0]: row[1] for row in self.rows("SELECT id, token FROM tasks WHERE video = ? AND kind = 'chunk'", video)}
        lives = {key: frames for key, frames in self.encoded().items() if key[0] in chunks and frames > 0}
        interrupted = sum(1 for task, token in lives if chunks[task] != token)
        total = boundaries[-1] * renditions
        bound = total + len(lives) * THROWN_AWAY * renditions + interrupted * longest * renditions
        encoded = sum(lives.values())
        print(
            f"  {video}: {encoded} frames encoded for {total}, at most {bound} allowed: "
            f"{len(lives)} lives of {len(chunks)} chunks, {interrupted} interrupted",
            flush=True,
        )
        expect(total <= encoded <= bound, f"{video}: {encoded} frames encoded, {total} to {bound} were expected")

    def check_stream(self, video, frames):
        """Every rendition shows every frame, as ffprobe reads the stored playlists."""
        folder = os.path.join(self.data, "objects", video)
        with open(os.path.join(folder, "index.m3u8"), encoding="utf-8") as playlist:
            names = [line.strip() for line in playlist if line.strip() and not line.startswith("#")]
        expect(len(set(names)) >= 2, f"{video}: only {names} in its multivariant playlist")
        for name in sorted(set(names)):
            command = ["ffprobe", "-v", "error", "-allowed_extensions", "ALL", "-select_streams", "v:0", "-count_frames"]
            command += ["-show_entries", "stream=nb_read_frames", "-of", "default=nw=1:nk=1", os.path.join(folder, name)]
            counted = subprocess.run(command, check=True, capture_output=True, text=True)
            expect(not counted.stderr.strip(), f"{video} {name}: ffprobe says {counted.stderr.strip()}")
            expect(counted.stdout.split()[:1] == [str(frames)], f"{video} {name}: {counted.stdout.split()} of {frames} frames")

    def strays(self):
        """Objects that no row knows and whose names are not fixed, as those of the playlists are."""
        known = {row[0] for row in self.rows("SELECT blob_key FROM segments UNION SELECT strip_key FROM thumbs UNION SELECT poster_key FROM thumbs")}
        for (source,) in self.rows("SELECT source FROM videos WHERE removed_at IS NULL"):
            known |= {extent["key"] for extent in json.loads(source)["extents"]}
        root = os.path.join(self.data, "objects")
        found = []
        for folder, _, names in os.walk(root):
            keys = [os.path.relpath(os.path.join(folder, name), root) for name in names]
            found += [key for key in keys if key not in known and not _has_fixed_name(key)]
        return found

    def check_objects(self):
        wait_until(lambda: not self.strays(), 10, f"no stray object ({self.strays()[:5]})")
        for key, size in self.rows(MADE + " WHERE video IN (SELECT id FROM videos WHERE status = 'completed')"):
            path = os.path.join(self.data, "objects", key)
            expect(os.path.isfile(path) and os.path.getsize(path) == size, f"{key} is not as its row says")

    def close(self, *processes):
        """The end of a test: every process still runs, stops when it is told to, and leaves nothing behind."""
        self.check_objects()
        for process in processes:
            expect(process.is_running(), f"a process ended by itself; {process.log_path}")
            process.stop()
        self.expect_no_mill(2)
        print("passed", flush=True)

    def check_completed(self, server, video, seconds, patience):
        ended = server.wait(video, patience)
        expect(ended["status"] == "completed", f"{video} is {json.dumps(ended)}")
        expect(ended["progress"] == 100, f"{video} is completed at {ended['progress']} %")
        times = self.rows("SELECT count(*) FROM events WHERE video = ? AND type = 'video.completed'", video)[0][0]
        expect(times == 1, f"{video} was completed {times} times")
        self.check_stream(video, seconds * RATE)


class Process:
    """One `vodmill serve` or `vodmill worker`."""

    def __init__(self, house, command, flags, log_path):
        self.log_path = log_path
        words = [house.binary, command, "--data", house.data, "--nice", "0", "--lease", str(LEASE), "--log-level", "debug"]
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen([*words, *flags], stdout=log, stderr=log)
        self.pid = self.process.pid
        self.base = None

    def log(self):
        with open(self.log_path, "rb") as log:
            return log.read().decode(errors="replace")

    def wait_for_port(self):
        pattern = re.compile(r"listening on (http://[^ ]*) ")
        self.base = wait_until(lambda: pattern.search(self.log()), 30, f"a start; {self.log()}").group(1)

    def is_running(self):
        return self.process.poll() is None

    def workers(self):
        with urllib.request.urlopen(f"{self.base}/v1/workers", timeout=10) as answer:
            return json.load(answer)["data"]

    def video(self, video):
        with urllib.request.urlopen(f"{self.base}/v1/videos/{video}", timeout=30) as answer:
            return json.load(answer)

    def upload(self, path):
        connection = http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=60)
        with open(path, "rb") as body:
            headers = {"Content-Length": str(os.path.getsize(path)), "Content-Type": "application/octet-stream"}
            connection.request("POST", "/v1/videos", body=body, headers=headers)
            answer = connection.getresponse()
            created = json.load(answer)
        expect(answer.status == 201, f"an upload was answered with {answer.status}: {created}")
        return created["id"]

    def wait(self, video, seconds):
        """The video once it has ended, or as it is after so many seconds."""
        deadline = time.monotonic() + seconds
        while (now := self.video(video))["status"] not in FINAL and time.monotonic() < deadline:
            time.sleep(0.1)
        return now

    def mills(self):
        """Busy or spare."""
        return descendants(self.pid)

    def signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        if self.is_running():
            self.process.kill()
        self.process.wait()

    def stop(self):
        """As an operator does it."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(20)
        expect(status == 0, f"it ended with {status} when it was told to stop; {self.log_path}")


def kill_all(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def _has_fixed_name(key):
    """The store's processes each hold a lock beside their unfinished objects."""
    return key.endswith((".m3u8", "/poster.jpg", "/storyboard.vtt")) or (key.startswith(".tmp~/") and key.endswith(".lock"))


def _processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _command(pid):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as command:
            return command.read().split("\0")
    except OSError:
        return []


def _executable(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    except OSError:
        return ""
