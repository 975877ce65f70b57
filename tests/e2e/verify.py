"""verify.py BINARY: what `vodmill transcode` writes, judged by `vodmill verify`.

A stream of ours breaks no MUST rule.
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


def main():
    failed = False
    for sample in SAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            broken = broken_rules(sys.argv[1], sample, pathlib.Path(folder) / "out")
        if broken:
            print(f"{sample}: {sorted(broken)} is broken")
            failed = True
    return 1 if failed else 0


sys.exit(main())
