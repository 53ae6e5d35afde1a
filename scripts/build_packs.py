"""Make the glyph packs from their fonts: `make packs`. The agent and the controller read only the packs.

Needs freetype-py and the font files named in `SOURCES`; a font whose SHA-256 differs is refused, because another
release draws other pixels. The file format is described in devices/rendering/packs/__init__.py.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import chinese_marks
import freetype
from pictograms import PICTOGRAMS, rasterised
from vietnamese_marks import Drawing, marked, set_marks, with_dot

from devices.rendering.signs import LETTERS

OUT = Path(__file__).resolve().parent.parent / "devices" / "rendering" / "packs"

FREETYPE = (2, 13, 2)  # other releases hint some sizes differently


@dataclass(frozen=True)
class Source:
    """A font file of one release, and which of its faces."""

    path: str
    sha256: str
    index: int = 0


NOTO, CJK = "/usr/share/fonts/truetype/noto/NotoSans-", "/usr/share/fonts/opentype/noto/NotoSansCJK-"
SOURCES = {
    "unifont": Source(
        "/usr/share/fonts/opentype/unifont/unifont.otf",
        "db1960227adcb14640063e7384fdcd2867aaf819d9ca4866bca289d4db9a9f67",
    ),
    "noto-regular": Source(NOTO + "Regular.ttf", "89c3c497f618fdaa0b2d1e98fef93582f28c71debd2c4a8cdf41f190ced2909d"),
    "noto-bold": Source(NOTO + "Bold.ttf", "e83493c945848ecd4a9ad0f6d19164541a0d3e23a9c952304a00a46e00272ac5"),
    "cjk-regular": Source(CJK + "Regular.ttc", "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a", 2),
    "cjk-bold": Source(CJK + "Bold.ttc", "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb", 2),
}

VIETNAMESE = "ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
LATIN = "".join(map(chr, range(0x20, 0x7F))) + VIETNAMESE + VIETNAMESE.upper()
LATIN_1 = "".join(
    chr(c) for c in range(0xA1, 0x100) if c not in (0xAD, 0xD0)
)  # no soft hyphen; Ð is drawn as the Đ it looks like
MARKS = "–—‘’“”†•…‰′″€₫№™"
ARROWS = "←↑→↓↔↕↖↗↘↙"


def without(letters: str, left_out: str) -> str:
    """The letters but some, which another pack draws better."""
    return letters.translate(dict.fromkeys(map(ord, left_out)))


def gb2312() -> str:
    """The characters of GB2312 a sign in Vietnamese, Chinese or English may need: no kana, Greek, Cyrillic, full-width Latin."""
    rows = [*range(0xA1, 0xA3), *range(0xB0, 0xF8)]
    every = (bytes((row, cell)).decode("gb2312", "ignore") for row in rows for cell in range(0xA1, 0xFF))
    return "".join(c for c in every if c) + "！＃％＆（）＊＋，－．／：；＜＝＞？＠［＼］｛｜｝￥"


WORD_GAP = 4  # lamps, where marks are ours; letters have a dark column at each side
DOTTED, DOTLESS = {"i": "ı", "j": "ȷ"}, {"i": "ı"}
RAISE = 2
# A full-width dollar is taller than any cell; the ratio and the bar look like a colon and a dash, which stand for them.
CHINESE = ARROWS + "℃〇㎡" + "".join(letter for letter in gb2312() if letter not in "＄∶―")
NUMBERS = (
    "0123456789:.-–/%+"  # as high as the characters beside them: 07:00, 2号; those of a Latin face are a third lower
)


@dataclass(frozen=True)
class Recipe:
    """How one pack is made: `rows` a cell, `baseline` rows above the baseline, `capital` rows of a capital letter."""

    name: str
    source: str
    size: int
    rows: int
    baseline: int
    capital: int
    letters: str
    own_marks: bool = False  # letters by FreeType's own hinter, marks by hand
    own_stops: bool = False  # Chinese punctuation by hand


RECIPES = (
    Recipe("u16", "unifont", 16, 16, 14, 10, LATIN + LATIN_1 + MARKS + ARROWS + CHINESE, own_stops=True),
    Recipe(
        "n16",
        "noto-bold",
        12,
        16,
        13,
        9,
        LATIN + without(LATIN_1, "÷¨") + without(MARKS, "‘’"),
        own_marks=True,
    ),
    Recipe("r24", "noto-regular", 18, 24, 20, 13, LATIN + LATIN_1 + MARKS),
    Recipe("n24", "noto-bold", 18, 24, 20, 13, LATIN + LATIN_1 + MARKS),
    Recipe("r32", "noto-regular", 24, 32, 26, 17, LATIN + LATIN_1 + MARKS),
    Recipe("n32", "noto-bold", 24, 32, 26, 17, LATIN + LATIN_1 + MARKS),
    Recipe("h24", "cjk-regular", 24, 24, 21, 18, CHINESE + NUMBERS),
    Recipe("h32", "cjk-regular", 32, 32, 28, 24, CHINESE + NUMBERS),
    Recipe("b32", "cjk-bold", 32, 32, 28, 24, CHINESE + NUMBERS),
)


@dataclass(frozen=True)
class Glyph:
    """One letter: its advance in lamps and its rows as integers, the leftmost lamp in the highest of `width` bits."""

    letter: str
    width: int
    rows: tuple[int, ...]


def draw(face: freetype.Face, letter: str, recipe: Recipe) -> Glyph:
    """Draw one letter; where marks are ours, its base by FreeType and they over it."""
    if recipe.own_stops and letter in chinese_marks.DRAWN:
        return Glyph(letter, chinese_marks.CELL, chinese_marks.rows_of(letter))
    if not recipe.own_marks:
        return outlined(face, letter, recipe)
    if letter == " ":
        return Glyph(letter, WORD_GAP, (0,) * recipe.rows)
    if letter in DOTTED:
        drawing = with_dot(_drawing(outlined(face, DOTTED[letter], recipe)))
    elif (mark := marked(letter)) is not None:
        drawing = set_marks(_drawing(outlined(face, DOTLESS.get(mark.base, mark.base), recipe)), letter)
    else:
        return outlined(face, letter, recipe)
    return Glyph(letter, drawing.width, drawing.rows)


def _drawing(glyph: Glyph) -> Drawing:
    return Drawing(glyph.width, glyph.rows)


def outlined(face: freetype.Face, letter: str, recipe: Recipe) -> Glyph:
    """Draw one letter without grey; ink that leaves the cell upwards, downwards or to the left is an error."""
    hinter = freetype.FT_LOAD_FORCE_AUTOHINT if recipe.own_marks else 0
    face.load_char(letter, freetype.FT_LOAD_RENDER | freetype.FT_LOAD_TARGET_MONO | hinter)
    slot = face.glyph
    bitmap = slot.bitmap
    left = max(0, slot.bitmap_left)
    width = max(round(slot.advance.x / 64), left + bitmap.width, 1)
    top = recipe.baseline - slot.bitmap_top
    if not letter.isalpha():  # commas and dollars of the CJK faces hang a row below the cell
        top -= max(0, min(RAISE, top + bitmap.rows - recipe.rows))
    if bitmap.rows and not 0 <= top <= top + bitmap.rows <= recipe.rows:
        raise ValueError(f"{recipe.name}: {letter!r} has ink outside its cell: rows {top} to {top + bitmap.rows}")
    rows, buffer = [0] * recipe.rows, bytes(bitmap.buffer)
    for row in range(bitmap.rows):
        line = buffer[row * bitmap.pitch : (row + 1) * bitmap.pitch]
        ink = int.from_bytes(line, "big") >> (len(line) * 8 - bitmap.width)
        rows[top + row] = ink << (width - left - bitmap.width)
    return Glyph(letter, width, tuple(rows))


def packed(recipe: Recipe, glyphs: Iterable[Glyph], digest: str) -> bytes:
    """The inside of a pack file: one JSON line, then code points, widths and rows."""
    ordered = sorted(glyphs, key=lambda glyph: glyph.letter)
    head = {
        "format": "gatecast-glyphs/1", "name": recipe.name, "rows": recipe.rows, "baseline": recipe.baseline,
        "capital": recipe.capital, "glyphs": len(ordered), "source": recipe.source, "sha256": digest, "size": recipe.size,
    }  # fmt: skip
    points = struct.pack(f">{len(ordered)}I", *(ord(glyph.letter) for glyph in ordered))
    widths = bytes(glyph.width for glyph in ordered)
    rows = b"".join(_rows(glyph) for glyph in ordered)
    return json.dumps(head, sort_keys=True).encode() + b"\n" + points + widths + rows


def _rows(glyph: Glyph) -> bytes:
    size = (glyph.width + 7) // 8
    return b"".join((row << (size * 8 - glyph.width)).to_bytes(size, "big") for row in glyph.rows)


def build(recipe: Recipe) -> bytes:
    """One pack, not yet compressed."""
    source = SOURCES[recipe.source]
    face = freetype.Face(source.path, source.index)
    face.set_pixel_sizes(0, recipe.size)
    letters = dict.fromkeys(recipe.letters)
    missing = [letter for letter in letters if not face.get_char_index(letter)]
    if missing:
        raise ValueError(f"{recipe.source} has no glyph for {''.join(missing)}")
    return packed(recipe, [draw(face, letter, recipe) for letter in letters], source.sha256)


def build_signs(rows: int) -> bytes:
    """The pack of our own pictograms, `rows` high and wide, not yet compressed."""
    glyphs = [Glyph(letter, rows, rasterised(PICTOGRAMS[name], rows)) for name, letter in LETTERS.items()]
    recipe = Recipe(f"p{rows}", "scripts/pictograms.py", rows, rows, rows, rows, "")
    return packed(recipe, glyphs, "")


def missing_tools() -> str:
    """What stands in the way of building the very same packs; empty if nothing does."""
    if freetype.version() != FREETYPE:
        return f"the packs are drawn by FreeType {FREETYPE}, here is {freetype.version()}"
    for source in SOURCES.values():
        if not Path(source.path).exists():
            return f"{source.path} is not installed"
        if hashlib.sha256(Path(source.path).read_bytes()).hexdigest() != source.sha256:
            return f"{source.path} is another release than the one the packs were drawn from"
    return ""


def main() -> int:
    """Write every pack, or with --check compare with what is committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a pack would change, 3 if a font is missing"
    )
    check = parser.parse_args().check
    obstacle = missing_tools()
    if obstacle:
        print(obstacle, file=sys.stderr)
        return 3
    changed = 0
    made = {recipe.name: build(recipe) for recipe in RECIPES} | {f"p{rows}": build_signs(rows) for rows in (16, 24, 32)}
    for name, data in made.items():
        path = OUT / f"{name}.pack"
        same = path.exists() and zlib.decompress(path.read_bytes()) == data
        changed += not same
        if not check and not same:
            path.write_bytes(zlib.compress(data, 9))
        print(f"{name}: {'as committed' if same else 'changed'}")
    return int(check and changed > 0)


if __name__ == "__main__":
    sys.exit(main())
