#!/usr/bin/env python3
"""make_page_picture.py: docs/page.png, the web page while a video is being made and already plays.

Starts build/release/vodmill, uploads the clip of bench/ and looks at it with the real Chromium
(Debian's `chromium`) through its debugging pipe. VODMILL_CORPUS gives the clip with the rabbit.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))

from harness import clips, server  # noqa: E402

PATIENCE = 300  # seconds
PLAYED = "(document.querySelector('video')?.currentTime ?? 0)"
BUFFERED = "(document.querySelector('video').buffered.length && document.querySelector('video').buffered.end(0))"
JUMP = "document.querySelector('video').currentTime = 11"


class Browser:
    """Chromium with one page, driven through --remote-debugging-pipe."""

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="vodmill-browser-")
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        words = ["chromium", "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-sandbox",
                 "--autoplay-policy=no-user-gesture-required", "--hide-scrollbars",
                 f"--user-data-dir={self.profile.name}", "about:blank"]

        def arrange():
            os.dup2(to_read, 63), os.dup2(to_write, 64)
            os.dup2(63, 3), os.dup2(64, 4)

        self.process = subprocess.Popen(words, preexec_fn=arrange, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read), os.close(to_write)
        self.number, self.buffer, self.session = 0, b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.profile.cleanup()

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next_message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]

    def next_message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.from_browser, 1 << 16)
            if not piece:
                sys.exit("chromium has gone")
            self.buffer += piece
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def value_of(self, expression):
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")

    def wait_until(self, expression):
        give_up = time.monotonic() + PATIENCE
        while not self.value_of(expression):
            if time.monotonic() > give_up:
                sys.exit(f"not within {PATIENCE} s: {expression}")
            time.sleep(0.1)


def main():
    vodmill = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/release/vodmill"
    clip = clips.upload_clip(1080, 60)
    with server.Server(vodmill, "serve", "--nice", "0") as running, Browser() as browser:
        video, _ = running.client().upload(clip, "big buck bunny.mp4")
        browser.call("Emulation.setDeviceMetricsOverride", width=900, height=760, deviceScaleFactor=1.5,
                     mobile=False)
        browser.call("Page.navigate", url=f"http://127.0.0.1:{running.port}/#{video['id']}")
        browser.wait_until(f"{PLAYED} > 1")
        browser.wait_until(f"{BUFFERED} > 13")
        browser.value_of(JUMP)
        browser.wait_until(f"{PLAYED} > 12")
        image = browser.call("Page.captureScreenshot", format="png")["data"]
        (ROOT / "docs/page.png").write_bytes(base64.b64decode(image))


if __name__ == "__main__":
    main()
