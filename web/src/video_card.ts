import * as api from "./api";
import { Details } from "./details";
import { type Fact, follow } from "./follow";
import type { News } from "./live";
import { bar, element, lookedAt, show, text } from "./page";
import { Player } from "./player";
import { SeekBar } from "./seek_bar";
import { nameOf, note, stageWord, statusWord } from "./words";

// The card of the one video that is looked at: its state as it is pushed, its picture, its buttons.
export class VideoCard {
  private readonly player = new Player(element<HTMLVideoElement>("player"));
  private readonly seekBar = new SeekBar(element<HTMLVideoElement>("player"));
  private video: api.Video | undefined;
  private readonly details = new Details();
  private facts: Fact[] = [];
  private unfollow: () => void = () => undefined;

  constructor() {
    this.button("cancel", (id) => api.cancelVideo(id));
    this.button("retry", async (id) => {
      await api.retryVideo(id);
      this.player.stop();
    });
    this.button("delete", async (id) => {
      await api.deleteVideo(id);
      location.hash = "";
    });
  }

  async open(id: string): Promise<void> {
    this.close();
    try {
      const video = await api.getVideo(id);
      if (lookedAt() !== id) return; // left meanwhile
      this.details.open(id);
      this.show(video);
      this.details.changed();
      this.follow(id);
    } catch (error) {
      this.explain(id, error);
    }
  }

  close(): void {
    this.unfollow();
    this.player.stop();
    this.details.close();
    this.video = undefined;
    this.facts = [];
    show("video", false);
  }

  // What has happened to any video. Of one that has ended nothing else tells: it is followed no more.
  heard(news: News): void {
    if (!this.video || news.id !== this.video.id) return;
    if (news.type === "video.deleted") this.gone();
    else if (api.isFinal(this.video)) this.happened(news, { type: news.type, sequence: news.sequence, at: news.at });
  }

  // There may be news that were not heard.
  async catchUp(): Promise<void> {
    const id = this.video?.id;
    if (!id) return;
    try {
      const video = await api.getVideo(id);
      if (this.video?.id === id) this.take(video);
    } catch (error) {
      const isGone = error instanceof api.ApiError && error.code === "not_found";
      if (isGone && this.video?.id === id) this.gone();
    }
  }

  private happened(video: Partial<api.Video>, fact: Fact): void {
    // A stream that is taken up again may repeat what has been told.
    if (this.facts.every((known) => known.sequence !== fact.sequence)) this.facts.push(fact);
    this.details.changed();
    // Of a video that is deleted by now there is the id alone.
    if (video.updated_at) this.take(video as api.Video);
  }

  // A stream may begin with what happened before the page asked.
  private take(video: api.Video): void {
    const known = this.video;
    const isNews = !known?.updated_at || (video.updated_at ?? "") >= known.updated_at;
    const isBegunAnew = isNews && known !== undefined && api.isFinal(known) && !api.isFinal(video);
    if (isBegunAnew) this.player.stop();
    this.show(isNews ? video : known);
    if (isBegunAnew) this.follow(video.id);
  }

  private follow(id: string): void {
    this.unfollow();
    this.unfollow = follow(id, {
      video: (video, fact) => this.happened(video, fact),
      deleted: () => this.gone(),
      progress: (progress, waiting_reason) => {
        if (this.video) this.show({ ...this.video, progress, waiting_reason });
        this.details.changed();
      },
    });
  }

  private show(video: api.Video): void {
    this.video = video;
    const final = api.isFinal(video);
    show("video", true);
    text("video-name", nameOf(video));
    text("status", statusWord(video.status));
    element("status").className = `status ${video.status}`;
    show("progress", video.status === "processing" || video.status === "pending");
    bar("progress", video.progress);
    this.showNote(video);
    this.showError(video.error ? `${video.error.message} (${video.error.code})` : "");
    show("cancel", !final);
    show("retry", video.status === "cancelled" || (video.status === "failed" && video.error?.retryable !== false));
    show("delete", true);
    this.showPicture(video);
    this.details.facts(video, this.facts);
  }

  private showNote(video: api.Video): void {
    text("note", note(video, stageWord(this.facts.map((fact) => fact.type))));
  }

  private showPicture(video: api.Video): void {
    const url = api.playbackUrl(video);
    show("stage", video.playable);
    show("seek", video.playable);
    this.seekBar.show(video.storyboard_url, video.duration_seconds, !api.isFinal(video));
    const poster = video.poster_url ?? "";
    const player = element<HTMLVideoElement>("player");
    if (player.getAttribute("poster") !== poster) player.setAttribute("poster", poster);
    show("link", video.playable);
    element<HTMLAnchorElement>("link").href = url;
    if (video.width && video.height) {
      element("player").style.aspectRatio = `${video.width} / ${video.height}`;
    }
    if (video.playable) this.player.play(url);
    else this.player.stop();
  }

  private showError(message: string): void {
    text("error", message);
    show("error", message !== "");
  }

  private explain(id: string, error: unknown): void {
    this.showNameAlone(id, "");
    this.showError(error instanceof Error ? error.message : String(error));
  }

  private gone(): void {
    const name = this.video ? nameOf(this.video) : "";
    this.close();
    this.showNameAlone(name, "It was deleted.");
    this.showError("");
  }

  private showNameAlone(name: string, note: string): void {
    show("video", true);
    for (const hidden of ["stage", "seek", "progress", "cancel", "retry", "delete", "link"]) show(hidden, false);
    text("video-name", name);
    text("status", "");
    text("note", note);
  }

  private button(name: string, act: (id: string) => Promise<unknown>): void {
    const button = element<HTMLButtonElement>(name);
    button.addEventListener("click", async () => {
      const id = this.video?.id;
      if (!id) return;
      button.disabled = true;
      try {
        await act(id);
        if (lookedAt() === id) await this.open(id);
      } catch (error) {
        this.showError(error instanceof Error ? error.message : String(error));
      } finally {
        button.disabled = false;
      }
    });
  }
}
