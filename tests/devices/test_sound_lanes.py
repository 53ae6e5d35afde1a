"""Samples scaled and added as lanes of one integer are those that one multiplication after another gives."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.sound.lanes import scaled_sum
from devices.sound.mixer import UNITY
from tests.support.sound import wav_of

EDGES = [-32768, -32767, -1, 0, 1, 32766, 32767]
SAMPLES = st.one_of(st.sampled_from(EDGES), st.integers(-32768, 32767))
GAINS = st.one_of(st.sampled_from([0, 1, UNITY - 1, UNITY]), st.integers(0, UNITY))


def one_by_one(parts: list[tuple[list[int], int]]) -> list[int]:
    return [
        sum(v * gain >> 15 for v, (_, gain) in zip(values, parts, strict=True))
        for values in zip(*(part for part, _ in parts), strict=True)
    ]


def coded(samples: list[int]) -> bytes:
    return wav_of(samples)[44:]


@given(st.data(), st.integers(1, 40), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_the_sum_is_that_of_one_sample_after_another_or_none_where_it_does_not_fit(data, length, count):
    parts = [(data.draw(st.lists(SAMPLES, min_size=length, max_size=length)), data.draw(GAINS)) for _ in range(count)]
    wanted = one_by_one(parts)
    found = scaled_sum([(coded(samples), gain) for samples, gain in parts])
    if all(-32768 <= value <= 32767 for value in wanted):
        assert found == coded(wanted)
    else:
        assert found is None


@pytest.mark.parametrize(
    ("samples", "fits"),
    [([32767, 0], True), ([32767, 1], False), ([-32768, 0], True), ([-32768, -1], False), ([32767, -32768], True)],
)
def test_what_fits_is_told_from_what_does_not_to_the_last_step(samples, fits):
    found = scaled_sum([(coded([0, value, 0]), UNITY) for value in samples])
    assert (found is not None) == fits


@pytest.mark.parametrize("value", [-32768, 32767])
def test_as_many_parts_as_clips_may_wait_stay_within_their_lanes(value):
    assert scaled_sum([(coded([0, value, 0]), UNITY)] * 256) is None
    found = scaled_sum([(coded([5, value, 5]), 128)] * 256)
    assert found == coded([0, 256 * (value * 128 >> 15), 0])


def test_a_sound_under_full_gain_passes_bit_for_bit():
    samples = array("h", range(-32768, 32768, 7)).tolist()
    assert scaled_sum([(coded(samples), UNITY)]) == coded(samples)
