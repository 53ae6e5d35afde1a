"""Glyph packs: letters as rows of lamps, read once from the committed files and shaped for a board when first used."""

from __future__ import annotations

import json
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

FORMAT = "gatecast-glyphs/1"
FOLDER = __file__.removesuffix("glyphs.py") + "packs"  # pathlib alone would cost a small process 0.8 MB


class Bitmaps(Mapping[str, bytes]):
    """The letters of a pack as they lie in its file: a dictionary of them would take a small process a megabyte."""

    def __init__(self, letters: str, widths: bytes, rows: int, body: bytes) -> None:
        """`letters` in order of code point; `body` holds their rows one after the other."""
        self._points = array("I", map(ord, letters))
        self._ends = array("I", accumulate(((width + 7) // 8 * rows for width in widths), initial=0))
        self._body = body

    def __getitem__(self, letter: str) -> bytes:
        """Rows top to bottom, each in whole bytes; KeyError for a letter the pack lacks."""
        place = bisect_left(self._points, ord(letter))
        if place == len(self._points) or self._points[place] != ord(letter):
            raise KeyError(letter)
        return self._body[self._ends[place] : self._ends[place + 1]]

    def __iter__(self) -> Iterator[str]:
        """The letters in order of code point."""
        return map(chr, self._points)

    def __len__(self) -> int:
        """How many letters there are."""
        return len(self._points)


class Layers(Mapping[str, bytes]):
    """Letters of several packs as those of one: the first that has a letter gives it."""

    def __init__(self, *layers: Mapping[str, bytes]) -> None:
        """In order of preference."""
        self._layers = layers

    def __getitem__(self, letter: str) -> bytes:
        """KeyError for a letter that none has."""
        for layer in self._layers:
            if letter in layer:
                return layer[letter]
        raise KeyError(letter)

    def __iter__(self) -> Iterator[str]:
        """Every letter once."""
        return iter(dict.fromkeys(letter for layer in self._layers for letter in layer))

    def __len__(self) -> int:
        """How many letters there are in all."""
        return sum(1 for _ in self)


class Pack(NamedTuple):
    """The letters of one face at one height; `capital` is the height of a capital letter in lamps."""

    name: str
    rows: int
    baseline: int
    capital: int
    sha256: str
    widths: dict[str, int]
    bitmaps: Mapping[str, bytes]  # rows top to bottom, each in whole bytes


class Strided(dict[str, int]):
    """Letters as one integer each, rows at a board's stride, ink at the far left; shaped on first use."""

    def __init__(self, face: Face, stride: int) -> None:
        """`stride` in bytes, as in `BoardShape`."""
        super().__init__()
        self._face = face
        self._stride = stride

    def __missing__(self, letter: str) -> int:
        bitmap = self._face.bitmaps[letter]
        size = len(bitmap) // self._face.rows
        rows = (bitmap[at : at + size][: self._stride] for at in range(0, len(bitmap), size))
        self[letter] = value = int.from_bytes(b"".join(row.ljust(self._stride, b"\0") for row in rows), "big")
        return value


class Face(NamedTuple):
    """Packs of one height in order of preference, merged: what a line is measured and drawn with."""

    rows: int
    capital: int
    packs: tuple[str, ...]
    widest: int
    widths: dict[str, int]
    bitmaps: Mapping[str, bytes]

    def measure(self, line: str) -> int:
        """Width of a line in lamps; every letter must be in `widths`."""
        return sum(map(self.widths.__getitem__, line))


def read_pack(data: bytes) -> Pack:
    """Read a pack file; ValueError if it is not one."""
    try:
        head_line, _, body = zlib.decompress(data).partition(b"\n")
        head = json.loads(head_line)
    except (zlib.error, ValueError) as exc:
        raise ValueError(f"not a glyph pack: {exc}") from exc
    if head["format"] != FORMAT:
        raise ValueError(f"this glyph pack is of format {head['format']}, not {FORMAT}")
    count, rows = head["glyphs"], head["rows"]
    letters = body[: 4 * count].decode("utf-32-be")
    widths = body[4 * count : 5 * count]
    bitmaps = Bitmaps(letters, widths, rows, body[5 * count :])
    return Pack(
        head["name"],
        rows,
        head["baseline"],
        head["capital"],
        head["sha256"],
        dict(zip(letters, widths, strict=True)),
        bitmaps,
    )


@cache
def pack(name: str) -> Pack:
    """The committed pack of that name, read once."""
    with open(f"{FOLDER}/{name}.pack", "rb") as file:  # noqa: PTH123
        return read_pack(file.read())


@cache
def face(names: tuple[str, ...]) -> Face:
    """The packs `names` as one face; the first that has a letter gives it."""
    packs = [pack(name) for name in names]
    widths = packs[-1].widths
    if len(packs) > 1:
        widths = widths.copy()
    for one in reversed(packs[:-1]):
        widths.update(one.widths)
    bitmaps = packs[0].bitmaps if len(packs) == 1 else Layers(*(one.bitmaps for one in packs))
    return Face(packs[0].rows, packs[0].capital, names, max(widths.values()), widths, bitmaps)


@cache
def simplified() -> dict[str, str]:
    """Traditional characters and the one of GB2312 that stands for each, read once."""
    with open(f"{FOLDER}/traditional.txt", encoding="utf-8") as file:  # noqa: PTH123
        traditional, plain = file.read().split()
    return dict(zip(traditional, plain, strict=True))


@lru_cache(maxsize=32)
def strided(names: tuple[str, ...], stride: int) -> Strided:
    """The letters of the face of those packs, shaped for boards of that stride."""
    return Strided(face(names), stride)
