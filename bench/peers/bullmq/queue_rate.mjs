// queue_rate.mjs PORT JOBS IN_FLIGHT PACED: what BullMQ does in a second, as vodmill_queue_rate does it. Prints JSON.
import { Queue, Worker } from "bullmq";

const [port, jobs, inFlight, paced] = process.argv.slice(2).map(Number);
const PACE = 10; // ms
const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };

// A worker of so many at once; done resolves when it has completed `wanted` jobs.
async function consumer(name, concurrency, wanted, began) {
  const worker = new Worker(name, async (job) => began(job), { connection, concurrency });
  await worker.waitUntilReady();
  let completed = 0;
  const done = new Promise((resolve, reject) => {
    worker.on("completed", () => ++completed === wanted && resolve());
    worker.on("error", reject);
  });
  return { done, close: () => worker.close() };
}

async function rate() {
  const queue = new Queue("busy", { connection });
  const worker = await consumer("busy", inFlight, jobs, () => {});
  let left = jobs;
  const add = async () => {
    while (left-- > 0) await queue.add("job", { video: "video", generation: 1 });
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: inFlight }, add));
  await worker.done;
  const seconds = (performance.now() - begin) / 1000;
  await worker.close();
  await queue.close();
  return jobs / seconds;
}

async function latencies() {
  const queue = new Queue("idle", { connection });
  const added = new Map();
  const taken = [];
  const worker = await consumer("idle", 1, paced, (job) => taken.push((performance.now() - added.get(job.data.video)) / 1000));
  for (let i = 0; i < paced; ++i) {
    await new Promise((resolve) => setTimeout(resolve, PACE));
    added.set(i, performance.now());
    await queue.add("job", { video: i, generation: 1 });
  }
  await worker.done;
  await worker.close();
  await queue.close();
  return taken.sort((a, b) => a - b);
}

const percentile = (sorted, share) => sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)];
const measured = await rate();
const taken = await latencies();
console.log(JSON.stringify({ rate: measured, median: percentile(taken, 0.5), p99: percentile(taken, 0.99) }));
