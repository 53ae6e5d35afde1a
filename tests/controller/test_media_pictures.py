"""Whatever arrives as a picture becomes upright pixels and nothing else, or is refused: bombs, two kinds at once, damage."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from controller.domain.pictures import Picture
from controller.media import bounded, pictures
from controller.media.audio import MediaError
from controller.media.lamps import lamps_of, on_board
from controller.media.light import TO_LIGHT, numbers
from controller.media.pictures import bring_in, pixels_of, png_of
from devices.profiles.board import BoardShape, Colours
from devices.rendering.png import chunk

SHA = "0" * 64


def file(picture: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def halves() -> Image.Image:
    """Upper half red, lower half blue, wider than high."""
    picture = Image.new("RGB", (80, 40), "blue")
    picture.paste("red", (0, 0, 80, 20))
    return picture


def corner(data: bytes) -> tuple[int, ...]:
    return tuple(int(each) for each in pixels_of(bring_in(data).png)[2, 2])


def rotated() -> bytes:
    """As a phone held sideways writes it: turned pixels, and a note which way is up."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return file(halves().rotate(90, expand=True), "JPEG", exif=exif, quality=95)


def sixteen() -> bytes:
    """A grey PNG of 16 bits, dark half and light half."""
    values = np.zeros((20, 40), np.uint16)
    values[:10] = 65_535
    return file(Image.fromarray(values), "PNG")


def moving() -> bytes:
    frames = [Image.new("P", (30, 30), n) for n in (1, 2, 3)]
    for each in frames:
        each.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    return file(frames[0], "GIF", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("data", "red"),
    [
        pytest.param(file(halves(), "PNG"), (255, 0, 0, 255), id="PNG"),
        pytest.param(file(halves(), "BMP"), (255, 0, 0, 255), id="BMP"),
        pytest.param(file(halves(), "WEBP", lossless=True), (255, 0, 0, 255), id="WebP"),
        pytest.param(file(halves().convert("P"), "GIF"), (255, 0, 0, 255), id="GIF"),
        pytest.param(file(halves(), "JPEG", quality=95), (254, 0, 0, 255), id="JPEG"),
        pytest.param(
            file(halves().convert("CMYK"), "JPEG", quality=95), (254, 0, 0, 255), id="JPEG of a printer, CMYK"
        ),
        pytest.param(rotated(), (254, 0, 0, 255), id="JPEG of a phone held sideways"),
        pytest.param(sixteen(), (255, 255, 255, 255), id="16 bits a pixel"),
        pytest.param(file(halves().convert("RGBA"), "PNG"), (255, 0, 0, 255), id="with opacity that is full"),
        pytest.param(moving(), (255, 0, 0, 255), id="the first frame of one that moves"),
        pytest.param(
            file(halves().convert("L").point(lambda grey: 255 * (grey > 50), "1"), "PNG"),
            (255, 255, 255, 255),
            id="black and white",
        ),
    ],
)
def test_what_people_have_becomes_upright_pixels(data: bytes, red: tuple[int, ...]) -> None:
    assert corner(data) == pytest.approx(red, abs=4)


def test_a_moving_picture_is_known_as_one() -> None:
    assert bring_in(moving()).facts.frames == 3


def test_what_is_see_through_stays_so_and_lets_the_dark_board_through() -> None:
    picture = Image.new("RGBA", (64, 64), (255, 255, 255, 0))
    ImageDraw.Draw(picture).rectangle((16, 16, 47, 47), fill=(255, 255, 255, 255))
    master = bring_in(file(picture, "PNG"))
    page = on_board(master.png, Picture(sha256=SHA), BoardShape(width=64, height=64)).file.pages[0]
    assert master.facts.clear
    assert (page.lamp(32, 32), page.lamp(4, 4)) == (1, 0)


