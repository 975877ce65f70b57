"""One process and all it starts: how long it took, what it burnt, how large it grew."""

import dataclasses
import os
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Cost:
    wall: float  # seconds
    cpu: float  # seconds, user and system, of the process and every descendant it waited for
    peak: int  # bytes: resident memory of the largest single process among them
    output: str


def run(command):
    """The Cost of COMMAND. Its standard error is shown if it fails, and ends the measurement."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as errors:  # takes any amount of words without being read
        child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=errors)
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            errors.seek(0)
            sys.exit(f"{' '.join(map(str, command))}\n{errors.read().decode(errors='replace')}\n"
                     f"exit status {child.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output.decode())


def cores():
    return len(os.sched_getaffinity(0))


def machine():
    """What the figures were measured on, in a line."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    load = os.getloadavg()[0]
    return f"{cores()} cores of {models[0] if models else os.uname().machine}, load before {load:.1f}"
