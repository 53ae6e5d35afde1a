"""What an author is told before a text is submitted: time, distance, colour, light."""

import re

import pytest

from devices.profiles.board import BoardShape
from devices.rendering.findings import Finding
from devices.rendering.reading import Reader, reading_seconds
from devices.rendering.render import render
from devices.rendering.style import Style
from devices.rendering.wording import WORDING

BOARD = BoardShape.parse("192x64:rg")
WALKER = Reader(audience="walker")


def found(text, language="vi", board="192x64:rg", reader=WALKER, style=None):
    rendering = render(text, language, BoardShape.parse(board), reader=reader, style=style or Style())
    return {item.code: dict(item.facts) for item in rendering.findings}


@pytest.mark.parametrize(
    ("line", "language", "driver", "walker"),
    [
        ("xe tải chờ", "vi", 1.5, 0.9),
        ("lorries wait here", "en", 1.8, 1.05),
        ("货车等候", "zh-Hans", 1.6, 1.0),
        ("bãi 2", "vi", 1.0, 0.6),
        ("07:00", "vi", 1.0, 0.6),
        ("07:00–19:00", "vi", 2.0, 1.2),
        ("29A-12345", "vi", 1.0, 0.6),
        ("– / ! ，", "vi", 0, 0),
        ("友谊 Hữu Nghị", "vi", 1.8, 1.1),
        ("\ue000 chờ", "vi", 0.9, 0.55),
    ],
)
def test_time_to_read_counts_syllables_words_and_characters(line, language, driver, walker):
    assert reading_seconds([line], language, Reader()) == pytest.approx(driver)
    assert reading_seconds([line], language, WALKER) == pytest.approx(walker)


def test_who_walks_has_time_and_who_drives_slowly_has_more():
    text = "Xe tải chờ ở bãi số 2"
    assert "time.short" not in found(text)
    fast, slow = (found(text, reader=Reader(speed_kmh=speed))["time.short"] for speed in (30, 20))
    assert fast["available"] == 3.2
    assert slow["available"] == 4.9
    assert "time.short" not in found(text, reader=Reader(speed_kmh=5))
    assert "time.short" not in found(text, reader=Reader(speed_kmh=0))


@pytest.mark.parametrize(
    ("language", "text", "rows", "day", "night"),
    [
        ("vi", "Hữu Nghị", 16, 21, 10),
        ("vi", "Hữu Nghị", 32, 40, 20),
        ("en", "Gate", 32, 51, 25),
        ("zh-Hans", "友谊关", 16, 22, 11),
        ("zh-Hans", "友谊关", 32, 45, 22),
    ],
)
def test_letters_too_small_for_the_distance_are_noticed_by_day_and_by_night(language, text, rows, day, night):
    seen = found(text, language, reader=Reader("walker", distance_m=100), style=Style(rows=rows))
    assert (seen["sight.day"]["reach"], seen["sight.night"]["reach"]) == (day, night)
    near = found(text, language, reader=Reader("walker", distance_m=night), style=Style(rows=rows))
    assert not {"sight.day", "sight.night"} & set(near)


def test_a_gate_that_is_shut_at_night_is_not_asked_about_the_night():
    seen = found("Gate", "en", reader=Reader("walker", distance_m=27, night=False))
    assert "sight.night" not in seen
    assert "sight.night" in found("Gate", "en", reader=Reader("walker", distance_m=27))


@pytest.mark.parametrize(
    ("colour", "board", "code"),
    [
        ("amber", "192x64:mono", None),
        ("red", "192x64:mono", "colour.missing"),
        ("green", "192x64:rg", None),
        ("red", "192x64:rg", "colour.red"),
        ("blue", "192x64:rg", "colour.blue"),
        ("white", "192x64:rg", "colour.blue"),
        ("blue", "192x64:rgb", None),
    ],
)
def test_colours_that_a_board_lacks_and_red_are_noticed(colour, board, code):
    codes = [item for item in found("Dừng", board=board, style=Style(colour=colour)) if item.startswith("colour")]
    assert codes == ([code] if code else [])


def test_a_page_that_dazzles_at_night_is_noticed_with_its_share():
    bright = found(":no-entry::no-entry:", "en", board="64x32", style=Style(rows=32))
    dark = found("Gate", "en")
    assert bright["light.much"]["page"] == 1
    assert bright["light.much"]["share"] > 30
    assert "light.much" not in dark


@pytest.mark.parametrize("code", WORDING)
def test_every_finding_reads_in_three_languages_with_the_same_blanks(code):
    words = WORDING[code]
    assert set(words) == {"vi", "zh-Hans", "en"}
    blanks = [sorted(set(re.findall(r"(?<!{){(\w+)}", words[language]))) for language in sorted(words)]
    assert blanks[0] == blanks[1] == blanks[2]
    facts = tuple((blank, "7") for blank in blanks[0])
    said = Finding(code, "warn", None, facts).text("vi")
    assert not re.search(r"{(?!time|date|clock|today|lunar|countdown|figure)", said), "only fields keep their braces"
    assert Finding(code, "warn", None, facts).text("fr") == Finding(code, "warn", None, facts).text("en")
