"""Texts that can be drawn and are still wrong."""

import pytest

from devices.profiles.board import BoardShape
from devices.rendering.lint import lint
from devices.rendering.render import render


@pytest.mark.parametrize(
    "text",
    [
        "Kính chào quý khách",
        "Đỗ xe 3 m² / 12 m³ · «Hữu Nghị»",
        "30 °C",
        "STOP",
        "Chi Ma",
        "Have your valid passport ready",
    ],
)
def test_sound_texts_pass(text):
    assert list(lint(text, "vi")) == []


@pytest.mark.parametrize("text", ["XIN CHU Y", "Xin chu y: xe tai cho o bai 2"])
def test_vietnamese_without_marks_is_noticed(text):
    assert [item.code for item in lint(text, "vi")] == ["text.unmarked"]
    assert list(lint(text, "en")) == []


@pytest.mark.parametrize(
    ("text", "encoding", "position", "meant"),
    [
        ("C¶nh b¸o: cöa khÈu H÷u NghÞ", "TCVN3", 1, "Cảnh báo: cửa khẩu Hữu Nghị"),
        ("§iÓm chê xe", "TCVN3", 0, "Điểm chờ xe"),
        ("Ñöôøng vaøo baõi, XIN CHUÙ YÙ", "VNI", 3, "Đường vào bãi, XIN CHÚ Ý"),
        ("Cöûa khaåu quoác teá", "VNI", 1, "Cửa khẩu quốc tế"),
        ("á»­a kháº©u quá»‘c táº¿", "UTF-8", 0, "ửa khẩu quốc tế"),
    ],
)
def test_letters_of_an_old_encoding_are_noticed_and_named(text, encoding, position, meant):
    (item,) = lint(text, "vi")
    assert (item.code, item.position, dict(item.facts)) == (
        "text.mojibake",
        position,
        {"encoding": encoding, "meant": meant},
    )


def test_the_remarks_reach_the_author_in_the_authors_language():
    rendering = render("XIN CHU Y", "vi", BoardShape.parse("192x64"))
    assert "có dấu" in rendering.findings[0].text("vi")
    assert rendering.file is not None
