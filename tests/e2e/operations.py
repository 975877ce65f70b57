#!/usr/bin/env python3
"""operations.py BINARY: what an operator asks a real server and a real data folder.

/metrics counts a video that is made; /readyz says what is wrong, with the worker too; no upload takes the disk's last room;
`vodmill doctor --fsck` finds bytes without a video and videos without bytes, beside a running server too, and changes
nothing; `vodmill doctor --sandbox` names what holds a mill, for the superuser and for somebody without a right.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from vodmill_server import FINAL, Server

NOBODY = 65534
# Without one of these a mill gets no work (src/sandbox/layers.h).
REQUIRED_LAYERS = {"descriptors", "not_dumpable", "no_new_privs", "resource_limits", "seccomp"}
OTHER_LAYERS = {
    "user_namespace", "network_namespace", "ipc_namespace", "uts_namespace", "mount_namespace", "pid_namespace",
    "empty_root", "unprivileged_user", "capabilities", "landlock",
}

WITHOUT_NETWORK_NAMESPACES = [
    "unshare", "--user", "--map-root-user", "sh", "-c", 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"', "sh",
]

SAMPLE = Path(__file__).resolve().parents[2] / "tests/media/made/edit-list.mp4"


def expect(holds, complaint):
    print(("ok     " if holds else "FAILED ") + complaint, flush=True)
    if not holds:
        sys.exit(1)


def make_video(server, content):
    request = urllib.request.Request(server.base + "/v1/videos", data=content, method="POST")
    request.add_header("Content-Type", "application/octet-stream")
    with urllib.request.urlopen(request, timeout=60) as answer:
        video_id = json.load(answer)["id"]
    deadline = time.monotonic() + 120
    while server.video(video_id)["status"] not in FINAL and time.monotonic() < deadline:
        time.sleep(0.1)
    return video_id


def metrics(server):
    body, headers = server.get("/metrics")
    expect(headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", "/metrics has its type")
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    return {series: float(value) for series, value in (line.rsplit(" ", 1) for line in lines)}


def check_metrics(server):
    # Jobs are settled after their videos.
    deadline = time.monotonic() + 30
    while (seen := metrics(server))['vodmill_queue_jobs{state="active"}'] > 0 and time.monotonic() < deadline:
        time.sleep(0.2)
    expect(seen['vodmill_videos{status="completed"}'] == 1, "a completed video is counted")
    expect(seen['vodmill_videos{status="failed"}'] == 1, "and a failed one")
    ok = 'vodmill_mill_outcomes_total{kind="chunk",outcome="ok",code=""}'
    expect(seen[ok] >= 1, "and their mills")
    refused = 'vodmill_mill_outcomes_total{kind="probe",outcome="failed",code="not_a_video"}'
    expect(seen[refused] == 1, "and why one was refused")
    expect(seen["vodmill_segments_committed_total"] > 1, "and segments")
    expect(seen['vodmill_queue_jobs{state="completed"}'] == 1, "and jobs")
    expect(seen["vodmill_mill_slots"] >= 1 and seen["vodmill_mills_running"] == 0, "and slots")
    expect(seen["vodmill_http_request_body_bytes_total"] > SAMPLE.stat().st_size, "and bytes")
    expect(seen["process_resident_memory_bytes"] > 1e6 and seen["process_open_fds"] > 5, "and the process")
    expect(seen["vodmill_disk_free_bytes"] > 0, "and the disk")
    built = [series for series in seen if series.startswith("vodmill_build_info{version=")]
    expect(len(built) == 1, f"and the build: {built}")


def ready(server):
    try:
        with urllib.request.urlopen(server.base + "/readyz", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


def check_worker_in_trouble(binary):
    """On a host without network namespaces `--sandbox strict` lets no mill work: that is told, and costs no video."""
    if subprocess.run([*WITHOUT_NETWORK_NAMESPACES, "true"], capture_output=True, check=False).returncode != 0:
        print("left out: this host lets nobody make namespaces", flush=True)
        return
    server = Server(binary, "--sandbox", "strict", become=WITHOUT_NETWORK_NAMESPACES)
    try:
        deadline = time.monotonic() + 30
        while (answer := ready(server))[0] == 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        status, body = answer
        expect(status == 503 and list(body["failing"]) == ["worker"], f"a worker without a sandbox is not ready: {answer}")
        expect("doctor --sandbox" in body["detail"], "and says so in a sentence")
        missing = re.findall(r"The sandbox layer (\w+) does not hold here", server.log())
        expect(missing, f"and what is missing, in the log: {missing[:1]}")
        created, video = server.upload(SAMPLE, "a.mp4")
        expect(created == 201, "an upload is taken")
        time.sleep(2)
        expect(server.video(video["id"])["status"] in ("pending", "processing"), "and waits")
        expect(ready(server)[0] == 503, "and the server is as little ready as before")
    finally:
        server.stop()


def fsck(binary, data):
    """(exit status, lines of text, findings)."""
    text = subprocess.run([binary, "doctor", "--fsck", "--data", data], capture_output=True, text=True, check=False)
    command = [binary, "doctor", "--fsck", "--json", "--data", data]
    as_json = subprocess.run(command, capture_output=True, text=True, check=False)
    expect(text.returncode == as_json.returncode, f"doctor ends with {text.returncode} {text.stderr.strip()}")
    findings = json.loads(as_json.stdout)["findings"] if as_json.stdout else []
    return text.returncode, text.stdout.splitlines(), findings


def files(folder):
    return {str(path): path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()}


def check_fsck(binary, data, video_id):
    objects = Path(data) / "objects"
    status, lines, findings = fsck(binary, data)
    expect(status == 0 and len(lines) == 1 and not findings, f"a sound folder is sound: {lines}")
    segments = sorted((objects / video_id).rglob("*.m4s"))
    gone, short = segments[0], segments[1]
    gone.unlink()
    size = short.stat().st_size
    os.truncate(short, size - 1)
    foreign = objects / "Foreign \x1b[31m file.txt"
    foreign.write_text("not ours")
    stray = objects / video_id / "g1" / "stray.m4s"
    stray.write_text("nobody's")
    before = files(objects)
    status, lines, findings = fsck(binary, data)
    expect(status == 1 and len(lines) == 5, f"four findings and a summary: {lines}")
    found = {(finding["kind"], finding["key"]): finding for finding in findings}

    def key(path):
        return str(path.relative_to(objects))

    missing = found.pop(("missing", key(gone)), {})
    expect(missing.get("video") == video_id, "a removed segment is missed, with its video")
    wrong = found.pop(("wrong_size", key(short)), {})
    expect((wrong.get("row_bytes"), wrong.get("bytes")) == (size, size - 1), "a shortened one is told, with its sizes")
    expect(found.pop(("orphan", key(foreign)), {}).get("bytes") == 8, "a foreign file is told")
    expect(("orphan", key(stray)) in found and len(found) == 1, "a file below a video that no row owns is told")
    told = "\n".join(lines)
    expect(key(gone) in told and key(short) in told and key(stray) in told, "the text names them too")
    expect("\x1b" not in told, "and a name moves no cursor")
    expect(files(objects) == before, "nothing was changed")


def check_inbox(server, binary, data):
    """A video made from a file that is in the store already: it is read there, and stays there."""
    inbox = Path(data) / "objects/inbox"
    inbox.mkdir()
    holiday = inbox / "holiday.mp4"
    holiday.write_bytes(SAMPLE.read_bytes())
    expect(fsck(binary, data)[0] == 0, "a file in the inbox is no orphan")
    document = json.dumps({"source": {"key": "inbox/holiday.mp4"}}).encode()
    headers = {"Content-Type": "application/json", "Prefer": "wait=120"}
    request = urllib.request.Request(server.base + "/v1/videos", data=document, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=150) as answer:
        video = json.load(answer)
    expect(video["status"] == "completed" and video["size"] == SAMPLE.stat().st_size, f"a video is made from it: {video}")
    expect(len(list((Path(data) / "objects" / video["id"]).rglob("*source*"))) == 0, "without a copy")
    elsewhere = Path(server.folder) / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "poem.mp4").write_bytes(b"no video either")
    (inbox / "linked").symlink_to(elsewhere)
    linked = urllib.request.Request(server.base + "/v1/videos", data=b'{"source":{"key":"inbox/linked/poem.mp4"}}', headers=headers)
    with urllib.request.urlopen(linked, timeout=150) as answer:
        expect(json.load(answer)["error"]["code"] == "not_a_video", "what lies below a linked folder is taken")
    expect(fsck(binary, data)[0] == 0, "and is not missed")
    holiday.rename(inbox / "elsewhere.mp4")
    _, _, findings = fsck(binary, data)
    lost = [(finding["kind"], finding["key"], finding["video"]) for finding in findings]
    expect(lost == [("missing", "inbox/holiday.mp4", video["id"])], f"a source that is gone is told: {findings}")
    (inbox / "elsewhere.mp4").rename(holiday)
    urllib.request.urlopen(urllib.request.Request(f"{server.base}/v1/videos/{video['id']}", method="DELETE"), timeout=10)
    deadline = time.monotonic() + 30
    while (Path(data) / "objects" / video["id"]).exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    expect(not (Path(data) / "objects" / video["id"]).exists() and holiday.exists(), "a deleted video leaves it")


def check_sandbox(who, command):
    """Every layer has a line that says whether it holds, and no attempt to break out succeeds."""
    done = subprocess.run([*command, "doctor", "--sandbox"], capture_output=True, text=True, cwd="/", check=False)
    expect(done.returncode == 0, f"every attempt was stopped for {who} {done.stderr.strip()}")
    told = dict(re.findall(r"^  (\w+) +(holds|off) ", done.stdout, re.MULTILINE))
    expect(set(told) == REQUIRED_LAYERS | OTHER_LAYERS, f"every layer is named: {sorted(told)}")
    missing = {layer for layer in REQUIRED_LAYERS if told[layer] != "holds"}
    expect(not missing, f"and what is required holds {sorted(missing)}")
    attempts = re.findall(r"^  (\w+) +(stopped|SUCCEEDED) +(\S+)", done.stdout, re.MULTILINE)
    expect(len(attempts) > 10 and all(word == "stopped" for _, word, _ in attempts), f"{len(attempts)} attempts are told")
    by = {layer for _, _, layer in attempts} - {"-"}
    expect(by and by <= set(told), f"with the layer that stopped each: {sorted(by)}")


def check_sandboxes(binary):
    check_sandbox("whoever runs this", [binary])
    if os.getuid() != 0:
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        copy = shutil.copy(binary, folder)  # the folders of the build may be closed to others
        os.chmod(copy, 0o755)
        become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
        check_sandbox("somebody without a right", [*become, copy])


def offer(server, length, body=b""):
    """The status of an upload that says how long it is, and sends only so much of it."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("PUT", "/v1/videos")
    connection.putheader("Content-Length", str(length))
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def check_room(server, free):
    status, answer = offer(server, 1 << 40)
    expect(status == 413, f"an upload above --max-upload is too large: {answer}")
    status, answer = offer(server, free)
    expect((status, answer["code"]) == (507, "disk_full"), f"one that would take the disk below the floor is refused: {answer}")
    expect(offer(server, 7, b"a poem.")[0] == 201, "and a small one is taken")


