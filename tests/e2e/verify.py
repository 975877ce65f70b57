"""verify.py BINARY: what `vodmill transcode` writes, judged by `vodmill verify`.

A stream of ours breaks no MUST rule. What a stranger's file is called moves no cursor.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

MEDIA = pathlib.Path(__file__).resolve().parents[1] / "media"

SAMPLES = ("made/copyable.mp4", "made/variable-rate.mkv", "made/sound-ends-early.mp4", "made/odd-size.mp4", "made/one-frame.mp4")


def broken_rules(binary, sample, folder):
    subprocess.run([binary, "transcode", "--nice", "0", "--log-level", "warn", MEDIA / sample, folder], check=True)
    judged = subprocess.run([binary, "verify", "--json", folder], stdout=subprocess.PIPE, check=False)
    answer = json.loads(judged.stdout)
    must = [finding for finding in answer["findings"] if finding["severity"] == "must"]
    assert answer["must"] == len(must) and (judged.returncode == 0) == (not must), judged.returncode
    assert answer["note"] == 0, answer
    for finding in answer["findings"]:
        print(sample, finding["severity"], finding["rule"], finding["where"], finding["message"])
    return {finding["rule"] for finding in must}


def says_no_escapes(binary):
    name = "\x1b[2J\xff"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / name
        path.write_text(f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\n{name}.m3u8\n")
        for argument in (path, path.with_name(name + "-none")):
            said = subprocess.run([binary, "verify", argument], capture_output=True, check=False)
            said.stdout.decode(), said.stderr.decode()
            if b"\x1b" in said.stdout + said.stderr or b"x1b[2J" not in said.stdout + said.stderr:
                return False
    return True


def main():
    failed = not says_no_escapes(sys.argv[1])
    if failed:
        print("a file's name reaches the terminal as it is")
    for sample in SAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            broken = broken_rules(sys.argv[1], sample, pathlib.Path(folder) / "out")
        if broken:
            print(f"{sample}: {sorted(broken)} is broken")
            failed = True
    return 1 if failed else 0


sys.exit(main())
