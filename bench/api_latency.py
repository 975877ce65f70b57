#!/usr/bin/env python3
# what GET /v1/videos/{id} takes while every core encodes, against an idle server
"""Interleaved rounds, each with a server of its own that is asked for one video again and again:

  idle       nothing else to do
  lowest     every slot encodes, mills in the lowest CPU class (the default)
  nice 18    every slot encodes, mills in the ordinary class at nice 18
  nice 0     every slot encodes, mills do not stand back

The goal is a 99th percentile at most 2 ms above that of the idle server.
"""

import json
import re
import sys
import time

from harness import clips, figures, flags, process, server

SIDES = {"idle": [], "lowest": [], "nice 18": ["--nice", "18"], "nice 0": ["--nice", "0"]}
PAUSE = 0.003  # seconds between two requests: a busy page, not a flood


def arguments():
    parser = flags.parser_for_clips(__doc__, rounds=5, seconds=120)
    parser.add_argument("--requests", type=int, default=2000, help="of each side in a round")
    parser.add_argument("--height", type=int, choices=[360, 1080], default=1080)
    return parser.parse_args()


def slots(client):
    """(busy, all)"""
    text = client.get("/metrics").decode()
    return tuple(int(float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1]))
                 for name in ("vodmill_mill_slots_busy", "vodmill_mill_slots"))


def keep_busy(client, clip):
    """Uploads until mills that encode have every slot."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        client.upload(clip)
        for _ in range(20):
            busy, all_slots = slots(client)
            if busy >= all_slots:
                return
            time.sleep(0.1)
    sys.exit("the mills did not all get work")


def latencies(client, video, requests):
    taken = []
    for _ in range(requests):
        begin = time.perf_counter()
        client.get(f"/v1/videos/{video['id']}")
        taken.append((time.perf_counter() - begin) * 1000)
        time.sleep(PAUSE)
    return taken


def round_of(options, side, clip):
    with server.Server(options.build / "vodmill", "serve", "--rate", "0", *SIDES[side]) as running:
        client = running.client()
        video, _ = client.upload(clips.upload_clip(360, 4, options.generated))
        while client.status(video)["status"] != "completed":
            time.sleep(0.05)
        if side != "idle":
            for _ in range(2):
                client.upload(clip)
            keep_busy(client, clip)
        taken = latencies(client, video, options.requests)
    return {"p50": figures.percentile(taken, 50), "p99": figures.percentile(taken, 99), "most": max(taken)}


def main():
    options = arguments()
    machine = process.machine()
    clip = clips.upload_clip(options.height, options.seconds, options.generated)
    rounds = {side: [] for side in SIDES}
    for number in range(options.rounds):
        for side, found in rounds.items():
            print(f"{side}, round {number + 1} of {options.rounds}", file=sys.stderr)
            found.append(round_of(options, side, clip))
    found = {side: {key: figures.spread([one[key] for one in of_side]) for key in of_side[0]}
             for side, of_side in rounds.items()}
    above = {side: figures.spread([a["p99"] - b["p99"] for a, b in zip(of_side, rounds["idle"])])
             for side, of_side in rounds.items() if side != "idle"}
    if options.json:
        print(json.dumps({"machine": machine, "figures": {"ms": found}, "p99_above_idle_ms": above,
                          "rounds": rounds}))
        return
    print(f"milliseconds of a GET /v1/videos/{{id}}, {options.requests} a round, {options.rounds} rounds, "
          f"medians; {machine}\n")
    rows = [[side, *(figures.text(one[key]) for key in ("p50", "p99", "most")),
             figures.text(above[side]) if side in above else "-"] for side, one in found.items()]
    print(figures.table(["mills", "p50", "p99", "longest", "p99 above idle"], rows))


if __name__ == "__main__":
    main()
