"""Medians, spreads and ratios of interleaved rounds; a table of them, and a picture."""

import html
import statistics


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def ratios(ours, theirs):
    """Round by round: the two sides of a round met the same weather."""
    return spread([a / b for a, b in zip(ours, theirs)])


def text(values, digits=2):
    return f"{values['median']:.{digits}f} ({values['least']:.{digits}f} to {values['most']:.{digits}f})"


def table(head, rows):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip()
             for row in [head, *rows]]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 720, 150, 130, 26, 16, 64


def bars(title, below, unit, rows):
    """An SVG: one bar a row (name, spread), whiskers from the least to the most."""
    longest = max(values["most"] for _, values in rows)
    scale = (WIDTH - LEFT - RIGHT) / longest
    height = TOP + len(rows) * (BAR + GAP) + 12
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             'font-family="system-ui, sans-serif" font-size="14">',
             f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
             f'<text x="20" y="28" font-size="16" font-weight="600" fill="#1b1f24">{html.escape(title)}</text>',
             f'<text x="20" y="48" font-size="12" fill="#59636e">{html.escape(below)}</text>']
    for number, (name, values) in enumerate(rows):
        y = TOP + number * (BAR + GAP)
        middle = y + BAR / 2
        end = LEFT + values["median"] * scale
        least, most = (LEFT + values[key] * scale for key in ("least", "most"))
        fill = "#2f6f4f" if number == 0 else "#9aa7b4"
        parts += [f'<text x="{LEFT - 12}" y="{middle + 5}" text-anchor="end" fill="#1b1f24">{html.escape(name)}</text>',
                  f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}" rx="3" fill="{fill}"/>',
                  f'<path d="M{least:.1f} {middle}H{most:.1f}M{least:.1f} {middle - 5}v10M{most:.1f} {middle - 5}v10" '
                  'stroke="#1b1f24" fill="none"/>',
                  f'<text x="{most + 10:.1f}" y="{middle + 5}" fill="#1b1f24">{values["median"]:.2f} {unit}</text>']
    return "\n".join([*parts, "</svg>", ""])


def pairs(title, below, unit, names, rows):
    """An SVG: for each row (name, ours, theirs or None) two bars, told apart by NAMES at the top."""
    longest = max(max(ours, theirs or 0) for _, ours, theirs in rows)
    scale = (WIDTH - LEFT - RIGHT) / longest
    thin, step, top = 11, 34, TOP + 26
    height = top + len(rows) * step + 8
    colours = ("#2f6f4f", "#9aa7b4")
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             'font-family="system-ui, sans-serif" font-size="14">',
             f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
             f'<text x="20" y="28" font-size="16" font-weight="600" fill="#1b1f24">{html.escape(title)}</text>',
             f'<text x="20" y="48" font-size="12" fill="#59636e">{html.escape(below)}</text>']
    for number, (name, fill) in enumerate(zip(names, colours)):
        x = LEFT + 140 * number
        parts += [f'<rect x="{x}" y="{TOP - 2}" width="{thin}" height="{thin}" rx="2" fill="{fill}"/>',
                  f'<text x="{x + thin + 6}" y="{TOP + 8}" font-size="12" fill="#1b1f24">{html.escape(name)}</text>']
    for number, (name, *values) in enumerate(rows):
        y = top + number * step
        parts.append(f'<text x="{LEFT - 12}" y="{y + 16}" text-anchor="end" fill="#1b1f24">{html.escape(name)}</text>')
        for line, (value, fill) in enumerate(zip(values, colours)):
            if value is None:
                continue
            above = y + line * (thin + 1)
            width = max(value * scale, 1)
            parts += [f'<rect x="{LEFT}" y="{above}" width="{width:.1f}" height="{thin}" rx="2" fill="{fill}"/>',
                      f'<text x="{LEFT + width + 8:.1f}" y="{above + 10}" font-size="11" fill="#1b1f24">'
                      f'{value:.2f} {unit}</text>']
    return "\n".join([*parts, "</svg>", ""])
