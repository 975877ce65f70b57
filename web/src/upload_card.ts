import type { Video } from "./api";
import { bar, element, show, text } from "./page";
import { upload, type Upload } from "./upload";
import { bytes } from "./words";

// The card of the upload under way. One at a time: a second file waits until the first is gone.
export class UploadCard {
  private current: Upload | undefined;

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
    show("upload", true);
    text("upload-name", file.name);
    text("upload-cancel", "Stop");
    this.progress(0, file.size);
    this.current = upload(file, (sent, total) => this.progress(sent, total));
    try {
      const video = await this.current.video;
      show("upload", false);
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
    text("upload-text", `${bytes(sent)} of ${bytes(total)}`);
  }
}
