"""A picture is of no language: whatever languages an hour has, it keeps its turn."""

from schedules.model import ContentRef, Item, Playlist
from schedules.playlist import in_languages


def content(language):
    return ContentRef(sha256=language.encode().hex().ljust(64, "0"), kind="pages", language=language, size=1, seconds=3)


def told(*has, in_):
    item = Item(message="m", version=1, digest="0" * 64, contents=tuple(map(content, has)))
    (shown,) = in_languages(Playlist(id="p", items=(item,)), in_).items
    return [each.language for each in shown.contents]


def test_a_picture_stays_before_the_texts_of_the_hour():
    assert told("zxx", "vi", "en", in_=["en"]) == ["zxx", "en"]


def test_a_picture_alone_stays():
    assert told("zxx", in_=["vi"]) == ["zxx"]


def test_what_has_none_of_the_languages_stays_as_it_is():
    assert told("zxx", "vi", in_=["en"]) == ["zxx", "vi"]
