"""Pictures of pages, one pixel a lamp in the preview's colours, made with the standard library alone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import cache

from devices.profiles.board import BoardShape, palette
from devices.rendering.page import Page, PageFile, Strip

MOST_FRAMES = 1000  # of one animation: a browser holds them all
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(page: Page) -> bytes:
    """The page 1:1 as a palette PNG."""
    return _SIGNATURE + b"".join((*_head(page), chunk(b"IDAT", _pixels(page)), chunk(b"IEND", b"")))


def strip_png(strip: Strip) -> bytes:
    """The whole line of a strip 1:1, however long."""
    shape = BoardShape.model_construct(width=strip.width, height=strip.shape.height, colours=strip.shape.colours)
    return png(Page.model_construct(shape=shape, planes=strip.planes, seconds=strip.seconds))


def apng(pages: Sequence[Page]) -> bytes:
    """The pages one after the other at true speed, for ever; where animation is not known, the first page is seen."""
    parts = [*_head(pages[0]), chunk(b"acTL", struct.pack(">II", len(pages), 0))]
    sequence = 0
    for page in pages:
        parts.append(chunk(b"fcTL", _frame(page, sequence)))
        if sequence == 0:
            parts.append(chunk(b"IDAT", _pixels(page)))
            sequence = 1
        else:
            parts.append(chunk(b"fdAT", struct.pack(">I", sequence + 1) + _pixels(page)))
            sequence += 2
    return _SIGNATURE + b"".join((*parts, chunk(b"IEND", b"")))


def animation(file: PageFile) -> bytes:
    """A file as it is seen on the board, at true speed, for ever; of a long strip fewer steps, each a larger one."""
    strip = file.strip
    if strip is None:
        return apng(file.pages)
    every = -(-strip.frames // MOST_FRAMES)
    frames = (strip.frame(number) for number in range(0, strip.frames, every))
    return apng([frame.model_copy(update={"seconds": strip.interval * every}) for frame in frames])


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG; ValueError if it is none."""
    if len(data) < 24 or not data.startswith(_SIGNATURE) or data[12:16] != b"IHDR":
        raise ValueError("not a PNG")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG: length, kind, data, check."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _head(page: Page) -> tuple[bytes, bytes]:
    shape = page.shape
    size = struct.pack(">IIBBBBB", shape.width, shape.height, _depth(page), 3, 0, 0, 0)
    return chunk(b"IHDR", size), chunk(b"PLTE", b"".join(map(bytes, palette(shape.colours))))


def _frame(page: Page, sequence: int) -> bytes:
    unit = 1000 if page.seconds < 65 else 100  # a delay is a fraction of two small integers
    delay = min(65535, max(1, round(page.seconds * unit)))
    return struct.pack(">IIIIIHHBB", sequence, page.shape.width, page.shape.height, 0, 0, delay, unit, 0, 0)


def _depth(page: Page) -> int:
    return {1: 1, 2: 2, 3: 4}[len(page.planes)]


def _pixels(page: Page) -> bytes:
    """Scan lines, each after a zero for "no filter", packed."""
    depth, stride = _depth(page), page.shape.stride
    used = (page.shape.width * depth + 7) // 8
    woven = page.planes[0] if depth == 1 else _weave(page.planes, depth)
    wide = stride * depth
    rows = (b"\0" + woven[at : at + used] for at in range(0, wide * page.shape.height, wide))
    return zlib.compress(b"".join(rows), 6)


def _weave(planes: tuple[bytes, ...], depth: int) -> bytes:
    """Each bit of a plane becomes bit `plane` of a pixel of `depth` bits."""
    total = 0
    for number, plane in enumerate(planes):
        spread = b"".join(map(_spread(depth).__getitem__, plane))
        total |= int.from_bytes(spread, "big") << number
    return total.to_bytes(len(planes[0]) * depth, "big")


@cache
def _spread(depth: int) -> tuple[bytes, ...]:
    """For each byte, its bits as the lowest bits of eight pixels."""
    return tuple(
        sum((byte >> bit & 1) << (bit * depth) for bit in range(8)).to_bytes(depth, "big") for byte in range(256)
    )
