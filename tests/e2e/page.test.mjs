// The page, as somebody uses it: a file is chosen, uploaded, watched while it is made, cancelled, tried again, deleted.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { Server, eventually, longClip, media, scratchFolder, sleep, startBrowser } from "./support.mjs";

let browser;
let folder;
let clip;
let server;
let page;
let requests;

before(async () => {
  folder = scratchFolder();
  clip = longClip(folder, 3);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  server = await Server.start("--slots", "1");
  page = await browser.newPage();
  requests = [];
  page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  page.on("pageerror", (error) => requests.push(`PAGE ERROR ${error}`));
  await page.goto(server.base);
  await page.evaluate(recordWhatIsShown);
});

afterEach(async () => {
  const errors = requests.filter((request) => request.startsWith("PAGE ERROR"));
  await page.close();
  await server.stop();
  assert.deepEqual(errors, []);
});

// In the page: every text the status, the note and the upload have shown.
function recordWhatIsShown() {
  window.shown = { status: [], note: [], "upload-text": [] };
  for (const id of Object.keys(window.shown)) {
    const element = document.getElementById(id);
    new MutationObserver(() => window.shown[id].push(element.textContent)).observe(element, {
      characterData: true,
      childList: true,
      subtree: true,
    });
  }
}

// In the page: what the server answers to uploads is never heard.
function loseAnswers() {
  window.XMLHttpRequest = class extends XMLHttpRequest {
    constructor() {
      super();
      this.addEventListener("load", (event) => {
        event.stopImmediatePropagation();
        this.onerror();
      });
    }
  };
}

const shown = () => page.evaluate(() => window.shown);
const textOf = (id) => page.locator(`#${id}`).textContent();
const isVisible = (id) => page.locator(`#${id}`).isVisible();
const idOfVideo = () => decodeURIComponent(new URL(page.url()).hash.slice(1));
const choose = (path) => page.setInputFiles("#file", path);

// What the card says of a video in work, in this order.
const kStageWords = ["looking at the file", "making its first seconds", "it plays, the rest is being made"];

async function untilStatus(word, seconds = 240) {
  await eventually(`the page says "${word}"`, async () => (await textOf("status")) === word, seconds);
}

test("a video is uploaded, plays before it is whole, and becomes ready without being asked for", async () => {
  const client = await page.context().newCDPSession(page);
  const slowly = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_000_000 };
  await client.send("Network.emulateNetworkConditions", slowly);
  await choose(clip);
  await eventually("it is uploaded", async () => idOfVideo() !== "", 60);
  await client.send("Network.emulateNetworkConditions", { ...slowly, uploadThroughput: -1 });

  const steps = new Set((await shown())["upload-text"]);
  assert.ok(steps.size >= 3, `the upload's progress did not move: ${[...steps]}`);

  await eventually("the picture moves", () => page.evaluate(() => document.getElementById("player").currentTime > 1), 60);
  assert.equal(await textOf("status"), "processing", "it was whole before it played: the clip is too short");
  const frames = await page.evaluate(() => document.getElementById("player").getVideoPlaybackQuality().totalVideoFrames);
  assert.ok(frames > 10, `${frames} frames were shown`);

  await untilStatus("ready");
  const { note } = await shown();
  const stages = note.map((text) => kStageWords.findIndex((word) => text.includes(`${word} · `))).filter((stage) => stage >= 0);
  assert.deepEqual([...new Set(stages)], [0, 1, 2], `the stages were told as ${note}`);
  const percents = note.map((text) => / (\d+) % done/.exec(text)?.[1]).filter(Boolean).map(Number);
  assert.ok(percents.length >= 3, `progress was shown as ${percents}`);
  assert.deepEqual(percents, [...percents].sort((a, b) => a - b), "progress went back");
  const asked = requests.filter((request) => request === `GET /v1/videos/${idOfVideo()}`);
  assert.ok(asked.length <= 2, `the page asked ${asked.length} times instead of being told`);
  const streams = requests.filter((request) => request.endsWith("/events")).sort();
  assert.deepEqual(streams, ["GET /v1/events", `GET /v1/videos/${idOfVideo()}/events`], "one stream of each kind");
  assert.ok((await shown())["upload-text"].some((text) => /B\/s · .* left$/.test(text)), "no speed was shown");
  assert.equal(await isVisible("cancel"), false);
  assert.equal(await isVisible("retry"), false);

  await page.click("#delete");
  await eventually("it is gone from the page", async () => !(await isVisible("video")), 20);
  assert.deepEqual((await server.json("/v1/videos")).data, []);
});

