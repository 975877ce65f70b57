#!/usr/bin/env python3
# CPU, time and memory of a ladder: vodmill, one ffmpeg command, and x264 alone
"""Interleaved rounds of three sides on one clip, with the same x264 settings:

  vodmill      vodmill transcode
  one ffmpeg   the best single ffmpeg command (harness/single_ffmpeg.py)
  x264 alone   vodmill_limit: decode, scale and encode on one thread, nothing else
"""

import argparse
import json
import pathlib
import shutil
import statistics
import sys
import tempfile

from harness import clips, figures, process, single_ffmpeg

ROOT = pathlib.Path(__file__).resolve().parents[1]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=30, help="length of the clip")
    parser.add_argument("--height", type=int, choices=[360, 1080], default=1080)
    parser.add_argument("--generated", action="store_true", help="not the real clip, ffmpeg's test picture")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--json", action="store_true", help="all that was measured, as JSON")
    parser.add_argument("--plot", type=pathlib.Path, help="write the CPU-seconds as an SVG")
    return parser.parse_args()


def size_of(folder):
    return sum(path.stat().st_size for path in folder.rglob("*.m4s"))


class Sides:
    def __init__(self, build, clip, folder):
        self.vodmill, self.limit = build / "vodmill", build / "vodmill_limit"
        self.clip, self.folder = clip, folder
        self.plan = json.loads(process.run([self.vodmill, "probe", clip]).output)["plan"]

    def measure(self, side):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        if side == "x264 alone":
            cost = process.run([self.limit, self.clip])
            parts = json.loads(cost.output)
            return {"cpu": parts["cpu_seconds"], "parts": parts}
        command = ([self.vodmill, "transcode", "--nice", "0", self.clip, self.folder / "out"]
                   if side == "vodmill" else single_ffmpeg.command(self.clip, self.plan, self.folder))
        cost = process.run(command)
        return {"cpu": cost.cpu, "wall": cost.wall, "peak": cost.peak, "bytes": size_of(self.folder)}


def rounds(sides, count):
    names = ["vodmill", "one ffmpeg", "x264 alone"]
    measured = {name: [] for name in names}
    for number in range(count):
        for name in names:
            print(f"round {number + 1} of {count}: {name}", file=sys.stderr)
            measured[name].append(sides.measure(name))
    return measured


def summary(measured):
    def of(side, key):
        return [one[key] for one in measured[side]]

    ours, peer, limit = "vodmill", "one ffmpeg", "x264 alone"
    use = [one["cpu"] / one["wall"] / process.cores() for one in measured[ours]]
    return {
        "cpu_seconds": {side: figures.spread(of(side, "cpu")) for side in measured},
        "wall_seconds": {side: figures.spread(of(side, "wall")) for side in (ours, peer)},
        "peak_bytes": {side: max(of(side, "peak")) for side in (ours, peer)},
        "output_bytes": {side: statistics.median(of(side, "bytes")) for side in (ours, peer)},
        "core_use": figures.spread(use),
        "cpu_to_one_ffmpeg": figures.ratios(of(ours, "cpu"), of(peer, "cpu")),
        "cpu_to_x264_alone": figures.ratios(of(ours, "cpu"), of(limit, "cpu")),
        "wall_to_one_ffmpeg": figures.ratios(of(ours, "wall"), of(peer, "wall")),
    }


def print_tables(found):
    rows = []
    for side, cpu in found["cpu_seconds"].items():
        has_rest = side in found["wall_seconds"]
        rows.append([side, figures.text(cpu),
                     figures.text(found["wall_seconds"][side]) if has_rest else "",
                     f"{found['peak_bytes'][side] / 1e6:.0f} MB" if has_rest else "",
                     f"{found['output_bytes'][side] / 1e6:.2f} MB" if has_rest else ""])
    print(figures.table(["", "CPU-seconds", "wall seconds", "largest process", "segments"], rows))
    print()
    print(figures.table(["vodmill against", "ratio, pair by pair"], [
        ["one ffmpeg, CPU", figures.text(found["cpu_to_one_ffmpeg"], 3)],
        ["x264 alone, CPU", figures.text(found["cpu_to_x264_alone"], 3)],
        ["one ffmpeg, wall", figures.text(found["wall_to_one_ffmpeg"], 3)],
        ["all cores busy", figures.text(found["core_use"], 3)]]))


def main():
    options = arguments()
    clip = clips.engine_clip(options.height, options.seconds, options.generated)
    machine = process.machine()
    with tempfile.TemporaryDirectory(prefix="vodmill-bench-") as scratch:
        sides = Sides(options.build, clip, pathlib.Path(scratch) / "side")
        measured = rounds(sides, options.rounds)
    found = summary(measured)
    about = f"{clip.name}, {options.rounds} rounds, medians; {machine}"
    if options.plot:
        options.plot.write_text(figures.bars(f"CPU-seconds for one {options.height}p ladder", about, "s",
                                             list(found["cpu_seconds"].items())), encoding="utf-8")
    if options.json:
        print(json.dumps({"clip": clip.name, "machine": machine, "figures": found, "rounds": measured}))
    else:
        print(about, end="\n\n")
        print_tables(found)


if __name__ == "__main__":
    main()
