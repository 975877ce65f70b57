"""What must become of each file: the rows of a manifest as cases.

Two manifests are known: the one in tests/media, which names outcomes in words of its own, and that of a
large corpus (ok/, tricky/, bad/, hostile/), which describes them in prose.
"""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

# A video may end with these (openapi.json, ErrorCode). The others mean that something of ours broke.
REFUSALS = frozenset(
    "not_a_video no_video_stream malformed_input truncated_input unsupported_codec encrypted_input duration_too_short"
    " duration_exceeds_limit size_exceeds_limit resolution_exceeds_limit resolution_too_small out_of_memory"
    " transcode_failed".split()
)

# An empty body is refused before there is a video.
REFUSED_AT_THE_DOOR = "invalid_request"

# Codes that a corpus row names in other words.
_WORDS = {
    '"no video"': {"no_video_stream"},
    "audio only": {"no_video_stream"},
    "audio-only or clear error": {"no_video_stream", "malformed_input", "duration_too_short"},
    '"unsupported codec"': {"unsupported_codec"},
    # A still picture in a box of PNG is neither large enough nor a codec of videos.
    '"too small"': {"resolution_too_small", "unsupported_codec", "no_video_stream"},
    '"dimensions"': {"resolution_exceeds_limit", "resolution_too_small"},
    '"too large"': {"resolution_exceeds_limit"},
    '"truncated"': {"truncated_input"},
    "limit error": {"resolution_exceeds_limit", "duration_exceeds_limit"},
    "'not a video'": {"not_a_video", "no_video_stream"},
    '"not a video"': {"not_a_video", "no_video_stream"},
    '"empty file"': {"not_a_video"},
    '"encrypted/DRM"': {"encrypted_input"},
    '"not media/encrypted"': {"not_a_video", "encrypted_input"},
}

# Minutes of work in a file of a megabyte, or a picture of 8K.
_LONG = ("static-1080p60-av1-363s", "static-2160p60-av1-363s", "hevc-8k", "amplify-363s-180p60")


@dataclass
class Case:
    path: Path
    name: str
    may_complete: bool = False
    partial: frozenset = frozenset()  # reasons that are allowed
    refusals: frozenset = frozenset()  # codes that are allowed
    shown: str = ""  # "1920x1080"
    seconds: float | None = None  # measured by ffprobe unless given
    frames: int | None = None
    is_long: bool = False
    limit_seconds: float = 900  # of a machine with other things to do
    notes: list = field(default_factory=list)

    def expectation(self):
        words = ["completed"] if self.may_complete else []
        words += ["partial"] if self.partial else []
        words += [f"refused:{','.join(sorted(self.refusals))}"] if self.refusals else []
        return "|".join(words)


def read_samples(folder):
    """tests/media/MANIFEST.tsv."""
    cases = []
    with open(folder / "MANIFEST.tsv", newline="", encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t"):
            case = Case(folder / row["file"], row["file"], shown=row["shown"].replace("-", ""))
            for outcome in row["expectation"].split("|"):
                word, _, codes = outcome.partition(":")
                if word == "completed":
                    case.may_complete = True
                elif word == "partial":
                    case.partial = frozenset(codes.split(","))
                elif word == "refused":
                    case.refusals = frozenset(codes.split(","))
                else:
                    raise ValueError(f"{row['file']}: an outcome called {word}")
            case.seconds = None if row["duration_seconds"] == "-" else float(row["duration_seconds"])
            cases.append(case)
    return cases


def read_corpus(folder, limitations):
    """MANIFEST.tsv of a large corpus. `limitations` are the codes that the README's Limitations name."""
    cases = []
    with open(folder / "MANIFEST.tsv", newline="", encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE):
            cases.append(_corpus_case(folder, row["path"], row["expected"], limitations))
    return cases


def _corpus_case(folder, name, expected, limitations):
    case = Case(folder / name, name)
    case.is_long = any(word in name for word in _LONG)
    if case.is_long:
        case.limit_seconds = 3600
    kind = name.split("/")[0]
    named = frozenset().union(*(codes for words, codes in _WORDS.items() if words in expected))
    if kind == "ok":
        case.may_complete = True
    elif kind == "tricky":
        case.may_complete = True
        case.refusals = named | limitations
        if "partial" in expected:
            case.partial = frozenset({"truncated_input", "malformed_input"})
    else:
        case.limit_seconds = 3600 if case.is_long else 240
        # Broken files that play whole are no error of ours; the frames are compared with ffprobe's.
        case.may_complete = True
        case.partial = frozenset({"truncated_input", "malformed_input"})
        case.refusals = named or REFUSALS
    return case


def limitations_of(readme):
    """Codes in backticks below the README's heading "Limitations"."""
    if not readme.exists():
        return frozenset()
    section = re.search(r"^#+ Limitations\n(.*?)(?=^#|\Z)", readme.read_text(encoding="utf-8"), re.M | re.S)
    return frozenset(re.findall(r"`([a-z_]+)`", section.group(1))) & REFUSALS if section else frozenset()
