#!/usr/bin/env python3
"""Sends mutations of the sample files through a real server: whatever becomes of them, the server must not care.

    mutations.py BINARY [--count N]             of tests/media
    VODMILL_CORPUS=DIR mutations.py BINARY --corpus [--count N]
                                                of the large corpus in DIR too; without DIR of tests/media alone
    mutations.py BINARY --only NAME#NUMBER [--keep FILE]
                                                one of them again; FILE becomes the mutation itself

Each video must end with `completed` or with a code that says what is wrong with the file: a leap in a file's clock, which
would make hours of picture out of seconds, is over the server's --max-duration. One that gets on, but has not ended in
time, is cancelled and counted as `long`; more of those than one in fifty are too many. The server stays the same process,
within its memory. A mill that crashes or stalls is contained: it is counted, and its mutation named.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from cases import REFUSALS  # noqa: E402
from mutate import bases, front_of, mutate  # noqa: E402
from vodmill_server import FINAL, Server  # noqa: E402

IN_FLIGHT = 4
HANGS_AFTER = 180  # seconds without any progress, of a machine that may have much else to do
SERVER_MIB = 400
MILL_MIB = 3 * 1024 + 256  # a mill is ended at 3 GiB, which is looked at twice a second
LONGEST_SECONDS = 120  # of a video; three times the longest sample, and a clock that leaps makes more
LONGEST_SECONDS_OF_A_CORPUS = 900
MOST_LONG = 0.02  # of all mutations, but one in any case
CONTAINED = frozenset({"transcode_failed", "transcode_stalled", "out_of_memory"})
# What a mill's bad end looks like in the log, whatever the second attempt brings.
BAD_END = re.compile(r"a mill (ended|broke its protocol|stalled).*")


class Run:
    def __init__(self, server, chosen, files, patience):
        self.server, self.chosen, self.files, self.patience = server, chosen, dict(files), patience
        self.names = [name for name, _ in files]
        self.folder = tempfile.TemporaryDirectory(prefix="vodmill-mutations-")
        self.words = collections.Counter()
        self.contained, self.complaints, self.videos = [], [], {}
        self.long = []  # did not end in time, though they got on
        self.longest = (0.0, "")
        self.lock = threading.Lock()

    def content(self, name, number):
        other = self.names[(number * 7 + 3) % len(self.names)]
        return mutate(name, number, front_of(self.files[name]), front_of(self.files[other]))

    def one(self, mutation):
        name, number = mutation
        label = f"{name}#{number}"
        begin = time.monotonic()
        try:
            word, detail = self._one(name, number, label)
        except Exception as error:  # a test's last line of defence: the summary shows it
            word, detail = "the test broke", repr(error)
            self.complain(f"{label}: the test broke: {error!r}")
        seconds = time.monotonic() - begin
        with self.lock:
            self.words[word] += 1
            self.longest = max(self.longest, (seconds, label))
        print(f"{label:52} {word:28} {seconds:6.1f} s  {detail}", flush=True)

    def _one(self, name, number, label):
        content = self.content(name, number)
        if not content:
            return "empty", ""
        path = Path(self.folder.name) / f"{threading.get_ident()}{Path(name).suffix}"
        path.write_bytes(content)
        status, video = self.server.upload(path, path.name)
        if status != 201:
            self.complain(f"{label}: the upload was answered with {status}: {video}")
            return f"HTTP {status}", ""
        self.videos[video["id"]] = label
        video = self.wait(video["id"])
        word, detail = self.judge(video, label)
        self.server.delete(video["id"])
        return word, detail

    def wait(self, video_id):
        """The video when it has ended, when it is as it was for too long, or when patience is at an end."""
        begin = moved = time.monotonic()
        progress = -1.0
        while True:
            video = self.server.wait(video_id, 5)
            now = time.monotonic()
            if video["progress"] > progress:
                progress, moved = video["progress"], now
            hangs = now - moved > HANGS_AFTER
            if video["status"] in FINAL or hangs or now - begin > self.patience:
                return video | {"hangs": hangs}

    def judge(self, video, label):
        if video["status"] == "completed":
            return ("partial" if video["partial"] else "completed"), f"{video['duration_seconds']:.1f} s"
        if video["status"] not in FINAL:
            where = f"{video['progress']} %, {video['status']}, {video['waiting_reason']}"
            if video["hangs"]:
                self.complain(f"{label}: hangs at {where}")
            else:
                with self.lock:
                    self.long.append(f"{label}: {where}")
            return ("hangs" if video["hangs"] else "long"), where
        error = video["error"] or {"code": video["status"], "message": ""}
        if error["code"] in CONTAINED:
            with self.lock:
                self.contained.append(f"{label}: {error['code']}: {error['message']}")
        elif error["code"] not in REFUSALS:
            self.complain(f"{label}: ended with {error['code']} ({error['message']})")
        return error["code"], error["message"]

    def complain(self, sentence):
        with self.lock:
            self.complaints.append(sentence)

    def check_long(self, begun):
        allowed = max(1, int(begun * MOST_LONG))
        if len(self.long) > allowed:
            self.complain(f"{len(self.long)} of {begun} have not ended within {self.patience:.0f} s, {allowed} may")

    def all(self, deadline):
        """Every mutation that begins before the deadline; how many did."""
        begun = 0
        with concurrent.futures.ThreadPoolExecutor(IN_FLIGHT) as pool:
            slots = threading.Semaphore(IN_FLIGHT)
            for mutation in self.chosen:
                slots.acquire()
                if time.monotonic() > deadline or not self.server.is_alive():
                    slots.release()
                    break
                begun += 1
                pool.submit(self.one, mutation).add_done_callback(lambda _: slots.release())
        return begun

    def bad_ends(self):
        """Mills that ended badly, a line of the log each, with the mutation's name."""
        found = []
        for line in self.server.log().splitlines():
            match = BAD_END.search(line)
            if match:
                video = next((label for key, label in self.videos.items() if key in line), "?")
                found.append(f"{video}: {match[0]}")
        return found