test("what is not a video is refused in words, and can't be tried again", async () => {
  await choose(join(media, "made/text.mp4"));
  await untilStatus("failed", 60);
  const words = await textOf("error");
  assert.match(words, /^The file is not a video.*\(not_a_video\)$/);
  assert.ok(await isVisible("error"));
  assert.equal(await isVisible("retry"), false);
  assert.equal(await isVisible("stage"), false);
  assert.ok(await isVisible("delete"));
});

test("a video is cancelled at once, and tried again to its end", async () => {
  await choose(clip);
  await untilStatus("processing", 60);
  const clicked = Date.now();
  await page.click("#cancel");
  await untilStatus("cancelled", 10);
  assert.ok(Date.now() - clicked < 3000, "cancelling took its time");
  assert.equal((await server.video(idOfVideo())).status, "cancelled");
  assert.equal(await isVisible("cancel"), false);

  await page.click("#retry");
  await untilStatus("ready");
  const video = await server.video(idOfVideo());
  assert.equal(video.generation, 2);
  await eventually("the picture moves", () => page.evaluate(() => document.getElementById("player").currentTime > 0.5), 30);
});

test("a link to a video shows it, and a link to none says so", async () => {
  const { id } = await server.upload(join(media, "made/rotated.mp4"));
  await server.until(id, "completed");
  await page.goto(`${server.base}/#${id}`);
  await untilStatus("ready", 20);
  await eventually("the picture is upright", () => page.evaluate(() => {
    const { videoWidth, videoHeight } = document.getElementById("player");
    return videoHeight > videoWidth && videoWidth > 0;
  }), 30);
  await page.goto(`${server.base}/#nothing-of-the-kind`);
  await eventually("it says so", async () => (await textOf("error")) !== "", 20);
  assert.equal(await isVisible("delete"), false);
});

test("an address that escapes nothing, or spells an id otherwise, leaves the page alive", async () => {
  const { id } = await server.upload(join(media, "made/text.mp4"));
  await server.until(id, "failed");
  await page.goto(`${server.base}/#%`);
  await page.reload();
  await eventually("it says that there is none", async () => (await textOf("error")) !== "", 20);
  await eventually("the list is there", async () => (await page.locator("#list li").count()) === 1, 20);
  await page.goto(`${server.base}/#%${id.charCodeAt(0).toString(16)}${id.slice(1)}`);
  await untilStatus("failed", 20);
});

// Of a video that has ended nobody tells but the list's stream.
test("what others do to a video that is shown, ended or not, is shown too", async () => {
  const act = (id, method, path = "", body) => fetch(`${server.base}/v1/videos/${id}${path}`, { method, body });
  const isSaidDeleted = async () => (await textOf("note")) === "It was deleted.";
  const buttons = async () => (await Promise.all(["cancel", "retry", "delete", "stage"].map(isVisible))).filter(Boolean);
  const { id } = await server.upload(clip);
  const { id: waiting } = await server.upload(clip);
  await page.goto(`${server.base}/#${waiting}`);
  await eventually("it is shown", () => isVisible("delete"), 20);
  await act(waiting, "DELETE");
  await eventually("a waiting one is said to be deleted", isSaidDeleted, 20);
  assert.deepEqual(await buttons(), []);

  await page.goto(`${server.base}/#${id}`);
  await untilStatus("processing", 60);
  await act(id, "POST", "/cancel");
  await untilStatus("cancelled", 20);
  await fetch(`${server.base}/v1/videos/${id}`, { method: "PATCH", headers: { "Content-Type": "application/merge-patch+json" },
    body: JSON.stringify({ metadata: { title: "The sea" } }) });
  await eventually("its name is new", async () => (await textOf("video-name")) === "The sea", 20);
  await act(id, "POST", "/retry");
  await untilStatus("processing", 60);
  assert.equal(await isVisible("retry"), false);
  await act(id, "POST", "/cancel");
  await untilStatus("cancelled", 20);
  await hide(true);
  await act(id, "POST", "/retry");
  await hide(false);
  await untilStatus("processing", 60);
  await act(id, "POST", "/cancel");
  await untilStatus("cancelled", 20);
  await act(id, "DELETE");
  await eventually("an ended one is said to be deleted", isSaidDeleted, 20);
  assert.deepEqual(await buttons(), []);
  assert.equal(await textOf("video-name"), "The sea");
});

