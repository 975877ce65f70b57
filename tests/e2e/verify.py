"""verify.py BINARY: what `vodmill transcode` writes and serves, judged by `vodmill verify`.

A stream of ours breaks no MUST rule, in a folder and from our server; another server is told what it does. What a stranger's file is called moves no cursor.
"""

import functools
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

from vodmill_server import Server

TESTS = pathlib.Path(__file__).resolve().parents[1]
MEDIA = TESTS / "media"
GOLDEN = TESTS / "golden/stream"

SAMPLES = ("made/copyable.mp4", "made/variable-rate.mkv", "made/sound-ends-early.mp4", "made/odd-size.mp4", "made/one-frame.mp4")


def judge(binary, place):
    """The findings about a folder or a URL."""
    judged = subprocess.run([binary, "verify", "--json", place], stdout=subprocess.PIPE, check=False)
    answer = json.loads(judged.stdout)
    must = [finding for finding in answer["findings"] if finding["severity"] == "must"]
    assert answer["must"] == len(must) and (judged.returncode == 0) == (not must), judged.returncode
    assert answer["note"] == 0, answer
    return answer["findings"]


def rules(findings, severity):
    return {finding["rule"] for finding in findings if finding["severity"] == severity}


def expect(holds, what):
    print(("ok     " if holds else "FAILED ") + what, flush=True)
    return bool(holds)


def check_folders(binary):
    good = True
    for sample in SAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "out"
            subprocess.run([binary, "transcode", "--nice", "0", "--log-level", "warn", MEDIA / sample, out], check=True)
            broken = rules(judge(binary, out), "must")
        good &= expect(not broken, f"{sample} becomes a stream that breaks no MUST {sorted(broken)}")
    return good


def check_our_server(binary):
    server = Server(os.path.abspath(binary))
    try:
        done = subprocess.run(["curl", "-sS", "-T", MEDIA / "made/copyable.mp4", "-H", "Prefer: wait=60",
                               server.base + "/v1/videos"], capture_output=True, check=True)
        findings = judge(binary, server.base + json.loads(done.stdout)["playback_url"])
    finally:
        server.stop()
    delivery = {"8.18", "10.1", "10.4", "RFC 8216 4.3.2.2", "RFC 9111 5.2.2", "Fetch 3.3"}
    told = rules(findings, "must") | (rules(findings, "should") & delivery)
    return expect(not told, f"our server breaks no MUST, and delivers as it should {sorted(told)}")


class Careless(http.server.SimpleHTTPRequestHandler):
    """Knows nothing of HLS: no gzip, no ranges, no types, no other sites; and moves things."""

    def do_GET(self):
        leads = {"/v0-0.m4s": "/v0-1.m4s", "/a0-0.m4s": "file:///etc/passwd"}
        if self.path in leads:
            self.send_response(302)
            self.send_header("Location", leads[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            super().do_GET()

    def guess_type(self, _):
        return "application/octet-stream"

    def log_message(self, *_):
        pass


def check_careless_server(binary):
    handler = functools.partial(Careless, directory=GOLDEN)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        findings = judge(binary, f"http://127.0.0.1:{site.server_port}/index.m3u8")
        site.shutdown()
    must = rules(findings, "must")
    good = expect({"8.18", "10.1", "RFC 8216 4.3.2.2"} <= must, f"a careless server is told so {sorted(must)}")
    should = {"10.4", "11.1", "11.2", "11.3", "Fetch 3.3", "RFC 9111 5.2.2"}
    good &= expect(should <= rules(findings, "should"), "and of types, other sites, caches and TLS")
    lost = [finding for finding in findings if finding["rule"] == "RFC 8216 4.1"]
    return good & expect(len(lost) == 1 and "a0-0.m4s" in lost[0]["where"], f"files are not read for a server: {lost}")


def check_no_stream(binary):
    nobody = subprocess.run([binary, "verify", "http://127.0.0.1:1/index.m3u8"], capture_output=True, text=True, check=False)
    return expect(nobody.returncode > 1 and "127.0.0.1:1" in nobody.stderr, f"nobody there: {nobody.stderr.strip()}")


def check_names(binary):
    name = "\x1b[2J\xff"
    good = True
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / name
        path.write_text(f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\n{name}.m3u8\n")
        for argument in (path, path.with_name(name + "-none")):
            said = subprocess.run([binary, "verify", argument], capture_output=True, check=False)
            said.stdout.decode(), said.stderr.decode()
            both = said.stdout + said.stderr
            good &= expect(b"\x1b" not in both and b"x1b[2J" in both, "a file's name moves no cursor")
    return good


def main():
    binary = sys.argv[1]
    checks = (check_folders, check_names, check_our_server, check_careless_server, check_no_stream)
    return 0 if all([check(binary) for check in checks]) else 1


sys.exit(main())
