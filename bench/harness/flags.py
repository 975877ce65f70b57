"""What every measurement can be told."""

import argparse
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def parser(description, rounds):
    """--rounds, --build and --json; a measurement adds its own."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--rounds", type=int, default=rounds)
    made.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    made.add_argument("--json", action="store_true", help="all that was measured, as JSON")
    return made


def parser_for_clips(description, rounds, seconds):
    """The same for one that needs a clip of so many seconds."""
    made = parser(description, rounds)
    made.add_argument("--seconds", type=int, default=seconds, help="length of the clip")
    made.add_argument("--generated", action="store_true", help="not the real clip, ffmpeg's test picture")
    return made
