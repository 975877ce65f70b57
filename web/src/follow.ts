import { type Video, isFinal, videoPath } from "./api";

// What the stream of a video's events pushes.
export interface Followed {
  video(video: Video): void;
  progress(progress: number, waitingReason: string): void;
}

const kEvents = ["created", "processing", "planned", "playable", "completed", "failed", "cancelled"];

// Follows a video until it has ended or the returned function is called. A lost connection is
// taken up again by the browser, from the last event it has seen.
export function follow(id: string, to: Followed): () => void {
  const source = new EventSource(`${videoPath(id)}/events`);
  for (const event of kEvents) {
    source.addEventListener(`video.${event}`, (message: MessageEvent<string>) => {
      const video = JSON.parse(message.data) as Video;
      to.video(video);
      if (isFinal(video)) source.close();
    });
  }
  source.addEventListener("progress", (message: MessageEvent<string>) => {
    const { progress, waiting_reason } = JSON.parse(message.data) as { progress: number; waiting_reason?: string };
    to.progress(progress, waiting_reason ?? "");
  });
  return () => source.close();
}
