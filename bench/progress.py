#!/usr/bin/env python3
# how far the progress that is shown is from the true share of time
"""A video is uploaded and asked for 20 times a second; at its end each look is held against how much of the time from the upload's
answer to `completed` had really passed. Nought would be perfect; ten points are the goal.
"""

import json
import statistics
import sys
import time

from harness import clips, figures, flags, process, server


def arguments():
    parser = flags.parser_for_clips(__doc__, rounds=3, seconds=60)
    parser.add_argument("--height", type=int, choices=[360, 1080], default=1080)
    return parser.parse_args()


def one_round(running, clip):
    client = running.client()
    video, _ = client.upload(clip)
    begin, looks = time.monotonic(), []
    while True:
        status = client.status(video)
        looks.append((time.monotonic() - begin, status["progress"]))
        if status["status"] not in ("pending", "processing"):
            break
        time.sleep(0.05)
    if status["status"] != "completed":
        sys.exit(f"the video ended as {status}")
    client.request("DELETE", f"/v1/videos/{video['id']}")
    whole = looks[-1][0]
    off = [progress - 100 * at / whole for at, progress in looks]
    return {"seconds": whole, "mean": statistics.fmean(map(abs, off)), "ahead": max(off), "behind": -min(off)}


def main():
    options = arguments()
    clip = clips.upload_clip(options.height, options.seconds, options.generated)
    machine = process.machine()
    with server.Server(options.build / "vodmill", "serve", "--nice", "0") as running:
        rounds = [one_round(running, clip) for _ in range(options.rounds)]
    found = {key: figures.spread([one[key] for one in rounds]) for key in rounds[0]}
    if options.json:
        print(json.dumps({"clip": clip.name, "machine": machine, "figures": found}))
        return
    print(f"{clip.name}, {options.rounds} rounds, points of 100 between progress and the true share of time; {machine}\n")
    print(figures.table(["seconds to completed", "mean distance", "most ahead", "most behind"],
                        [[figures.text(found[key], 1) for key in ("seconds", "mean", "ahead", "behind")]]))


if __name__ == "__main__":
    main()
