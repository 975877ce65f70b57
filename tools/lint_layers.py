#!/usr/bin/env python3
"""lint_layers.py [ROOT]: the direction of includes between the folders of src/.

Checked: arrows only downwards and never between siblings, the CMake DEPS of each folder within the
same arrows, each third-party library only in its folder, one folder level in src/.
"""

import pathlib
import re
import sys

# Each row may use the rows above it, never its own.
ROWS = [
    ["base"],
    ["core"],
    ["hls", "bmff", "tus", "plan"],
    ["net", "db", "av", "sandbox"],
    ["blob", "catalog", "queue", "notify", "mill"],
    ["api", "worker"],
    ["app"],
]
ROW = {folder: number for number, row in enumerate(ROWS) for folder in row}

ADAPTERS = {"blob", "catalog", "queue", "notify"}
# What a folder may not use although the arrow points downwards.
FORBIDDEN = {
    "av": {"net", "db"},
    "mill": {"net", "db"},
    "api": ADAPTERS | {"mill", "av", "db"},
    "worker": ADAPTERS | {"mill", "av", "db"},
}
ASYNC = {"core", "net", "db", "sandbox", "blob", "catalog", "queue", "notify", "api", "worker", "app"}

# (what the include looks like, folders that may write it)
THIRD_PARTY = [
    (r"boost/beast", {"net"}),
    (r"boost/json", {"base"}),
    (r"boost/", ASYNC),
    (r"openssl/(sha|evp|crypto)\.h", {"net", "api"}),
    (r"openssl/", {"net"}),
    (r"curl/", {"net"}),
    (r"sqlite3|libpq", {"db"}),
    (r"libav|libsw|x264", {"av", "mill"}),
    (r"seccomp|linux/(landlock|seccomp|filter|audit)", {"sandbox"}),
    (r"zlib\.h", {"queue", "net", "bmff", "av"}),
    (r"spdlog/fmt/|fmt/", set(ROW)),
    (r"spdlog/", {"base"}),
    (r"CLI/", {"app"}),
    (r"web/", {"api", "app"}),
]
# The same, for the libraries in a folder's CMakeLists.txt.
LIBRARIES = [
    (r"SQLITE|LIBPQ|PostgreSQL", {"db"}),
    (r"LIBAV|X264", {"av", "mill"}),
    (r"SECCOMP", {"sandbox"}),
    (r"OpenSSL::SSL|CURL", {"net"}),
    (r"CLI11", {"app"}),
    (r"vodmill_web", {"api", "app"}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
CALL = re.compile(r"vodmill_folder\(\s*(\w+)([^)]*)\)", re.DOTALL)


def why_not(folder, used):
    """Why FOLDER may not use USED; None if it may."""
    if used == folder:
        return None
    if ROW[used] == ROW[folder]:
        return "siblings never see each other"
    if ROW[used] > ROW[folder]:
        return "arrows point downwards only"
    if used in FORBIDDEN.get(folder, set()):
        return "ports are what it sees" if used in ADAPTERS else "the house keeps them apart"
    return None


def lint_include(folder, is_test, quote, path):
    """What is wrong with one include; None if nothing."""
    first = path.split("/")[0]
    if quote == '"' and "/" not in path:
        return f'"{path}": write it from src/, as "{folder}/{path}"'
    if quote == '"' and first in ROW:
        reason = why_not(folder, first)
        return f'"{path}": {folder}/ may not use {first}/: {reason}' if reason else None
    if is_test and (first in ("fakes", "conformance", "gtest", "gmock", "support")):
        return None
    for pattern, folders in THIRD_PARTY:
        if re.match(pattern, path):
            return None if folder in folders else f"<{path}> belongs to {', '.join(sorted(folders))} only"
    if quote == '"':
        return f'"{path}": neither a folder of src/ nor a known library'
    return None


def lint_cmake(folder, text):
    call = CALL.search(text)
    if not call or call[1] != folder:
        yield f"has no vodmill_folder({folder} ...)"
        return
    words = re.sub(r"#.*", "", call[2]).split()
    section = ""
    for word in words:
        if word in ("PURE", "DEPS", "LIBS", "TEST_DEPS"):
            section = word
        elif section == "DEPS":
            reason = why_not(folder, word) if word in ROW else "there is no such folder"
            if reason:
                yield f"DEPS {word}: {reason}"
    for pattern, folders in LIBRARIES:
        if re.search(pattern, re.sub(r"#.*", "", text)) and folder not in folders:
            yield f"links {pattern}, which belongs to {', '.join(sorted(folders))} only"


def lint(root):
    """Every breach under ROOT/src, as a line of text."""
    source = root / "src"
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        where = path.relative_to(root)
        folder = inside.parts[0]
        if path.is_dir():
            if len(inside.parts) > 1:
                yield f"{where}: one folder level in src/"
            elif folder not in ROW:
                yield f"{where}: not a folder of the house (tools/lint_layers.py has the list)"
        elif folder not in ROW:
            continue
        elif path.name == "CMakeLists.txt":
            yield from (f"{where}: {breach}" for breach in lint_cmake(folder, path.read_text()))
        elif path.suffix in (".h", ".cc"):
            text = path.read_text()
            for match in INCLUDE.finditer(text):
                breach = lint_include(folder, path.stem.endswith("_test"), match[1], match[2])
                if breach:
                    yield f"{where}:{text.count(chr(10), 0, match.start()) + 1}: {breach}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    breaches = list(lint(root))
    print("\n".join(breaches) + "\n" if breaches else "", end="")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
