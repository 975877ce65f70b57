#!/usr/bin/env python3
"""two_processes.py BINARY: two workers beside a server without one, all on the same data.

They share one video. One of them is stopped for two leases in the middle of it; when it goes on, its late writes are
refused, and the video is completed once.
"""

import signal
import sys
import time

from house import ENCODED, LEASE, House, expect, wait_until

SECONDS = 90
HEIGHT = 360


def chunks_of(house, process, video):
    """Chunks of the video that this process has worked on, as it logged them."""
    log = process.log()
    ids = [row[0] for row in house.rows("SELECT id FROM tasks WHERE video = ? AND kind = 'chunk'", video)]
    return {task for task in ids if f"task {task} token" in log}


def chunk_amid(house, process, video):
    """(id, token) of the chunk it works on, once that has reported more frames than one segment has."""
    logged = {(task, int(token)): int(frames) for task, token, frames in ENCODED.findall(process.log())}
    leased = house.rows("SELECT id, token FROM tasks WHERE video = ? AND kind = 'chunk' AND state = 'leased'", video)
    return next((lease for lease in leased if logged.get(lease, 0) > 400), None)


def share(house, server, workers):
    video = server.upload(house.clip(SECONDS, HEIGHT))
    house.check_completed(server, video, SECONDS, 180)
    for worker in workers:
        expect(chunks_of(house, worker, video), "one of the workers did nothing")
    print("shared one video", flush=True)


def stop_one(house, server, sleeper):
    video = server.upload(house.clip(SECONDS, HEIGHT))
    task, token = wait_until(lambda: chunk_amid(house, sleeper, video), 60, "the worker is amid a chunk")
    sleeper.signal(signal.SIGSTOP)
    time.sleep(2 * LEASE)
    # The other one has to end what it is at before it takes over.
    now = "SELECT token FROM tasks WHERE id = ?"
    wait_until(lambda: house.rows(now, task)[0][0] > token, 60, "the other worker takes over")
    sleeper.signal(signal.SIGCONT)
    house.check_completed(server, video, SECONDS, 180)
    expect("its lease is lost" in sleeper.log(), "the worker that was stopped does not know that it lost its task")
    attempts = house.rows("SELECT sum(attempts) FROM tasks WHERE video = ?", video)[0][0]
    expect(attempts == 0, f"{attempts} attempts were spent")
    house.check_frames_encoded(video)
    print("stopped one worker for two leases", flush=True)


def main():
    with House(sys.argv[1]) as house:
        server = house.serve("--no-worker")
        workers = [house.start("worker", "--slots", "1") for _ in range(2)]
        share(house, server, workers)
        stop_one(house, server, workers[0])
        house.close(*workers, server)


if __name__ == "__main__":
    main()
