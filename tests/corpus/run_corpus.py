#!/usr/bin/env python3
"""Sends every file of a manifest through a real server and checks what becomes of it.

    run_corpus.py BINARY                    the samples in tests/media, and attacks with a canary
    VODMILL_CORPUS=DIR run_corpus.py BINARY --corpus [--long] [--only TEXT]
                                            the large corpus in DIR; --long takes its longest files too

Ends with a table of what went wrong, and with status 1 if anything did.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from canary import Canary  # noqa: E402
from cases import REFUSED_AT_THE_DOOR, limitations_of, read_corpus, read_samples  # noqa: E402
from source_facts import measure  # noqa: E402
from stream_check import check  # noqa: E402
from vodmill_server import Server  # noqa: E402

IN_FLIGHT = 4
TRICKY_THAT_MUST_COMPLETE = 40
SERVER_MIB = 400
MILL_MIB = 1536
SKIPPED = 77  # ctest's SKIP_RETURN_CODE


@dataclass
class Outcome:
    case: object
    word: str = ""  # "completed", "partial:CODE", "refused:CODE"
    seconds: float = 0.0
    detail: str = ""
    complaints: list = field(default_factory=list)


class Run:
    def __init__(self, server, binary):
        self.server, self.binary = server, binary

    def one(self, case):
        outcome = Outcome(case)
        begin = time.monotonic()
        try:
            self._one(case, outcome)
        except Exception as error:  # a test's last line of defence: the table shows it
            outcome.complaints.append(f"the test broke: {error!r}")
        outcome.seconds = time.monotonic() - begin
        mark = "FAILED" if outcome.complaints else "ok"
        print(f"{mark:6} {case.name:50} {outcome.word:32} {outcome.seconds:6.1f} s  {outcome.detail}", flush=True)
        return outcome

    def _one(self, case, outcome):
        status, video = self.server.upload(case.path, case.path.name)
        if status == 400 and case.path.stat().st_size == 0:
            outcome.word = "refused:" + video["code"]
            if video["code"] != REFUSED_AT_THE_DOOR:
                outcome.complaints.append("an empty body is not an invalid_request")
            return
        if status != 201:
            outcome.word = f"HTTP {status}"
            outcome.complaints.append(f"the upload was answered with {status}: {video}")
            return
        video = self.server.wait(video["id"], case.limit_seconds)
        self.judge(case, video, outcome)

    def judge(self, case, video, outcome):
        if video["status"] == "failed":
            self.judge_refusal(case, video["error"], outcome)
        elif video["status"] != "completed":
            outcome.word = video["status"]
            outcome.complaints.append(f"has not ended after {case.limit_seconds} s: {video['progress']} %")
        elif video["partial"]:
            outcome.word = "partial:" + video["partial"]["reason"]
            outcome.detail = f"up to {video['partial']['at_seconds']:.3f} s"
            if video["partial"]["reason"] not in case.partial:
                outcome.complaints.append("is partial, expected " + case.expectation())
            self.judge_stream(case, video, outcome, whole=False)
        else:
            outcome.word = "completed"
            if not case.may_complete:
                outcome.complaints.append("completed, expected " + case.expectation())
            self.judge_stream(case, video, outcome, whole=True)

    def judge_refusal(self, case, error, outcome):
        outcome.word = "refused:" + error["code"]
        outcome.detail = error["message"]
        if error["code"] not in case.refusals:
            outcome.complaints.append(f"{error['code']} ({error['message']}), expected {case.expectation()}")
        if len(error["message"]) < 15:
            outcome.complaints.append("the message tells nobody what to do: " + error["message"])

    def judge_stream(self, case, video, outcome, whole):
        stream = check(self.server, video)
        outcome.complaints += stream.complaints
        outcome.detail += f" {stream.frames} frames, {stream.seconds:.3f} s, {len(stream.renditions)} renditions"
        size = f"{video['width']}x{video['height']}"
        if case.shown and size != case.shown:
            outcome.complaints.append(f"is shown as {size}, expected {case.shown}")
        outcome.complaints += self.broken_rules(video)
        if stream.frames:
            self.compare(case, stream, outcome, whole)

    def broken_rules(self, video):
        """What `vodmill verify` says players may fail at, from outside, as anybody would ask."""
        command = [self.binary, "verify", "--json", self.server.base + video["playback_url"]]
        done = subprocess.run(command, capture_output=True, timeout=600, check=False)
        if done.returncode not in (0, 1):
            return ["verify could not judge the stream: " + done.stderr.decode(errors="replace")[:300]]
        findings = json.loads(done.stdout)["findings"]
        return [f"breaks {finding['rule']}: {finding['where']}: {finding['sentence']}"
                for finding in findings if finding["severity"] == "must"]

    def compare(self, case, stream, outcome, whole):
        """The stream with its source, as ffprobe measures it."""
        source = measure(case.path, self.stream_index(case))
        if not whole:
            if not 0.9 * source.frames <= stream.frames <= 1.1 * source.packets + 1:
                outcome.complaints.append(f"has {stream.frames} frames; {source.frames} can be decoded")
            return
        frame = stream.seconds / stream.frames
        wanted = [case.seconds] if case.seconds is not None else [source.seconds, source.declared or source.seconds]
        if all(abs(stream.seconds - seconds) > max(frame * 1.01, seconds / 100) for seconds in wanted):
            outcome.complaints.append(f"lasts {stream.seconds:.3f} s, its source {wanted[0]:.3f} s")
        if source.constant_fps is None or source.constant_fps > 60.1:
            return
        # Frames in front that nothing can decode (an open GOP's) are shown as the first that can be.
        if stream.frames not in (source.frames, source.packets):
            outcome.complaints.append(
                f"has {stream.frames} frames; ffprobe decodes {source.frames} of {source.packets} packets"
            )

    def stream_index(self, case):
        command = [self.binary, "probe", "--log-level", "off", "--nice", "0", str(case.path)]
        done = subprocess.run(command, capture_output=True, timeout=300, check=False)
        return json.loads(done.stdout)["source"]["video"]["index"]


def summary(outcomes):
    folders = collections.defaultdict(collections.Counter)
    for outcome in outcomes:
        folders[outcome.case.name.split("/")[0]][outcome.word] += 1
    for folder, words in folders.items():
        print(f"\n{folder}: {sum(words.values())}")
        for word, count in words.most_common():
            print(f"  {count:4} {word}")
    return folders


def choose(arguments):
    """The cases, and whether the tricky ones are all there."""
    if not arguments.corpus:
        return read_samples(ROOT / "tests" / "media"), False
    cases = read_corpus(Path(os.environ["VODMILL_CORPUS"]), limitations_of(ROOT / "README.md"))
    chosen = [c for c in cases if (arguments.long or not c.is_long) and arguments.only in c.name]
    if len(chosen) < len(cases):
        print(f"{len(cases) - len(chosen)} of {len(cases)} files are left out" + ("" if arguments.long else " (--long takes the longest too)"))
    return chosen, not arguments.only


def run_all(server, binary, cases):
    run = Run(server, binary)
    first, last = [c for c in cases if not c.is_long], [c for c in cases if c.is_long]
    with concurrent.futures.ThreadPoolExecutor(IN_FLIGHT) as pool:
        return list(pool.map(run.one, first)) + list(pool.map(run.one, last))


def complaints_about(server):
    found = []
    if not server.is_alive():
        found.append("the server has ended:\n" + server.log()[-2000:])
    peak = server.peak_server_kib() // 1024
    print(f"\npeak memory: server {peak} MiB, a mill {server.peak_mill_kib // 1024} MiB")
    if peak > SERVER_MIB:
        found.append(f"the server took {peak} MiB at its peak, {SERVER_MIB} are allowed")
    if server.peak_mill_kib > MILL_MIB * 1024:
        found.append(f"a mill took {server.peak_mill_kib // 1024} MiB at its peak, {MILL_MIB} are allowed")
    if server.peak_mill_kib == 0:
        found.append("no mill was ever seen")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("--corpus", action="store_true", help="the corpus that VODMILL_CORPUS names")
    parser.add_argument("--long", action="store_true", help="its longest files too")
    parser.add_argument("--only", default="", help="files whose path contains this")
    arguments = parser.parse_args()
    if arguments.corpus and not os.environ.get("VODMILL_CORPUS"):
        print("SKIPPED: VODMILL_CORPUS names no folder; the large corpus was NOT tested")
        return SKIPPED
    cases, has_all_tricky = choose(arguments)
    with tempfile.TemporaryDirectory(prefix="vodmill-canary-") as folder:
        canary = Canary(folder)
        if not arguments.only:
            cases += canary.cases()
        server = Server(arguments.binary)
        try:
            outcomes = run_all(server, arguments.binary, cases)
            complaints = complaints_about(server)
        finally:
            ended = server.stop()
        complaints += canary.songs()
        if not canary.prove():
            complaints.append("the canary sings for nobody: the test proves nothing")
        canary.close()
    if not ended:
        complaints.append("the server did not stop when told to, or left a process behind")
    folders = summary(outcomes)
    tricky = folders["tricky"]["completed"]
    if has_all_tricky and arguments.corpus:
        print(f"\ntricky: {tricky} completed, {TRICKY_THAT_MUST_COMPLETE} must")
        if tricky < TRICKY_THAT_MUST_COMPLETE:
            complaints.append(f"only {tricky} of the tricky files completed")
    return report(outcomes, complaints)


def report(outcomes, complaints):
    wrong = [o for o in outcomes if o.complaints]
    print(f"\n{len(outcomes) - len(wrong)} of {len(outcomes)} files are as they must be")
    for outcome in wrong:
        print(f"\nFAILED {outcome.case.name}: {outcome.word}")
        for complaint in outcome.complaints:
            print("    " + complaint)
    for complaint in complaints:
        print("\nFAILED: " + complaint)
    return 1 if wrong or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
