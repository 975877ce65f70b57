"""Damaged copies of files, the same ones on every machine: a mutation is a file's name and a number.

Bits are flipped (everywhere, or where the headers are), numbers are overwritten with those that break
arithmetic, pieces are cut out, doubled, moved and taken from another file, and the end is cut off.
"""

import random
from pathlib import Path

LARGEST = 300_000  # bytes of a file that is mutated; of a larger one, its front
SMALLEST = 1000  # smaller ones are texts and stubs, which end at the door
_HEADERS = 4096
_NUMBERS = (0, 1, -1, 0x7F, 0x80, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000, 0x7FFFFFFFFFFFFFFF, 2)
_INDEX = (b"moov", b"moof", b"stbl", b"\x16\x54\xae\x6b", b"hdrl", b"onMetaData")  # where a container's tables begin


def bases(folders):
    """(name, path) of every file below FOLDERS that can be damaged and still be read from its front, in an order
    that is mixed and always the same."""
    found = {}
    for folder in folders:
        for path in sorted(Path(folder).glob("*/*")):
            if path.stat().st_size >= SMALLEST:
                found[f"{path.parent.name}/{path.name}"] = path
    files = [(name, path) for name, path in sorted(found.items()) if _has_its_index(path)]
    random.Random("order").shuffle(files)
    return files


def _has_its_index(path):
    """Of an MP4 that is too large, the front is worth nothing without the index."""
    if path.stat().st_size <= LARGEST:
        return True
    front = front_of(path)
    return front[4:8] != b"ftyp" or b"moov" in front


def front_of(path):
    with open(path, "rb") as file:
        return file.read(LARGEST)


def mutate(name, number, content, other):
    """CONTENT of the file NAME, damaged in a way that NAME and NUMBER alone decide. OTHER: what splices take from."""
    chance = random.Random(f"{name}#{number}")
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if not data:
            break
        _WAYS[chance.choices(range(len(_WAYS)), (4, 4, 4, 2, 2, 1, 1, 2))[0]](chance, data, other)
    return bytes(data)


def _flip(chance, data, begin, end, ratio):
    for _ in range(max(1, min(20_000, round((end - begin) * 8 * ratio)))):
        data[chance.randrange(begin, end)] ^= 1 << chance.randrange(8)


def _flip_anywhere(chance, data, _):
    _flip(chance, data, 0, len(data), 10 ** chance.uniform(-6, -2))


def _tables(chance, data):
    """(begin, end) of a stretch that a container's reader believes."""
    starts = [0] + [at for word in _INDEX if (at := data.find(word)) >= 0]
    begin = chance.choice(starts)
    return begin, min(len(data), begin + _HEADERS)


def _flip_tables(chance, data, _):
    _flip(chance, data, *_tables(chance, data), 10 ** chance.uniform(-4, -1.5))


def _number(chance, data, _):
    for _ in range(chance.choice((1, 1, 2, 8))):
        begin, end = _tables(chance, data) if chance.random() < 0.7 else (0, len(data))
        at, width = chance.randrange(begin, end), chance.choice((1, 2, 4, 4, 8))
        value = chance.choice(_NUMBERS) % (1 << 8 * width)
        data[at : at + width] = value.to_bytes(width, chance.choice(("big", "little")))


def _piece(chance, length):
    begin = chance.randrange(length)
    return begin, min(length, begin + int(10 ** chance.uniform(0, 4.5)))


def _cut_out(chance, data, _):
    begin, end = _piece(chance, len(data))
    del data[begin:end]


def _double(chance, data, _):
    begin, end = _piece(chance, len(data))
    data[end:end] = data[begin:end] * chance.choice((1, 1, 3))


def _move(chance, data, _):
    begin, end = _piece(chance, len(data))
    piece = data[begin:end]
    del data[begin:end]
    at = chance.randrange(len(data) + 1)
    data[at:at] = piece


def _splice(chance, data, other):
    begin, end = _piece(chance, len(other))
    at = chance.randrange(len(data) + 1)
    replaced = end - begin if chance.random() < 0.5 else 0
    data[at : at + replaced] = other[begin:end]


def _cut_end(chance, data, _):
    del data[chance.randrange(len(data)) :]


_WAYS = (_flip_anywhere, _flip_tables, _number, _cut_out, _double, _move, _splice, _cut_end)
