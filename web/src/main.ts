import { listen } from "./live";
import { element, lookedAt, show } from "./page";
import { QueueView } from "./queue_view";
import { Recent } from "./recent";
import { UploadCard } from "./upload_card";
import { VideoCard } from "./video_card";

const kQueue = "queue";

const recent = new Recent();
const queueView = new QueueView((id) => recent.name(id));
const videoCard = new VideoCard();
const uploadCard = new UploadCard((id) => {
  location.hash = id;
});

// What is looked at stands in the URL, so that a reload or a link keeps it: a video's id, or the queue.
function openFromUrl(): void {
  const name = lookedAt();
  const isQueue = name === kQueue;
  show("videos", !isQueue);
  element("to-videos").setAttribute("aria-current", isQueue ? "false" : "page");
  element("to-queue").setAttribute("aria-current", isQueue ? "page" : "false");
  if (isQueue) queueView.open();
  else queueView.close();
  if (name && !isQueue) void videoCard.open(name);
  else videoCard.close();
  recent.show();
}

function watchDrops(): void {
  let depth = 0; // dragenter and dragleave come for every element on the way
  const mark = (change: number) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dragging", depth > 0);
  };
  document.addEventListener("dragenter", () => mark(1));
  document.addEventListener("dragleave", () => mark(-1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-depth);
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    if (location.hash === `#${kQueue}`) location.hash = "";
    void uploadCard.send(file);
  });
}

const input = element<HTMLInputElement>("file");
input.addEventListener("change", () => {
  const file = input.files?.[0];
  if (file) void uploadCard.send(file);
  input.value = "";
});
window.addEventListener("hashchange", openFromUrl);
watchDrops();
openFromUrl();
void recent.load();
listen(
  (news) => {
    recent.heard(news);
    videoCard.heard(news);
    queueView.changed();
  },
  () => {
    void recent.load();
    void videoCard.catchUp();
    queueView.changed();
  },
);
