const kSpace = "http://www.w3.org/2000/svg";
const kHeight = 120;
const kLine = 22; // of text
const kNames = 70;
const kWords = 100;

function part(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(kSpace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, `${value}`);
  return made;
}

function frame(title: string, width: number, height: number): SVGElement {
  return part("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "plot", "aria-label": title });
}

function label(x: number, y: number, anchor: string, words: string): SVGElement {
  const made = part("text", { x, y, "text-anchor": anchor });
  made.textContent = words;
  return made;
}

// One bar for each value, the last at the right; `width` in pixels.
export function bars(
  values: number[],
  words: { title: string; from: string; to: string },
  width: number,
): SVGElement {
  const most = Math.max(1, ...values);
  const ground = kLine + kHeight;
  const svg = frame(words.title, width, ground + kLine);
  const step = width / Math.max(1, values.length);
  svg.append(part("line", { x1: 0, x2: width, y1: ground, y2: ground, class: "axis" }));
  values.forEach((value, i) => {
    const height = (value / most) * kHeight;
    svg.append(part("rect", { x: i * step + 0.5, y: ground - height, width: step - 1, height, rx: 1 }));
  });
  svg.append(label(0, 14, "start", `at most ${most} a minute`));
  svg.append(label(0, ground + 17, "start", words.from), label(width, ground + 17, "end", words.to));
  return svg;
}

// One horizontal bar for each named value, with its words at the end; `width` in pixels.
export function rows(values: { name: string; value: number; words: string }[], title: string, width: number): SVGElement {
  const most = Math.max(Number.MIN_VALUE, ...values.map((row) => row.value));
  const svg = frame(title, width, values.length * 30);
  values.forEach((row, i) => {
    const y = i * 30;
    const length = Math.max(3, (row.value / most) * (width - kNames - kWords));
    svg.append(label(0, y + 19, "start", row.name));
    svg.append(part("rect", { x: kNames, y: y + 5, width: length, height: 20, rx: 3 }));
    svg.append(label(kNames + length + 8, y + 19, "start", row.words));
  });
  return svg;
}
