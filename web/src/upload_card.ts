import type { Video } from "./api";
import { bar, element, show, text } from "./page";
import { upload, type Upload } from "./upload";
import { Rate } from "./rate";
import { bytes, span } from "./words";

// A file that is chosen or dropped again so soon is meant once.
const kSameFile = 3000;

// The card of the upload under way. One at a time: a second file waits until the first is gone.
export class UploadCard {
  private current: Upload | undefined;
  private rate = new Rate();
  private last: { file: string; at: number; video: Video } | undefined;

  constructor(private readonly done: (video: Video) => void) {
    element("upload-cancel").addEventListener("click", () => {
      if (this.current) this.current.stop();
      else show("upload", false);
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.current) event.preventDefault();
    });
  }

  async send(file: File): Promise<void> {
    if (this.current) {
      text("upload-text", "One upload at a time: stop this one first, or wait for its end.");
      return;
    }
    const name = `${file.name} ${file.size} ${file.lastModified}`;
    if (this.last?.file === name && performance.now() - this.last.at < kSameFile) return this.done(this.last.video);
    show("upload", true);
    text("upload-name", file.name);
    text("upload-cancel", "Stop");
    this.rate = new Rate();
    this.progress(0, file.size);
    this.current = upload(file, (sent, total) => this.progress(sent, total));
    try {
      const video = await this.current.video;
      show("upload", false);
      this.last = { file: name, at: performance.now(), video };
      this.done(video);
    } catch (error) {
      text("upload-text", error instanceof Error ? error.message : String(error));
      text("upload-cancel", "Close");
    } finally {
      this.current = undefined;
    }
  }

  private progress(sent: number, total: number): void {
    bar("upload-progress", total > 0 ? (100 * sent) / total : 0);
    const speed = this.rate.at(sent, performance.now() / 1000);
    const parts = [`${bytes(sent)} of ${bytes(total)}`];
    if (sent === total) parts.push("the server stores it");
    else if (speed > 0) parts.push(`${bytes(speed)}/s`, `${span((total - sent) / speed)} left`);
    text("upload-text", parts.join(" · "));
  }
}
