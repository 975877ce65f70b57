// The part of vodmill's HTTP API that the page uses.

export type Status = "uploading" | "pending" | "processing" | "completed" | "failed" | "cancelled";

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
  metadata?: Record<string, unknown>;
}

export interface Page {
  data: Video[];
  next_cursor?: string | null;
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

export async function listVideos(cursor?: string): Promise<Page> {
  const query = new URLSearchParams({ limit: "20" });
  if (cursor) query.set("cursor", cursor);
  return (await call("GET", `/v1/videos?${query}`)).json() as Promise<Page>;
}

export const retryVideo = (id: string) => call("POST", `${videoPath(id)}/retry`);
export const cancelVideo = (id: string) => call("POST", `${videoPath(id)}/cancel`);
export const deleteVideo = (id: string) => call("DELETE", videoPath(id));

export function playbackUrl(video: Video): string {
  return video.playback_url ?? `/play/${encodeURIComponent(video.id)}/index.m3u8`;
}

export const isFinal = (video: Video): boolean =>
  video.status === "completed" || video.status === "failed" || video.status === "cancelled";
