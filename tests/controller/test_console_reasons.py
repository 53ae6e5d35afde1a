"""Reasons of play records in the reader's language, part by part."""

from __future__ import annotations

import pytest

from controller.console.i18n import words
from controller.console.reasons import reason_words


@pytest.mark.parametrize(
    ("reason", "language", "said"),
    [
        ("", "vi", ""),
        ("its time ended", "vi", "hết thời gian"),
        ("alert alert-12", "zh-Hans", "被 alert-12 插播"),
        (
            "over the cap of 25 % of this hour; its time ended",
            "vi",
            "vượt mức âm lượng tối đa 25 % của giờ này; hết thời gian",
        ),
        ("let go: power", "en", "let go: the power was cut"),
        ("live microphone, kept as 20261129T0700-pa.wav", "en", "live microphone, kept as 20261129T0700-pa.wav"),
        ("its turn was over before it was lit", "vi", "hết lượt trước khi kịp sáng"),
        ("the disk smells of fish", "vi", "the disk smells of fish"),
    ],
)
def test_a_reason_is_said_part_by_part_and_what_is_unknown_as_it_came(reason, language, said):
    assert reason_words(reason, words(language), zones_told=False) == said


def test_zones_are_not_told_twice():
    reason = "not in yard: its fault contact reports; its time ended"
    assert reason_words(reason, words("en"), zones_told=True) == "its time ended"
    assert "not in yard" in reason_words(reason, words("en"), zones_told=False)
    refused = "refused: not in all of its zones (yard: its relay does not follow; hall: its fault contact reports)"
    assert reason_words(refused, words("vi"), zones_told=True) == "từ chối: không phát được ở mọi khu vực"