test("a video that is deleted while the tab is away is said to be deleted", async () => {
  const { id } = await server.upload(clip);
  await page.goto(`${server.base}/#${id}`);
  await untilStatus("processing", 60);
  await hide(true);
  await fetch(`${server.base}/v1/videos/${id}`, { method: "DELETE" });
  await hide(false);
  await eventually("it says so", async () => (await textOf("note")) === "It was deleted.", 20);
});

test("a double click on the chosen file and a reload make no second upload", async () => {
  const path = join(media, "made/rotated.mp4");
  await Promise.all([choose(path), choose(path)]);
  await eventually("it is uploaded", async () => idOfVideo() !== "", 60);
  await page.reload();
  await untilStatus("ready");
  assert.equal(requests.filter((request) => request === "POST /v1/videos").length, 1);
  assert.equal((await server.json("/v1/videos")).data.length, 1);
});

test("a file whose upload's answer was lost makes no second video when it is chosen again", async () => {
  const path = join(media, "made/rotated.mp4");
  await page.evaluate(loseAnswers);
  await choose(path);
  await eventually("it says so", async () => (await textOf("upload-text")) === "The server can't be reached.", 60);
  const [{ id }] = (await server.json("/v1/videos")).data;
  await page.reload();
  await choose(path);
  await eventually("the video is shown", async () => idOfVideo() === id, 60);
  assert.equal((await server.json("/v1/videos")).data.length, 1);

  await page.click("#delete");
  await eventually("it is gone from the page", async () => !(await isVisible("video")), 20);
  await choose(path);
  await untilStatus("ready");
  assert.notEqual(idOfVideo(), id);
  assert.equal((await server.json("/v1/videos")).data.length, 1);
});

test("a video's details say what is made of it, why, by which tasks, and what has happened", async () => {
  const { id } = await server.upload(join(media, "made/rotated.mp4"));
  await server.until(id, "completed");
  await page.goto(`${server.base}/#${id}`);
  await untilStatus("ready", 20);
  assert.ok(!requests.some((request) => request.startsWith("GET /v1/jobs")), "asked for before anybody looks");
  await page.focus("summary");
  await page.keyboard.press("Enter");
  await eventually("the tasks are there", () => page.locator("#tasks li").count(), 20);
  const texts = (id) => page.locator(`#${id} li`).allTextContents();
  assert.match((await texts("renditions"))[0], /^\d+ × \d+, at most /);
  assert.ok((await texts("reasons")).some((reason) => reason.includes("turned by")));
  assert.ok((await texts("tasks")).every((task) => task.endsWith("done")), `${await texts("tasks")}`);
  const events = await texts("events");
  assert.match(events[0], /It was uploaded\.$/);
  assert.match(events.at(-1), /All of it is ready\.$/);
});

