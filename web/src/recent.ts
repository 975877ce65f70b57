import { listVideos, type Video } from "./api";
import { element, show } from "./page";
import { about, nameOf, statusWord } from "./words";

// The list of recent videos, a page at a time.
export class Recent {
  private cursor: string | undefined;

  constructor() {
    element("more").addEventListener("click", () => void this.load(this.cursor));
  }

  async load(cursor?: string): Promise<void> {
    try {
      const page = await listVideos(cursor);
      const list = element("list");
      if (!cursor) list.replaceChildren();
      list.append(...page.data.map(row));
      this.cursor = page.next_cursor ?? undefined;
      show("more", this.cursor !== undefined);
      show("recent", list.childElementCount > 0);
    } catch {
      // The list is a convenience; what matters says its own error.
    }
  }
}

function row(video: Video): HTMLLIElement {
  const link = document.createElement("a");
  link.href = `#${video.id}`;
  if (location.hash === link.hash) link.setAttribute("aria-current", "true");
  const name = document.createElement("span");
  name.className = "ellipsis";
  name.textContent = nameOf(video);
  const details = document.createElement("span");
  details.className = "about";
  const created = new Date(video.created_at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  details.textContent = [created, about(video)].filter(Boolean).join(" · ");
  name.append(details);
  const status = document.createElement("span");
  status.className = `status ${video.status}`;
  status.textContent = statusWord(video.status);
  link.append(name, status);
  const item = document.createElement("li");
  item.append(link);
  return item;
}
