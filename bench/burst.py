#!/usr/bin/env python3
# a burst of uploads: how soon each one plays, against one video after the other
"""Interleaved rounds with the same uploads:

  vodmill   all are uploaded at once; for each, from its last byte until it is playable
  FIFO      the same server is given one at a time, the next when the one before is completed: what
            each would have waited in a plain queue, had all come at the beginning, is the work of
            all before it and its own time until playable

The goal is a 95th percentile of at most 0.3 of FIFO's.
"""

import json
import sys
import threading
import time

from harness import clips, figures, flags, process, server

LOOK_EVERY = 0.02  # seconds


def arguments():
    parser = flags.parser_for_clips(__doc__, rounds=3, seconds=60)
    parser.add_argument("--videos", type=int, default=20, help="in the burst")
    parser.add_argument("--height", type=int, choices=[360, 1080], default=360)
    return parser.parse_args()


def upload_all(running, clip, videos):
    """The moment of each one's last byte, by id."""
    sent = {}

    def upload(number):
        video, last_byte = running.client().upload(clip, f"{number}.mp4")
        sent[video["id"]] = last_byte

    threads = [threading.Thread(target=upload, args=[number]) for number in range(videos)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(sent) != videos:
        sys.exit("an upload failed")
    return sent


def follow(client, ids):
    """(playable, completed): moments by id, of all of them."""
    playable, completed = {}, {}
    while len(completed) < len(ids):
        page = json.loads(client.get("/v1/videos?limit=200"))["data"]
        now = time.monotonic()
        for video in page:
            if video["id"] not in ids:
                continue
            if video["status"] in ("failed", "cancelled"):
                sys.exit(f"a video ended as {video}")
            if video["playable"]:
                playable.setdefault(video["id"], now)
            if video["status"] == "completed":
                completed.setdefault(video["id"], now)
        time.sleep(LOOK_EVERY)
    return playable, completed


def burst_round(vodmill, clip, videos):
    with server.Server(vodmill, "serve", "--rate", "0") as running:
        sent = upload_all(running, clip, videos)
        playable, completed = follow(running.client(), sent)
        begin = min(sent.values())
        return {"waits": [playable[one] - at for one, at in sent.items()],
                "whole": max(completed.values()) - begin}


def fifo_round(vodmill, clip, videos):
    with server.Server(vodmill, "serve", "--rate", "0") as running:
        client = running.client()
        waits, work = [], 0.0
        for number in range(videos):
            video, last_byte = client.upload(clip, f"{number}.mp4")
            playable, completed = follow(client, {video["id"]})
            waits.append(work + playable[video["id"]] - last_byte)
            work += completed[video["id"]] - last_byte
        return {"waits": waits, "whole": work}


def main():
    options = arguments()
    machine = process.machine()
    clip = clips.upload_clip(options.height, options.seconds, options.generated)
    vodmill = options.build / "vodmill"
    ours, fifo = [], []
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        ours.append(burst_round(vodmill, clip, options.videos))
        fifo.append(fifo_round(vodmill, clip, options.videos))
    sides = {"vodmill": ours, "FIFO": fifo}
    seconds = {name: {"p50": figures.spread([figures.percentile(one["waits"], 50) for one in rounds]),
                      "p95": figures.spread([figures.percentile(one["waits"], 95) for one in rounds]),
                      "whole": figures.spread([one["whole"] for one in rounds])}
               for name, rounds in sides.items()}
    share = figures.ratios(*([figures.percentile(one["waits"], 95) for one in rounds] for rounds in (ours, fifo)))
    found = {"seconds": seconds, "p95_to_fifo": share}
    if options.json:
        print(json.dumps({"machine": machine, "figures": found, "rounds": sides}))
        return
    print(f"seconds from an upload's last byte until it plays, {options.videos} uploads at once of "
          f"{options.seconds} s of {options.height}p, {options.rounds} rounds, medians; {machine}\n")
    rows = [[name, *(figures.text(one[key], 1) for key in ("p50", "p95", "whole"))]
            for name, one in seconds.items()]
    print(figures.table(["", "p50", "p95", "all completed"], rows))
    print(f"\np95 to FIFO's: {figures.text(share)}")


if __name__ == "__main__":
    main()
