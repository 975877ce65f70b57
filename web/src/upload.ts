import { apiError, type Video } from "./api";

export interface Upload {
  video: Promise<Video>;
  stop(): void;
}

// Sends the file as the raw body of one request. XMLHttpRequest, because fetch tells nothing of an
// upload's progress. `key` is its Idempotency-Key; `onProgress` gets bytes sent and bytes in all.
export function upload(file: File, key: string, onProgress: (sent: number, total: number) => void): Upload {
  const request = new XMLHttpRequest();
  const video = new Promise<Video>((resolve, reject) => {
    request.upload.onprogress = (event) => onProgress(event.loaded, file.size);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Video);
      else reject(apiError(request.status, request.responseText));
    };
    request.onerror = () => reject(apiError(0, ""));
    request.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
  });
  request.open("POST", "/v1/videos");
  request.setRequestHeader("Idempotency-Key", key);
  // Whatever the file is said to be: JSON and forms would not be taken for a video's bytes.
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("Content-Disposition", `attachment; filename*=UTF-8''${extended(file.name)}`);
  request.send(file);
  return { video, stop: () => request.abort() };
}

// A value of RFC 8187: what encodeURIComponent leaves alone and that grammar does not is encoded too.
function extended(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
