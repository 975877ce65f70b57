#!/usr/bin/env python3
"""lint_fuzzed.py [ROOT]: every parser of outside bytes has a fuzz target.

A header of src/ that declares a function which reads text or bytes (by its name and the type of a parameter) says so in a line

    // Fuzzed by: fuzz/playlist_fuzz.cc
    // Not fuzzed: why nobody from outside writes what it reads

Private functions do not count: bytes reach them through public ones. Checked: the line is there, the target exists, is built (fuzz/CMakeLists.txt) and includes a header that names it; no
target is left that no header names. `lint_fuzzed.py --table` prints which target reads what.
"""

import pathlib
import re
import sys

READER = r"\b((?:parse|read|decode|scan|decide|accepts|matches|split|take|consume|list|preferred|refuse)_\w+|next|parse|\w+_from_json)"
FROM_OUTSIDE = r"(?:const )?(?:std::optional<std::string_view>|(?:std::string_view|ByteView|Bytes|(?:net::)?Headers|Frame)\b)"
READS = re.compile(rf"{READER}\((?:[^(){{}};]*,\s*)?{FROM_OUTSIDE}")
PRIVATE = re.compile(r"^ private:.*?^};", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^// Fuzzed by: (fuzz/\w+_fuzz\.cc)$", re.MULTILINE)
EXCUSE = re.compile(r"^// Not fuzzed: .{15,}", re.MULTILINE)
COMMENT = re.compile(r"//.*")


def headers(root):
    for path in sorted((root / "src").rglob("*.h")):
        if not path.name.startswith("test_"):
            yield path, path.read_text(encoding="utf-8")


def targets(root):
    """What headers say: a target's path to the headers that name it."""
    found = {}
    for path, text in headers(root):
        for target in LINE.findall(text):
            found.setdefault(target, []).append(str(path.relative_to(root / "src")))
    return found


def lint_header(text):
    """What is wrong with one header; None if nothing."""
    reads = READS.search(PRIVATE.sub("", COMMENT.sub("", text)))
    if reads and not LINE.search(text) and not EXCUSE.search(text):
        return f'{reads[1]}() reads what may come from outside: say "// Fuzzed by: fuzz/..." or "// Not fuzzed: why"'
    return None


def lint_target(root, target, named_by):
    """What is wrong with one target that headers name."""
    path = root / target
    if not path.exists():
        return f"{target}: named by {', '.join(named_by)}, and not there"
    included = re.findall(r'#include "([^"]+)"', path.read_text(encoding="utf-8"))
    if not set(included) & set(named_by):
        return f"{target}: includes none of the headers that name it ({', '.join(named_by)})"
    if f"vodmill_fuzz({path.stem.removesuffix('_fuzz')} " not in (root / "fuzz/CMakeLists.txt").read_text(encoding="utf-8"):
        return f"{target}: fuzz/CMakeLists.txt does not build it"
    return None


def table(root):
    return "".join(f"{target:28} {', '.join(named_by)}\n" for target, named_by in sorted(targets(root).items()))


def lint(root):
    """Every breach under ROOT, as a line of text."""
    for path, text in headers(root):
        breach = lint_header(text)
        if breach:
            yield f"{path.relative_to(root)}: {breach}"
    named = targets(root)
    for target, named_by in sorted(named.items()):
        breach = lint_target(root, target, named_by)
        if breach:
            yield breach
    for path in sorted((root / "fuzz").glob("*_fuzz.cc")):
        if f"fuzz/{path.name}" not in named:
            yield f'fuzz/{path.name}: no header says "// Fuzzed by: fuzz/{path.name}"'


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    arguments = sys.argv[1:]
    if arguments == ["--table"]:
        print(table(root), end="")
        return 0
    breaches = list(lint(pathlib.Path(arguments[0]) if arguments else root))
    print("\n".join(breaches) + "\n" if breaches else "", end="")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
