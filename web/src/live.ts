import { type EventType, type Video, kEventTypes } from "./api";

// What /v1/events pushes: the video as it is now. Of a deleted one only the id is there.
export type News = Pick<Video, "id"> & Partial<Video> & { type: EventType };

// The events of all videos, for as long as the page is open. `opened` is called when the stream has begun, and
// again whenever it has been lost and taken up anew.
export function listen(heard: (news: News) => void, opened: () => void): void {
  const source = new EventSource("/v1/events");
  source.addEventListener("open", opened);
  for (const event of kEventTypes) {
    source.addEventListener(event, (message: MessageEvent<string>) => {
      heard(JSON.parse(message.data) as News);
    });
  }
}

// Calls `act` soon after wake(), and not again before `pause` milliseconds have passed.
export class Throttle {
  private last = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly pause: number,
    private readonly act: () => void,
  ) {}

  wake(): void {
    if (this.timer !== undefined) return;
    const wait = Math.max(0, this.last + this.pause - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.last = performance.now();
      this.act();
    }, wait);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
