import { element } from "./page";
import { Recent } from "./recent";
import { UploadCard } from "./upload_card";
import { VideoCard } from "./video_card";

const recent = new Recent();
const videoCard = new VideoCard(() => void recent.load());
const uploadCard = new UploadCard((video) => {
  location.hash = video.id;
});

// The id of the video that is looked at stands in the URL, so that a reload or a link keeps it.
function openFromUrl(): void {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id) void videoCard.open(id);
  else videoCard.close();
  void recent.load();
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
    if (file) void uploadCard.send(file);
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