def bomb(width: int, height: int) -> bytes:
    """A small PNG of very many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30_000, 30_000), (12_000, 12_000), (5_001, 5_000), (25_000_001, 1)])
def test_a_bomb_is_refused_before_it_goes_off(size: tuple[int, int]) -> None:
    with pytest.raises(MediaError) as refused:
        bring_in(bomb(*size))
    assert refused.value.code == "picture.large"


def hidden_text() -> bytes:
    """A PNG with a megabyte of packed text in it, as a bomb of another kind."""
    whole = file(halves(), "PNG")
    return whole[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000))) + whole[33:]


SCRIPT = b"<script>alert(1)</script>"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="SVG, which is a program"),
        pytest.param(b"%PDF-1.7\n%%EOF", id="PDF"),
        pytest.param(b"GIF89a" + SCRIPT, id="a script that says it is a GIF"),
        pytest.param(b"\xff\xd8\xff" + bytes(range(256)) * 20, id="rubbish after the first letters of a JPEG"),
        pytest.param(file(halves(), "PNG")[:-40], id="cut off PNG"),
        pytest.param(file(halves().resize((800, 400)), "JPEG")[:3000], id="cut off JPEG"),
        pytest.param(file(halves(), "TIFF"), id="TIFF"),
        pytest.param(bomb(100, 100)[:60], id="a head without a body"),
        pytest.param(file(halves(), "PNG").replace(b"IDAT", b"IDAX", 1), id="without pixels"),
        pytest.param(hidden_text(), id="packed text that swells"),
    ],
)
def test_what_is_no_picture_or_no_whole_one_is_refused(data: bytes) -> None:
    with pytest.raises(MediaError) as refused:
        bring_in(data)
    assert refused.value.code == "picture.unreadable"


@pytest.mark.parametrize("form", ["GIF", "PNG", "JPEG", "BMP", "WEBP"])
def test_nothing_of_the_file_that_came_is_in_the_one_that_is_kept(form: str) -> None:
    picture = halves().convert("P") if form == "GIF" else halves()
    more = {"exif": Image.Exif()} if form == "WEBP" else {}
    kept = bring_in(file(picture, form, **more) + SCRIPT).png
    assert kept.startswith(b"\x89PNG")
    assert SCRIPT not in kept


def test_a_picture_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LIMITS", bounded.Limits(seconds=0, memory_mb=1024, answer_mb=20))
    with pytest.raises(MediaError) as refused:
        bring_in(file(halves(), "PNG"))
    assert refused.value.code == "picture.time"


CHILD = """
import sys
from controller.media.bounded import confined, give
with confined(sys.argv[1]) as (request, source, answer):
    said = []
    for name, what in (("file", lambda: open("/etc/hostname")), ("socket", lambda: __import__("socket").socket()),
                       ("process", lambda: __import__("os").pipe()), ("memory", lambda: bytearray(3 << 30))):
        try:
            what()
        except (OSError, MemoryError) as exc:
            said.append(name)
    print("noise that must not be in the answer")
    give(answer, {"refused": said}, source.read())
