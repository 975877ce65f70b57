// The small pictures of a video as its storyboard.vtt names them: one cell of a strip for each span of time.

export interface Cell {
  start: number; // seconds
  end: number;
  url: string;
  x: number; // in the strip, like the sizes in pixels
  y: number;
  width: number;
  height: number;
}

function seconds(time: string): number {
  return time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

// `base`: the URL that the cells' own are relative to. What is not a cue with a place is left out.
export function parseStoryboard(text: string, base: string): Cell[] {
  const cells: Cell[] = [];
  for (const block of text.split(/\r?\n\r?\n/)) {
    const cue = /^([\d:.]+) --> ([\d:.]+)[^\n]*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/m.exec(block);
    if (!cue) continue;
    const [x, y, width, height] = cue.slice(4).map(Number) as [number, number, number, number];
    const url = new URL(cue[3]!, base).href;
    cells.push({ start: seconds(cue[1]!), end: seconds(cue[2]!), url, x, y, width, height });
  }
  return cells;
}

// The cell of the moment; undefined where none is there yet.
export function cellAt(cells: Cell[], time: number): Cell | undefined {
  return cells.find((cell) => time >= cell.start && time < cell.end) ?? lastIfAfter(cells, time);
}

function lastIfAfter(cells: Cell[], time: number): Cell | undefined {
  const last = cells.at(-1);
  return last && time >= last.end && time < last.end + 1 ? last : undefined;
}
