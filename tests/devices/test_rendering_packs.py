"""Each pack is proven: no two letters look the same, none is cut, none is missing."""

import itertools
import os
import string
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path

import pytest

from devices.rendering.glyphs import FOLDER, face, pack, read_pack
from devices.rendering.signs import LETTERS
from devices.rendering.style import LANGUAGES, Style

ROOT = Path(__file__).resolve().parents[2]
LOWER = "ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
VIETNAMESE = LOWER + LOWER.upper()
PACKS = sorted(path.stem for path in Path(FOLDER).glob("*.pack"))
LATIN_PACKS = [name for name in PACKS if "ẵ" in pack(name).widths]
SIGN_PACKS = [name for name in PACKS if LETTERS["lorry"] in pack(name).widths]
HAN_PACKS = [name for name in PACKS if "中" in pack(name).widths]


def rows_of(glyphs, letter):
    size = len(glyphs.bitmaps[letter]) // glyphs.rows
    return [glyphs.bitmaps[letter][at : at + size] for at in range(0, glyphs.rows * size, size)]


def test_vietnamese_has_134_letters_beyond_ascii():
    assert len(set(VIETNAMESE)) == 134


@pytest.mark.parametrize("name", LATIN_PACKS)
def test_all_vietnamese_letters_look_different(name):
    glyphs = pack(name)
    letters = VIETNAMESE + string.ascii_letters + string.digits
    seen = {}
    for letter in letters:
        shape = (glyphs.widths[letter], glyphs.bitmaps[letter])
        assert shape not in seen, f"{letter} looks like {seen.get(shape)}"
        seen[shape] = letter


