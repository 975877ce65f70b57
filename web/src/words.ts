import type { Status, Video } from "./api";

const kStatus: Record<Status, string> = {
  uploading: "uploading",
  pending: "waiting",
  processing: "processing",
  completed: "ready",
  failed: "failed",
  cancelled: "cancelled",
};

export const statusWord = (status: Status): string => kStatus[status] ?? status;

export function nameOf(video: Video): string {
  const { name, filename, title } = video.metadata ?? {};
  const said = [title, name, filename].find((value) => typeof value === "string" && value !== "");
  return (said as string | undefined) ?? video.id;
}

export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000;
    ++unit;
  }
  return `${count.toFixed(unit === 0 || count >= 100 ? 0 : 1)} ${units[unit]}`;
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, "0"))).join(":");
}

// What is known of the picture: "1920 x 1080, 1:02".
export function about(video: Video): string {
  const parts: string[] = [];
  if (video.width && video.height) parts.push(`${video.width} × ${video.height}`);
  if (video.duration_seconds) parts.push(duration(video.duration_seconds));
  return parts.join(", ");
}

function lack(partial: { reason: string; at_seconds: number }): string {
  const at = duration(partial.at_seconds);
  if (partial.reason === "truncated_input") return `The file ends early: what could be read, up to ${at}, plays.`;
  if (partial.reason === "unsupported_codec") return "Its sound cannot be decoded: the picture plays.";
  return `The file is damaged from ${at} on: what could be read plays.`;
}

// The line below the progress bar.
export function note(video: Video): string {
  const parts = [about(video)];
  if (video.status === "pending") parts.push("in the queue");
  if (video.status === "processing") parts.push(`${video.progress} % done`);
  if (video.waiting_reason) parts.push(`waiting: ${video.waiting_reason.replaceAll("_", " ")}`);
  if (video.partial) {
    parts.push(lack(video.partial));
  }
  return parts.filter((part) => part !== "").join(" · ");
}
