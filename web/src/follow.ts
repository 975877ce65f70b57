import { type EventType, type Video, isFinal, kEventTypes, videoPath } from "./api";
import { stream } from "./stream";

// What has happened to a video, and when.
export interface Fact {
  type: EventType;
  sequence: number;
  at: string;
}

// What the stream of a video's events pushes.
export interface Followed {
  video(video: Video, fact: Fact): void;
  progress(progress: number, waitingReason: string): void;
  deleted(): void;
}

// Follows a video, while the page is looked at, until it has ended or the returned function is called. What was told
// before may be told again.
export function follow(id: string, to: Followed): () => void {
  const fact = (data: string) => {
    const { type, sequence, at, ...video } = JSON.parse(data) as Video & Fact;
    to.video(video, { type, sequence, at });
  };
  const on: Record<string, (data: string) => void> = Object.fromEntries(kEventTypes.map((event) => [event, fact]));
  on["video.deleted"] = () => {
    stop();
    to.deleted();
  };
  // Comes after all facts that there are.
  on["progress"] = (data) => {
    const { progress, waiting_reason, status } = JSON.parse(data) as Video;
    to.progress(progress, waiting_reason ?? "");
    if (isFinal({ status })) stop();
  };
  const stop = stream(`${videoPath(id)}/events`, on);
  return stop;
}
