// The part of vodmill's HTTP API that the page uses.

export type Status = "uploading" | "pending" | "processing" | "completed" | "failed" | "cancelled";

export const kEventTypes = [
  "video.created",
  "video.processing",
  "video.planned",
  "video.playable",
  "video.completed",
  "video.failed",
  "video.cancelled",
  "video.updated",
  "video.retried",
  "video.deleted",
] as const;

export type EventType = (typeof kEventTypes)[number];

export interface Video {
  id: string;
  status: Status;
  playable: boolean;
  progress: number;
  waiting_reason?: string | null;
  partial?: { reason: string; at_seconds: number } | null;
  error?: { code: string; message: string; retryable: boolean } | null;
  duration_seconds?: number | null;
  width?: number;
  height?: number;
  generation?: number;
  created_at: string;
  updated_at?: string;
  playback_url?: string | null;
  poster_url?: string | null;
  storyboard_url?: string | null;
  metadata?: Record<string, unknown>;
  size?: number;
  sha256?: string | null;
}

export interface Page {
  data: Video[];
  next_cursor?: string | null;
}

export interface Failure {
  code: string;
  message: string;
}

export interface Task {
  kind: "probe" | "chunk" | "audio";
  index: number;
  state: "waiting" | "leased" | "completed" | "failed" | "cancelled";
  attempts: number;
  losses: number;
  worker: string | null;
  progress: number;
  error: Failure | null;
}

export type JobState = "waiting" | "delayed" | "active" | "completed" | "failed";

export interface Job {
  id: string;
  video: string;
  generation: number;
  state: JobState;
  waiting_reason: string | null;
}

export interface Plan {
  ladder: { name: string; width: number; height: number; max_kbps: number; copied: boolean }[];
  sounds: { kbps: number; channels: number; label: string | null }[];
  chunks: { segments: number; start_seconds: number; end_seconds: number }[];
  segments: number;
  frame_rate: number | null;
  reasons: string[];
}

export interface JobDetails extends Job {
  source: { container: string; size: number } | null;
  plan: Plan | null;
  tasks: Task[];
}

export interface Queue {
  counts: Record<JobState, number>;
  waiting_reasons: Record<string, number>;
  oldest_waiting_seconds: number | null;
  hint: string | null;
  running: (Task & { video: string })[];
  last_hour: {
    completed: number;
    failed: number;
    completed_per_minute: number[];
    latency_seconds: { p50: number; p90: number; p99: number; max: number } | null;
  };
}

export interface Worker {
  id: string;
  host: string;
  pid: number;
  slots: number;
  busy: number;
  since: string;
  last_seen: string;
  lost: boolean;
}

// What the server answered with, as its problem+json says it.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

// `body` is the text of an answer that is not a success.
export function apiError(status: number, body: string): ApiError {
  try {
    const problem = JSON.parse(body) as { code?: string; detail?: string; title?: string };
    const text = problem.detail ?? problem.title;
    if (text) return new ApiError(status, problem.code ?? "", text);
  } catch {
    // Not ours: a proxy's page, or nothing at all.
  }
  return new ApiError(status, "", status === 0 ? "The server can't be reached." : `The server answered ${status}.`);
}

async function call(method: string, path: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { method });
  } catch {
    throw apiError(0, "");
  }
  if (!answer.ok) throw apiError(answer.status, await answer.text());
  return answer;
}

export const videoPath = (id: string): string => `/v1/videos/${encodeURIComponent(id)}`;

export async function getVideo(id: string): Promise<Video> {
  return (await call("GET", videoPath(id))).json() as Promise<Video>;
}

// `wanted`: what they are called, or a part of it; "" for all.
export async function listVideos(cursor?: string, wanted = ""): Promise<Page> {
  const query = new URLSearchParams({ limit: "20" });
  if (wanted) query.set("q", wanted);
  if (cursor) query.set("cursor", cursor);
  return (await call("GET", `/v1/videos?${query}`)).json() as Promise<Page>;
}

// The job of the video's newest generation, with its plan and tasks.
export async function newestJob(video: string): Promise<JobDetails | undefined> {
  const query = new URLSearchParams({ video, limit: "1" });
  const page = (await (await call("GET", `/v1/jobs?${query}`)).json()) as { data: Job[] };
  const job = page.data[0];
  return job && ((await (await call("GET", `/v1/jobs/${encodeURIComponent(job.id)}`)).json()) as JobDetails);
}

export async function getQueue(): Promise<Queue> {
  return (await call("GET", "/v1/queue")).json() as Promise<Queue>;
}

export async function listWorkers(): Promise<Worker[]> {
  return ((await (await call("GET", "/v1/workers")).json()) as { data: Worker[] }).data;
}

export const retryVideo = (id: string) => call("POST", `${videoPath(id)}/retry`);
export const cancelVideo = (id: string) => call("POST", `${videoPath(id)}/cancel`);
export const deleteVideo = (id: string) => call("DELETE", videoPath(id));

export function playbackUrl(video: Video): string {
  return video.playback_url ?? `/play/${encodeURIComponent(video.id)}/index.m3u8`;
}

export const isFinal = (video: Pick<Video, "status">): boolean =>
  video.status === "completed" || video.status === "failed" || video.status === "cancelled";
