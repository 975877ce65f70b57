import { ApiError, getVideo } from "./api";
import { bar, element, show, text } from "./page";
import { Rate } from "./rate";
import { upload, type Upload } from "./upload";
import { UploadKeys } from "./upload_keys";
import { bytes, span } from "./words";

const codeOf = (error: unknown): string => (error instanceof ApiError ? error.code : "");

// The card of the upload under way. One at a time: a second file waits until the first is gone.
export class UploadCard {
  private readonly keys = new UploadKeys();
  private busy = false;
  private current: Upload | undefined;
  private stopped = false;
  private rate = new Rate();

  // `done` is told the id of the video that the file has become.
  constructor(private readonly done: (id: string) => void) {
    element("upload-cancel").addEventListener("click", () => {
      this.stopped = true;
      if (this.busy) this.current?.stop();
      else show("upload", false);
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.busy) event.preventDefault();
    });
  }

  async send(file: File): Promise<void> {
    if (this.busy) {
      text("upload-text", "One upload at a time: stop this one first, or wait for its end.");
      return;
    }
    this.busy = true;
    this.stopped = false;
    show("upload", true);
    text("upload-name", file.name);
    text("upload-cancel", "Stop");
    this.rate = new Rate();
    this.progress(0, file.size);
    try {
      if (file.size === 0) throw new Error("This file is empty: there is nothing to upload.");
      const id = (await this.madeBefore(file)) ?? (await this.upload(file));
      this.keys.becameVideo(file, id);
      show("upload", false);
      this.done(id);
    } catch (error) {
      text("upload-text", error instanceof Error ? error.message : String(error));
      text("upload-cancel", "Close");
    } finally {
      this.busy = false;
      this.current = undefined;
    }
  }

  // The video that this file became a moment ago, unless it was deleted since.
  private async madeBefore(file: File): Promise<string | undefined> {
    const { video } = this.keys.of(file);
    try {
      return video && (await getVideo(video)).id;
    } catch (error) {
      if (codeOf(error) !== "not_found") throw error;
      this.keys.forget(file);
      return undefined;
    }
  }

  private async upload(file: File): Promise<string> {
    try {
      return await this.attempt(file);
    } catch (error) {
      if (codeOf(error) === "idempotency_key_busy") {
        throw new Error("This file is being uploaded already, perhaps in another tab. If not, try again in two minutes.");
      }
      // An upload whose answer was lost had made a video, and it was deleted.
      if (codeOf(error) !== "gone") throw error;
      this.keys.forget(file);
      return this.attempt(file);
    }
  }

  private async attempt(file: File): Promise<string> {
    if (this.stopped) throw new Error("The upload was stopped.");
    this.current = upload(file, this.keys.of(file).key, (sent, total) => this.progress(sent, total));
    return (await this.current.video).id;
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
