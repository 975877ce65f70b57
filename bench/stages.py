#!/usr/bin/env python3
# What vodmill's processor time goes into, stage by stage, beside the same stages alone on one thread
"""Rounds of `vodmill transcode --profile` and, in between, vodmill_limit: decoding, scaling and encoding the
same ladder on one thread with nothing around them. What vodmill spends in a stage above that is threads that
share caches and cores, and frames that chunks do twice; all other stages are its own."""

import json
import pathlib
import statistics
import tempfile

from harness import clips, figures, flags, process, profile

# The limit encodes the pictures that it has just decoded and scaled: only these have a counterpart.
SHARED = ["decode", "scale"]


def arguments():
    parser = flags.parser_for_clips(__doc__, rounds=3, seconds=30)
    parser.add_argument("--height", type=int, choices=[360, 1080], default=1080)
    parser.add_argument("--plot", type=pathlib.Path, help="write the stages as an SVG")
    return parser.parse_args()


def ours(vodmill, clip, folder):
    stages, whole, cost = profile.transcode(vodmill, clip, folder)
    return {"stages": stages, "all": whole, "cpu": cost.cpu, "wall": cost.wall}


def alone(limit, clip):
    parts = json.loads(process.run([limit, clip]).output)
    stages = {stage: parts[stage] for stage in SHARED}
    stages |= {f"encode v{number}": rung["cpu_seconds"] for number, rung in enumerate(parts["rungs"])}
    return {"stages": stages, "all": parts["cpu_seconds"]}


def medians(rounds):
    names = dict.fromkeys(name for one in rounds for name in one["stages"])
    return {name: statistics.median(one["stages"].get(name, 0) for one in rounds) for name in names}


def main():
    options = arguments()
    clip = clips.engine_clip(options.height, options.seconds, options.generated)
    machine = process.machine()
    made, limit = [], []
    with tempfile.TemporaryDirectory(prefix="vodmill-bench-") as scratch:
        for _ in range(options.rounds):
            made.append(ours(options.build / "vodmill", clip, pathlib.Path(scratch) / "out"))
            limit.append(alone(options.build / "vodmill_limit", clip))
    stages, stages_alone = medians(made), medians(limit)
    found = {"cpu_seconds": figures.spread([one["all"] for one in made]),
             "wall_seconds": figures.spread([one["wall"] for one in made]),
             "core_use": figures.spread([one["cpu"] / one["wall"] / process.cores() for one in made]),
             "told_to_measured": figures.ratios([one["all"] for one in made], [one["cpu"] for one in made]),
             "to_x264_alone": figures.ratios([one["all"] for one in made], [one["all"] for one in limit])}
    rows = [(name, seconds, stages_alone.get(name)) for name, seconds in stages.items()]
    about = f"{clip.name}, {options.rounds} rounds, medians; {machine}"
    if options.plot:
        options.plot.write_text(figures.pairs(f"CPU-seconds of a {options.height}p ladder, by stage", about, "s",
                                              ("vodmill", "alone on one thread"), rows), encoding="utf-8")
    if options.json:
        print(json.dumps({"clip": clip.name, "machine": machine, "figures": found,
                          "stages": stages, "alone": stages_alone}))
        return
    print(about, end="\n\n")
    whole = sum(stages.values())
    print(figures.table(["stage", "CPU-seconds", "share", "alone"],
                        [[name, f"{seconds:.2f}", f"{100 * seconds / whole:.1f} %",
                          "" if less is None else f"{less:.2f}"] for name, seconds, less in rows]))
    print()
    print(figures.table(["all of it", "median (least to most)"],
                        [[name.replace("_", " "), figures.text(values, 3)] for name, values in found.items()]))


if __name__ == "__main__":
    main()
