import Hls, { type ErrorData, type HlsConfig } from "hls.js";
import { SoundChoice } from "./sound_choice";

const kRecoveries = 5;

const kConfig: Partial<HlsConfig> = {
  // A playlist without an end looks live; ours begins at the beginning.
  startPosition: 0,
  // A worker would need blob: in the Content-Security-Policy, and fMP4 is passed through anyway.
  enableWorker: false,
  capLevelToPlayerSize: true,
};

// Plays one stream at a time in the page's <video>.
export class Player {
  private hls: Hls | undefined;
  private url = "";
  private recoveries = 0;
  private readonly sounds = new SoundChoice((sound) => {
    if (this.hls) this.hls.audioTrack = sound;
  });

  constructor(private readonly element: HTMLVideoElement) {}

  play(url: string): void {
    if (url === this.url) return;
    this.stop();
    this.url = url;
    this.recoveries = 0;
    if (Hls.isSupported()) this.attach(url);
    else this.element.src = url; // Safari on a phone plays HLS by itself
    // Refused when the browser allows no playback without a gesture; the controls are there.
    this.element.play().catch(() => undefined);
  }

  stop(): void {
    this.hls?.destroy();
    this.hls = undefined;
    this.url = "";
    this.sounds.offer([], -1);
    this.element.removeAttribute("src");
    this.element.load();
  }

  private attach(url: string): void {
    const hls = new Hls(kConfig);
    this.hls = hls;
    hls.on(Hls.Events.ERROR, (_, data) => this.recover(hls, data));
    const offer = () => this.sounds.offer(hls.audioTracks.map((track) => track.name), hls.audioTrack);
    hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, offer);
    hls.on(Hls.Events.AUDIO_TRACK_SWITCHING, offer);
    hls.loadSource(url);
    hls.attachMedia(this.element);
  }

  private recover(hls: Hls, data: ErrorData): void {
    if (!data.fatal || ++this.recoveries > kRecoveries) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else setTimeout(() => this.reload(hls), 1000);
  }

  // A manifest that could not be had is asked for again; otherwise loading goes on where it was.
  private reload(hls: Hls): void {
    if (this.hls !== hls) return;
    if (hls.levels.length === 0) hls.loadSource(this.url);
    else hls.startLoad();
  }
}
