"""What an attack would touch: ports that must not be called, files that must not be opened.

Canary listens on loopback, watches files and looks for sockets on a port; cases() are ways to make FFmpeg fetch something, with the
canary in them. Nothing may have sung in the end. That they are real ways is shown by the ffmpeg command with its guards
taken off, for which all of BITE make the canary sing:

    canary.py       tries it; fails if one has become harmless
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from cases import Case

_IN_ACCESS, _IN_OPEN = 0x1, 0x20

# Those by which ffmpeg 5.1 without its guards opens or calls what they name.
BITE = frozenset(
    "playlist-url playlist-file playlist-map ffconcat ffconcat-absolute ffconcat-url manifest manifest-file session".split()
)
_UNGUARDED = "file,http,tcp,udp,rtp,crypto,concat,data,subfile,async,cache"


class Canary:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.called = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.session_port = _free_udp_port()
        self.closed = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._look_at_sockets, daemon=True).start()
        self.file = self.folder / "canary.ts"
        self.text = self.folder / "canary.txt"
        self.inotify = _inotify()
        for path in (self.file, self.text):
            path.write_text("the canary's secret\n")
            _watch(self.inotify, path)

    def _listen(self):
        while True:
            try:
                connection, peer = self.listener.accept()
            except OSError:
                return
            self.called.append(peer)
            connection.close()

    def _look_at_sockets(self):
        """Who follows an SDP waits on its port. Seen in this network namespace; in another it would wait for nobody."""
        while not self.closed.wait(0.02):
            if _is_udp_port_open(self.session_port):
                self.called.append(f"UDP port {self.session_port}")
                return

    def songs(self):
        """What was touched, in sentences."""
        found = [f"somebody at {peer} called the canary's port" for peer in self.called]
        if _has_events(self.inotify):
            found.append("somebody opened the canary's file")
        return found

    def prove(self):
        """That it sings at all: on its own call and its own look at the file."""
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.file.read_text()
        for _ in range(200):
            if self.called:
                break
            threading.Event().wait(0.01)
        return bool(self.called) and _has_events(self.inotify)

    def cases(self):
        url, file = f"http://127.0.0.1:{self.port}/secret.ts", f"file://{self.file}"
        texts = {
            "playlist-url": _playlist(url),
            "playlist-file": _playlist(file),
            "playlist-text": _playlist(f"file://{self.text}"),
            "playlist-concat": _playlist(f"concat:{url}|{file}"),
            "playlist-crypto": _playlist(f"crypto+{url}").replace("#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF', 1),
            "playlist-map": _playlist("absent.ts").replace("#EXTINF", f'#EXT-X-MAP:URI="{url}"\n#EXTINF', 1),
            "ffconcat": f"ffconcat version 1.0\nfile {self.file.name}\n",
            "ffconcat-absolute": f"ffconcat version 1.0\nfile {self.file}\n",
            "ffconcat-url": f"ffconcat version 1.0\nfile {url}\n",
            "session": _session(self.session_port),
            "manifest": _mpd(url),
            "manifest-file": _mpd(file),
            "subtitles": f'1\n00:00:00,000 --> 00:00:05,000\n<img src="{file}"><font face="{url}">x</font>\n',
            "radio-list": f"[playlist]\nFile1={url}\nFile2={file}\nNumberOfEntries=2\n",
        }
        bodies = {name: text.encode() for name, text in texts.items()}
        bodies["external-reference.mov"] = _mov_with_reference(str(self.file).encode())
        made = []
        for name, body in bodies.items():
            path = self.folder / (name if "." in name else name + ".mp4")
            path.write_bytes(body)
            refusals = frozenset({"not_a_video", "no_video_stream", "malformed_input", "truncated_input", "unsupported_codec"})
            made.append(Case(path, f"canary/{path.name}", refusals=refusals, limit_seconds=60))
        return made

    def close(self):
        self.closed.set()
        self.listener.close()
        os.close(self.inotify)


def _inotify():
    descriptor = ctypes.CDLL(None, use_errno=True).inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    return descriptor


def _watch(descriptor, path):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.inotify_add_watch(descriptor, os.fsencode(path), _IN_ACCESS | _IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), "inotify")


def _has_events(descriptor):
    try:
        return bool(os.read(descriptor, 4096))
    except BlockingIOError:
        return False


def _playlist(uri):
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{uri}\n#EXT-X-ENDLIST\n"


def _free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_udp_port_open(port):
    table = Path("/proc/net/udp").read_text(encoding="ascii") + Path("/proc/net/udp6").read_text(encoding="ascii")
    return f":{port:04X} " in table


def _session(port):
    return f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n"


def _mpd(url):
    return (
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT10S"'
        ' profiles="urn:mpeg:dash:profile:isoff-main:2011">'
        f'<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1" codecs="avc1.4d401f">'
        f"<BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>\n"
    )


def _box(name, *parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def _mov_with_reference(path):
    """A QuickTime track whose samples lie in another file (an alias data reference)."""
    name = os.path.basename(path)
    # Beside this file (one level up, one level down), then by its whole path.
    alias = bytes(4 + 10) + bytes([1]) + bytes(27 + 12) + bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16)
    alias += struct.pack(">HH", 1, 1) + bytes(16)
    alias += struct.pack(">hH", 2, len(path)) + path + bytes(len(path) % 2) + struct.pack(">hh", -1, 0)
    entry = struct.pack(">I4sIHHH", 86, b"avc1", 0, 0, 1, 0) + b"\0" * 14 + struct.pack(">HH", 320, 240) + b"\0" * 50
    table = _box(
        b"stbl",
        _box(b"stsd", struct.pack(">II", 0, 1), entry),
        _box(b"stts", struct.pack(">IIII", 0, 1, 1, 40)),
        _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)),
        _box(b"stsz", struct.pack(">III", 0, 19, 1)),
        _box(b"stco", struct.pack(">III", 0, 1, 0)),
    )
    references = _box(b"dinf", _box(b"dref", struct.pack(">II", 0, 1), _box(b"alis", alias)))
    handler = _box(b"hdlr", struct.pack(">II4s", 0, 0, b"vide") + b"\0" * 13)
    media = _box(b"mdia", _box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, 1000, 40, 0)), handler,
                 _box(b"minf", _box(b"vmhd", struct.pack(">IQ", 1, 0)), references, table))
    track = _box(b"trak", _box(b"tkhd", struct.pack(">IIIIII", 7, 0, 0, 1, 0, 40) + b"\0" * 60), media)
    movie = _box(b"moov", _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 40) + b"\0" * 80), track)
    return _box(b"ftyp", b"qt  \0\0\0\0qt  ") + movie + _box(b"mdat", bytes(19))


def _ffmpeg_without_guards(path):
    options = ["-protocol_whitelist", _UNGUARDED]
    if path.name.startswith("playlist"):
        options += ["-allowed_extensions", "ALL"]
    if path.name.startswith("ffconcat"):
        options += ["-f", "concat", "-safe", "0"]
    command = ["ffmpeg", "-v", "quiet", "-nostdin", *options, "-i", path, "-t", "1", "-f", "null", "-"]
    try:
        subprocess.run(command, timeout=4, capture_output=True, check=False)
    except subprocess.TimeoutExpired:
        pass


def main():
    harmless = set()
    for name in sorted(BITE):
        with tempfile.TemporaryDirectory(prefix="vodmill-canary-") as folder:
            canary = Canary(folder)
            cases = {case.path.stem: case.path for case in canary.cases()}
            _ffmpeg_without_guards(cases[name])
            time.sleep(0.1)
            songs = canary.songs()
            print(f"{'bites' if songs else 'HARMLESS':9} {name:24} {'; '.join(songs)}", flush=True)
            if not songs:
                harmless.add(name)
            canary.close()
    return 1 if harmless else 0


if __name__ == "__main__":
    sys.exit(main())
