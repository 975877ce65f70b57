// The elements of index.html, by id.

export function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found as T;
}

// A new element with a text and a class.
export function make(name: string, words = "", className = ""): HTMLElement {
  const made = document.createElement(name);
  made.textContent = words;
  if (className) made.className = className;
  return made;
}

export function show(id: string, visible: boolean): void {
  element(id).hidden = !visible;
}

export function text(id: string, value: string): void {
  element(id).textContent = value;
}

// What is looked at, as the URL says: a video's id, "queue", or "".
export function lookedAt(): string {
  const name = location.hash.slice(1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a % that escapes nothing
  }
}

export function bar(id: string, value: number): void {
  element<HTMLProgressElement>(id).value = value;
}
