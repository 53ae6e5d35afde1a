"""The preview: one pixel a lamp."""

import struct
import zlib

import pytest

from devices.profiles.board import BoardShape, palette
from devices.rendering.page import Page, blank_page
from devices.rendering.png import apng, png, png_size


def chunks(data):
    """Every chunk with its kind; each must pass its check."""
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        yield kind, body
        at += 12 + length


def pixels(data):
    """An independent reader of our own kind of PNG: palette, one IDAT, no filters."""
    parts = dict(chunks(data))
    width, height, depth = struct.unpack(">IIB", parts[b"IHDR"][:9])
    raw, table = zlib.decompress(parts[b"IDAT"]), parts[b"PLTE"]
    wide = (width * depth + 7) // 8 + 1
    assert len(raw) == wide * height
    for y in range(height):
        bits = int.from_bytes(raw[y * wide + 1 : (y + 1) * wide], "big")
        for x in range(width):
            index = bits >> ((wide - 1) * 8 - (x + 1) * depth) & ((1 << depth) - 1)
            yield tuple(table[index * 3 : index * 3 + 3])


@pytest.mark.parametrize("board", ["13x5:mono", "16x2:rg", "9x3:rgb", "1x1:rg", "24x4:rgb"])
def test_every_lamp_has_its_colour(board):
    shape = BoardShape.parse(board)
    size = shape.stride * shape.height
    planes = tuple(bytes((i * 37 + 91 * plane) % 256 for i in range(size)) for plane in range(shape.colours.planes))
    page = Page(shape=shape, planes=planes, seconds=1)
    data = png(page)
    colours = palette(shape.colours)
    assert png_size(data) == (shape.width, shape.height)
    wanted = [colours[page.lamp(x, y)] for y in range(shape.height) for x in range(shape.width)]
    assert list(pixels(data)) == wanted


def test_what_is_no_png_has_no_size():
    with pytest.raises(ValueError, match="not a PNG"):
        png_size(b"GIF89a" + bytes(30))


def test_a_dark_page_is_not_black():
    assert set(pixels(png(blank_page(BoardShape.parse("8x8"))))) == {(24, 24, 24)}


def test_an_animation_turns_the_pages_at_true_speed():
    shape = BoardShape.parse("9x2:rg")
    pages = [
        Page(shape=shape, planes=(bytes([7, n] * 2), bytes(4)), seconds=s) for n, s in enumerate([2.8, 3.8, 0.048, 90])
    ]
    parts = list(chunks(apng(pages)))
    assert [kind for kind, _ in parts][:4] == [b"IHDR", b"PLTE", b"acTL", b"fcTL"]
    assert dict(parts)[b"acTL"] == struct.pack(">II", 4, 0)
    assert [struct.unpack(">HH", body[20:24]) for kind, body in parts if kind == b"fcTL"] == [
        (2800, 1000),
        (3800, 1000),
        (48, 1000),
        (9000, 100),
    ]
    sequence = [struct.unpack(">I", body[:4])[0] for kind, body in parts if kind in (b"fcTL", b"fdAT")]
    assert sequence == list(range(7))
    frames = [body if kind == b"IDAT" else body[4:] for kind, body in parts if kind in (b"IDAT", b"fdAT")]
    assert frames == [dict(chunks(png(page)))[b"IDAT"] for page in pages]
