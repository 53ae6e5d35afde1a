"""PNG of a page, one pixel a lamp in the preview's colours, written and measured with the standard library alone."""

from __future__ import annotations

import struct
import zlib
from functools import cache

from devices.profiles.board import palette
from devices.rendering.page import Page

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(page: Page) -> bytes:
    """The page 1:1 as a palette PNG."""
    shape = page.shape
    depth = {1: 1, 2: 2, 3: 4}[shape.colours.planes]
    head = struct.pack(">IIBBBBB", shape.width, shape.height, depth, 3, 0, 0, 0)
    colours = b"".join(map(bytes, palette(shape.colours)))
    body = zlib.compress(_rows(page, depth), 6)
    return _SIGNATURE + b"".join(
        chunk(kind, data) for kind, data in ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", body), (b"IEND", b""))
    )


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG; ValueError if it is none."""
    if len(data) < 24 or not data.startswith(_SIGNATURE) or data[12:16] != b"IHDR":
        raise ValueError("not a PNG")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG: length, kind, data, check."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _rows(page: Page, depth: int) -> bytes:
    """Scan lines, each after a zero for "no filter": planes woven into pixels of `depth` bits."""
    stride = page.shape.stride
    used = (page.shape.width * depth + 7) // 8
    woven = page.planes[0] if depth == 1 else _weave(page.planes, depth)
    wide = stride * depth
    return b"".join(b"\0" + woven[at : at + used] for at in range(0, wide * page.shape.height, wide))


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
