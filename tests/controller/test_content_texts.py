"""What a text may hold, and what the digest of a message covers."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.content import clean_texts, clean_title, digest
from controller.errors import InvalidError

WHOLE: dict[str, Any] = {
    "title": "Giờ",
    "category": "service",
    "texts": {"vi": "Mở cửa", "en": "Open"},
    "audio": {"vi": "1" * 64},
    "renderings": {("vi", "192x64:rg"): "2" * 64, ("en", "192x64:rg"): "3" * 64},
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", "text.empty", id="nothing"),
        pytest.param("  \n ", "text.empty", id="only space"),
        pytest.param("a\x07b", "text.control", id="a bell"),
        pytest.param("a\x00b", "text.control", id="a zero"),
        pytest.param("a\tb", "text.control", id="a tab"),
        pytest.param("مرحبا", "text.right-to-left", id="Arabic"),
        pytest.param("שלום", "text.right-to-left", id="Hebrew"),
        pytest.param("open\u202ecl", "text.bidi", id="a hidden override"),
        pytest.param("a\u200fb", "text.bidi", id="a hidden mark"),
        pytest.param("x" * 2001, "text.long", id="too long"),
    ],
)
def test_a_text_that_could_mislead_is_refused_with_its_place(text, code):
    with pytest.raises(InvalidError) as refused:
        clean_texts({"vi": text})
    assert [(each.pointer, each.code) for each in refused.value.problems] == [("/texts/vi", code)]


def test_a_language_we_do_not_show_is_named():
    with pytest.raises(InvalidError) as refused:
        clean_texts({"vi": "a", "fr": "b"})
    assert refused.value.problems[0].pointer == "/texts/fr"


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InvalidError) as refused:
        clean_texts({"vi": "", "en": "\x01", "xx": "a"})
    assert len(refused.value.problems) == 3


def test_no_text_at_all_is_refused():
    with pytest.raises(InvalidError):
        clean_texts({})


def test_marks_are_composed_and_line_ends_are_one_kind():
    assert clean_texts({"vi": unicodedata.normalize("NFD", "Cửa khẩu\r\nmở ")}) == {"vi": "Cửa khẩu\nmở"}


def test_languages_come_in_showing_order():
    assert list(clean_texts({"en": "a", "zh-Hans": "b", "vi": "c"})) == ["vi", "zh-Hans", "en"]


def test_a_title_is_one_line():
    with pytest.raises(InvalidError):
        clean_title("a\nb")


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Giờ mới"},
        {"category": "law"},
        {"texts": {"vi": "Mở cửa", "en": "Open!"}},
        {"texts": {"vi": "Mở cửa"}},
        {"audio": {}},
        {"audio": {"en": "1" * 64}},
        {"renderings": {("vi", "192x64:rg"): "2" * 64, ("en", "192x64:rg"): "4" * 64}},
        {"renderings": {("vi", "192x64:rg"): "2" * 64, ("en", "128x32:mono"): "3" * 64}},
    ],
    ids=[
        "title",
        "category",
        "a word",
        "a language less",
        "no sound",
        "sound of another language",
        "a pixel",
        "a board",
    ],
)
def test_whatever_can_be_seen_or_heard_changes_the_digest(change):
    assert digest(**(WHOLE | change)) != digest(**WHOLE)


@given(st.permutations(list(WHOLE["renderings"].items())), st.permutations(list(WHOLE["texts"].items())))
def test_the_order_in_which_facts_are_given_does_not_change_the_digest(renderings, texts):
    assert digest(**(WHOLE | {"renderings": dict(renderings), "texts": dict(texts)})) == digest(**WHOLE)
