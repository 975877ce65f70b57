import { newestJob, type JobDetails, type Plan, type Task, type Video } from "./api";
import type { Fact } from "./follow";
import { Throttle } from "./live";
import { element, make, show } from "./page";
import { duration, eventWord, kbps, taskName, taskState, timeOf } from "./words";

const kPause = 5000;

// What is below a video's picture when it is unfolded: what is made of it, why, by which tasks, and what has happened.
export class Details {
  private readonly fold = element<HTMLDetailsElement>("details");
  private readonly again = new Throttle(kPause, () => void this.load());
  private id = "";

  constructor() {
    this.fold.addEventListener("toggle", () => this.changed());
  }

  open(id: string): void {
    this.close();
    this.id = id;
    show("details", true);
  }

  close(): void {
    this.again.stop();
    this.id = "";
    for (const part of ["facts", "renditions", "reasons", "tasks", "events"]) element(part).replaceChildren();
    show("details", false);
  }

  // Something about the video is new; asked for only while somebody looks.
  changed(): void {
    if (this.id && this.fold.open) this.again.wake();
  }

  facts(video: Video, facts: Fact[]): void {
    const lines: [string, string][] = [["id", video.id]];
    if (video.generation && video.generation > 1) lines.push(["attempt", `${video.generation}`]);
    if (video.sha256) lines.push(["SHA-256", video.sha256]);
    element("facts").replaceChildren(...lines.flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
    element("events").replaceChildren(...facts.map(eventLine));
  }

  private async load(): Promise<void> {
    const id = this.id;
    try {
      const job = await newestJob(id);
      if (job && id === this.id) this.showJob(job);
    } catch {
      // The card itself says what is wrong.
    }
  }

  private showJob(job: JobDetails): void {
    element("renditions").replaceChildren(...(job.plan ? renditions(job.plan) : [make("li", "Not decided yet.", "hint")]));
    element("reasons").replaceChildren(...(job.plan?.reasons ?? []).map((reason) => make("li", reason)));
    element("tasks").replaceChildren(...job.tasks.map((task) => taskLine(task, job.plan)));
  }
}

function eventLine(fact: Fact): HTMLElement {
  const line = make("li");
  line.append(make("time", timeOf(fact.at)), make("span", eventWord(fact.type)));
  return line;
}

function renditions(plan: Plan): HTMLElement[] {
  const pictures = plan.ladder.map((rung) =>
    make("li", `${rung.width} × ${rung.height}, ${rung.copied ? "as it was uploaded" : `at most ${kbps(rung.max_kbps)}`}`),
  );
  const sounds = plan.sounds.map((sound) => {
    const name = plan.sounds.length > 1 && sound.label ? `${sound.label}: ` : "";
    return make("li", `${name}${sound.channels === 1 ? "mono" : "stereo"}, ${kbps(sound.kbps)}`);
  });
  return [...pictures, ...sounds];
}

function taskLine(task: Task, plan: Plan | null): HTMLElement {
  const chunk = task.kind === "chunk" ? plan?.chunks[task.index] : undefined;
  const range = chunk ? `${duration(chunk.start_seconds)}–${duration(chunk.end_seconds)}` : "";
  const line = make("li", "", `task ${task.state}`);
  const name = make("span", taskName(task), "task-name");
  name.append(make("span", range, "hint"));
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = task.progress;
  bar.setAttribute("aria-label", `${taskName(task)} ${range}`);
  line.append(name, bar, make("span", taskState(task), "task-state"));
  if (task.error) line.append(make("p", task.error.message, "hint"));
  return line;
}
