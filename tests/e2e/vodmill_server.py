"""A vodmill server of a test's own: fresh data, a free port, and what its processes cost.

Used by the tests in tests/e2e and tests/corpus. A Server is for one test program; its methods may be
called from several threads.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

FINAL = ("completed", "failed", "cancelled")


class Server:
    """`vodmill serve` in a folder below the temporary folder, ended and swept by stop()."""

    def __init__(self, binary, *flags, data=None, nice=0, become=()):
        """`nice` None: as it is by default. `become`: a command that runs it as somebody else."""
        self.folder = data or tempfile.mkdtemp(prefix="vodmill-test-")
        self.log_path = os.path.join(self.folder, "server.log")
        self._peak_lock = threading.Lock()
        self.peak_mill_kib = 0
        self._start([*become, binary], [*flags, *([] if nice is None else ["--nice", str(nice)])])

    def _start(self, program, flags):
        command = [*program, "serve", "--data", os.path.join(self.folder, "data"), "--listen", "127.0.0.1:0", *flags]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.pid = self.process.pid
        deadline = time.monotonic() + 30
        while not (found := re.search(r"listening on http://[^ ]*:(\d+) ", self.log())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start:\n" + self.log())
            time.sleep(0.02)
        self.port = int(found.group(1))
        self.base = f"http://127.0.0.1:{self.port}"
        self._watching = True
        self._watcher = threading.Thread(target=self._watch_mills, daemon=True)
        self._watcher.start()

    def log(self):
        with open(self.log_path, "rb") as log:
            return log.read().decode(errors="replace")

    def is_alive(self):
        """The process that was started is still the one that answers."""
        if self.process.poll() is not None:
            return False
        try:
            return self.json("/healthz")["status"] == "ok"
        except (OSError, urllib.error.URLError):
            return False

    def get(self, path, headers=None, timeout=30):
        request = urllib.request.Request(self.base + path, headers=headers or {})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.read(), answer.headers

    def json(self, path):
        return json.loads(self.get(path)[0])

    def video(self, video_id):
        return self.json(f"/v1/videos/{video_id}")

    def upload(self, path, name):
        """(HTTP status, the answer's JSON)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        with open(path, "rb") as body:
            headers = {
                "Content-Length": str(os.path.getsize(path)),
                "Content-Type": "application/octet-stream",
                "Content-Disposition": f'attachment; filename="{name}"',
            }
            connection.request("POST", "/v1/videos", body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def delete(self, video_id):
        request = urllib.request.Request(f"{self.base}/v1/videos/{video_id}", method="DELETE")
        urllib.request.urlopen(request, timeout=30).close()

    def wait(self, video_id, seconds):
        """The video once it has ended, or as it is after so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            video = self.video(video_id)
            if video["status"] in FINAL or time.monotonic() > deadline:
                return video
            time.sleep(0.2)

    def peak_server_kib(self):
        return _status(self.pid, "VmHWM")

    def mills(self):
        return descendants(self.pid)

    def _watch_mills(self):
        while self._watching:
            peaks = [_status(pid, "VmHWM") for pid in self.mills()]
            with self._peak_lock:
                self.peak_mill_kib = max([self.peak_mill_kib, *peaks])
            time.sleep(0.25)

    def stop(self, keep=False):
        """True if it ended by itself when it was told to, and left no process behind."""
        mills = self.mills()
        self._watching = False
        self.process.send_signal(signal.SIGTERM)
        try:
            ended = self.process.wait(20) == 0
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            ended = False
        ended = ended and not any(_is_running(pid) for pid in mills)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        return ended


def descendants(pid):
    """Process ids below that one, whatever stands between."""
    found, queue = [], [pid]
    while queue:
        children = _children(queue.pop())
        found += children
        queue += children
    return found


def _children(pid):
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
                found += [int(child) for child in children.read().split()]
    except OSError:
        pass
    return found


def _status(pid, field):
    """A number in KiB of /proc/PID/status; 0 when the process has gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return 0


def _is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False
