import type { EventType, JobState, Status, Task, Video } from "./api";

const kStatus: Record<Status, string> = {
  uploading: "uploading",
  pending: "waiting",
  processing: "processing",
  completed: "ready",
  failed: "failed",
  cancelled: "cancelled",
};

export const statusWord = (status: Status): string => kStatus[status] ?? status;

export function nameOf(video: Video): string {
  const { name, filename, title } = video.metadata ?? {};
  const said = [title, name, filename].find((value) => typeof value === "string" && value !== "");
  return (said as string | undefined) ?? video.id;
}

export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000;
    ++unit;
  }
  return `${count.toFixed(unit === 0 || count >= 100 ? 0 : 1)} ${units[unit]}`;
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, "0"))).join(":");
}

// What is known of the picture: "1920 x 1080, 1:02".
export function about(video: Video): string {
  const parts: string[] = [];
  if (video.width && video.height) parts.push(`${video.width} × ${video.height}`);
  if (video.duration_seconds) parts.push(duration(video.duration_seconds));
  return parts.join(", ");
}

function lack(partial: { reason: string; at_seconds: number }): string {
  const at = duration(partial.at_seconds);
  if (partial.reason === "truncated_input") return `The file ends early: what could be read, up to ${at}, plays.`;
  if (partial.reason === "unsupported_codec") return "Its sound cannot be decoded: the picture plays.";
  return `The file is damaged from ${at} on: what could be read plays.`;
}

const kWaiting: Record<string, string> = {
  waiting_for_worker: "waiting for a worker",
  waiting_for_engine: "waiting for a worker of the version that began it",
  waiting_for_retry: "waiting to try again",
  waiting_for_slot: "waiting for free processor cores",
  waiting_for_memory: "waiting for memory",
  disk_full: "waiting: the server's disk is full",
  storage_unavailable: "waiting for the store, which does not answer",
};

export const waitingWords = (reason: string): string => kWaiting[reason] ?? reason.replaceAll("_", " ");

const kStages: Partial<Record<EventType, string>> = {
  "video.processing": "looking at the file",
  "video.planned": "making its first seconds",
  "video.playable": "it plays, the rest is being made",
};

// How far the work has got, by what has happened to the video so far.
export function stageWord(happened: EventType[]): string {
  const begun = happened.lastIndexOf("video.retried") + 1;
  const stages = happened.slice(begun).flatMap((type) => kStages[type] ?? []);
  return stages.at(-1) ?? "";
}

// The line below the progress bar.
export function note(video: Video, stage: string): string {
  const parts = [about(video)];
  if (video.status === "pending") parts.push("in the queue");
  if (video.status === "processing") parts.push(stage, `${video.progress} % done`);
  if (video.waiting_reason) parts.push(waitingWords(video.waiting_reason));
  if (video.partial) {
    parts.push(lack(video.partial));
  }
  return parts.filter((part) => part !== "").join(" · ");
}

// A length of time: "40 s", "3 min 20 s", "2 h 5 min".
export function span(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
}

export const timeOf = (moment: string): string => new Date(moment).toLocaleTimeString();

// A moment with its day, unless that is today.
export function since(moment: string): string {
  const when = new Date(moment);
  const today = when.toDateString() === new Date().toDateString();
  return today ? when.toLocaleTimeString() : when.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export const kbps = (rate: number): string => (rate < 1000 ? `${rate} kbit/s` : `${(rate / 1000).toFixed(1)} Mbit/s`);

const kEvents: Record<EventType, string> = {
  "video.created": "It was uploaded.",
  "video.processing": "A worker has taken it.",
  "video.planned": "The file was looked at, and what to make of it was decided.",
  "video.playable": "It can be watched from the beginning.",
  "video.completed": "All of it is ready.",
  "video.failed": "It failed.",
  "video.cancelled": "It was cancelled.",
  "video.updated": "What is said about it was changed.",
  "video.retried": "It was begun anew.",
  "video.deleted": "It was deleted.",
};

export const eventWord = (type: EventType): string => kEvents[type] ?? type;

export function taskName(task: Pick<Task, "kind" | "index">): string {
  if (task.kind === "probe") return "Look at the file";
  if (task.kind === "audio") return task.index > 0 ? `Sound ${task.index + 1}` : "Sound";
  return `Picture, part ${task.index + 1}`;
}

export function taskState(task: Task): string {
  const again = task.attempts + task.losses > 0 ? ", again" : "";
  if (task.state === "leased") return `${task.progress} %${again}`;
  return { waiting: `waiting${again}`, completed: "done", failed: "failed", cancelled: "cancelled" }[task.state];
}

const kJobStates: Record<JobState, string> = {
  waiting: "waiting",
  delayed: "delayed",
  active: "in work",
  completed: "completed",
  failed: "failed",
};

export const stateWord = (state: JobState): string => kJobStates[state] ?? state;
