const kFirstPause = 1000;
const kLongestPause = 30_000;

// Server-sent events while the page is looked at: a browser has six connections to a server for all its tabs, and a
// stream keeps one. `on` has what is done with the data of each event; `opened` is called when the stream has begun, and
// again whenever it is taken up anew. It ends when the returned function is called.
export function stream(path: string, on: Record<string, (data: string) => void>, opened?: () => void): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let pause = kFirstPause;

  const close = () => {
    clearTimeout(again);
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    const opening = (source = new EventSource(path));
    opening.addEventListener("open", () => {
      pause = kFirstPause;
      opened?.();
    });
    // A connection that is lost the browser takes up again by itself; one that was refused it gives up.
    opening.addEventListener("error", () => {
      if (opening !== source || opening.readyState !== EventSource.CLOSED) return;
      again = setTimeout(open, pause);
      pause = Math.min(2 * pause, kLongestPause);
    });
    for (const [event, act] of Object.entries(on)) {
      opening.addEventListener(event, (message: MessageEvent<string>) => act(message.data));
    }
  };
  const looked = () => (document.hidden ? close() : open());
  document.addEventListener("visibilitychange", looked);
  if (!document.hidden) open();
  return () => {
    document.removeEventListener("visibilitychange", looked);
    close();
  };
}
