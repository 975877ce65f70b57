#!/usr/bin/env python3
# jobs a second and milliseconds from adding to starting, of the embedded queue and of BullMQ on Redis, both durable
"""Both add jobs one by one, so many calls at once, while as many consumers take and end them; then one job at a time, 10 ms apart.

  embedded   vodmill's own queue on SQLite: an answer comes after the commit is on the disk
  BullMQ     the npm package in Node, on a Redis that syncs every write (appendfsync always)

Each side is one process that adds and consumes (and BullMQ's Redis); the databases are new in every round, on the same disk.
"""

import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from harness import figures, flags, process

ROOT = flags.ROOT
PEER = ROOT / "bench/peers/bullmq"
DURABLE = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]


def arguments():
    parser = flags.parser(__doc__, rounds=5)
    parser.add_argument("--jobs", type=int, default=3000)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--paced", type=int, default=500, help="jobs that are added one at a time")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / ".cache", help="on the disk that is measured")
    return parser.parse_args()


def embedded(options, folder, amounts):
    return json.loads(process.run([options.build / "vodmill_queue_rate", folder, *amounts]).output)


def bullmq(_, folder, amounts):
    port = free_port()
    redis = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, *DURABLE],
                             stdout=subprocess.DEVNULL)
    try:
        wait_for_redis(port)
        return json.loads(process.run([ROOT / "tools/node.sh", "node", PEER / "queue_rate.mjs", port, *amounts]).output)
    finally:
        redis.terminate()
        redis.wait()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def wait_for_redis(port):
    for _ in range(200):
        if subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True, check=False).stdout == b"PONG\n":
            return
        time.sleep(0.05)
    sys.exit("redis-server does not answer")


SIDES = {"embedded": embedded, "BullMQ": bullmq}


def one_round(options):
    amounts, found = [options.jobs, options.in_flight, options.paced], {}
    for name, side in SIDES.items():
        folder = tempfile.mkdtemp(prefix="queue-", dir=options.folder)
        found[name] = side(options, folder, amounts)
        shutil.rmtree(folder)
    return found


def main():
    options = arguments()
    machine = process.machine()
    options.folder.mkdir(exist_ok=True)
    process.run([ROOT / "tools/npm_ci.sh", "bench/peers/bullmq"])
    rounds = []
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        rounds.append(one_round(options))
    found = {name: {key: figures.spread([one[name][key] for one in rounds]) for key in ("rate", "median", "p99")} for name in SIDES}
    found["rate_to_bullmq"] = figures.ratios(*([one[name]["rate"] for one in rounds] for name in SIDES))
    if options.json:
        print(json.dumps({"machine": machine, "figures": found}))
        return
    print(f"{options.jobs} jobs, {options.in_flight} in flight, {options.rounds} rounds; {machine}\n")
    rows = [[name, figures.text(found[name]["rate"], 0), *(in_ms(found[name][key]) for key in ("median", "p99"))] for name in SIDES]
    print(figures.table(["", "jobs a second", "ms to start, median", "99th percentile"], rows))
    print(f"\njobs a second, embedded to BullMQ: {figures.text(found['rate_to_bullmq'])}")


def in_ms(values):
    return figures.text({key: 1000 * value for key, value in values.items()}, 2)


if __name__ == "__main__":
    main()
