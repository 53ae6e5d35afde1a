"""The picture of a clip."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from controller.media.waveform import columns, waveform_svg
from devices.profiles.wav import wav_header


def wav_of(*samples: int) -> bytes:
    return wav_header(len(samples)) + b"".join(value.to_bytes(2, "little", signed=True) for value in samples)


def test_each_column_is_the_highest_sample_of_its_part_up_or_down():
    assert columns(wav_of(0, 16384, -32768, 0, 0, -8192), 3) == [0.5, 1.0, 0.25]


def test_a_clip_of_fewer_samples_than_columns_has_one_for_each():
    assert columns(wav_of(16384, 0), 100) == [0.5, 0.0]


def test_nothing_has_no_columns_and_still_a_picture():
    assert columns(wav_of(), 10) == []
    assert ElementTree.fromstring(waveform_svg(wav_of())).tag.endswith("svg")


def test_the_picture_is_an_svg_with_one_bar_for_each_column():
    root = ElementTree.fromstring(waveform_svg(wav_of(*range(0, 30_000, 10)), 50))
    assert root.attrib["viewBox"] == "0 0 50 100"
    assert root[0].attrib["d"].count("M") == 50
