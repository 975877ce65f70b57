#!/usr/bin/env python3
# how busy 1, 2, 4 and 16 cores are with one video: simulated with measured costs, and beside it what this machine really does
"""What a second of 1080p25 costs is measured with `vodmill transcode --profile`, on this machine. With that, mills are simulated on
so many cores, for the chunks that the planner makes for them, begun as a worker with so many slots begins them: every thread that can
run gets an equal share.

The row "measured" is the run that the costs are from; the simulation of the same on as many cores stands beside it. Caches, memory and
clock rates that cores share are not simulated: where the two differ, that is why.
"""

import json
import pathlib
import tempfile

from harness import clips, figures, flags, process, profile

CORES = [1, 2, 4, 16]
SECONDS = [10, 30, 120, 600, 3600]
NOT_A_CHUNKS = ["worker", "probe", "sound", "start_up"]


def arguments():
    return flags.parser_for_clips(__doc__, rounds=1, seconds=30).parse_args()


def simulated(program, cores, seconds, costs):
    return json.loads(process.run([program, cores, seconds, *(f"{cost:.4f}" for cost in costs)]).output)


def main():
    options = arguments()
    clip = clips.engine_clip(1080, options.seconds, options.generated)
    machine = process.machine()
    with tempfile.TemporaryDirectory(prefix="vodmill-bench-") as scratch:
        stages, _, cost = profile.transcode(options.build / "vodmill", clip, pathlib.Path(scratch) / "out")
    measured = {"seconds": cost.wall, "core_use": cost.cpu / cost.wall / process.cores()}
    top = stages["encode v0"]
    main_thread = sum(seconds for stage, seconds in stages.items() if stage not in NOT_A_CHUNKS) - top
    program = options.build / "vodmill_core_use"
    coded = simulated(program, process.cores(), options.seconds, [1, 1, 1])["coded_seconds"]
    costs = [stages.get("sound", 0) / options.seconds, main_thread / coded, top / coded]
    found = {cores: {seconds: simulated(program, cores, seconds, costs) for seconds in SECONDS} for cores in CORES}
    same = simulated(program, process.cores(), options.seconds, costs)
    if options.json:
        print(json.dumps({"clip": clip.name, "machine": machine, "costs": costs,
                          "figures": {"measured": measured, "simulated_as_measured": same, "simulated": found}}))
        return
    print(f"CPU-seconds a second of 1080p25: sound {costs[0]:.3f}, first thread {costs[1]:.3f}, largest rendition {costs[2]:.3f}; {machine}\n")
    print(figures.table(["cores", *(f"{seconds} s of video" for seconds in SECONDS)],
                        [[cores, *map(text, of_cores.values())] for cores, of_cores in found.items()]))
    print(f"\n{options.seconds} s on this machine: measured {text(measured)}; simulated {text(same)}")


def text(run):
    return f"{run['core_use']:.0%} busy, {run['seconds']:.1f} s"


if __name__ == "__main__":
    main()
