#!/usr/bin/env python3
# CPU, time and memory of a ladder: vodmill, one ffmpeg command, one ffmpeg a rendition, and x264 alone
"""Interleaved rounds of the sides on one clip, with the same x264 settings:

  vodmill      vodmill transcode
  one ffmpeg   the best single ffmpeg command (harness/single_ffmpeg.py)
  ffmpeg each  one ffmpeg process a rendition, one after the other (peers/sync/transcode.py)
  x264 alone   vodmill_limit: decode, scale and encode on one thread, nothing else
"""

import json
import pathlib
import shutil
import statistics
import sys
import tempfile

from harness import clips, figures, flags, process, single_ffmpeg

ROOT = flags.ROOT
EACH = ROOT / "bench/peers/sync/transcode.py"
SIDES = ["vodmill", "one ffmpeg", "ffmpeg each", "x264 alone"]


def arguments():
    parser = flags.parser_for_clips(__doc__, rounds=5, seconds=30)
    parser.add_argument("--height", type=int, choices=[360, 1080], default=1080)
    parser.add_argument("--without-each", action="store_true", help="leave out one ffmpeg a rendition")
    parser.add_argument("--copyable", action="store_true", help="a 1080p clip whose packets can be the top rendition")
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
        cost = process.run(self.command(side))
        peak = sum(json.loads(cost.output)) if side == "ffmpeg each" else cost.peak
        return {"cpu": cost.cpu, "wall": cost.wall, "peak": peak, "bytes": size_of(self.folder)}

    def command(self, side):
        if side == "vodmill":
            return [self.vodmill, "transcode", "--nice", "0", self.clip, self.folder / "out"]
        if side == "one ffmpeg":
            return single_ffmpeg.command(self.clip, self.plan, self.folder)
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps(self.plan), encoding="utf-8")
        return [sys.executable, EACH, self.clip, plan, self.folder / "out"]


def rounds(sides, count, names):
    measured = {name: [] for name in names}
    for number in range(count):
        for name in names:
            print(f"round {number + 1} of {count}: {name}", file=sys.stderr)
            measured[name].append(sides.measure(name))
    return measured


def summary(measured):
    def of(side, key):
        return [one[key] for one in measured[side]]

    ours, limit = "vodmill", "x264 alone"
    peers = [side for side in measured if side not in (ours, limit)]
    whole = [ours, *peers]
    use = [one["cpu"] / one["wall"] / process.cores() for one in measured[ours]]
    return {
        "cpu_seconds": {side: figures.spread(of(side, "cpu")) for side in measured},
        "wall_seconds": {side: figures.spread(of(side, "wall")) for side in whole},
        "peak_bytes": {side: max(of(side, "peak")) for side in whole},
        "output_bytes": {side: statistics.median(of(side, "bytes")) for side in whole},
        "core_use": figures.spread(use),
        "cpu_to_x264_alone": figures.ratios(of(ours, "cpu"), of(limit, "cpu")),
    } | {f"{key}_to_{peer.replace(' ', '_')}": figures.ratios(of(ours, key), of(peer, key))
         for peer in peers for key in ("cpu", "wall")}


def print_tables(found):
    rows = []
    for side, cpu in found["cpu_seconds"].items():
        has_rest = side in found["wall_seconds"]
        rows.append([side, figures.text(cpu),
                     figures.text(found["wall_seconds"][side]) if has_rest else "",
                     f"{found['peak_bytes'][side] / 1e6:.0f} MB" if has_rest else "",
                     f"{found['output_bytes'][side] / 1e6:.2f} MB" if has_rest else ""])
    print(figures.table(["", "CPU-seconds", "wall seconds", "largest process (of each: their sum)", "segments"], rows))
    print()
    against = [(key, f"{key.partition('_to_')[2].replace('_', ' ')}, {key.partition('_to_')[0]}") for key in found if "_to_" in key]
    print(figures.table(["vodmill against", "ratio, pair by pair"],
                        [[name, figures.text(found[key], 3)] for key, name in against]
                        + [["all cores busy", figures.text(found["core_use"], 3)]]))


def main():
    options = arguments()
    if options.copyable:
        clip = clips.copyable_clip(options.seconds, options.generated)
    else:
        clip = clips.engine_clip(options.height, options.seconds, options.generated)
    machine = process.machine()
    with tempfile.TemporaryDirectory(prefix="vodmill-bench-") as scratch:
        sides = Sides(options.build, clip, pathlib.Path(scratch) / "side")
        measured = rounds(sides, options.rounds, [s for s in SIDES if s != "ffmpeg each" or not options.without_each])
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
