"""Files of a few bytes that claim or cause much work: made here, from small real ones and by hand.

bombs(folder) makes them with ffmpeg and by rewriting boxes (ISO 14496-12); each is a Case with what may become of it.
"""

import struct
import subprocess
import zlib
from pathlib import Path

from cases import REFUSALS, Case

LONGEST = 600  # seconds: the server's --max-duration
LARGEST = 6_000_000  # bytes of any of them
HUGE = 0xFFFFFFFF

_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "40", "-pix_fmt", "yuv420p")
_MJPEG = ("-c:v", "mjpeg", "-q:v", "31", "-pix_fmt", "yuvj420p")


def bombs(folder):
    folder = Path(folder)
    plain = _ffmpeg(folder / "plain.mp4", _black("64x64", 25, 1), *_X264)
    over, limit, too_long = {"resolution_exceeds_limit"}, {"resolution_exceeds_limit", "out_of_memory"}, {"duration_exceeds_limit"}
    made = [
        _case(_ffmpeg(folder / "as-large-as-allowed.avi", _black("8192x4320", 1, 1), *_MJPEG), completes=True),
        _case(_ffmpeg(folder / "a-little-too-large.avi", _black("8208x4320", 1, 1), *_MJPEG), over),
        _case(_ffmpeg(folder / "256-megapixels.avi", _black("16000x16000", 1, 1), *_MJPEG), limit | {"malformed_input"}),
        _case(_ffmpeg(folder / "256-megapixels-png.mov", _black("16000x16000", 1, 1), "-c:v", "png"), limit | {"unsupported_codec"}),
        _case(_ffmpeg(folder / "wide.mp4", _black("16000x16", 25, 1), *_X264), completes=True),
        _case(_ffmpeg(folder / "100000-frames-a-second.mp4", _black("64x64", 100_000, 0.3), *_X264), completes=True),
        _case(_ffmpeg(folder / "12-hours-at-1.mp4", _black("64x64", 1, 43_000), *_X264), too_long),
        _case(_sound_leap(folder / "sound-leap.mkv"), completes=True),
        _case(_leap(folder / "leap-under.mp4", LONGEST - 5), completes=True),
        _case(_leap(folder / "leap-over.mp4", LONGEST + 5), too_long),
        _case(_leap(folder / "leap-of-a-year.mp4", 365 * 86_400), too_long | {"malformed_input"}, completes=True),
    ]
    hand_made = {
        "16384-squared.mp4": _with_sps(plain.read_bytes(), 16_384),
        "65536-squared.mp4": _with_sps(plain.read_bytes(), 65_536),
        "sample-tables.mp4": _sample_tables(plain.read_bytes()),
        "5000-tracks.mp4": _with_moov(plain.read_bytes(), lambda moov: moov + _trak_of(moov) * 5000),
        "deep.mp4": _box(b"ftyp", b"isom\0\0\0\0isom") + _nested(b"trak", 20_000),
        "40000-fragments.mp4": _fragments(folder),
        "edit-list.mp4": _edit_list(plain.read_bytes()),
        "packed-index.mov": _packed_index(),
    }
    for name, content in hand_made.items():
        (folder / name).write_bytes(content)
        made.append(_case(folder / name, REFUSALS - {"transcode_failed"}, completes=True))
    return made


def _case(path, refusals=frozenset(), completes=False):
    assert path.stat().st_size <= LARGEST, f"{path.name} has {path.stat().st_size} bytes"
    partial = frozenset({"truncated_input", "malformed_input"}) if completes else frozenset()
    return Case(path, path.name, may_complete=completes, partial=partial, refusals=frozenset(refusals))


def _ffmpeg(path, source, *options):
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source, *options, path]
    subprocess.run(command, check=True, timeout=300)
    return path


def _black(size, rate, seconds):
    return f"color=black:size={size}:rate={rate}:duration={seconds}"


def _leap(path, seconds):
    """A second of picture, whose last frames are shown so much later."""
    leap = f"setpts='if(gte(N,20),PTS+{seconds}/TB,PTS)'"
    return _ffmpeg(path, _black("64x64", 25, 1), "-vf", leap, "-vsync", "vfr", *_X264)


def _sound_leap(path):
    """Two seconds of picture, and a sound that goes on after ten hours."""
    sound = ("-f", "lavfi", "-i", "sine=duration=1,asetpts='if(gte(N,20),PTS+36000/TB,PTS)'")
    return _ffmpeg(path, _black("64x64", 25, 2), *sound, "-c:a", "libmp3lame", *_X264)


