#!/usr/bin/env python3
"""commands.py BINARY: what the program says, leaves and ends with when it is called wrongly, and what `transcode` writes.

Exit statuses are those of sysexits.h.
"""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

MEDIA = Path(__file__).resolve().parents[2] / "tests/media"
SAMPLE = MEDIA / "made/rotated.mp4"
USAGE, DATA_ERROR, NO_INPUT, IO_ERROR = 64, 65, 66, 74


def expect(holds, what):
    print(("ok     " if holds else "FAILED ") + what, flush=True)
    if not holds:
        sys.exit(1)


def refused(binary, status, words, *command):
    done = subprocess.run([binary, *command], capture_output=True, text=True, timeout=60, check=False)
    told = done.stderr.strip()
    expect(done.returncode == status and words in told and len(told.splitlines()) <= 3,
           f"{command[0]}: {status} is {done.returncode} and says: {told}")


def check_words(binary, folder):
    refused(binary, USAGE, 'There is no command "foo". The commands are serve, worker,', "foo")
    refused(binary, USAGE, "of bytes, 1 to", "serve", "--max-upload", "1GB")
    refused(binary, USAGE, "--fsck", "doctor", "--json")
    config = folder / "vodmill.toml"
    config.write_text("[serve]\nmax_upload = 10\n")
    refused(binary, USAGE, f"{config}, line 2: [serve] has no setting max_upload", "--config", config, "serve")


def check_folders(binary, folder):
    refused(binary, NO_INPUT, "vodmill serve", "worker", "--data", folder / "typo")
    expect(not (folder / "typo").exists(), "and a worker makes no folder")
    refused(binary, IO_ERROR, "cannot be made: Not a directory", "serve", "--data", "/etc/passwd")


def modes(folder):
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def check_targets(binary, folder):
    out = folder / "out"
    refused(binary, NO_INPUT, "There is no file", "transcode", folder / "none.mp4", out)
    refused(binary, DATA_ERROR, "not_a_video", "transcode", "--log-level", "warn", MEDIA / "made/text.mp4", out)
    expect(not out.exists(), "and neither makes the folder")
    refused(binary, IO_ERROR, "cannot be opened: Not a directory", "transcode", SAMPLE, SAMPLE)
    refused(binary, IO_ERROR, "cannot be made: Not a directory", "transcode", SAMPLE, "/etc/passwd/out")
    foreign = folder / "foreign"
    (foreign / "g1").mkdir(parents=True)
    (foreign / "g1/notes.txt").write_text("mine")
    refused(binary, USAGE, "g1/notes.txt is not from vodmill", "transcode", SAMPLE, foreign)
    expect((foreign / "g1/notes.txt").read_text() == "mine", "what is others' stays")


def check_output(binary, folder):
    out = folder / "out"
    for umask, folders, files in [(0o022, 0o755, 0o644), (0o077, 0o755, 0o600)]:
        subprocess.run([binary, "transcode", "--nice", "0", "--log-level", "warn", SAMPLE, out], check=True,
                       capture_output=True, umask=umask)
        made = modes(out)
        of_files = {mode for name, mode in made.items() if (out / name).is_file()}
        expect(of_files == {files}, f"under {umask:03o} files are of {[oct(mode) for mode in of_files]}")
        expect(stat.S_IMODE(out.stat().st_mode) == folders and stat.S_IMODE((out / "g1").stat().st_mode) == folders,
               "and folders of what fits, if they were not there before")
        expect({path.name for path in out.iterdir()} == {"g1", "index.m3u8", "poster.jpg"}, f"and nothing else is left: {sorted(made)[:4]}")


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        check_words(binary, folder)
        check_folders(binary, folder)
        check_targets(binary, folder)
        check_output(binary, folder)


if __name__ == "__main__":
    main()
