"""What an attack would touch: a port that must not be called, a file that must not be opened.

Canary listens on loopback and watches a file; cases() are ways to make FFmpeg fetch something (most do, with
the ffmpeg command), with the canary in them. Nothing may have sung in the end.
"""

import ctypes
import os
import socket
import struct
import threading
from pathlib import Path

from cases import Case

_IN_ACCESS, _IN_OPEN = 0x1, 0x20


class Canary:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.called = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()
        self.file = self.folder / "canary.ts"
        self.file.write_text("the canary's secret\n")
        self.inotify = _watch(self.file)

    def _listen(self):
        while True:
            try:
                connection, peer = self.listener.accept()
            except OSError:
                return
            self.called.append(peer)
            connection.close()

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
            "playlist-concat": _playlist(f"concat:{url}|{file}"),
            "playlist-crypto": _playlist(f"crypto+{url}").replace("#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF', 1),
            "playlist-map": _playlist("absent.ts").replace("#EXTINF", f'#EXT-X-MAP:URI="{url}"\n#EXTINF', 1),
            "ffconcat": f"ffconcat version 1.0\nfile {self.file.name}\nfile {url}\n",
            "session": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {self.port} RTP/AVP 96\na=rtpmap:96 H264/90000\n",
            "manifest": _mpd(url),
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
        self.listener.close()
        os.close(self.inotify)


def _watch(path):
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0 or libc.inotify_add_watch(descriptor, os.fsencode(path), _IN_ACCESS | _IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    return descriptor


def _has_events(descriptor):
    try:
        return bool(os.read(descriptor, 4096))
    except BlockingIOError:
        return False


def _playlist(uri):
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{uri}\n#EXT-X-ENDLIST\n"


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
