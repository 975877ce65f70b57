// What the browser tests stand on: a server of their own, a Chromium, and clips to send.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const media = join(here, "../media");
const binary = process.env.VODMILL_BINARY;
if (!binary) throw new Error("VODMILL_BINARY must name the program under test");

export { sleep };

// Answers what `look` answers once that is true (or an object), and throws after `seconds`.
export async function eventually(what, look, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(100);
  }
}

export function scratchFolder() {
  return mkdtempSync(join(tmpdir(), "vodmill-e2e-"));
}

export class Server {
  // Flags are those of `vodmill serve`.
  static async start(...flags) {
    const folder = scratchFolder();
    const all = ["serve", "--data", join(folder, "data"), "--listen", "127.0.0.1:0", "--nice", "0", ...flags];
    const child = spawn(binary, all, { stdio: ["ignore", "pipe", "pipe"] });
    let log = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log += text));
    const address = /listening on (http:\/\/[^ ]+) /;
    await eventually("the server listens", () => address.test(log) || child.exitCode !== null, 30);
    if (child.exitCode !== null) throw new Error(`the server did not start:\n${log}`);
    return new Server(folder, child, address.exec(log)[1], () => log);
  }

  constructor(folder, child, base, log) {
    Object.assign(this, { folder, child, base, log });
  }

  async json(path, options) {
    const answer = await fetch(this.base + path, options);
    return answer.json();
  }

  video(id) {
    return this.json(`/v1/videos/${id}`);
  }

  upload(path) {
    return this.json("/v1/videos", { method: "POST", body: readFileSync(path) });
  }

  until(id, status, seconds = 180) {
    return eventually(`video ${id} is ${status}`, async () => {
      const video = await this.video(id);
      if (video.status === "failed" && status !== "failed") throw new Error(JSON.stringify(video.error));
      return video.status === status && video;
    }, seconds);
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    const code = await Promise.race([ended, sleep(20_000, "hung")]);
    if (code === "hung") this.child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${this.log()}`);
  }
}

export async function startBrowser() {
  const root = process.getuid() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({
    executablePath: process.env.VODMILL_CHROMIUM ?? "/usr/bin/chromium",
    args: [...root, "--headless=new", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
  });
}

// Two samples, repeated and put together without encoding: a long clip of picture and sound.
export function longClip(folder, repeats) {
  const path = join(folder, "long.mp4");
  const inputs = ["-stream_loop", `${repeats - 1}`, "-i", join(media, "real/camera-bottles-640x360-40s.mp4"),
    "-stream_loop", `${repeats * 4 - 1}`, "-i", join(media, "real/faststart-100x100.mp4")];
  const made = spawnSync("ffmpeg", ["-v", "error", "-y", ...inputs, "-map", "0:v", "-map", "1:a", "-c", "copy", "-shortest", path]);
  if (made.status !== 0) throw new Error(`ffmpeg: ${made.stderr}`);
  return path;
}

// Picture and sound that every player takes as they are: closed groups of pictures, reordered ones among them.
export function copyableClip(folder, seconds) {
  const path = join(folder, "copyable.mp4");
  const inputs = ["-f", "lavfi", "-i", `testsrc2=size=640x360:rate=25:duration=${seconds}`, "-f", "lavfi", "-i", `sine=duration=${seconds}`];
  const colours = ["-colorspace", "bt709", "-color_trc", "bt709", "-color_primaries", "bt709"];
  const coding = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "500k", "-maxrate", "600k", "-bufsize", "600k", "-pix_fmt", "yuv420p",
    "-g", "75", "-keyint_min", "75", "-sc_threshold", "0", ...colours, "-c:a", "aac"];
  const made = spawnSync("ffmpeg", ["-v", "error", "-y", ...inputs, ...coding, path]);
  if (made.status !== 0) throw new Error(`ffmpeg: ${made.stderr}`);
  return path;
}

// The page of player.html on an origin of its own, as an embedding site would have it.
export async function startEmbedder() {
  const files = {
    "/": ["text/html", join(here, "player.html")],
    "/hls.mjs": ["text/javascript", join(here, "node_modules/hls.js/dist/hls.mjs")],
  };
  const server = createServer((request, answer) => {
    const [type, path] = files[request.url.split("?")[0]] ?? [];
    answer.writeHead(path ? 200 : 404, { "Content-Type": type ?? "text/plain" });
    answer.end(path ? readFileSync(path) : "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}