"""


def test_the_child_has_no_files_no_network_no_processes_and_little_memory(tmp_path) -> None:
    (tmp_path / "confined_child.py").write_text("import socket\n" + CHILD)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from controller.media.bounded import *\n"
        "import os; os.environ['PYTHONPATH'] = sys.argv[1] + ':.'\n"
        "print(decoded('confined_child', {}, b'abc', Limits(seconds=10, memory_mb=1024, answer_mb=1)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "({'refused': ['file', 'socket', 'process', 'memory']}, b'abc')"


def test_light_and_numbers_turn_into_each_other() -> None:
    every = np.arange(256, dtype=np.uint8)
    assert (numbers(TO_LIGHT[every]) == every).all()


def test_a_line_thinner_than_a_lamp_is_kept() -> None:
    picture = Image.new("RGB", (640, 160))
    ImageDraw.Draw(picture).line((0, 80, 640, 80), "white", 2)
    page = on_board(png_of(np.asarray(picture.convert("RGBA"))), Picture(sha256=SHA), BoardShape(width=64, height=16))
    assert page.file.pages[0].text_art().count("#") == 64


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 254))
def test_a_dithered_grey_gives_the_light_it_should(grey: int) -> None:
    light = np.full((64, 64, 3), TO_LIGHT[grey])
    lit = lamps_of(light, Colours.MONO, photo=True).mean()
    assert lit == pytest.approx(float(TO_LIGHT[grey]), abs=0.03)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 60), st.integers(1, 60), st.integers(1, 70), st.integers(1, 40), st.sampled_from(list(Colours)),
    st.sampled_from(["logo", "photo"]), st.sampled_from(["whole", "fill"]), st.booleans(),
)  # fmt: skip
def test_every_picture_fits_every_board(across, down, width, height, colours, tone, fit, inverted) -> None:
    pixels = np.random.default_rng(across * down).integers(0, 256, (down, across, 4), dtype=np.uint8)
    chosen = Picture(sha256=SHA, tone=tone, fit=fit, inverted=inverted)
    seen = on_board(png_of(pixels), chosen, BoardShape(width=width, height=height, colours=colours))
    page = seen.file.pages[0]  # a page checks the size of its planes itself
    beyond = [
        byte & (1 << (-width % 8)) - 1
        for plane in page.planes
        for byte in plane[page.shape.stride - 1 :: page.shape.stride]
    ]
    assert not any(beyond)
    assert 1 <= seen.width <= width
    assert 1 <= seen.height <= height
    assert seen.width == width or seen.height == height


def test_whole_shows_all_of_it_and_fill_leaves_no_edge() -> None:
    png = png_of(np.full((50, 50, 4), 255, np.uint8))
    shape = BoardShape(width=64, height=16)
    whole, fill = (on_board(png, Picture(sha256=SHA, fit=fit), shape) for fit in ("whole", "fill"))
    assert (whole.width, whole.height, whole.lit) == (16, 16, 0.25)
    assert (fill.width, fill.height, fill.lit, fill.cut) == (64, 16, 1.0, pytest.approx(0.76))


def test_each_kind_of_board_shows_the_colours_it_has() -> None:
    stripes = np.zeros((8, 32, 4), np.uint8)
    stripes[..., 3] = 255
    for place, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]):
        stripes[:, place * 8 : place * 8 + 8, :3] = colour
    png = png_of(stripes)
    shown = {
        colours: on_board(png, Picture(sha256=SHA), BoardShape(width=32, height=8, colours=colours))
        for colours in Colours
    }
    row = {colours: seen.file.pages[0].text_art().splitlines()[0][::8] for colours, seen in shown.items()}
    assert row == {Colours.MONO: ".#.#", Colours.RG: "RG.#", Colours.RGB: "RGB#"}
    assert shown[Colours.RG].blue == pytest.approx(0.25)


def test_small_print_is_told_from_a_bold_sign() -> None:
    fine, bold = Image.new("RGB", (800, 400)), Image.new("RGB", (800, 400))
    for y in range(0, 400, 12):
        for x in range(0, 800, 9):
            ImageDraw.Draw(fine).rectangle((x, y, x + 3, y + 5), "white")
    ImageDraw.Draw(bold).rectangle((200, 100, 600, 300), "white")
    lost = [
        on_board(png_of(np.asarray(each.convert("RGBA"))), Picture(sha256=SHA), BoardShape(width=64, height=32)).lost
        for each in (fine, bold)
    ]
    assert lost[0] > 0.35
    assert lost[1] < 0.1


@pytest.mark.parametrize("inverted", [False, True])
def test_a_black_drawing_on_clear_ground_is_seen_when_it_is_turned_around(inverted: bool) -> None:
    picture = Image.new("RGBA", (32, 16), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((8, 4, 23, 11), fill=(0, 0, 0, 255))
    seen = on_board(
        bring_in(file(picture, "PNG")).png, Picture(sha256=SHA, inverted=inverted), BoardShape(width=32, height=16)
    )
    assert seen.lit == (0.25 if inverted else 0)


def test_a_red_ring_on_white_does_not_drown_on_a_board_of_one_colour() -> None:
    picture = Image.new("RGB", (320, 320), "white")
    ImageDraw.Draw(picture).ellipse((40, 40, 279, 279), outline="red", width=40)
    seen = on_board(png_of(np.asarray(picture.convert("RGBA"))), Picture(sha256=SHA), BoardShape(width=32, height=32))
    row = seen.file.pages[0].text_art().splitlines()[16]
    assert row.replace("#", "1").replace(".", "0") == "1111" + "0000" + "1" * 16 + "0000" + "1111"
