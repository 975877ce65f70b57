import { type EventType, type Video, isFinal, kEventTypes, videoPath } from "./api";

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
}

// Follows a video until it has ended or the returned function is called. A lost connection is
// taken up again by the browser, from the last event it has seen.
export function follow(id: string, to: Followed): () => void {
  const source = new EventSource(`${videoPath(id)}/events`);
  for (const event of kEventTypes) {
    if (event === "video.deleted") continue; // the stream's end says it
    source.addEventListener(event, (message: MessageEvent<string>) => {
      const { type, sequence, at, ...video } = JSON.parse(message.data) as Video & Fact;
      to.video(video, { type, sequence, at });
    });
  }
  // Comes after all facts that there are.
  source.addEventListener("progress", (message: MessageEvent<string>) => {
    const { progress, waiting_reason, status } = JSON.parse(message.data) as Video;
    to.progress(progress, waiting_reason ?? "");
    if (isFinal({ status })) source.close();
  });
  return () => source.close();
}
