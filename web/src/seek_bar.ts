import { element, make } from "./page";
import { type Cell, cellAt, parseStoryboard } from "./storyboard";
import { duration } from "./words";

const kStep = 5; // seconds, of an arrow key
const kLeap = 30; // of page up and page down
const kReloadAfter = 4000; // milliseconds: a storyboard that still grows

// The bar below the picture: shows what is to be seen at a moment before going there, by pointer or keys.
export class SeekBar {
  private readonly bar = element("seek");
  private readonly played = element("seek-played");
  private readonly preview = element("seek-preview");
  private readonly picture = make("div", "", "cell");
  private readonly label = make("span");
  private cells: Cell[] = [];
  private url = "";
  private grows = false;
  private loadedAt = 0;
  private total = 0;

  constructor(private readonly video: HTMLVideoElement) {
    this.preview.append(this.picture, this.label);
    this.bar.addEventListener("pointermove", (event) => this.point(event.clientX));
    this.bar.addEventListener("pointerleave", () => this.hide());
    this.bar.addEventListener("blur", () => this.hide());
    this.bar.addEventListener("click", (event) => this.go(this.timeAt(event.clientX)));
    this.bar.addEventListener("keydown", (event) => this.key(event));
    video.addEventListener("timeupdate", () => this.mark());
    video.addEventListener("durationchange", () => this.mark());
  }

  // `total` seconds, when they are known; a storyboard that `grows` is asked for again now and then.
  show(url: string | null | undefined, total: number | null | undefined, grows: boolean): void {
    const isNew = (url ?? "") !== this.url || (this.grows && !grows);
    this.url = url ?? "";
    this.grows = grows;
    this.total = total ?? 0;
    this.mark();
    if (!this.url) this.cells = [];
    else if (isNew) void this.load();
  }

  private async load(): Promise<void> {
    const url = this.url;
    this.loadedAt = Date.now();
    try {
      const answer = await fetch(url);
      if (!answer.ok) return;
      const cells = parseStoryboard(await answer.text(), new URL(url, location.href).href);
      if (url === this.url) this.cells = cells;
    } catch {
      // Without pictures the bar still shows the time.
    }
  }

  private length(): number {
    if (this.total > 0) return this.total;
    return Number.isFinite(this.video.duration) ? this.video.duration : 0;
  }

  private mark(): void {
    const length = this.length();
    const now = this.video.currentTime;
    this.played.style.width = length > 0 ? `${Math.min(100, (100 * now) / length)}%` : "0";
    this.bar.setAttribute("aria-valuemax", `${Math.floor(length)}`);
    this.bar.setAttribute("aria-valuenow", `${Math.floor(now)}`);
    this.bar.setAttribute("aria-valuetext", `${duration(now)} of ${duration(length)}`);
  }

  private timeAt(clientX: number): number {
    const { left, width } = this.bar.getBoundingClientRect();
    const part = width > 0 ? (clientX - left) / width : 0;
    return Math.min(Math.max(part, 0), 1) * this.length();
  }

  private point(clientX: number): void {
    this.look(this.timeAt(clientX));
  }

  private look(time: number): void {
    if (this.grows && Date.now() - this.loadedAt > kReloadAfter) void this.load();
    const length = this.length();
    if (length <= 0) return;
    const cell = cellAt(this.cells, time);
    this.picture.hidden = !cell;
    if (cell) {
      this.picture.style.width = `${cell.width}px`;
      this.picture.style.height = `${cell.height}px`;
      this.picture.style.backgroundImage = `url("${cell.url}")`;
      this.picture.style.backgroundPosition = `${-cell.x}px ${-cell.y}px`;
    }
    this.label.textContent = duration(time);
    this.preview.hidden = false;
    const room = this.bar.clientWidth - this.preview.offsetWidth;
    const left = (time / length) * this.bar.clientWidth - this.preview.offsetWidth / 2;
    this.preview.style.left = `${Math.min(Math.max(0, left), Math.max(0, room))}px`;
  }

  private hide(): void {
    this.preview.hidden = true;
  }

  private go(time: number): void {
    this.video.currentTime = Math.min(Math.max(0, time), this.length());
    this.mark();
  }

  private key(event: KeyboardEvent): void {
    const now = this.video.currentTime;
    const targets: Record<string, number> = {
      ArrowLeft: now - kStep,
      ArrowDown: now - kStep,
      ArrowRight: now + kStep,
      ArrowUp: now + kStep,
      PageDown: now - kLeap,
      PageUp: now + kLeap,
      Home: 0,
      End: this.length(),
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.go(target);
    this.look(this.video.currentTime);
  }
}
