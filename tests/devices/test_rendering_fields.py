"""Fields that gates fill: room as wide as any value, nothing lit outside of it, and nothing that does not fit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.board import BoardShape
from devices.rendering.areas import render_together
from devices.rendering.fields import filled_page, fits, sample_page, values_at
from devices.rendering.page import FieldBox, PageFile, blank_page
from devices.rendering.render import render
from devices.rendering.strip import scroll
from devices.rendering.style import LANGUAGES, Style
from schedules.live import MOST, STALE, Figure, around, live_field, next_value, samples, value
from schedules.lunar import LunarMonth, LunarTable
from tests.support.schedule_plans import hanoi

BOARD, WIDE = BoardShape.parse("192x64:rg"), BoardShape.parse("320x64:rg")
FIELDS = ("clock", "today", "lunar", "countdown 18/02/2026 09:00", "figure lorries", "figure-time lorries")
MOONS = (
    LunarMonth(first=date(2026, 2, 17), month=1, year=2026),
    LunarMonth(first=date(2026, 3, 19), month=2, year=2026),
)
TABLE = LunarTable(vi=MOONS, zh=MOONS)


def drawn(text, language="vi", shape=BOARD, **more) -> PageFile:
    made = render(text, language, shape, **more)
    assert made.file is not None, made.findings
    return made.file


def lit(page):
    shape = page.shape
    return {(x, y) for y in range(shape.height) for x in range(shape.width) if page.lamp(x, y)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", FIELDS)
def test_every_longest_value_fits_its_room_and_lights_nothing_else(language, field):
    file = drawn(f"A {{{field}}} B" if language != "zh-Hans" else f"口岸 {{{field}}} 开", language, WIDE)
    (box,) = file.fields
    bare = lit(file.pages[box.page])
    room = {(x, y) for x in range(box.left, box.left + box.width) for y in range(box.top, box.top + box.rows)}
    assert not bare & room, "the room is dark in the page that is approved"
    for said in samples(live_field(field), language):
        assert fits(said, box, language), said
        full = lit(filled_page(file, box.page, {0: said}))
        assert full - bare <= room
        assert full >= bare
        assert full - bare or not said


@settings(max_examples=60, deadline=None)
@given(
    minutes=st.integers(0, 16 * 366 * 1440), number=st.integers(0, MOST), field=st.sampled_from(FIELDS),
    language=st.sampled_from(LANGUAGES),
)  # fmt: skip
def test_whatever_a_field_can_read_fits_the_room_that_was_approved(minutes, number, field, language):
    moment = hanoi("2024-01-01 00:00") + timedelta(minutes=minutes)
    file = drawn(f"{{{field}}} B" if language != "zh-Hans" else f"{{{field}}}口", language, WIDE)
    read = value(live_field(field), language, moment, TABLE, {"lorries": Figure(value=number, at=moment)})
    assert read is None or all(fits(read, box, language) for box in file.fields)


def test_what_does_not_fit_or_has_strange_letters_stays_dark():
    file = drawn("Bây giờ {clock}")
    for said in ("12:34:56 và nữa", "\u0416", "", None):
        assert filled_page(file, 0, {0: said}) == file.pages[0]


def test_a_page_file_with_fields_is_read_back_and_one_without_keeps_its_bytes():
    file = drawn("Bây giờ {clock}, còn {figure lorries} xe")
    assert PageFile.from_bytes(file.to_bytes()) == file
    assert [box.field for box in file.fields] == ["clock", "figure lorries"]
    assert b"fields" not in drawn("Bây giờ 12:00").to_bytes()


@pytest.mark.parametrize("change", [{"left": 190}, {"page": 1}, {"top": 60}, {"lit": (True,)}])
def test_a_box_outside_its_page_is_refused(change):
    box = FieldBox(page=0, field="clock", left=0, top=0, width=40, lit=(True, True)).model_copy(update=change)
    with pytest.raises(ValueError, match="no room"):
        PageFile(language="vi", renderer="2", pages=(blank_page(BOARD),), fields=(box.model_dump(),))


@pytest.mark.parametrize(
    "text", ["{clok}", "{clock 7}", "{figure}", "{figure Xe tải}", "{countdown soon}", "{time 25:00}", "{}", "{", "}"]
)
def test_a_field_nobody_understands_blocks_and_says_where_in_the_authors_language(text):
    for made in (render(f"{{clock}} Bây giờ {text}", "vi", BOARD), scroll(f"{{time 07:00}} {text}", "vi", BOARD)):
        assert made.file is None
        (found,) = made.findings
        assert found.code == "field.unknown"
        assert found.position is not None
        assert found.text("vi").startswith(f"Không hiểu {text}. Các trường dùng được: {{time 07:00}}")
    assert render(f"{{clock}} Bây giờ {text}", "vi", BOARD).findings[0].position == len("{clock} Bây giờ ")


@pytest.mark.parametrize("text", ["\U000f0000 {clock}", "{clock} \U000f0000", "[red: \U000f0000] {clock}"], ids=ascii)
def test_no_letter_that_an_author_pastes_passes_for_a_field(text):
    made = render(text, "vi", BOARD)
    assert made.file is None
    (found,) = made.findings
    assert (found.code, found.position) == ("field.unknown", text.index("\U000f0000"))


def test_hours_of_both_sides_are_drawn_as_each_language_reads_them():
    for draw in (render, scroll):
        assert draw("{time 07:00}", "zh-Hans", WIDE).file == draw("08:00（北京时间）", "zh-Hans", WIDE).file
        assert draw("{time 07:00}", "vi", WIDE).file == draw("07:00 (giờ Hà Nội)", "vi", WIDE).file


def test_running_text_holds_no_field_that_changes():
    made = scroll("Bây giờ {clock}", "vi", BOARD)
    assert made.file is None
    assert [each.code for each in made.findings] == ["field.running"]


def test_more_fields_than_a_file_may_hold_block():
    made = render("{clock} " * 51, "vi", BOARD)
    assert (made.file, made.findings[0].code) == (None, "field.many")
    assert "51" in made.findings[0].text("zh-Hans")


def test_beijing_time_is_said_beside_the_clock_and_may_stand_on_the_next_line():
    file = drawn("现在 {clock}", "zh-Hans", BoardShape.parse("128x32"))
    said = drawn("现在 08:00（北京时间）", "zh-Hans", BoardShape.parse("128x32"))
    assert [lit(filled_page(file, number, {0: "08:00"})) for number in range(len(file.pages))] == [
        lit(page) for page in said.pages
    ]


def test_a_field_has_the_colour_its_author_gave_it():
    file = drawn("Còn [red: {figure lorries}] xe, {clock}")
    assert [box.lit for box in file.fields] == [(True, False), (True, True)]
    file = drawn("[red: Còn] {figure lorries} xe")
    assert [box.lit for box in file.fields] == [(True, True)]


def test_languages_beside_one_another_keep_their_fields_and_their_time():
    made = render_together({"vi": "Bây giờ {clock}", "zh-Hans": "现在 {clock}"}, BoardShape.parse("320x64:rg"))
    assert [(box.language, box.top >= 32) for box in made.file.fields] == [("vi", False), ("zh-Hans", True)]
    read = values_at(made.file, 0, hanoi("2026-02-18 07:05"), None, {})
    assert read == {0: "07:05", 1: "08:05"}
    assert lit(filled_page(made.file, 0, read)) > lit(made.file.pages[0])


def test_a_field_wider_than_the_board_blocks_and_says_how_wide_it_is():
    made = render("{countdown 18/02/2026}", "vi", BoardShape.parse("64x32"))
    assert made.file is None
    assert made.findings[0].code == "field.wide"
    assert "{countdown 18/02/2026}" in made.findings[0].text("en")


@pytest.mark.parametrize("rows", [16, 24, 32])
@pytest.mark.parametrize("align", ["left", "centre", "right"])
def test_the_room_lies_where_the_layout_put_it_in_every_style(rows, align):
    style = Style(rows=rows, align=align, colour="red", vertical="top")
    file = drawn("ab {clock} cd", "en", style=style)
    (box,) = file.fields
    plain = drawn("ab 08:00 cd", "en", style=style)
    assert lit(sample_page(file, 0)) == lit(plain.pages[0]), (
        "a value as wide as its room stands where it would in a plain text"
    )
    assert box.lit == (True, False)


def test_the_clock_of_the_chinese_is_beijings_and_says_so():
    now = hanoi("2026-02-18 07:05")
    read = {language: value(live_field("clock"), language, now) for language in LANGUAGES}
    assert read == {"vi": "07:05", "zh-Hans": "08:05", "en": "07:05"}
    assert around(live_field("clock"), "zh-Hans") == ("", "（北京时间）")
    late = hanoi("2026-02-18 23:30")
    assert value(live_field("today"), "zh-Hans", late) == "2026年2月19日"
    assert value(live_field("today"), "vi", late) == "18/02/2026"
    assert value(live_field("lunar"), "vi", now, TABLE) == "2/1 Bính Ngọ"
    assert value(live_field("lunar"), "vi", now) is None


@pytest.mark.parametrize(
    ("at", "vi", "en"),
    [
        ("2026-02-15 09:00", "3 ngày", "3 days"),
        ("2026-02-17 09:00", "1 ngày", "1 day"),
        ("2026-02-17 10:30", "22 giờ 30 phút", "22 h 30 min"),
        ("2026-02-18 09:00", "", ""),
        ("2026-02-19 09:00", "", ""),
    ],
)
def test_a_countdown_counts_days_then_hours_and_then_is_silent(at, vi, en):
    field = live_field("countdown 18/02/2026 09:00")
    assert (value(field, "vi", hanoi(at)), value(field, "en", hanoi(at))) == (vi, en)


def test_a_figure_is_shown_while_it_is_fresh_and_its_time_can_stand_beside_it():
    at = hanoi("2026-02-18 07:40")
    known = {"lorries": Figure(value=312, at=at)}
    field, told = live_field("figure lorries"), live_field("figure-time lorries")
    assert value(field, "vi", at + STALE, None, known) == "312"
    assert value(field, "vi", at + STALE + timedelta(seconds=1), None, known) == ""
    assert [value(told, language, at, None, known) for language in ("vi", "zh-Hans", "en")] == [
        "07:40",
        "08:40",
        "07:40",
    ]
    assert around(told, "vi") == ("số liệu lúc ", "")
    assert around(told, "zh-Hans") == ("数据截至", "（北京时间）")
    assert value(field, "vi", at) is None


@given(minutes=st.integers(0, 3 * 1440), field=st.sampled_from(FIELDS), language=st.sampled_from(LANGUAGES))
def test_nothing_of_a_field_changes_before_it_is_looked_at_again(minutes, field, language):
    now = hanoi("2026-02-16 00:00") + timedelta(minutes=minutes, seconds=17)
    known = {"lorries": Figure(value=5, at=hanoi("2026-02-16 00:00") + timedelta(minutes=minutes - minutes % 60))}
    asked, again = live_field(field), next_value(live_field(field), now)
    assert now < again <= now + timedelta(days=1)
    just_before = again - timedelta(seconds=1)
    assert value(asked, language, now, TABLE, known) == value(asked, language, just_before, TABLE, known)


def test_values_of_one_page_are_by_their_place_in_the_file():
    file = drawn("Bây giờ {clock}\n\n\n\n\nCòn {figure lorries} xe", shape=BoardShape.parse("96x16"))
    now = hanoi("2026-02-18 07:05")
    pages = {box.page for box in file.fields}
    assert len(pages) == 2
    read = [values_at(file, page, now, None, {}) for page in sorted(pages)]
    assert read == [{0: "07:05"}, {1: None}]


@pytest.mark.parametrize(
    "text",
    [
        "{clock} {time 07:00} xe 🚚",
        "{countdown 18/02/2027 09:00} Ð [đỏ: ab 🚚]",
        "🚚 {clock}",
        "{date 01/01/2027}{clock}🚚{clock}",
    ],
)
def test_what_is_said_beside_fields_names_its_place_in_the_text_as_it_was_written(text):
    findings = render(text, "vi", BoardShape.parse("320x64:rg")).findings
    assert [text[item.position] for item in findings if item.code == "text.emoji"] == ["🚚"]


def test_a_word_too_wide_for_its_board_is_found_in_the_text():
    text = "{clock} xem langson.gov.vn/cuakhauhuunghi"
    (item,) = [one for one in render(text, "vi", BoardShape.parse("96x32")).findings if one.code == "text.long-word"]
    assert text[item.position :].startswith("langson.gov.vn/cuakhauhuunghi")
