#!/usr/bin/env python3
"""kill_mill.py BINARY: `kill -9` of mills. Once: the work is tried again. Each time: the video fails with a clear code."""

import sys
import time

from house import FINAL, House, expect, kill_all, wait_until

SECONDS = 60
HEIGHT = 360


def attempts_of(house, video):
    return house.rows("SELECT coalesce(sum(attempts), 0) FROM tasks WHERE video = ?", video)[0][0]


def is_busy(house, video):
    """A mill has shown that it is at work on a chunk."""
    found = house.rows("SELECT count(*) FROM tasks WHERE video = ? AND kind = 'chunk' AND state = 'leased' AND done > 0", video)
    return found[0][0] > 0


def kill_once(house, server):
    video = server.upload(house.clip(SECONDS, HEIGHT))
    wait_until(lambda: is_busy(house, video), 60, "a mill is at work")
    kill_all(server.mills())
    house.check_completed(server, video, SECONDS, 180)
    expect(attempts_of(house, video) >= 1, "no attempt was spent on a mill that was killed")
    house.check_frames_encoded(video)
    print("one mill was killed: the video is whole", flush=True)


def kill_each(house, server):
    video = server.upload(house.clip(SECONDS, HEIGHT))
    deadline = time.monotonic() + 120
    while server.video(video)["status"] not in FINAL:
        expect(time.monotonic() < deadline, "the video neither fails nor completes")
        if is_busy(house, video):
            kill_all(server.mills())
            time.sleep(0.5)
        time.sleep(0.05)
    ended = server.video(video)
    expect(ended["status"] == "failed", f"the video is {ended}")
    # Only the kernel does that by itself, when memory runs out.
    expect(ended["error"]["code"] == "out_of_memory", f"it failed with {ended['error']}")
    print(f"every mill was killed: {ended['error']['message']}", flush=True)


def main():
    with House(sys.argv[1]) as house:
        server = house.serve("--slots", "1")
        kill_once(house, server)
        kill_each(house, server)
        house.close(server)


if __name__ == "__main__":
    main()
