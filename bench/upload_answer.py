#!/usr/bin/env python3
# seconds from the last uploaded byte to the answer, many uploads at once while every core encodes
"""Rounds of uploads at once into a server whose mills are all busy with a long video:

  busy   all clients send their files but for the last piece, wait for each other, send it, and take the time
  idle   the same without the long video

The seed of this project answers a request when the video has been processed; its goal for an answer is five seconds.
"""

import http.client
import json
import sys
import threading
import time

from harness import clips, figures, flags, process, server

LAST = 64 * 1024  # bytes that are held back until all are there


def arguments():
    parser = flags.parser_for_clips(__doc__, rounds=5, seconds=120)
    parser.add_argument("--uploads", type=int, default=20, help="at once")
    return parser.parse_args()


def upload(port, body, together, answers):
    """One client. Appends (seconds from the last byte to the answer, the video's id)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.putrequest("PUT", "/v1/videos/small.mp4")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    connection.send(body[:-LAST])
    together.wait()
    connection.send(body[-LAST:])
    last_byte = time.monotonic()
    answer = connection.getresponse()
    video = json.loads(answer.read())
    taken = time.monotonic() - last_byte
    if answer.status != 201:
        sys.exit(f"upload: {answer.status} {video}")
    answers.append((taken, video["id"]))


def one_round(running, body, uploads):
    together, answers = threading.Barrier(uploads), []
    clients = [threading.Thread(target=upload, args=(running.port, body, together, answers)) for _ in range(uploads)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if len(answers) != uploads:
        sys.exit("an upload broke off")
    for _, video_id in answers:
        running.client().request("DELETE", f"/v1/videos/{video_id}")
    return [taken for taken, _ in answers]


def wait_for_progress(running, video):
    """Until its mills are at work."""
    while running.client().status(video)["progress"] < 1:
        time.sleep(0.05)


def measure(options, is_busy):
    long = clips.upload_clip(1080, options.seconds, options.generated)
    body = clips.upload_clip(360, min(30, options.seconds), options.generated).read_bytes()
    answers = []
    with server.Server(options.build / "vodmill", "serve") as running:
        if is_busy:
            video, _ = running.client().upload(long)
            wait_for_progress(running, video)
        for number in range(options.rounds):
            print(f"{'busy' if is_busy else 'idle'}, round {number + 1} of {options.rounds}", file=sys.stderr)
            answers += one_round(running, body, options.uploads)
            if is_busy and running.client().status(video)["status"] != "processing":
                sys.exit("the long video ended too early: ask for more --seconds")
    answers.sort()
    return {"median": answers[len(answers) // 2], "p99": answers[round(len(answers) * 0.99) - 1], "most": answers[-1]}


def main():
    options = arguments()
    machine = process.machine()
    found = {"idle": measure(options, False), "busy": measure(options, True)}
    if options.json:
        print(json.dumps({"machine": machine, "figures": found}))
        return
    print(f"milliseconds from the last byte to the answer, {options.uploads} uploads at once, {options.rounds} rounds; {machine}\n")
    print(figures.table(["", "median", "99th percentile", "longest"],
                        [[name, *(f"{1000 * side[key]:.1f}" for key in ("median", "p99", "most"))] for name, side in found.items()]))


if __name__ == "__main__":
    main()
