#!/usr/bin/env python3
"""kill_server.py BINARY [--kills N] [--seed N]: `kill -9` of a server at random moments of its work.

After each restart everything that was acknowledged goes on; in the end every video is whole, little was encoded
twice, no process, no stray object and no dead worker is left.
"""

import argparse
import random
import time

from house import FINAL, House, wait_until

SECONDS = 40
HEIGHT = 360


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()
    print(f"--seed {arguments.seed}", flush=True)
    dice = random.Random(arguments.seed)
    with House(arguments.binary) as house:
        clip = house.clip(SECONDS, HEIGHT)
        videos = []
        server = house.serve()
        for kill in range(1, arguments.kills + 1):
            if all(server.video(video)["status"] in FINAL for video in videos):
                videos.append(server.upload(clip))
            moment = dice.uniform(0.1, 6)
            time.sleep(moment)
            states = [(server.video(video)["status"], server.video(video)["progress"]) for video in videos]
            server.kill()
            print(f"kill {kill} after {moment:.1f} s: {states}", flush=True)
            house.expect_no_mill(2)
            server = house.serve()
        for video in videos:
            house.check_completed(server, video, SECONDS, 180)
            house.check_frames_encoded(video)
        wait_until(lambda: len(server.workers()) == 1, 10, "the dead workers are taken off the list")
        house.close(server)


if __name__ == "__main__":
    main()