@pytest.mark.parametrize("rows", [16, 24, 32])
@pytest.mark.parametrize("weight", ["regular", "bold"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_characters_of_a_face_look_the_same(rows, weight, language):
    letters = face(Style(rows=rows, weight=weight).packs(language))
    shapes = {}
    for letter, bitmap in letters.bitmaps.items():
        shapes.setdefault((letters.widths[letter], bitmap), []).append(letter)
    blanks = [{" ", "\u3000"}]
    assert [alike for alike in shapes.values() if len(alike) > 1 and set(alike) not in blanks] == []


@pytest.mark.parametrize("name", LATIN_PACKS)
@pytest.mark.parametrize("pair", ["ờớ", "ỡõ", "ạa", "ọo", "ĐD", "đd", "ềế", "Il", "O0"])
def test_letters_that_turn_a_meaning_around_differ(name, pair):
    glyphs = pack(name)
    assert glyphs.bitmaps[pair[0]] != glyphs.bitmaps[pair[1]]


@pytest.mark.parametrize("name", ["n16", "n24", "r24", "n32", "r32"])
def test_no_two_letters_of_a_default_face_are_one_lamp_apart(name):
    glyphs = pack(name)
    for one, other in itertools.combinations(VIETNAMESE + string.ascii_letters, 2):
        a, b = (int.from_bytes(glyphs.bitmaps[letter], "big") for letter in (one, other))
        assert glyphs.widths[one] != glyphs.widths[other] or (a ^ b).bit_count() > 1, f"{one} and {other}"


@pytest.mark.parametrize("name", PACKS)
def test_ink_stays_inside_the_cell_and_only_spaces_have_none(name):
    glyphs = pack(name)
    for letter, width in glyphs.widths.items():
        rows = rows_of(glyphs, letter)
        assert len(rows) == glyphs.rows
        assert len(rows[0]) == (width + 7) // 8
        beyond = (1 << (-width % 8)) - 1
        assert not any(row[-1] & beyond for row in rows)
        assert any(map(any, rows)) or letter.isspace(), letter


@pytest.mark.parametrize("name", HAN_PACKS)
def test_every_gb2312_character_is_there_and_all_differ(name):
    rows = range(0xB0, 0xF8)
    every = [bytes((row, cell)).decode("gb2312", "ignore") for row in rows for cell in range(0xA1, 0xFF)]
    han = [letter for letter in every if letter]
    glyphs = pack(name)
    assert len(han) == 6763
    assert len({glyphs.bitmaps[letter] for letter in han}) == 6763


def test_a_face_takes_a_letter_from_the_first_pack_that_has_it():
    both = face(("n16", "u16"))
    assert both.bitmaps["A"] == pack("n16").bitmaps["A"]
    assert both.bitmaps["中"] == pack("u16").bitmaps["中"]


@pytest.mark.parametrize("name", SIGN_PACKS)
def test_every_pictogram_is_there_and_all_differ(name):
    glyphs = pack(name)
    assert set(glyphs.widths) == set(LETTERS.values())
    assert len(set(glyphs.bitmaps.values())) == len(LETTERS)


@pytest.mark.parametrize("rows", [16, 24, 32])
@pytest.mark.parametrize("weight", ["regular", "bold"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_height_and_weight_serves_every_language_with_letters_han_and_signs(rows, weight, language):
    letters = face(Style(rows=rows, weight=weight).packs(language))
    assert letters.rows == rows
    assert set(VIETNAMESE + string.printable.strip() + "₫–“”、。（）中℃→①〇㎡" + "".join(LETTERS.values())) <= set(
        letters.widths
    )


@pytest.mark.parametrize("data", [b"", b"nonsense", b"x\x9cK"])
def test_what_is_not_a_pack_is_refused(data):
    with pytest.raises(ValueError, match="not a glyph pack"):
        read_pack(data)


def test_importing_the_page_loads_neither_packs_nor_renderer():
    code = "import sys, devices.rendering.page; print([m for m in sys.modules if m.startswith('devices.rendering.')])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert out.strip() == "['devices.rendering.page']"


def test_the_packs_are_what_the_builder_makes_of_the_fonts():
    pytest.importorskip("freetype")
    done = subprocess.run(
        [sys.executable, "scripts/build_packs.py", "--check"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode == 3:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr


# A dot below is one lamp in Unifont's sixteen rows: why the regular face is not the default there.
ONE_LAMP_APART = {
    "u16": {"EẸ", "IỊ", "OỌ", "UỤ", "YỴ", "aạ", "eẹ", "iị", "oọ", "uụ", "âậ", "êệ", "ôộ"},
}


@pytest.mark.parametrize("name", [name for name in PACKS if name not in SIGN_PACKS])
def test_all_pairs_of_characters_one_lamp_apart_are_known(name):
    glyphs = pack(name)
    seen = {(glyphs.widths[letter], int.from_bytes(bitmap, "big")): letter for letter, bitmap in glyphs.bitmaps.items()}
    bits = [1 << place for place in range(glyphs.rows * ((max(glyphs.widths.values()) + 7) // 8) * 8)]
    near = ((letter, seen.get((width, bitmap ^ bit), "")) for (width, bitmap), letter in seen.items() for bit in bits)
    assert {letter + other for letter, other in near if other > letter} == ONE_LAMP_APART.get(name, set())


@pytest.mark.parametrize("rows", [16, 24, 32])
@pytest.mark.parametrize("language", LANGUAGES)
def test_in_the_default_face_no_two_letters_or_digits_are_one_lamp_apart(rows, language):
    letters = face(Style(rows=rows).packs(language))
    wanted = VIETNAMESE + string.ascii_letters + string.digits if language != "zh-Hans" else string.ascii_letters
    shapes = {letter: (letters.widths[letter], int.from_bytes(letters.bitmaps[letter], "big")) for letter in wanted}
    for (one, a), (other, b) in itertools.combinations(shapes.items(), 2):
        assert a[0] != b[0] or (a[1] ^ b[1]).bit_count() > 1, f"{one} and {other}"


def base_of(letter):
    return unicodedata.normalize("NFD", letter)[0]


def test_in_sixteen_rows_marks_are_told_apart_by_four_lamps():
    """A dead lamp, or a bright one beside it, must not make another word: í is not i, ẩ is not ẫ."""
    glyphs = pack("n16")
    for one, other in itertools.combinations(VIETNAMESE + "aeiouyAEIOUY", 2):
        if base_of(one) == base_of(other) and glyphs.widths[one] == glyphs.widths[other]:
            a, b = (int.from_bytes(glyphs.bitmaps[letter], "big") for letter in (one, other))
            assert (a ^ b).bit_count() >= 4, f"{one} and {other}"


@pytest.mark.parametrize("letter", sorted(set(LOWER) - set("đơư")) + list("ij"))
def test_in_sixteen_rows_a_dark_row_parts_each_small_letter_from_what_stands_on_or_under_it(letter):
    rows = [any(row) for row in rows_of(pack("n16"), letter)]
    dot_alone = not any(rows[:5])
    assert rows[6]
    assert not rows[5] or unicodedata.normalize("NFD", letter)[1:2] == "\u031b"
    assert (not rows[13] and all(rows[14:])) or not dot_alone or letter == "ỵ"


def ink_of(glyphs, letter):
    """The last column and the first row with a lit lamp."""
    rows = [int.from_bytes(row, "big") for row in rows_of(glyphs, letter)]
    every, bits = 0, len(rows_of(glyphs, letter)[0]) * 8
    for row in rows:
        every |= row
    return bits - 1 - ((every & -every).bit_length() - 1), next(number for number, row in enumerate(rows) if row)


@pytest.mark.parametrize("name", HAN_PACKS)
@pytest.mark.parametrize("letter", "，、。：；")
def test_a_chinese_stop_stands_beside_the_character_it_follows(name, letter):
    glyphs = pack(name)
    assert ink_of(glyphs, letter)[0] < glyphs.widths[letter] / 2


@pytest.mark.parametrize("letter", "，、。")
def test_in_sixteen_rows_a_chinese_comma_stands_at_the_foot_of_the_line(letter):
    assert ink_of(pack("u16"), letter)[1] >= 10


def test_in_sixteen_rows_brackets_are_as_thin_as_the_characters_in_them():
    for bracket in "（）":
        assert all(sum(byte.bit_count() for byte in row) <= 1 for row in rows_of(pack("u16"), bracket))


def test_the_signs_that_gates_need_are_there():
    assert {"stop", "no-entry", "warning", "info", "lorry", "passport", "mask", "fog", "exit"} <= set(LETTERS)
    assert {"up", "right", "down", "left"} <= set(LETTERS)


def touch(glyphs, one, other):
    """Whether the ink of two neighbours meets, also over a corner."""
    a = [row[(glyphs.widths[one] - 1) // 8] >> (-glyphs.widths[one] % 8) & 1 for row in rows_of(glyphs, one)]
    b = [row[0] >> 7 for row in rows_of(glyphs, other)]
    return any(ink and any(b[max(0, row - 1) : row + 2]) for row, ink in enumerate(a))


@pytest.mark.parametrize("name", ["n16", "n24", "r24", "n32", "r32"])
def test_neighbours_in_what_gates_say_hardly_ever_touch(name):
    facts = tomllib.loads((ROOT / "controller" / "demo" / "announcements.toml").read_text(encoding="utf-8"))
    texts = [each["say"][language] for each in facts["announcements"] for language in ("vi", "en")]
    glyphs = pack(name)
    pairs = [pair for text in texts for pair in itertools.pairwise(text) if " " not in pair]
    assert sum(touch(glyphs, *pair) for pair in pairs) < len(pairs) / 100
