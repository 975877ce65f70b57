#!/usr/bin/env python3
# how long ./dev run takes to listen when everything is built already
"""From the command to the line that names the address, of a release that nobody changed."""

import argparse
import pathlib
import time

from harness import figures, process
from harness.server import Server

ROOT = pathlib.Path(__file__).resolve().parents[1]


def seconds_to_listen():
    begin = time.monotonic()
    with Server(ROOT / "dev", "run"):
        return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    machine = process.machine()
    taken = [seconds_to_listen() for _ in range(options.rounds)]
    print(f"seconds from ./dev run to listening, {options.rounds} rounds; {machine}: {figures.text(figures.spread(taken))}")


if __name__ == "__main__":
    main()
