// A stream in hls.js alone, on a page of another origin: while it is made, and when it is whole.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Server, copyableClip, eventually, longClip, scratchFolder, startBrowser, startEmbedder } from "./support.mjs";

const corpus = process.env.VODMILL_CORPUS;
const isLong = process.env.VODMILL_LONG === "1" && corpus;

// Gaps hls.js may find in the buffer, in seconds: a frame or two, where sound and picture end apart.
const kMostGap = 0.25;

// What hls.js reports, without harm, when it has played all there is so far and waits for more: it has stalled,
// or a playlist that was held for it has taken too long.
const kWaitingForMore = new Set(["bufferStalledError", "levelLoadError", "levelLoadTimeOut", "audioTrackLoadError", "audioTrackLoadTimeOut"]);

// A fragment of a higher level over one that is buffered already adds nothing new. hls.js takes its interval from tfdt and
// composition offsets, without the edit list that moves it two frames back, and so says this once (its action: none).
const isSwitchUp = (error) => error.details === "bufferAppendNoProgress" && error.text.endsWith("(1)");

let browser;
let embedder;
let folder;

before(async () => {
  folder = scratchFolder();
  browser = await startBrowser();
  embedder = await startEmbedder();
});

after(async () => {
  await browser?.close();
  embedder?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function openPlayer(server, id, from) {
  const page = await browser.newPage();
  const query = new URLSearchParams({ src: `${server.base}/play/${id}/index.m3u8`, from });
  await page.goto(`${embedder.url}?${query}`);
  await page.waitForFunction(() => window.player);
  return page;
}

const state = (page) => page.evaluate(() => window.player.state());

function assertNoErrors(seen, allowed = new Set()) {
  const bad = seen.errors.filter((error) => error.fatal || !(allowed.has(error.details) || isSwitchUp(error)));
  assert.deepEqual(bad, []);
}

function assertNoGap(seen) {
  for (let i = 1; i < seen.buffered.length; ++i) {
    const gap = seen.buffered[i][0] - seen.buffered[i - 1][1];
    assert.ok(gap <= kMostGap, `a gap of ${gap} s in the buffer: ${JSON.stringify(seen.buffered)}`);
  }
}

// Plays on from wherever it is: time goes on, and frames and sound are decoded.
async function assertAdvances(page, hasSound, seconds = 1) {
  const from = await state(page);
  const to = await eventually(`playback goes on from ${from.time}`, async () => {
    const now = await state(page);
    const errors = now.errors.filter((error) => error.fatal);
    assert.deepEqual(errors, []);
    return now.time > from.time + seconds && now;
  }, 120);
  assert.ok(to.frames > from.frames, "no frame was decoded");
  if (hasSound) assert.ok(to.sound > from.sound, "no sound was decoded");
  return to;
}

async function seek(page, to) {
  await page.evaluate((time) => (window.player.video.currentTime = time), to);
  await eventually(`it plays at ${to}`, async () => {
    const now = await state(page);
    return now.time >= to - 0.5 && now.time < to + 10 && now.buffered.some(([a, b]) => a <= now.time && now.time < b);
  }, 30);
}

async function playWhileItGrows(path, hasSound, ...flags) {
  const server = await Server.start(...flags);
  try {
    const { id } = await server.upload(path);
    await eventually("it is playable", async () => (await server.video(id)).playable, 60);
    const page = await openPlayer(server, id, 0);
    await assertAdvances(page, hasSound, 2);
    assert.equal((await server.video(id)).status, "processing", "it was whole before it was played: the clip is too short");
    let seen = await state(page);
    assert.equal(seen.live, true, "the playlist has an end already");
    const levels = seen.levels;
    assert.ok(levels >= 2, "the ladder is not all there while it is made");
    while ((await server.video(id)).status === "processing") {
      seen = await state(page);
      assertNoErrors(seen, kWaitingForMore);
      assertNoGap(seen);
      await page.waitForTimeout(500);
    }
    await server.until(id, "completed");
    // The same player goes on to the end of what was growing.
    await eventually("the playlist ends", async () => (await state(page)).live === false, 60);
    seen = await state(page);
    const isAtItsEnd = seen.ended || seen.time > seen.duration - 3; // a busy machine makes it no faster than it plays
    if (!isAtItsEnd) await assertAdvances(page, hasSound, 2);
    assertNoErrors(await state(page), kWaitingForMore);
    await page.close();
    await playWhole(server, id, hasSound, levels);
  } finally {
    await server.stop();
  }
}

// Lowest first.
const upwards = (levels) => Array.from({ length: levels }, (_, level) => level);

async function playWhole(server, id, hasSound, levels, order = upwards(levels)) {
  const { duration_seconds: duration } = await server.video(id);
  const page = await openPlayer(server, id, -1);
  let seen = await assertAdvances(page, hasSound, 2);
  assert.equal(seen.levels, levels, "the finished index.m3u8 has another ladder");
  assert.equal(seen.live, false);
  assert.ok(Math.abs(seen.duration - duration) < 0.3, `${seen.duration} s, the API says ${duration}`);
  assert.ok(seen.buffered[0][0] < 0.1, "it does not begin at 0");

  for (const place of [0.6, 0.1, 0.9, 0.33]) {
    await seek(page, duration * place);
    await assertAdvances(page, hasSound);
  }
  await seek(page, 1);
  // A level that is forced into a seek freezes the picture of any stream now and then, in Chromium under hls.js.
  await assertAdvances(page, hasSound);
  for (const level of order) {
    const height = await page.evaluate((to) => {
      window.player.hls.currentLevel = to;
      return window.player.hls.levels[to].height;
    }, level);
    await eventually(`level ${level} is shown`, async () => (await state(page)).height === height, 30).catch(async (error) => {
      throw new Error(`${error.message}: ${JSON.stringify(await state(page))}`);
    });
    seen = await assertAdvances(page, hasSound);
    assertNoGap(seen);
  }
  await seek(page, duration - 2);
  await eventually("it plays to the end", async () => (await state(page)).ended, 30);
  assertNoErrors(await state(page));
  await page.close();
}

test("a stream plays while it grows, and when it is whole", async () => {
  await playWhileItGrows(longClip(folder, isLong ? 8 : 3), true, "--slots", "1");
});

test("a stream whose largest rendition is the source's own packets plays, and changes levels", async () => {
  const server = await Server.start();
  try {
    const { id } = await server.upload(copyableClip(folder, 60));
    await server.until(id, "completed");
    const [job] = (await server.json(`/v1/jobs?video=${id}`)).data;
    const { ladder } = (await server.json(`/v1/jobs/${job.id}`)).plan;
    const levels = ladder.length;
    assert.deepEqual(ladder.map((rung) => rung.copied), upwards(levels).map((level) => level === 0));
    await playWhole(server, id, true, levels, [...upwards(levels), ...upwards(levels)]);
  } finally {
    await server.stop();
  }
});

test("the 1080p benchmark plays while it grows, and when it is whole", { skip: isLong ? false : "only with --long and VODMILL_CORPUS" }, async () => {
  await playWhileItGrows(join(corpus, "ok/bench-bbb-1080p25-62s.ts"), true);
});