def complaints_about(server):
    found = []
    if not server.is_alive():
        found.append("the server has ended:\n" + server.log()[-2000:])
    peak, mill = server.peak_server_kib() // 1024, server.peak_mill_kib // 1024
    print(f"peak memory: server {peak} MiB, a mill {mill} MiB")
    if peak > SERVER_MIB:
        found.append(f"the server took {peak} MiB at its peak, {SERVER_MIB} are allowed")
    if mill > MILL_MIB:
        found.append(f"a mill took {mill} MiB at its peak, {MILL_MIB} are allowed")
    if server.peak_mill_kib == 0:
        found.append("no mill was ever seen")
    return found


def choose(arguments, files):
    if arguments.only:
        name, _, number = arguments.only.rpartition("#")
        return [(name, int(number))]
    return [(files[n % len(files)][0], n) for n in range(arguments.first, arguments.first + arguments.count)]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("--corpus", action="store_true", help="the files of VODMILL_CORPUS too")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="the first mutation's number")
    parser.add_argument("--only", default="", help="NAME#NUMBER")
    parser.add_argument("--keep", help="write the mutation --only to this file")
    parser.add_argument("--patience", type=float, default=300, help="seconds until a video is cancelled")
    parser.add_argument("--slots", type=int, help="mills at once")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no further one after so long")
    return parser.parse_args()


def main():
    arguments = parse()
    corpus = os.environ.get("VODMILL_CORPUS") if arguments.corpus else None
    if arguments.corpus and not corpus:
        print("VODMILL_CORPUS names no folder: mutations of tests/media alone")
    files = bases([ROOT / "tests" / "media"] + ([Path(corpus)] if corpus else []))
    flags = ["--max-duration", str(LONGEST_SECONDS_OF_A_CORPUS if corpus else LONGEST_SECONDS)]
    server = Server(arguments.binary, *flags, *(["--slots", str(arguments.slots)] if arguments.slots else []))
    run = Run(server, choose(arguments, files), files, arguments.patience)
    if arguments.keep:
        Path(arguments.keep).write_bytes(run.content(*run.chosen[0]))
    begin = time.monotonic()
    try:
        begun = run.all(begin + arguments.seconds)
        run.check_long(begun)
        run.complaints += complaints_about(server)
        bad_ends = run.bad_ends()
    finally:
        if not server.stop():
            run.complaints.append("the server did not stop when told to, or left a process behind")
    return report(run, begun, bad_ends, time.monotonic() - begin)


def report(run, begun, bad_ends, seconds):
    print(f"\n{begun} of {len(run.chosen)} mutations of {len(run.files)} files in {seconds:.0f} s, the longest {run.longest[0]:.0f} s ({run.longest[1]})")
    for word, count in run.words.most_common():
        print(f"  {count:5} {word}")
    print(f"videos that cost a mill (contained): {len(run.contained)}; mills that ended badly: {len(bad_ends)}")
    for line in run.contained + bad_ends:
        print("  " + line)
    print(f"not ended in time: {len(run.long)}")
    for line in run.long:
        print("  " + line)
    for complaint in run.complaints:
        print("FAILED: " + complaint)
    return 1 if run.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
