import { listVideos, type Video } from "./api";
import { Throttle } from "./live";

const kPause = 300;

// What the server finds of what is typed, a page at a time; the answers to what was typed before are thrown away.
export class Search {
  videos: Video[] = [];
  cursor: string | undefined;
  state: "none" | "asking" | "answered" | "failed" = "none";
  private wanted = "";
  private turn = 0; // counts what was typed
  private asked = -1; // the turn of the answer that is waited for
  private readonly soon = new Throttle(kPause, () => void this.more());

  // `changed` is called when there is something new to show.
  constructor(private readonly changed: () => void) {}

  type(wanted: string): void {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    ++this.turn;
    this.videos = [];
    this.cursor = undefined;
    this.state = wanted === "" ? "none" : "asking";
    if (wanted === "") this.soon.stop();
    else this.soon.wake();
  }

  async more(): Promise<void> {
    const turn = this.turn;
    if (this.asked === turn) return;
    this.asked = turn;
    try {
      // A page may be empty although others follow.
      do {
        const page = await listVideos(this.cursor, this.wanted);
        if (turn !== this.turn) return;
        this.videos = [...this.videos, ...page.data];
        this.cursor = page.next_cursor ?? undefined;
      } while (this.cursor !== undefined && this.videos.length === 0);
      this.state = "answered";
    } catch {
      if (turn !== this.turn) return;
      this.state = "failed";
    }
    this.asked = -1;
    this.changed();
  }
}
