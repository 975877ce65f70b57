import { type Video, kEventTypes } from "./api";
import type { Fact } from "./follow";
import { stream } from "./stream";

// What /v1/events pushes: the video as it is now. Of a deleted one only the id is there.
export type News = Pick<Video, "id"> & Partial<Video> & Fact;

// The events of all videos, while the page is looked at. `opened` is called when there may be news that were not heard.
export function listen(heard: (news: News) => void, opened: () => void): void {
  const hear = (data: string) => heard(JSON.parse(data) as News);
  stream("/v1/events", Object.fromEntries(kEventTypes.map((event) => [event, hear])), opened);
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
