"""What `vodmill transcode --profile` tells of a run."""

import re
import shutil

from harness import process

ROW = re.compile(r"^(?P<stage>[a-z_]+(?: v\d+)?) +(?P<seconds>[0-9.]+) s ")


def transcode(vodmill, clip, folder):
    """({stage: CPU-seconds}, their sum, the whole run's process.Cost)"""
    shutil.rmtree(folder, ignore_errors=True)
    cost = process.run([vodmill, "transcode", "--nice", "0", "--profile", clip, folder])
    stages = {found["stage"]: float(found["seconds"]) for found in map(ROW.match, cost.output.splitlines()) if found}
    if not stages:
        raise SystemExit("vodmill transcode --profile told no stages")
    whole = stages.pop("all")
    return stages, whole, cost
