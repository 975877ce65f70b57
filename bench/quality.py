#!/usr/bin/env python3
# picture quality and bits of a ladder at equal x264 settings, against one ffmpeg; and whether chunks leave seams
"""Every frame of every rendition of two sides against the source, scaled by ffmpeg (bicubic): SSIM and PSNR of luma, bits.

Each side is held against the source in the colour matrix that it makes: vodmill's streams are all BT.709, and say so; ffmpeg leaves
the source's.

  vodmill      vodmill transcode
  one ffmpeg   the best single ffmpeg command (harness/single_ffmpeg.py)

Seams: the 5th percentile of SSIM within two frames of a chunk's border, of both sides at the same frames.
"""

import json
import pathlib
import re
import statistics
import sys
import tempfile

from harness import clips, figures, flags, process, single_ffmpeg

HIGH_DEFINITION = 720  # lines
NEAR = 2  # frames from a border
SIDES = ["vodmill", "one ffmpeg"]


def arguments():
    # Both sides give the same every time: one round is enough.
    parser = flags.parser_for_clips(__doc__, rounds=1, seconds=60)
    parser.add_argument("--height", type=int, choices=[360, 1080], default=1080)
    return parser.parse_args()


def renditions(folder):
    """{(width, height): media playlist}."""
    text = (folder / "index.m3u8").read_text(encoding="utf-8")
    found = re.findall(r"^#EXT-X-STREAM-INF:.*?RESOLUTION=(\d+)x(\d+).*\n(.+)$", text, re.M)
    return {(int(width), int(height)): folder / uri for width, height, uri in found}


def bits_of(playlist):
    lines = playlist.read_text(encoding="utf-8").splitlines()
    return 8 * sum((playlist.parent / line).stat().st_size for line in lines if line and not line.startswith("#"))


def matrix_of(clip):
    """What the clip's pictures are in, as vodmill takes them."""
    shown = process.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=color_space,height",
                         "-of", "json", clip]).output
    stream = json.loads(shown)["streams"][0]
    return stream.get("color_space") or ("bt709" if stream["height"] >= HIGH_DEFINITION else "smpte170m")


def compare(playlist, source, size, colours, folder):
    """(SSIM, PSNR in dB) of each frame."""
    ssim, psnr = folder / "ssim.txt", folder / "psnr.txt"
    numbered = "settb=1,setpts=N"  # so far apart that no coding of times brings two together
    graph = (f"[0:v]{numbered},split[a][b];[1:v]scale={size[0]}:{size[1]}:flags=bicubic{colours},format=yuv420p,{numbered},split[c][d];"
             f"[a][c]ssim=stats_file={ssim}[x];[b][d]psnr=stats_file={psnr}[y]")
    process.run(["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-allowed_extensions", "ALL", "-i", playlist, "-i",
                 source, "-filter_complex", graph, "-map", "[x]", "-f", "null", "-", "-map", "[y]", "-f", "null", "-"])
    return numbers(ssim, r"Y:([\d.]+)"), numbers(psnr, r"psnr_y:(\S+)")


def numbers(path, pattern):
    # A frame without any difference has no end of decibels.
    return [min(100.0, float(found)) for found in re.findall(pattern, path.read_text(encoding="utf-8"))]


def near_borders(plan, frames):
    borders = [plan["boundaries"][first] for first, _ in plan["chunks"][1:]]
    return sorted({n for border in borders for n in range(border - NEAR, border + NEAR) if 0 <= n < frames})


def percentile(values, percent):
    return sorted(values)[max(0, round(len(values) * percent / 100) - 1)] if values else float("nan")


def measure(build, clip, folder):
    vodmill = build / "vodmill"
    plan = json.loads(process.run([vodmill, "probe", clip]).output)["plan"]
    process.run([vodmill, "transcode", "--nice", "0", clip, folder / "vodmill"])
    (folder / "one").mkdir()
    process.run(single_ffmpeg.command(clip, plan, folder / "one"))
    made = {"vodmill": renditions(folder / "vodmill"), "one ffmpeg": renditions(folder / "one")}
    colours = {"vodmill": f":in_color_matrix={matrix_of(clip)}:out_color_matrix=bt709", "one ffmpeg": ""}
    found = {}
    for size in made["vodmill"]:
        print(f"{size[0]}x{size[1]}", file=sys.stderr)
        found[f"{size[0]}x{size[1]}"] = {side: of_side(made[side][size], clip, size, colours[side], folder, plan) for side in SIDES}
    return found


def of_side(playlist, clip, size, colours, folder, plan):
    ssim, psnr = compare(playlist, clip, size, colours, folder)
    if len(ssim) != plan["frames"]:
        sys.exit(f"{playlist} has {len(ssim)} frames of {plan['frames']}")
    borders = near_borders(plan, len(ssim))
    return {"ssim": statistics.fmean(ssim), "ssim_5th": percentile(ssim, 5), "psnr": statistics.fmean(psnr),
            "border_frames": len(borders), "border_ssim_5th": percentile([ssim[n] for n in borders], 5),
            "bits": bits_of(playlist)}


def row(size, sides):
    ours, peer = (sides[side] for side in SIDES)
    return [size, f"{ours['ssim']:.5f} / {peer['ssim']:.5f} ({ours['ssim'] - peer['ssim']:+.5f})",
            f"{ours['psnr']:.2f} / {peer['psnr']:.2f}", f"{ours['ssim_5th']:.5f} / {peer['ssim_5th']:.5f}",
            f"{ours['border_ssim_5th']:.5f} / {peer['border_ssim_5th']:.5f}", f"{ours['bits'] / peer['bits'] - 1:+.2%}"]


def main():
    options = arguments()
    clip = clips.engine_clip(options.height, options.seconds, options.generated)
    machine = process.machine()
    with tempfile.TemporaryDirectory(prefix="vodmill-bench-") as scratch:
        found = measure(options.build, clip, pathlib.Path(scratch))
    if options.json:
        print(json.dumps({"clip": clip.name, "machine": machine, "figures": found}))
        return
    borders = next(iter(found.values()))["vodmill"]["border_frames"]
    print(f"{clip.name}; vodmill / one ffmpeg; {borders} frames near chunk borders; {machine}\n")
    print(figures.table(["", "SSIM, mean", "PSNR, dB", "SSIM, 5th percentile", "the same near borders", "bits"],
                        [row(size, sides) for size, sides in found.items()]))


if __name__ == "__main__":
    main()
