#!/usr/bin/env python3
"""amplifiers.py BINARY: files of a few bytes that cause much work end early, with their codes, in their memory and time."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from bombs import LONGEST, bombs  # noqa: E402
from vodmill_server import FINAL, Server  # noqa: E402

SERVER_MIB = 400
MILL_MIB = 3 * 1024 + 256  # a mill is ended at 3 GiB, which is looked at twice a second
SECONDS = 180  # of a machine that may have much else to do


def judge(case, video):
    """(what became of it, what is wrong with that)."""
    if video["status"] not in FINAL:
        return "not ended", f"has not ended after {SECONDS} s ({video['progress']} %)"
    if video["status"] == "completed" and video["partial"]:
        word = "partial:" + video["partial"]["reason"]
        return word, None if video["partial"]["reason"] in case.partial else "is partial"
    if video["status"] == "completed":
        return "completed", None if case.may_complete else "completed"
    code, message = video["error"]["code"], video["error"]["message"]
    return f"{code}: {message}", None if code in case.refusals else f"ended with {code}"


def run(server, case):
    server.peak_mill_kib = 0
    begin = time.monotonic()
    status, video = server.upload(case.path, case.path.name)
    if status != 201:
        print(f"FAILED {case.name}: HTTP {status} {video}")
        return False
    word, wrong = judge(case, server.wait(video["id"], SECONDS))
    server.delete(video["id"])
    peak = server.peak_mill_kib // 1024
    if peak > MILL_MIB:
        wrong = f"a mill took {peak} MiB, {MILL_MIB} are allowed"
    print(
        f"{'FAILED' if wrong else 'ok':6} {case.name:28} {case.path.stat().st_size:8} bytes {time.monotonic() - begin:6.1f} s "
        f"{peak:5} MiB  {word}" + (f" -- {wrong}, expected {case.expectation()}" if wrong else ""),
        flush=True,
    )
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--only", default="", help="files whose name contains this")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vodmill-bombs-") as folder:
        cases = [case for case in bombs(folder) if arguments.only in case.name]
        server = Server(arguments.binary, "--max-duration", str(LONGEST))
        try:
            good = [run(server, case) for case in cases]
            good.append(server.is_alive())
            peak = server.peak_server_kib() // 1024
        finally:
            good.append(server.stop())
    print(f"\n{sum(good[:-2])} of {len(cases)} files end as they must; the server took {peak} MiB, {SERVER_MIB} are allowed")
    return 0 if all(good) and peak <= SERVER_MIB else 1


if __name__ == "__main__":
    sys.exit(main())