test("the list follows what happens, and is searched", async () => {
  const put = (name) => server.json(`/v1/videos/${name}`, { method: "PUT", body: "a poem" });
  await put("sea.mp4");
  await put("mountain.mp4");
  const rows = () => page.locator("#list li").allTextContents();
  await eventually("both are listed as failed", async () => {
    const listed = await rows();
    return listed.length === 2 && listed.every((row) => row.endsWith("failed"));
  }, 60);
  await page.fill("#search", "MOUNT");
  assert.equal((await rows()).length, 1);
  await eventually("the server has looked too", async () => (await textOf("found")) === "1 video found", 20);
  await page.fill("#search", "");
  assert.equal((await rows()).length, 2);
});

// A page longer than one answer.
async function fillList() {
  for (let i = 0; i < 25; ++i) await server.json(`/v1/videos/wave-${i}.mp4`, { method: "PUT", body: "a poem" });
  await page.reload();
  await eventually("the newest are listed", async () => (await page.locator("#list li").count()) === 20, 20);
}

test("More that is clicked twice adds a page once, and what it added stays when the tab was away", async () => {
  await fillList();
  const clickTwice = () => page.evaluate(() => {
    const more = document.getElementById("more");
    more.click();
    more.click();
  });
  const rows = () => page.locator("#list li").count();
  const asked = () => requests.filter((request) => request === "GET /v1/videos").length;
  const askedBefore = asked();
  await clickTwice();
  await eventually("all are listed", async () => (await rows()) === 25, 20);
  assert.equal(asked() - askedBefore, 1);
  await hide(true);
  await server.json("/v1/videos/sea.mp4", { method: "PUT", body: "a poem" });
  await hide(false);
  await eventually("the new one is listed before all others", async () => (await rows()) === 26, 20);

  await page.fill("#search", "wave");
  await eventually("a page is found", async () => (await textOf("found")) === "25 videos found; More looks further back", 20);
  const askedByTyping = asked();
  await clickTwice();
  await eventually("all are found", async () => (await textOf("found")) === "25 videos found", 20);
  assert.equal(asked() - askedByTyping, 1);
});

test("the search finds what is not listed", async () => {
  await fillList();
  await page.fill("#search", "Wave-3.");
  await eventually("one is found", async () => (await textOf("found")) === "1 video found", 20);
  assert.match(await page.locator("#list li").textContent(), /^wave-3\.mp4/);
  await page.fill("#search", "wave");
  await eventually("a page is found", async () => (await textOf("found")) === "20 videos found; More looks further back", 20);
  await page.click("#more");
  await eventually("all are found", async () => (await textOf("found")) === "25 videos found", 20);
  await page.fill("#search", "");
  await eventually("the newest are listed again", async () => (await page.locator("#list li").count()) === 20, 20);
});

test("a list that comes late does not undo what was heard before it", async () => {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const held = new Set(); // lists that were answered, and that the page waits for
  await page.route("**/v1/videos?*", async (route) => {
    const answer = await route.fetch();
    held.add(route.request());
    await released;
    await route.fulfill({ response: answer });
  });
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => held.delete(request));
  await page.reload();
  await eventually("the lists of the start and of the stream's are held", () => held.size >= 2, 20);
  const { id } = await server.json("/v1/videos/sea.mp4", { method: "PUT", body: "a poem" });
  await server.until(id, "failed");
  const rows = () => page.locator("#list li").allTextContents();
  await eventually("it is listed as failed", async () => (await rows())[0]?.endsWith("failed"), 20);
  release();
  await eventually("the lists have arrived", () => held.size === 0, 20);
  await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
  assert.equal((await rows()).length, 1);
  assert.match((await rows())[0], /failed$/);
});

test("the list is there although the stream of events is not, and the stream is taken up later", async () => {
  await server.json("/v1/videos/sea.mp4", { method: "PUT", body: "a poem" });
  let refused = 0;
  await page.route("**/v1/events", (route) => (++refused < 3 ? route.fulfill({ status: 503 }) : route.continue()));
  await page.reload();
  await eventually("the list is there", async () => (await page.locator("#list li").count()) === 1, 20);
  await eventually("the stream was asked for again", () => refused >= 3, 20);
  await server.json("/v1/videos/mountain.mp4", { method: "PUT", body: "a poem" });
  await eventually("what happens is heard", async () => (await page.locator("#list li").count()) === 2, 20);
});

