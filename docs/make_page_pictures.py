#!/usr/bin/env python3
"""make_page_pictures.py: docs/page*.png, the web page as it is used.

Starts build/release/vodmill, uploads clips of Big Buck Bunny and looks at them with the real Chromium
(Debian's `chromium`) through its debugging pipe. VODMILL_CORPUS names the folder of the clip; without it they
show a test picture.
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
PLAYER = "document.getElementById('player')"
PLAYED = f"({PLAYER}?.currentTime ?? 0)"
BUFFERED = f"({PLAYER}.buffered.length && {PLAYER}.buffered.end(0))"
POSTERS = "[...document.querySelectorAll('#list img')].filter((image) => image.naturalWidth > 0).length"
TASKS = "document.querySelectorAll('#tasks li').length"
OPEN_DETAILS = "document.getElementById('details').open = true"
WIDE, NARROW = 900, 390
# What was uploaded before: name, where it begins in the clip and how long it is, in seconds.
EARLIER = [("squirrels.mov", 40, 6), ("apples and butterflies.mkv", 26, 9), ("morning.mp4", 8, 8)]


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


    def look_through(self, width, height, scale, dark=False):
        """A window of so many CSS pixels, SCALE real ones each."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def height_of_page(self):
        return int(self.value_of("document.documentElement.scrollHeight"))

    def save(self, name):
        image = self.call("Page.captureScreenshot", format="png")["data"]
        (ROOT / "docs" / name).write_bytes(base64.b64decode(image))
        print(f"docs/{name}")


class Pictures:
    """The server's page in the browser."""

    def __init__(self, running, browser):
        self.base, self.browser = f"http://127.0.0.1:{running.port}/", browser

    def go_to(self, fragment):
        self.browser.call("Page.navigate", url="about:blank")
        self.browser.call("Page.navigate", url=self.base + fragment)

    def watched(self, video, name, width, height, scale, at):
        """The video plays AT seconds while the rest of it is made."""
        browser = self.browser
        browser.look_through(width, height, scale)
        self.go_to(f"#{video}")
        browser.wait_until(f"{PLAYED} > 0.2 && {BUFFERED} > {at} + 1 && {POSTERS} > {len(EARLIER)}")
        browser.value_of(f"{PLAYER}.currentTime = {at}")
        browser.wait_until(f"{PLAYED} > {at} + 0.5")
        browser.save(name)

    def in_detail(self, video, name):
        browser = self.browser
        browser.look_through(WIDE, 800, 1, dark=True)
        self.go_to(f"#{video}")
        browser.wait_until(f"{PLAYED} > 0.2")
        browser.value_of(OPEN_DETAILS)
        browser.wait_until(f"{TASKS} > 3")
        browser.look_through(WIDE, browser.height_of_page(), 1, dark=True)
        browser.value_of("document.getElementById('details').scrollIntoView()")
        browser.save(name)

    def of_queue(self, name):
        browser = self.browser
        browser.look_through(WIDE, 800, 1)
        self.go_to("#queue")
        browser.wait_until("document.querySelectorAll('#workers li').length && document.querySelectorAll('#latency svg').length")
        browser.look_through(WIDE, browser.height_of_page(), 1)
        browser.save(name)


def until_completed(client, video):
    give_up = time.monotonic() + PATIENCE
    while client.status(video)["status"] != "completed":
        if time.monotonic() > give_up:
            sys.exit(f"not completed within {PATIENCE} s: {video['id']}")
        time.sleep(0.1)


def main():
    vodmill = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build/release/vodmill"
    with server.Server(vodmill, "serve", "--nice", "0") as running, Browser() as browser:
        client, pictures = running.client(), Pictures(running, browser)
        for name, begin, seconds in EARLIER:
            until_completed(client, client.upload(clips.short_clip(begin, seconds), name)[0])
        video, _ = client.upload(clips.upload_clip(1080, 60), "big buck bunny.mp4")
        pictures.watched(video["id"], "page.png", WIDE, 1160, 1.5, at=11)
        pictures.watched(video["id"], "page-phone.png", NARROW, 800, 2, at=12)
        client.upload(clips.upload_clip(360, 60), "trailer.webm")
        pictures.of_queue("page-queue.png")
        pictures.in_detail(video["id"], "page-details.png")


if __name__ == "__main__":
    main()
