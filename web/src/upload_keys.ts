// Which Idempotency-Key a file goes with, so that a file that is chosen again after a lost answer or a reload makes
// no second video. Remembered for all tabs of this browser.

interface Entry {
  key: string;
  video?: string; // once it is known to have become one
  until: number;
}

const kStore = "vodmill.uploads";
const kKept = 24 * 3600_000; // the server keeps a key no longer
const kMeantOnce = 60_000; // a file that is chosen again so soon after its upload

const nameOf = (file: File): string => `${file.name} ${file.size} ${file.lastModified}`;

export class UploadKeys {
  // What the browser can't or may not store lives as long as the page.
  private entries: Record<string, Entry> = {};

  // The file's key: the one it had before, or a new one.
  of(file: File): Entry {
    this.load();
    return (this.entries[nameOf(file)] ??= this.put(file, { key: randomKey(), until: Date.now() + kKept }));
  }

  becameVideo(file: File, video: string): void {
    this.put(file, { key: this.of(file).key, video, until: Date.now() + kMeantOnce });
  }

  forget(file: File): void {
    this.load();
    delete this.entries[nameOf(file)];
    this.store();
  }

  private put(file: File, entry: Entry): Entry {
    this.entries[nameOf(file)] = entry;
    this.store();
    return entry;
  }

  private load(): void {
    try {
      this.entries = JSON.parse(localStorage.getItem(kStore) ?? "{}") as Record<string, Entry>;
    } catch {
      // No storage.
    }
    const now = Date.now();
    this.entries = Object.fromEntries(Object.entries(this.entries).filter(([, entry]) => entry.until > now));
  }

  private store(): void {
    try {
      localStorage.setItem(kStore, JSON.stringify(this.entries));
    } catch {
      // No storage, or no room in it.
    }
  }
}

// crypto.randomUUID() is for secure contexts only.
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