test("a list that can't be had says so, and is asked for again", async () => {
  await server.json("/v1/videos/sea.mp4", { method: "PUT", body: "a poem" });
  const problem = { status: 503, contentType: "application/problem+json", body: '{"detail":"The database is away."}' };
  await page.route("**/v1/videos?*", (route) => route.fulfill(problem));
  await page.reload();
  await eventually("it says so", async () => (await textOf("list-error")) === "The database is away.", 20);
  assert.ok(await isVisible("list-failed"));
  await page.unroute("**/v1/videos?*");
  await page.click("#list-again");
  await eventually("the list is there", async () => (await page.locator("#list li").count()) === 1, 20);
  assert.equal(await isVisible("list-failed"), false);
});

// As if the tab were put behind another, or in front again.
const hide = (hidden) => page.evaluate((value) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
  document.dispatchEvent(new Event("visibilitychange"));
}, hidden);

test("a tab that nobody looks at keeps no connection, and catches up when it is looked at", async () => {
  const followers = async () => {
    const numbers = await (await fetch(`${server.base}/metrics`)).text();
    return Number(/^vodmill_sse_subscribers (\d+)$/m.exec(numbers)[1]);
  };
  const { id } = await server.upload(clip);
  await page.goto(`${server.base}/#${id}`);
  await eventually("it follows all videos, and this one", async () => (await followers()) === 2, 20);
  await hide(true);
  await eventually("it follows nothing", async () => (await followers()) === 0, 20);
  await server.json("/v1/videos/sea.mp4", { method: "PUT", body: "a poem" });
  await server.json(`/v1/videos/${id}/cancel`, { method: "POST" });
  await hide(false);
  await untilStatus("cancelled", 20);
  await eventually("the list is new", async () => (await page.locator("#list li").count()) === 2, 20);
  await eventually("it follows all videos", async () => (await followers()) === 1, 20);
});

// In the page: what its WebSocket is told until it ends, or until it has heard `last`.
function listenOnSocket([url, last]) {
  return new Promise((resolve) => {
    const heard = [];
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      heard.push(JSON.parse(data).event);
      if (heard.at(-1) === last) socket.close(4000);
    };
    socket.onclose = ({ code, wasClean }) => resolve({ heard, code, wasClean });
  });
}

test("a browser's WebSocket hears what happens to a video; another site's is not opened", async () => {
  const { id } = await server.upload(join(media, "made/rotated.mp4"));
  const url = `${server.base.replace("http:", "ws:")}/v1/ws?video=${id}`;
  const { heard, code, wasClean } = await page.evaluate(listenOnSocket, [url, "video.completed"]);
  assert.deepEqual([code, wasClean], [4000, true]);
  const facts = heard.filter((event) => event !== "progress");
  assert.deepEqual([facts[0], facts.at(-1)], ["video.created", "video.completed"]);
  await page.goto("about:blank");
  const foreign = await page.evaluate(listenOnSocket, [url, ""]);
  assert.deepEqual([foreign.heard, foreign.code], [[], 1006]);
});

test("an upload that is stopped while the page looks whether the file is there already is not begun", async () => {
  const path = join(media, "made/text.mp4");
  await choose(path);
  await untilStatus("failed", 60);
  const id = idOfVideo();
  await fetch(`${server.base}/v1/videos/${id}`, { method: "DELETE" });
  let release;
  const released = new Promise((resolve) => (release = resolve));
  let asked = 0;
  await page.route(`**/v1/videos/${id}`, async (route) => {
    ++asked;
    await released;
    await route.continue();
  });
  await choose(path);
  await eventually("the page looks", () => asked > 0, 20);
  await page.click("#upload-cancel");
  release();
  await eventually("it says so", async () => (await textOf("upload-text")) === "The upload was stopped.", 20);
  assert.deepEqual((await server.json("/v1/videos")).data, []);
});