def _box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def _boxes(data):
    """(name, body) of the boxes that DATA is a row of."""
    while data:
        size, name = struct.unpack(">I4s", data[:8])
        yield name, data[8:size]
        data = data[size:]


def _with_moov(file, change):
    """The file with another body of its moov, which stands behind the samples so that they stay where they are."""
    parts = [_box(name, change(body) if name == b"moov" else body) for name, body in _boxes(file)]
    return b"".join(parts)


def _replaced(data, path, skipped, content):
    """DATA, boxes behind SKIPPED bytes, with CONTENT as the body of the box at the PATH (name, or name and bytes to skip)."""
    name, inner = path[0] if isinstance(path[0], tuple) else (path[0], 0)
    parts = [data[:skipped]]
    for found, body in _boxes(data[skipped:]):
        if found == name:
            body = content if len(path) == 1 else _replaced(body, path[1:], inner, content)
        parts.append(_box(found, body))
    return b"".join(parts)


def _trak_of(moov):
    return next(_box(name, body) for name, body in _boxes(moov) if name == b"trak")


def _overwrite(file, name, offset, *numbers):
    """32-bit numbers at OFFSET behind the name of the first such box."""
    at = file.index(name) + 4 + offset
    return file[:at] + struct.pack(f">{len(numbers)}I", *numbers) + file[at + 4 * len(numbers) :]


def _sample_tables(file):
    """Four thousand million samples of a byte each."""
    file = _overwrite(file, b"stts", 4, 1, HUGE, 1)
    file = _overwrite(file, b"stsc", 4, 1, 1, HUGE, 1)
    return _overwrite(file, b"stsz", 4, 1, HUGE)


def _nested(name, depth):
    sizes = range(8 * depth, 0, -8)
    return _box(b"moov", b"".join(struct.pack(">I4s", size, name) for size in sizes))


def _fragments(folder):
    path = _ffmpeg(folder / "fragmented.mp4", _black("64x64", 25, 1), *_X264, "-movflags", "frag_keyframe+empty_moov")
    empty = _box(b"traf", _box(b"tfhd", struct.pack(">II", 0x020000, 1)), _box(b"trun", struct.pack(">II", 0, 0)))
    one = _box(b"moof", _box(b"mfhd", struct.pack(">II", 0, 9)), empty)
    return path.read_bytes() + one * 40_000


def _edit_list(file):
    """A hundred thousand edits that each show the whole again."""
    entries = struct.pack(">IIHH", 1000, 0, 1, 0) * 100_000
    elst = _box(b"elst", struct.pack(">II", 0, 100_000), entries)
    return _with_moov(file, lambda moov: _replaced(moov, [b"trak", b"edts"], 0, elst))


def _packed_index():
    """A QuickTime index of a thousand million bytes, packed with zlib (moov/cmov)."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(100)) + packer.flush()
    data = _box(b"cmvd", struct.pack(">I", 1_000_000_000), packed)
    return _box(b"ftyp", b"qt  \0\0\0\0qt  ") + _box(b"moov", _box(b"cmov", _box(b"dcom", b"zlib"), data))


class _Bits:
    def __init__(self):
        self.text = ""

    def u(self, value, width):
        self.text += format(value, f"0{width}b")
        return self

    def ue(self, value):
        self.text += format(value + 1, "b").rjust(2 * (value + 1).bit_length() - 1, "0")
        return self

    def trailing(self):
        self.text += "1"
        self.text += "0" * (-len(self.text) % 8)
        return int(self.text, 2).to_bytes(len(self.text) // 8, "big")


def _with_sps(file, side):
    """H.264 (ITU-T H.264, 7.3.2.1.1) of SIDE x SIDE pixels with 16 reference frames."""
    sps = _Bits().u(66, 8).u(0, 8).u(62, 8).ue(0).ue(0).ue(2).ue(16).u(0, 1)
    sps = b"\x67" + sps.ue(side // 16 - 1).ue(side // 16 - 1).u(1, 1).u(1, 1).u(0, 1).u(0, 1).trailing()
    pps = b"\x68" + _Bits().ue(0).ue(0).u(0, 2).ue(0).ue(0).ue(0).u(0, 3).ue(0).ue(0).ue(0).u(0, 3).trailing()
    units = b"".join(struct.pack(">BH", 1, len(unit)) + unit for unit in (sps, pps))
    path = [b"trak", b"mdia", b"minf", b"stbl", (b"stsd", 8), (b"avc1", 78), b"avcC"]
    return _with_moov(file, lambda moov: _replaced(moov, path, 0, b"\x01B\0\x3e\xff\xe1" + units[1:]))
