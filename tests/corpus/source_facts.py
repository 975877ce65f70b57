"""What ffprobe says of a source's picture: how long it is shown, how many frames it has."""

import json
import subprocess
from dataclasses import dataclass


@dataclass
class SourceFacts:
    seconds: float  # from the first frame shown to the end of the last, by its packets
    declared: float | None  # the stream's duration; where packets have no times, the only one that stays the same
    frames: int  # that ffprobe decodes
    packets: int  # that are to be shown
    constant_fps: float | None  # the rate, if every frame is in its place
    has_sound: bool


def _ffprobe(*arguments, timeout=600):
    command = ["ffprobe", "-v", "error", "-of", "json", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    try:
        return json.loads(done.stdout or b"{}")
    except json.JSONDecodeError:
        return {}


def measure(path, stream_index):
    """Facts about one video stream of the file."""
    selected = ["-select_streams", str(stream_index), str(path)]
    packets = _ffprobe("-show_entries", "packet=pts_time,dts_time,duration_time,flags", *selected).get("packets", [])
    shown = [p for p in packets if "D" not in p.get("flags", "")]
    times = sorted({float(p.get("pts_time", p.get("dts_time", "nan"))) for p in shown})
    times = [t for t in times if t == t]
    stream = (_ffprobe("-count_frames", "-show_entries", "stream=nb_read_frames,duration", *selected).get("streams") or [{}])[0]
    frames = int(stream.get("nb_read_frames", 0) or 0)
    declared = float(stream["duration"]) if "duration" in stream else None
    sound = _ffprobe("-select_streams", "a", "-show_entries", "stream=codec_name", str(path)).get("streams", [])
    if not times:
        return SourceFacts(0.0, declared, frames, len(shown), None, bool(sound))
    step = _median_step(times, shown)
    return SourceFacts(times[-1] - times[0] + step, declared, frames, len(shown), _constant_rate(times), bool(sound))


def _median_step(times, packets):
    steps = sorted(b - a for a, b in zip(times, times[1:]))
    if steps:
        return steps[len(steps) // 2]
    return float(packets[-1].get("duration_time", 0) or 0)


def _constant_rate(times):
    """Frames a second if no time is further from n / rate than the rounding to milliseconds."""
    if len(times) < 3:
        return None
    rate = (len(times) - 1) / (times[-1] - times[0])
    if all(abs((t - times[0]) * rate - n) < 0.0016 * rate + 0.05 for n, t in enumerate(times)):
        return rate
    return None
