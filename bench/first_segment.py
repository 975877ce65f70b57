#!/usr/bin/env python3
# seconds from the last uploaded byte to the first segment one can play, against one ffmpeg's whole run
"""Interleaved rounds on a video of two minutes, in 360p and in 1080p:

  vodmill      upload to `vodmill serve`; from the last byte until the first segments of the lowest
               rendition and of the sound have been fetched, by a player's requests; and until completed
  one ffmpeg   the whole run of the best single ffmpeg command: its playlists are there at its end
"""

import json
import sys
import tempfile
import time

from harness import clips, figures, flags, process, server, single_ffmpeg

# The time until the first segments have been fetched, in pieces.
STAGES = ["stored", "taken", "looked at and planned", "first segments made", "fetched"]


def arguments():
    parser = flags.parser_for_clips(__doc__, rounds=5, seconds=120)
    parser.add_argument("--heights", type=int, nargs="+", choices=[360, 1080], default=[360, 1080])
    return parser.parse_args()


def vodmill_round(running, clip):
    client = running.client()
    video, last_byte = client.upload(clip)
    answered = time.monotonic()
    client.fetch_first_segments(video)
    playable = time.monotonic()
    played_at = time.time()
    while (status := client.status(video))["status"] in ("pending", "processing"):
        time.sleep(0.05)
    completed = time.monotonic()
    if status["status"] != "completed":
        sys.exit(f"the video ended as {status}")
    happened = client.happened(video)
    client.request("DELETE", f"/v1/videos/{video['id']}")
    last_byte_at = played_at - (playable - last_byte)
    stages = [last_byte_at, *(happened["video." + name] for name in ("created", "processing", "planned", "playable")), played_at]
    return {"answered": answered - last_byte, "playable": playable - last_byte,
            "completed": completed - last_byte} | {name: end - begin for name, begin, end in zip(STAGES, stages, stages[1:])}


def ffmpeg_round(clip, plan):
    with tempfile.TemporaryDirectory(prefix="vodmill-bench-") as folder:
        return process.run(single_ffmpeg.command(clip, plan, folder)).wall


def measure(options, height):
    clip = clips.upload_clip(height, options.seconds, options.generated)
    vodmill = options.build / "vodmill"
    plan = json.loads(process.run([vodmill, "probe", clip]).output)["plan"]
    ours, peer = [], []
    # As both sides start from: no niceness.
    with server.Server(vodmill, "serve", "--nice", "0") as running:
        for number in range(options.rounds):
            print(f"{height}p, round {number + 1} of {options.rounds}", file=sys.stderr)
            ours.append(vodmill_round(running, clip))
            peer.append(ffmpeg_round(clip, plan))
    found = {key: [one[key] for one in ours] for key in ours[0]}
    return {"clip": clip.name, "rounds": {"vodmill": ours, "one ffmpeg": peer},
            "seconds": {key: figures.spread(values) for key, values in found.items()},
            "one_ffmpeg_seconds": figures.spread(peer),
            "playable_to_one_ffmpeg": figures.ratios(found["playable"], peer),
            "completed_to_one_ffmpeg": figures.ratios(found["completed"], peer)}


def row(height, found):
    seconds = found["seconds"]
    share = found["playable_to_one_ffmpeg"]["median"]
    return [f"{height}p", figures.text(seconds["answered"], 3), figures.text(seconds["playable"]),
            figures.text(seconds["completed"], 1), figures.text(found["one_ffmpeg_seconds"], 1),
            f"1/{1 / share:.0f}", figures.text(found["completed_to_one_ffmpeg"])]


def in_ms(values):
    return figures.text({key: 1000 * value for key, value in values.items()}, 0)


def main():
    options = arguments()
    machine = process.machine()
    found = {height: measure(options, height) for height in options.heights}
    if options.json:
        print(json.dumps({"machine": machine, "figures": found}))
        return
    print(f"seconds after the last byte of a {options.seconds}-second upload, "
          f"{options.rounds} rounds, medians; {machine}\n")
    print(figures.table(["source", "upload answered", "first segments fetched", "completed",
                         "one ffmpeg, whole run", "first segments / one ffmpeg",
                         "completed / one ffmpeg"],
                        [row(height, one) for height, one in found.items()]))
    print("\nof that, milliseconds:\n")
    print(figures.table(["source", *STAGES],
                        [[f"{height}p", *(in_ms(one["seconds"][name]) for name in STAGES)] for height, one in found.items()]))


if __name__ == "__main__":
    main()
