"""A text becomes pages, the same everywhere."""

from devices.profiles.board import BoardShape
from devices.rendering.render import render

BOARD = BoardShape.parse("192x64:rg")


def test_a_notice_becomes_amber_pages():
    rendering = render("Xe chờ ở bãi số 2", "vi", BOARD)
    assert rendering.file is not None
    (page,) = rendering.file.pages
    assert page.planes[0] == page.planes[1] != bytes(len(page.planes[0]))


def test_blank_text_is_refused_with_a_finding_in_three_languages():
    rendering = render(" \n ", "vi", BOARD)
    assert rendering.file is None
    assert [item.code for item in rendering.findings] == ["text.empty"]
    assert len({rendering.findings[0].text(language) for language in ("vi", "zh-Hans", "en")}) == 3
