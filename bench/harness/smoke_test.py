#!/usr/bin/env python3
"""smoke_test.py BUILD_FOLDER: every measurement still measures. Asserts figures, not their size."""

import json
import pathlib
import subprocess
import sys

import process

BENCH = pathlib.Path(__file__).resolve().parents[1]
SMALL = ["--generated", "--seconds", "4", "--rounds", "1", "--json"]


def run(build, name, *flags):
    done = subprocess.run([BENCH / f"{name}.py", "--build", build, *flags], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["figures"]


def measured(build, name, *flags):
    return run(build, name, *SMALL, *flags)


def numbers(found, where=""):
    """(path, number) for every number in FOUND."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from numbers(value, f"{where}/{key}")
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from numbers(value, f"{where}/{number}")
    elif isinstance(found, (int, float)):
        yield where, found


def check(name, found, wanted):
    absent = [path for path in wanted if path not in dict(numbers(found))]
    senseless = [f"{path} is {value}" for path, value in numbers(found) if not value > 0]
    for complaint in [f"no {path}" for path in absent] + senseless:
        print(f"{name}: {complaint}")
    return not absent and not senseless


def main():
    build = pathlib.Path(sys.argv[1])
    process.run(["sh", "-c", "head -c 1000000 /dev/zero >&2"])  # one who talks much holds nothing up
    fine = check("engine", measured(build, "engine", "--height", "360"),
                 ["/cpu_seconds/vodmill/median", "/cpu_seconds/one ffmpeg/median",
                  "/cpu_seconds/x264 alone/median", "/wall_seconds/vodmill/median",
                  "/peak_bytes/vodmill", "/core_use/median", "/cpu_to_one_ffmpeg/median",
                  "/cpu_to_x264_alone/median", "/wall_to_one_ffmpeg/median", "/cpu_to_ffmpeg_each/median"])
    fine &= check("stages", measured(build, "stages", "--height", "360"),
                  ["/cpu_seconds/median", "/core_use/median", "/told_to_measured/median", "/to_x264_alone/median"])
    fine &= check("core_use", measured(build, "core_use"), ["/measured/core_use", "/simulated/16/3600/core_use"])
    first = measured(build, "first_segment", "--heights", "360")["360"]
    fine &= check("first_segment", {"playable": first["seconds"]["playable"], "ffmpeg": first["one_ffmpeg_seconds"],
                                    "ratio": first["playable_to_one_ffmpeg"], "made": first["seconds"]["first segments made"]},
                  ["/playable/median", "/ffmpeg/median", "/ratio/median", "/made/median"])
    fine &= check("api_latency", measured(build, "api_latency", "--height", "360", "--requests", "20"),
                  ["/ms/idle/p99/median", "/ms/lowest/p99/median", "/ms/nice 0/most/median"])
    fine &= check("burst", measured(build, "burst", "--videos", "3"),
                  ["/seconds/vodmill/p95/median", "/seconds/FIFO/p95/median", "/p95_to_fifo/median"])
    quality = measured(build, "quality", "--height", "360")["640x360"]
    fine &= check("quality", {side: {key: quality[side][key] for key in ("ssim", "psnr", "bits")} for side in quality},
                  ["/vodmill/ssim", "/one ffmpeg/bits"])
    fine &= check("upload_answer", measured(build, "upload_answer", "--uploads", "3", "--seconds", "20"), ["/idle/median", "/busy/p99"])
    progress = measured(build, "progress", "--height", "360")
    fine &= check("progress", {key: progress[key] for key in ("seconds", "mean")}, ["/seconds/median"])
    queue = run(build, "queue", "--rounds", "1", "--jobs", "100", "--paced", "20", "--json")
    fine &= check("queue", queue, ["/embedded/rate/median", "/BullMQ/p99/median", "/rate_to_bullmq/median"])
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