def main():
    binary = sys.argv[1]
    check_sandboxes(binary)
    check_worker_in_trouble(binary)
    server = Server(binary)
    data = os.path.join(server.folder, "data")
    try:
        video_id = make_video(server, SAMPLE.read_bytes())
        expect(server.video(video_id)["status"] == "completed", "a video completes")
        make_video(server, b"this is no video")
        check_metrics(server)
        expect(ready(server) == (200, {"status": "ok"}), "the server is ready")
        status, lines, _ = fsck(binary, data)
        expect(status == 0, f"a folder in use is sound: {lines}")
        check_inbox(server, binary, data)
    finally:
        server.stop(keep=True)
    check_fsck(binary, data, video_id)
    nowhere = subprocess.run([binary, "doctor", "--fsck", "--data", data + "-x"], capture_output=True, text=True, check=False)
    expect(nowhere.returncode > 1 and "There is no database" in nowhere.stderr, "a folder that is none is refused")
    expect(not os.path.exists(data + "-x"), "and not made")
    both = subprocess.run([binary, "doctor", "--fsck", "--sandbox", "--data", data], capture_output=True, text=True, check=False)
    expect(both.returncode == 1 and "orphan" in both.stdout and "Every attempt was stopped." in both.stdout, "both checks run when both are asked for")
    server = Server(binary, "--no-worker", "--disk-floor", str(1 << 62), data=server.folder)
    try:
        status, answer = ready(server)
        expect(status == 503 and list(answer["failing"]) == ["disk"], f"too little room is not ready: {answer}")
        expect("--disk-floor" in answer["detail"], "and says so in a sentence")
        status, answer = offer(server, 7)
        expect((status, answer["code"]) == (507, "disk_full"), f"and no upload is taken: {answer}")
    finally:
        server.stop(keep=True)
    free = shutil.disk_usage(server.folder).free
    server = Server(binary, "--no-worker", "--disk-floor", str(free // 2), "--max-upload", str(free), data=server.folder)
    try:
        check_room(server, free)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
