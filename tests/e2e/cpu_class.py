#!/usr/bin/env python3
"""cpu_class.py BINARY: the mills of a real server are in the lowest CPU class that this host gives it.

Looked at from outside while they encode: the policy and the niceness of each of their threads, their control group and
their session's place (autogroup). What the host gives is tried here, with the server's rights: once with those of whoever
runs this, and for the superuser once more with nobody's. With `--nice 5` mills are in the ordinary class, and the same look
must say so.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from vodmill_server import FINAL, Server

NOBODY = 65534
LOWEST_NICE = 19
BUSY_TICKS = 20  # of processor time, after which a mill has certainly begun its task
BECOME_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]

# Ends with 0 where a group below $2 can be made whose share of the processors may be set.
TRY_GROUP = """
mkdir "$1" 2>/dev/null || exit 1
if [ -e "$1/cgroup.type" ]; then
  { echo threaded >"$1/cgroup.type" && echo +cpu >"$2/cgroup.subtree_control"; } 2>/dev/null
fi
test -w "$1/cpu.idle" || test -w "$1/cpu.weight" || test -w "$1/cpu.shares"
given=$?
rmdir "$1"
exit $given
"""


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        sys.exit(1)


def mount_of(kind, controller):
    """(root, folder) of the mounted tree of control groups; None where there is none."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        place, _, source = line.partition(" - ")
        name, _, options = source.split(" ", 2)
        if name == kind and (not controller or controller in options.split(",")):
            return place.split()[3], place.split()[4]
    return None


def group_of(task):
    """The folder of the group that divides the processors among the task's and others; None without such groups."""
    unified = None
    for line in Path(f"/proc/{task}/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        mount = None
        if "cpu" in controllers.split(","):
            mount = mount_of("cgroup", "cpu")
        elif not controllers:
            mount = mount_of("cgroup2", "")
        if not mount:
            continue
        folder = Path(mount[1]) / os.path.relpath(path, mount[0])
        if controllers:
            return folder
        unified = folder
    return unified


def host_gives_a_group(server, become):
    own = group_of(server.pid)
    if not own:
        return False
    tried = [*become, "sh", "-c", TRY_GROUP, "sh", str(own / f"vodmill-test-{os.getpid()}"), str(own)]
    return subprocess.run(tried, check=False, cwd="/").returncode == 0


def read(path):
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def is_lowest_group(folder):
    idle = read(folder / "cpu.idle")
    if idle is not None:
        return idle == "1"
    return read(folder / "cpu.weight") == "1" or read(folder / "cpu.shares") == "2"


def complaints(mill, server_group, wants_group):
    """Why the mill is not in the lowest class; empty where it is."""
    found = []
    for thread in sorted(int(name) for name in os.listdir(f"/proc/{mill}/task")):
        if os.sched_getscheduler(thread) != os.SCHED_IDLE:
            found.append(f"the policy of thread {thread} is {os.sched_getscheduler(thread)}")
        if os.getpriority(os.PRIO_PROCESS, thread) != LOWEST_NICE:
            found.append(f"thread {thread} is nice {os.getpriority(os.PRIO_PROCESS, thread)}")
        if not wants_group:
            continue
        group = group_of(f"{mill}/task/{thread}")
        if group == server_group or not is_lowest_group(group):
            found.append(f"the group of thread {thread} is {group}")
    # In a group of control groups the session's place says nothing.
    if not wants_group and read(Path("/proc/sys/kernel/sched_autogroup_enabled")) == "1":
        place = read(Path(f"/proc/{mill}/autogroup"))
        if not re.fullmatch(rf"/autogroup-\d+ nice {LOWEST_NICE}", place or ""):
            found.append(f"its session's place is {place}")
    return found


def is_busy_mill(pid):
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    times = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    return words[1:2] == [b"mill"] and int(times[11]) + int(times[12]) >= BUSY_TICKS


def look_at_mills(server, clip, wants_group):
    """({mill: complaints}) of every mill that was seen at work on the clip."""
    status, video = server.upload(clip, "clip.mp4")
    expect(status == 201, f"a clip is taken: {status}")
    server_group = group_of(server.pid)
    seen = {}
    deadline = time.monotonic() + 180
    while (now := server.video(video["id"])["status"]) not in FINAL and time.monotonic() < deadline:
        for pid in server.mills():
            try:
                if is_busy_mill(pid):
                    seen[pid] = complaints(pid, server_group, wants_group)
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended meanwhile
        time.sleep(0.05)
    expect(now == "completed", f"and made into a video: {now}")
    expect(seen, f"{len(seen)} mills were seen at work")
    return seen


def check(who, binary, folder, clip, become):
    server = Server(binary, "--slots", "2", data=os.path.join(folder, "lowest"), nice=None, become=become)
    try:
        wants_group = host_gives_a_group(server, become)
        kind = "a control group" if wants_group else "a policy and a session's place"
        seen = look_at_mills(server, clip, wants_group)
        wrong = {pid: found for pid, found in seen.items() if found}
        expect(not wrong, f"all are in the lowest class, which is {kind} for {who} {wrong or ''}")
    finally:
        server.stop(keep=True)
    server = Server(binary, "--slots", "2", data=os.path.join(folder, "ordinary"), nice=5, become=become)
    try:
        seen = look_at_mills(server, clip, wants_group)
        expect(all(seen.values()), "none with --nice 5")
    finally:
        server.stop(keep=True)


def make_clip(folder):
    path = os.path.join(folder, "clip.mp4")
    picture = "testsrc2=size=640x360:rate=25:duration=40"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run([*command, "-g", "50", path], check=True)
    return path


def main():
    with tempfile.TemporaryDirectory() as folder:
        clip = make_clip(folder)
        os.chmod(folder, 0o755)
        binary = shutil.copy(sys.argv[1], folder)  # the folders of the build may be closed to others
        os.chmod(binary, 0o755)
        rights = [("whoever runs this", [], os.getuid())]
        if os.getuid() == 0:
            rights.append(("somebody without a right", BECOME_NOBODY, NOBODY))
        for i, (who, become, user) in enumerate(rights):
            own = os.path.join(folder, str(i))
            for name in ("", "lowest", "ordinary"):
                os.mkdir(os.path.join(own, name))
                os.chown(os.path.join(own, name), user, -1)
            check(who, binary, own, clip, become)


if __name__ == "__main__":
    main()
