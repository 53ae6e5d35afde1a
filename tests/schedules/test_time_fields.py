"""Hours and days in a text, in each reader's own way."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.fields import FieldError, fields_of, filled, unlike

DAY = date(2026, 2, 18)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", "Cửa khẩu: 09:00-14:00 (giờ Hà Nội)"),
        ("tyz", "Cửa khẩu: 09:00-14:00 (giờ Hà Nội)"),
        ("en", "Cửa khẩu: 09:00-14:00 (Hanoi time)"),
        ("zh-Hans", "Cửa khẩu: 10:00-15:00（北京时间）"),
    ],
)
def test_each_language_reads_its_own_time(language, said):
    assert filled("Cửa khẩu: {time 09:00-14:00}", language, DAY) == said


def test_late_hours_are_of_the_next_day_in_beijing():
    assert filled("{time 22:59} {time 23:30} {time 24:00}", "zh-Hans", DAY) == (
        "23:59（北京时间） 次日00:30（北京时间） 次日01:00（北京时间）"
    )


def test_beijing_had_summer_time_once_and_the_day_decides():
    assert filled("{time 07:00}", "zh", date(1988, 7, 1)) == "09:00（北京时间）"


def test_a_date_is_written_as_the_language_does():
    assert [filled("{date 18/02/2026}", language, DAY) for language in ("vi", "zh-Hans", "en")] == [
        "18/02/2026",
        "2026年2月18日",
        "18 February 2026",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{hour 7}", "there is no field"),
        ("{time 7:00}", "HH:MM"),
        ("{time 25:00}", "no .25:00. in a day"),
        ("{time 07:00-08:00-09:00}", "neither a time"),
        ("{time}", "HH:MM"),
        ("{date 30/02/2026}", "a date is written"),
        ("{}", "there is no field"),
        ("open { here", "a brace"),
        ("{{time 07:00}}", "a brace"),
    ],
)
def test_a_field_that_is_not_understood_is_refused_with_its_reason(text, said):
    with pytest.raises(FieldError, match=said):
        filled(text, "vi", DAY)


def test_languages_must_tell_the_same_hours():
    assert unlike({"vi": "{time 07:00} rồi {time 09:00}", "zh-Hans": "{time 09:00}，{time 07:00}"}) == ()
    assert unlike({"vi": "{time 07:00}", "en": "{time 08:00}"}) == ("time 07:00", "time 08:00")
    assert unlike({"vi": "{clock} {clock}", "en": "{clock}", "zh-Hans": "{clock}"}) == ("clock",)
    assert fields_of("{time 07:00} x {date 01/01/2026}") == ("time 07:00", "date 01/01/2026")


@given(st.text(alphabet=st.characters(exclude_characters="{}")), st.sampled_from(["vi", "zh-Hans", "en"]))
def test_a_text_without_fields_is_left_alone(text, language):
    assert filled(text, language, DAY) == text


@given(st.integers(0, 1439), st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_beijing_is_one_hour_ahead_at_every_minute(minute, day):
    said = (
        filled(f"{{time {minute // 60:02d}:{minute % 60:02d}}}", "zh", day)
        .removesuffix("（北京时间）")
        .removeprefix("次日")
    )
    there = datetime.strptime(said, "%H:%M")  # noqa: DTZ007
    assert there.hour * 60 + there.minute == (minute + 60) % 1440
