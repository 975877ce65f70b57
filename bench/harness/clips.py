"""The videos that are measured with, made once into .cache/bench.

From Big Buck Bunny (CC-BY 3.0, Blender Foundation) where VODMILL_CORPUS names a folder that has it,
else from ffmpeg's test picture with noise. The clip's name says which.
"""

import os
import pathlib
import subprocess
import sys

CACHE = pathlib.Path(__file__).resolve().parents[2] / ".cache" / "bench"
REAL = "ok/bench-bbb-1080p25-62s.ts"
REAL_SECONDS = 62


def real_source():
    corpus = os.environ.get("VODMILL_CORPUS")
    path = pathlib.Path(corpus) / REAL if corpus else None
    return path if path and path.exists() else None


def made(name, arguments):
    """The file NAME in the cache; ffmpeg makes it with ARGUMENTS if it is not there yet."""
    path = CACHE / name
    if path.exists():
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    partial = path.with_name("partial-" + name)
    done = subprocess.run(["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
                           *map(str, arguments), partial], check=False)
    if done.returncode != 0:
        sys.exit(f"ffmpeg could not make {path}")
    partial.rename(path)
    return path


def test_picture(seconds, width, height):
    return ["-f", "lavfi", "-i",
            f"testsrc2=size={width}x{height}:rate=25:duration={seconds},noise=alls=12:allf=t",
            "-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}"]


ENCODED = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p",
           "-c:a", "aac", "-ac", "2"]


WIDTHS = {1080: 1920, 360: 640}


def engine_clip(height, seconds, generated=False):
    """16:9 at 25 frames a second without sound, MPEG-TS."""
    source = None if generated else real_source()
    if not source:
        return made(f"test-{height}p25-{seconds}s.ts",
                    [*test_picture(seconds, WIDTHS[height], height), "-map", "0:v", *ENCODED, "-an"])
    if seconds > REAL_SECONDS:
        sys.exit(f"the clip has {REAL_SECONDS} s")
    return of_real(source, height, f"bbb-{height}p25-{seconds}s.ts", ["-t", seconds, "-an"], [])


# What the top rendition may be as it is: closed GOPs of two seconds, within the rung's bits.
COPYABLE = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "4500k", "-maxrate", "5000k", "-bufsize", "5000k",
            "-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-colorspace", "bt709",
            "-color_trc", "bt709", "-color_primaries", "bt709", "-an", "-movflags", "+faststart"]


def copyable_clip(seconds, generated=False):
    """1080p at 25 frames a second without sound, MP4."""
    clip = engine_clip(1080, seconds, generated)
    return made(f"copyable-{clip.stem}.mp4", ["-i", clip, *COPYABLE])


def of_real(source, height, name, cut, front):
    """The real clip, its packets as they are where the height is its own."""
    if height == 1080:
        return made(name, [*front, "-i", source, *cut, "-c", "copy"])
    scale = f"scale={WIDTHS[height]}:{height}:flags=bicubic"
    return made(name, [*front, "-i", source, *cut, "-vf", scale, *ENCODED])


def upload_clip(height, seconds, generated=False):
    """16:9 at 25 frames a second with sound, MP4: what people upload."""
    source = None if generated else real_source()
    fast_start = ["-movflags", "+faststart"]
    if not source:
        return made(f"test-{height}p25-{seconds}s.mp4",
                    [*test_picture(seconds, WIDTHS[height], height), *ENCODED, *fast_start])
    return of_real(source, height, f"bbb-{height}p25-{seconds}s.mp4", ["-t", seconds, *fast_start],
                   ["-stream_loop", seconds // REAL_SECONDS])


def short_clip(begin, seconds):
    """A piece of the same in 360p, from BEGIN seconds on."""
    source = real_source()
    if not source:
        return made(f"test-360p25-{begin}+{seconds}s.mp4", [*test_picture(seconds, WIDTHS[360], 360), *ENCODED])
    return of_real(source, 360, f"bbb-360p25-{begin}+{seconds}s.mp4", ["-t", seconds], ["-ss", begin])
