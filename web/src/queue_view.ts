import { getQueue, listWorkers, type JobState, type Queue, type Worker } from "./api";
import { Throttle } from "./live";
import { element, make, show, text } from "./page";
import { bars, rows } from "./plot";
import { since, span, stateWord, taskName, waitingWords } from "./words";

const kPause = 5000;
const kStates: JobState[] = ["waiting", "delayed", "active", "completed", "failed"];

// How the queue stands and who works. Asked for when something has happened, and every few seconds while tasks run.
export class QueueView {
  private readonly again = new Throttle(kPause, () => void this.load());
  private visible = false;
  private moving = true;

  // `videoName`: what a video is called, where that is known.
  constructor(private readonly videoName: (id: string) => string) {
    setInterval(() => this.beat(), kPause);
  }

  open(): void {
    this.visible = true;
    show("queue", true);
    this.again.wake();
  }

  close(): void {
    this.visible = false;
    this.again.stop();
    show("queue", false);
  }

  // Something has happened to a video.
  changed(): void {
    if (this.visible) this.again.wake();
  }

  private beat(): void {
    if (this.visible && this.moving && !document.hidden) this.again.wake();
  }

  private async load(): Promise<void> {
    try {
      const [queue, workers] = await Promise.all([getQueue(), listWorkers()]);
      this.moving = queue.counts.active + queue.counts.delayed + queue.counts.waiting > 0 || workers.some((w) => w.lost);
      if (this.visible) this.show(queue, workers);
    } catch (error) {
      this.moving = true; // it may come back
      text("queue-error", error instanceof Error ? error.message : String(error));
      show("queue-error", true);
    }
  }

  private show(queue: Queue, workers: Worker[]): void {
    show("queue-error", false);
    element("counts").replaceChildren(...kStates.map((state) => count(state, queue.counts[state])));
    const oldest = queue.oldest_waiting_seconds;
    text("oldest", oldest === null ? "Nothing waits for a worker." : `The oldest has waited for ${span(oldest)}.`);
    element("waiting-reasons").replaceChildren(
      ...Object.entries(queue.waiting_reasons).map(([reason, jobs]) =>
        make("li", `${jobs} ${jobs === 1 ? "video is" : "videos are"} ${waitingWords(reason)}`),
      ),
    );
    const names = new Map(workers.map((worker) => [worker.id, nameOf(worker)]));
    element("workers").replaceChildren(...workers.map(workerLine));
    text("no-workers", queue.hint ?? "");
    show("no-workers", queue.hint !== null);
    element("running").replaceChildren(...queue.running.map((task) => runningLine(task, this.videoName(task.video), names)));
    show("running-part", queue.running.length > 0);
    this.plots(queue);
  }

  private plots(queue: Queue): void {
    const hour = queue.last_hour;
    const total = `${hour.completed} completed, ${hour.failed} failed in the last hour`;
    text("throughput-text", total);
    const plot = element("throughput");
    const words = { title: `Completed a minute: ${total}`, from: "an hour ago", to: "now" };
    plot.replaceChildren(bars(hour.completed_per_minute, words, plot.clientWidth));
    const latency = hour.latency_seconds;
    show("latency-none", latency === null);
    if (!latency) return element("latency").replaceChildren();
    const named = [
      { name: "half", value: latency.p50 },
      { name: "90 %", value: latency.p90 },
      { name: "99 %", value: latency.p99 },
      { name: "slowest", value: latency.max },
    ].map((row) => ({ ...row, words: span(row.value) }));
    const title = `From upload to ready: ${named.map((row) => `${row.name} ${row.words}`).join(", ")}`;
    element("latency").replaceChildren(rows(named, title, element("latency").clientWidth));
  }
}

function count(state: JobState, number: number): HTMLElement {
  const pair = make("div");
  pair.append(make("dt", stateWord(state)), make("dd", `${number}`, number > 0 ? state : "none"));
  return pair;
}

const nameOf = (worker: Worker): string => `${worker.host || "a machine without a name"}, process ${worker.pid}`;

function workerLine(worker: Worker): HTMLElement {
  const line = make("li", "", worker.lost ? "worker lost" : "worker");
  const name = make("span", nameOf(worker), "ellipsis");
  const seen = worker.lost ? `not heard of since ${since(worker.last_seen)}` : `here since ${since(worker.since)}`;
  name.append(make("span", seen, "about"));
  const slots = make("span", "", "slots");
  for (let i = 0; i < Math.min(worker.slots, 32); ++i) slots.append(make("i", "", i < worker.busy ? "busy" : ""));
  const busy = make("span", worker.lost ? "lost" : `${worker.busy} of ${worker.slots} busy`, "slots-text");
  slots.setAttribute("aria-hidden", "true");
  line.append(name, slots, busy);
  return line;
}

function runningLine(task: Queue["running"][number], video: string, names: Map<string, string>): HTMLElement {
  const line = make("li", "", "task leased");
  const link = document.createElement("a");
  link.href = `#${task.video}`;
  link.className = "task-name";
  link.append(make("span", video, "ellipsis name"));
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = task.progress;
  bar.setAttribute("aria-label", `${video}: ${taskName(task)}`);
  link.append(make("span", [taskName(task), names.get(task.worker ?? "")].filter(Boolean).join(" · "), "hint"));
  line.append(link, bar, make("span", `${task.progress} %`, "task-state"));
  return line;
}