// In the page: what the seek bar's cell shows, as loaded: the strip's size and where the cell lies in it.
async function cellShown() {
  const cell = document.querySelector("#seek-preview .cell");
  if (!cell || cell.hidden || document.getElementById("seek-preview").hidden) return null;
  const strip = new Image();
  strip.src = /url\("(.*)"\)/.exec(getComputedStyle(cell).backgroundImage)[1];
  await strip.decode();
  const x = -parseInt(getComputedStyle(cell).backgroundPositionX, 10);
  const width = cell.clientWidth;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = strip.naturalHeight;
  const pen = canvas.getContext("2d");
  pen.drawImage(strip, -x, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += data[i];
  return {
    url: strip.src,
    x,
    width,
    stripWidth: strip.naturalWidth,
    red: sum / (data.length / 4),
    label: document.querySelector("#seek-preview span").textContent,
  };
}

test("posters stand in the list, and the seek bar shows what is to be seen, by pointer and by keys", async () => {
  const path = join(folder, "black-then-red.mp4");
  const lavfi = "color=black:s=640x360:r=25:d=8[a];color=red:s=640x360:r=25:d=8,drawgrid=w=40:h=40:c=white[b];[a][b]concat=n=2";
  assert.equal(spawnSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", lavfi, "-c:v", "libx264", path]).status, 0);
  const { id } = await server.upload(path);
  const video = await server.until(id, "completed");
  assert.equal(video.poster_url, `/play/${id}/poster.jpg`);
  await page.goto(`${server.base}/#${id}`);
  await page.reload();
  await untilStatus("ready", 20);

  const poster = page.locator("#list img");
  await eventually("the poster is in the list", () => poster.evaluate((image) => image.naturalWidth >= 640), 20);
  assert.equal(await page.locator("#player").getAttribute("poster"), video.poster_url);

  const bar = await page.locator("#seek").boundingBox();
  const hover = (part) => page.mouse.move(bar.x + bar.width * part, bar.y + bar.height / 2);
  await hover(0.2);
  const black = await eventually("a cell is shown", () => page.evaluate(cellShown), 20);
  assert.ok(black.red < 30, `at 3 s it is red: ${JSON.stringify(black)}`);
  assert.equal(black.label, "0:03");
  await hover(0.8);
  const red = await page.evaluate(cellShown);
  assert.ok(red.red > 180, `at 12 s it is black: ${JSON.stringify(red)}`);
  assert.ok(red.x >= 0 && red.x + red.width <= red.stripWidth);

  await page.mouse.click(bar.x + bar.width * 0.5, bar.y + bar.height / 2);
  const time = () => page.evaluate(() => document.getElementById("player").currentTime);
  assert.ok(Math.abs((await time()) - 8) < 1.5, `a click at the half went to ${await time()}`);
  await page.mouse.move(bar.x, bar.y - 300);
  await eventually("the cell is gone", () => page.locator("#seek-preview").isHidden(), 20);
  await page.focus("#seek");
  await page.keyboard.press("Home");
  await eventually("it is at the front", async () => (await time()) < 2, 20);
  assert.ok((await page.evaluate(cellShown)).red < 30, "the keys show the cell too");
  await page.keyboard.press("PageUp");
  await eventually("it is at the end", async () => (await time()) > 14, 20);
});

test("the queue is shown as it moves, without being asked for all the time", async () => {
  await page.click("#to-queue");
  await eventually("the worker is there", async () => (await page.locator("#workers li").count()) === 1, 20);
  assert.match(await page.locator("#workers li").textContent(), /0 of 1 busy$/);
  const { id } = await server.upload(join(media, "made/rotated.mp4"));
  await server.until(id, "completed");
  const completed = page.locator("#counts dd").nth(3);
  await eventually("one is counted", async () => (await completed.textContent()) === "1", 20);
  await eventually("its time is shown", async () => (await page.locator("#latency rect").count()) === 4, 20);
  const before = requests.filter((request) => request === "GET /v1/queue").length;
  await sleep(11_000);
  const after = requests.filter((request) => request === "GET /v1/queue").length;
  assert.ok(after - before <= 2, `the queue was asked for ${after - before} times in 11 s`);
  await page.goBack();
  assert.ok(await isVisible("videos"));
  assert.equal(await isVisible("queue"), false);
});

test("a video that waits for its turn says so", async () => {
  await server.upload(clip);
  const { id } = await server.upload(clip);
  await page.goto(`${server.base}/#${id}`);
  await eventually("the video says it", async () => / · waiting for free processor cores$/.test(await textOf("note")), 60);
  await page.click("#to-queue");
  const reasons = async () => (await page.locator("#waiting-reasons li").allTextContents()).join();
  await eventually("the queue says it", async () => (await reasons()) === "1 video is waiting for free processor cores", 60);
});

// In the page: a file is dragged over the page and let go there.
function dropFile([name, base64, type = "video/mp4"]) {
  const dragged = new DataTransfer();
  const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  dragged.items.add(new File([content], name, { type }));
  const send = (type) => {
    const event = new DragEvent(type, { dataTransfer: dragged, bubbles: true, cancelable: true });
    document.querySelector("header").dispatchEvent(event);
    return event.defaultPrevented;
  };
  send("dragenter");
  const isTaken = send("dragover");
  const isMarked = document.body.classList.contains("dragging");
  const isKept = send("drop");
  return { isTaken, isMarked, isKept, isMarkedAfter: document.body.classList.contains("dragging") };
}

test("a file that is dropped on the page is uploaded, and no more than once", async () => {
  const content = readFileSync(join(media, "made/rotated.mp4"));
  const dropped = await page.evaluate(dropFile, ["dropped.mp4", content.toString("base64")]);
  assert.deepEqual(dropped, { isTaken: true, isMarked: true, isKept: true, isMarkedAfter: false });
  await untilStatus("ready");
  assert.equal(await textOf("video-name"), "dropped.mp4");
  const video = await server.video(idOfVideo());
  assert.equal(video.size, content.length);
  assert.equal((await server.json("/v1/videos")).data.length, 1);
});

test("a dropped file is sent as it is whatever its type, and an empty one not at all", async () => {
  await page.evaluate(dropFile, ["empty.mp4", ""]);
  await eventually("it says so", async () => (await textOf("upload-text")) === "This file is empty: there is nothing to upload.", 20);
  const order = Buffer.from('{"source":{"key":"inbox/a.mp4"}}').toString("base64");
  await page.evaluate(dropFile, ["order.json", order, "application/json"]);
  await untilStatus("failed", 60);
  assert.match(await textOf("error"), /\(not_a_video\)$/);
  assert.equal(await textOf("video-name"), "order.json");
});

// Presses Tab until what has the focus fits the selector.
async function tabTo(selector) {
  for (let presses = 0; presses < 60; ++presses) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`Tab does not lead to ${selector}`);
}

async function enter(selector) {
  await tabTo(selector);
  await page.keyboard.press("Enter");
}

async function chooseByKeys(path) {
  await tabTo("#file");
  const [chooser] = await Promise.all([page.waitForEvent("filechooser", { timeout: 10_000 }), page.keyboard.press("Enter")]);
  await chooser.setFiles(path);
}

test("without a pointer a video is uploaded, found in the list, cancelled, tried again and deleted", async () => {
  page.on("filechooser", () => {}); // from now on they are intercepted, before a key can open one
  await chooseByKeys(join(media, "made/rotated.mp4"));
  await untilStatus("ready");
  const first = idOfVideo();
  await chooseByKeys(clip);
  await eventually("the second is shown", async () => idOfVideo() !== first, 60);
  const second = idOfVideo();
  await untilStatus("processing", 60);

  await enter(`#list a[href="#${first}"]`);
  await untilStatus("ready", 20);
  assert.equal(idOfVideo(), first);
  await enter(`#list a[href="#${second}"]`);
  await untilStatus("processing", 20);
  await enter("#cancel");
  await untilStatus("cancelled", 20);
  await enter("#retry");
  await untilStatus("processing", 60);
  assert.equal((await server.video(second)).generation, 2);
  await enter("#delete");
  await eventually("it is gone from the page", async () => !(await isVisible("video")), 20);
  assert.deepEqual((await server.json("/v1/videos")).data.map(({ id }) => id), [first]);
});

// In the page: the ground, and each piece of text that is seen, with its contrast to what is behind it (WCAG 2.2, 1.4.3).
function measureContrast() {
  const parse = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([...rgb]) => {
    const linear = rgb.slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] === undefined || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const texts = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join("");
    if (own === "" || !element.checkVisibility()) continue;
    const [light, dark] = [parse(getComputedStyle(element).color), behind(element)].map(luminance).sort((a, b) => b - a);
    texts.push({ own, contrast: (light + 0.05) / (dark + 0.05) });
  }
  return { ground: getComputedStyle(document.body).backgroundColor, texts };
}

