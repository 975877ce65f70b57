#!/usr/bin/env python3
# how much longer a video takes when each write to the store takes half a second
"""A worker with real mills and a store in memory, interleaved rounds: writes that end at once, and writes that take
500 ms each."""

import argparse
import pathlib
import re
import sys

from harness import figures, process

ROOT = pathlib.Path(__file__).resolve().parents[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=120, help="length of the video")
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    machine = process.machine()
    program = options.build / "vodmill_slow_store"
    output = process.run([program, options.rounds, options.seconds, options.height]).output
    rounds = [tuple(map(float, found)) for found in re.findall(r"^took (\S+) (\S+)$", output, re.MULTILINE)]
    if len(rounds) != options.rounds:
        sys.exit(f"not every round ended well:\n{output}")
    fast, slow = zip(*rounds)
    print(f"seconds until a {options.seconds}-second video in {options.height}p is completed, {options.rounds} rounds, "
          f"medians; {machine}\n")
    print(figures.table(["writes at once", "500 ms a write", "ratio"],
                        [[figures.text(figures.spread(fast), 1), figures.text(figures.spread(slow), 1),
                          figures.text(figures.ratios(slow, fast))]]))


if __name__ == "__main__":
    main()
