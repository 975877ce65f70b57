#!/usr/bin/env python3
"""tidy.py BUILD: clang-tidy over every file of the project that BUILD compiles.
tidy.py --file FILE: over one file outside of any build.

A file that passed is not looked at again until something it depends on changes: its compile command,
itself, a header of the project that it includes (as Ninja knows them), or the checks. What passed
is remembered in .cache/tidy, one empty file per hash.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASSED = ROOT / ".cache" / "tidy"
SCOPE = ROOT / "tools" / "tidy_scope.cc"
CHECKS = [ROOT / ".clang-tidy", ROOT / "tests/.clang-tidy", SCOPE]
PLUGIN = ROOT / ".cache" / "tidy_scope.so"


def build_plugin():
    """Builds tidy_scope.cc, which says why, if it changed."""
    if PLUGIN.exists() and PLUGIN.stat().st_mtime > SCOPE.stat().st_mtime:
        return
    PLUGIN.parent.mkdir(exist_ok=True)
    flags = subprocess.run(["llvm-config-19", "--cppflags"], check=True, capture_output=True, text=True)
    command = ["clang++-19", "-std=c++17", "-O1", "-fPIC", "-shared", "-fno-rtti", *flags.stdout.split()]
    subprocess.run([*command, str(SCOPE), "-o", str(PLUGIN)], check=True)


def project_headers(build):
    """{source: headers of the project that it includes}, from Ninja's log of dependencies."""
    listing = subprocess.run(
        ["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True
    ).stdout
    headers = {}
    for block in listing.split("\n\n"):
        paths = [(pathlib.Path(build) / line.strip()).resolve() for line in block.splitlines()[1:]]
        ours = [path for path in paths if path.is_relative_to(ROOT)]
        for source in (path for path in ours if path.suffix == ".cc"):
            headers[source] = sorted(set(ours) - {source})
    return headers


class Files:
    """Hashes of files, each read once."""

    def __init__(self):
        self.known = {}

    def hash(self, path):
        if path not in self.known:
            self.known[path] = hashlib.sha256(path.read_bytes() if path.exists() else b"").digest()
        return self.known[path]


def units(build):
    """(source, hash of all that its verdict depends on) of each file that BUILD compiles."""
    files, headers = Files(), project_headers(build)
    version = subprocess.run(["clang-tidy-19", "--version"], check=True, capture_output=True).stdout
    common = hashlib.sha256(version + b"".join(map(files.hash, CHECKS))).digest()
    for command in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        source = pathlib.Path(command["file"])
        if source.suffix != ".cc" or not source.is_relative_to(ROOT) or source.is_relative_to(ROOT / "build"):
            continue  # generated code
        digest = hashlib.sha256(common + command["command"].encode() + files.hash(source))
        for header in headers.get(source, []):
            if header.suffix != ".pch":
                digest.update(files.hash(header))
        yield source, digest.hexdigest()


def check(source, before=(), after=()):
    """What clang-tidy says of one file; "" if nothing."""
    command = ["clang-tidy-19", f"--load={PLUGIN}", "--quiet", *before, str(source), *after]
    run = subprocess.run(command, capture_output=True, text=True)
    return "" if run.returncode == 0 else (run.stdout.strip() or run.stderr.strip())


def check_build(build):
    PASSED.mkdir(parents=True, exist_ok=True)
    todo = [(source, key) for source, key in units(build) if not (PASSED / key).exists()]
    begin, bad = time.monotonic(), 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(check, source, ["-p", build]): key for source, key in todo}
        for job in concurrent.futures.as_completed(jobs):
            if not job.result():
                (PASSED / jobs[job]).touch()
                continue
            bad += 1
            print(job.result(), flush=True)
    if todo:
        print(f"clang-tidy: {len(todo)} files, {bad} with findings, {time.monotonic() - begin:.0f} s")
    return 1 if bad else 0


def check_file(source):
    findings = check(source, after=["--", "-std=c++23"])
    print(findings)
    return 1 if findings else 0


if __name__ == "__main__":
    build_plugin()
    alone = sys.argv[1] == "--file"
    sys.exit(check_file(sys.argv[2]) if alone else check_build(sys.argv[1]))
