"""Sound looked at through windows: kept in half the room, with gains over it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.media.windows import Kept, samples_in, with_gains


def noise(frames: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.2, frames).astype(np.float32)


@given(cuts=st.lists(st.integers(0, 500), max_size=5), start=st.integers(-40, 540), length=st.integers(0, 600))
def test_what_is_kept_comes_back_through_any_window_as_fine_as_each_piece_allows(cuts, start, length):
    whole, kept = noise(500), Kept(500)
    for each in np.split(whole, sorted(cuts)):
        kept.add(each)
    found = kept(start, start + length)
    wanted = np.array([whole[n] if 0 <= n < 500 else 0.0 for n in range(start, start + length)])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted, atol=np.abs(whole).max() / 65534 * 1.001)


def test_a_whisper_beside_a_shout_keeps_its_own_fineness():
    kept = Kept(2_000)
    kept.add(noise(1_000))
    kept.add(noise(1_000, 2) / 10_000)
    np.testing.assert_allclose(kept(1_000, 2_000), noise(1_000, 2) / 10_000, atol=2e-9)


def test_more_than_full_scale_and_silence_are_kept_as_they_are():
    kept = Kept(8)
    kept.add(np.array([3.0, -3.0, 1.5, 0.0], np.float32))
    kept.add(np.zeros(4, np.float32))
    np.testing.assert_allclose(kept(0, 8), [3.0, -3.0, 1.5, 0, 0, 0, 0, 0], atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(
    gains=st.lists(st.floats(0, 2), min_size=1, max_size=9),
    hop=st.sampled_from([2, 64, 240]),
    start=st.integers(-300, 2_500),
    length=st.integers(0, 700),
)
def test_gains_lie_on_straight_lines_between_the_middles_of_hops(gains, hop, start, length):
    ones = with_gains(lambda low, high: np.ones(high - low, np.float32), np.array(gains), hop)
    middles = np.arange(len(gains)) * hop + hop / 2
    wanted = np.interp(np.arange(start, start + length), middles, gains)
    np.testing.assert_allclose(ones(start, start + length), wanted, atol=1e-6)


def test_samples_outside_a_sound_are_silence():
    assert list(samples_in(np.array([16384, -32768], np.int16))(-1, 4)) == [0, 0.5, -1, 0, 0]