test("in the dark the page is dark, and its words can be read in the light too", async () => {
  const { id } = await server.upload(join(media, "made/text.mp4"));
  await server.until(id, "failed");
  await server.json("/v1/videos/sea.mp4", { method: "PUT", body: readFileSync(join(media, "made/one-frame.mp4")) });
  const grounds = new Set();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.base}/#${id}`);
    await untilStatus("failed", 20);
    await eventually("the list is there", async () => (await page.locator("#list li").count()) === 2, 20);
    const { ground, texts } = await page.evaluate(measureContrast);
    grounds.add(ground);
    assert.ok(texts.length > 10, `${texts.length} texts are seen`);
    assert.deepEqual(texts.filter(({ contrast }) => contrast < 4.5), [], `in the ${colorScheme}`);
  }
  assert.equal(grounds.size, 2, `the ground is ${[...grounds]} in both`);
});

// In the page: looks at the player ten times a second, how long its time has stood still at most and what it has shown.
function watchPlayer() {
  const player = document.getElementById("player");
  const seen = { longestStill: 0, heights: [], sources: [player.currentSrc], statuses: [] };
  const isReady = () => seen.statuses.at(-1) === "ready";
  window.seen = seen;
  let [time, moved] = [player.currentTime, performance.now()];
  const note = (list, value) => list.at(-1) === value || list.push(value);
  setInterval(() => {
    const now = performance.now();
    // Before that it may have to wait for a segment.
    if (player.currentTime !== time || player.ended || !isReady()) [time, moved] = [player.currentTime, now];
    seen.longestStill = Math.max(seen.longestStill, now - moved);
    note(seen.heights, player.videoHeight);
    note(seen.sources, player.currentSrc);
    note(seen.statuses, document.getElementById("status").textContent);
  }, 100);
}

