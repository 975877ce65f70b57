import { listVideos, type Page, type Video } from "./api";
import type { News } from "./live";
import { element, make, show, text } from "./page";
import { Search } from "./search";
import { about, nameOf, statusWord } from "./words";

// The list of recent videos: a page at a time, kept up to date. What is searched is looked for here, and by the server
// among all there are.
export class Recent {
  private cursor: string | undefined;
  private asked: string | undefined; // the cursor that More waits for
  private videos: Video[] = [];
  // For each answer that is waited for, what is heard meanwhile: the answer may be older.
  private readonly meanwhile = new Set<News[]>();
  private readonly box = element<HTMLInputElement>("search");
  private readonly search = new Search(() => this.show());

  constructor() {
    element("list-again").addEventListener("click", () => void this.load());
    element("more").addEventListener("click", () => {
      if (this.search.state === "none") void this.more();
      else void this.search.more();
    });
    this.box.addEventListener("input", () => {
      this.search.type(this.wanted());
      this.show();
    });
  }

  load(): Promise<void> {
    return this.ask(listFirst(this.videos.length), (page) => {
      this.videos = page.data;
      this.cursor = page.next_cursor ?? undefined;
    });
  }

  private async more(): Promise<void> {
    const cursor = this.cursor;
    if (cursor === undefined || this.asked === cursor) return;
    this.asked = cursor;
    await this.ask(listVideos(cursor), (page) => {
      if (this.cursor !== cursor) return; // the list is another by now
      const known = new Set(this.videos.map((video) => video.id));
      this.videos = [...this.videos, ...page.data.filter((video) => !known.has(video.id))];
      this.cursor = page.next_cursor ?? undefined;
    });
    if (this.asked === cursor) this.asked = undefined;
  }

  private async ask(answer: Promise<Page>, take: (page: Page) => void): Promise<void> {
    const heard: News[] = [];
    this.meanwhile.add(heard);
    try {
      take(await answer);
      heard.forEach((news) => this.apply(news));
      show("list-failed", false);
      this.show();
    } catch (error) {
      text("list-error", error instanceof Error ? error.message : String(error));
      show("list-failed", true);
    } finally {
      this.meanwhile.delete(heard);
    }
  }

  // What the video is called; its id when it is not listed here.
  name(id: string): string {
    const video = this.videos.find((listed) => listed.id === id);
    return video ? nameOf(video) : id;
  }

  // What has happened to any video.
  heard(news: News): void {
    this.meanwhile.forEach((heard) => heard.push(news));
    this.apply(news);
    this.show();
  }

  private apply(news: News): void {
    const at = this.videos.findIndex((video) => video.id === news.id);
    const found = this.search.videos.findIndex((video) => video.id === news.id);
    if (found >= 0 && news.status) this.search.videos[found] = news as Video;
    if (news.type === "video.deleted") {
      if (at >= 0) this.videos.splice(at, 1);
      if (found >= 0) this.search.videos.splice(found, 1);
    } else if (news.status) {
      if (at >= 0) this.videos[at] = news as Video;
      else if (news.type === "video.created") this.videos.unshift(news as Video);
    }
  }

  show(): void {
    const wanted = this.wanted().toLocaleLowerCase();
    const here = this.videos.filter((video) => matches(video, wanted));
    const ids = new Set(here.map((video) => video.id));
    const found = [...here, ...this.search.videos.filter((video) => !ids.has(video.id))];
    found.sort((a, b) => b.created_at.localeCompare(a.created_at));
    element("list").replaceChildren(...found.map(row));
    show("more", (this.search.state === "none" ? this.cursor : this.search.cursor) !== undefined);
    show("recent", this.videos.length > 0);
    show("search", this.videos.length > 1 || wanted !== "");
    text("found", wanted === "" ? "" : this.summary(found.length));
  }

  private wanted(): string {
    return this.box.value.trim();
  }

  private summary(found: number): string {
    if (this.search.state === "asking") return "Looking…";
    const all = `${found} ${found === 1 ? "video" : "videos"} found`;
    if (this.search.state === "failed") return `${all} here; older ones could not be looked through`;
    return this.search.cursor === undefined ? all : `${all}; More looks further back`;
  }
}

// The newest videos: `count` of them, or a page if that is more.
async function listFirst(count: number): Promise<Page> {
  const first = await listVideos();
  while (first.next_cursor && first.data.length < count) {
    const next = await listVideos(first.next_cursor);
    first.data.push(...next.data);
    first.next_cursor = next.next_cursor;
  }
  return first;
}

function matches(video: Video, wanted: string): boolean {
  return [nameOf(video), statusWord(video.status), video.id].some((text) => text.toLocaleLowerCase().includes(wanted));
}

function poster(video: Video): HTMLElement {
  const place = make("span", "", "thumb");
  if (!video.poster_url) return place;
  const image = document.createElement("img");
  image.src = video.poster_url;
  image.alt = ""; // the name stands beside it
  image.loading = "lazy";
  place.append(image);
  return place;
}

function row(video: Video): HTMLLIElement {
  const link = document.createElement("a");
  link.href = `#${video.id}`;
  if (location.hash === link.hash) link.setAttribute("aria-current", "true");
  const created = new Date(video.created_at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const name = make("span", nameOf(video), "ellipsis");
  name.append(make("span", [created, about(video)].filter(Boolean).join(" · "), "about"));
  link.append(poster(video), name, make("span", statusWord(video.status), `status ${video.status}`));
  const item = document.createElement("li");
  item.append(link);
  return item;
}
