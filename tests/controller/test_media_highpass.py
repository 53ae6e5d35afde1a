"""What lies below speech is taken out as a Butterworth filter of the fourth order says, wherever the sound is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.media.highpass import high_passed

RATE = 48_000


def passed(*pieces: np.ndarray) -> np.ndarray:
    return np.concatenate([clean for _, clean in high_passed(iter(pieces))])


@pytest.mark.parametrize("hertz", [20, 50, 100, 150, 300, 1_000, 8_000])
def test_its_response_is_that_of_the_fourth_order_at_150_hz(hertz):
    impulse = np.zeros(RATE, np.float32)
    impulse[0] = 1.0
    response = np.abs(np.fft.rfft(passed(impulse)))[hertz]
    warped = [np.tan(np.pi * each / RATE) for each in (150, hertz)]
    assert response == pytest.approx(1 / np.sqrt(1 + (warped[0] / warped[1]) ** 8), rel=1e-4, abs=1e-6)


@given(cuts=st.lists(st.integers(1, 2_999), max_size=6, unique=True))
@settings(max_examples=30, deadline=None)
def test_where_a_sound_is_cut_never_changes_it_and_every_sample_comes_back(cuts):
    whole = np.random.default_rng(1).normal(0, 0.3, 3_000).astype(np.float32)
    found = passed(*np.split(whole, sorted(cuts)))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, passed(whole))


def test_the_pieces_themselves_come_back_beside_what_is_left_of_them():
    pieces = [np.full(480, 0.5, np.float32), np.full(7, -0.5, np.float32)]
    assert [raw.tolist() for raw, _ in high_passed(pieces)] == [each.tolist() for each in pieces]
    assert [len(clean) for _, clean in high_passed(pieces)] == [480, 7]