test("a video that becomes ready while it is watched plays on, and its picture becomes the best there is", async () => {
  const { id } = await server.upload(clip);
  await page.goto(`${server.base}/#${id}`);
  await eventually("the picture moves", () => page.evaluate(() => document.getElementById("player").currentTime > 1), 60);
  await page.evaluate(watchPlayer);
  await untilStatus("ready");
  const { height } = await server.video(id);
  const heightNow = () => page.evaluate(() => document.getElementById("player").videoHeight);
  await eventually(`the picture is ${height} high`, async () => (await heightNow()) === height, 90);
  await sleep(3000);
  const seen = await page.evaluate(() => window.seen);
  assert.deepEqual(seen.statuses, ["processing", "ready"]);
  assert.equal(seen.sources.length, 1, `the player was given other sources: ${seen.sources}`);
  assert.ok(seen.longestStill < 1500, `the picture stood still for ${seen.longestStill} ms`);
});

test("nothing is wider than a phone", async () => {
  const { id } = await server.upload(join(media, "made/rotated.mp4"));
  await server.until(id, "completed");
  await page.setViewportSize({ width: 390, height: 800 });
  for (const hash of ["", `#${id}`, "#queue"]) {
    await page.goto(`${server.base}/${hash}`);
    await sleep(500);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, `at "${hash}"`);
  }
});
