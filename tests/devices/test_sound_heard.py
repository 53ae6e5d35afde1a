"""What was meant against what came back."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.tones import tone_wav
from devices.sound.heard import HOP, compare, envelope
from devices.sound.monitor import EDGE, REACH, Listener, Track
from tests.support.sound import Studio, a_wav, samples_of, wav_of

RATE = 48_000
PAD = bytes(2 * EDGE * HOP)


def speech(seed: int, seconds: float = 3.0) -> bytes:
    """Noise in syllables: bursts of 80 to 250 ms with pauses, as uneven as talk."""
    chance, values = random.Random(seed), []
    while len(values) < seconds * RATE:
        loud, length = chance.uniform(1_000, 9_000), chance.randrange(3_840, 12_000)
        values += [int(chance.gauss(0, loud)) * (i % length > length // 4) for i in range(length)]
    return wav_of(max(-32_768, min(32_767, v)) for v in values[: round(seconds * RATE)])[44:]


def gained(data: bytes, gain: float, noise: float = 0.0) -> bytes:
    chance = random.Random(1)
    return wav_of(max(-32_768, min(32_767, int(v * gain + chance.gauss(0, noise)))) for v in samples_of(data))[44:]


SPEECH = PAD + speech(1) + PAD


def back_of(data: bytes, lag: int) -> list[float]:
    """The envelope of `data` coming back `lag` frames late."""
    late = bytes(2 * lag) + data + bytes(2 * (REACH * HOP - lag))
    return envelope(late)


def test_an_envelope_is_the_level_of_each_5_ms():
    assert envelope(wav_of([0] * HOP + [16_384] * HOP + [1] * 7)[44:]) == [-70.0, pytest.approx(-6.02, abs=0.01)]


@settings(max_examples=5, deadline=None)
@given(lag=st.integers(0, REACH * HOP), gain=st.floats(0.05, 2.0))
def test_speech_is_found_at_its_lag_whatever_the_gain(lag, gain):
    found = compare(envelope(SPEECH), back_of(gained(SPEECH, gain), lag))
    assert found.verdict == "heard"
    assert found.lag * RATE == pytest.approx(lag, abs=HOP)
    assert found.likeness > 0.8


def test_speech_10_db_over_noise_is_heard():
    assert compare(envelope(SPEECH), envelope(gained(SPEECH + bytes(2 * REACH * HOP), 0.5, 600.0))).verdict == "heard"


def test_nothing_coming_back_is_silence():
    found = compare(envelope(SPEECH), back_of(bytes(len(SPEECH)), 0))
    assert (found.verdict, found.level) == ("silent", -70.0)


def test_hum_far_below_the_sound_is_silence():
    hum = wav_of(int(40 * math.sin(2 * math.pi * 50 * n / RATE)) for n in range(len(SPEECH) // 2 + REACH * HOP))[44:]
    assert compare(envelope(SPEECH), envelope(hum)).verdict == "silent"


@pytest.mark.parametrize("other", [2, 3, 4])
def test_other_speech_is_not_taken_for_ours(other):
    assert compare(envelope(SPEECH), back_of(PAD + speech(other) + PAD, 1_000)).verdict == "unlike"


def test_a_steady_tone_is_found_by_its_beginning_and_end():
    tone = PAD + tone_wav("test")[44 : 44 + 2 * RATE] + PAD
    found = compare(envelope(tone), back_of(gained(tone, 0.3), 9_600))
    assert found.verdict == "heard"
    assert found.lag == pytest.approx(0.2, abs=0.006)


def test_half_a_clip_is_not_the_clip():
    half = SPEECH[: len(SPEECH) // 4] + bytes(len(SPEECH) - len(SPEECH) // 4)
    assert compare(envelope(SPEECH), back_of(half, 0)).likeness < 0.7


def test_too_little_that_came_back_is_refused():
    with pytest.raises(ValueError, match="cover"):
        compare([0.0] * 5, [0.0] * 4)


def test_a_track_gives_steps_by_time_and_none_beyond_what_it_has():
    track = Track()
    for n in range(100):
        track.add([float(2 * n), float(2 * n + 1)], 10.0 + 0.01 * (n + 1) + (0.004 if n % 3 else 0))
    assert track.cut(10.0, 3) == [0.0, 1.0, 2.0]
    assert track.cut(10.5, 2) == [100.0, 101.0]
    assert track.cut(9.9, 1) is None
    assert track.cut(10.99, 3) is None


def test_a_track_begins_anew_after_a_break():
    track = Track()
    track.add([1.0, 1.0], 10.01)
    track.add([2.0, 2.0], 20.01)
    assert track.cut(10.0, 1) is None
    assert track.cut(20.0, 2) == [2.0, 2.0]


class FakeEar:
    """Hears what it is told."""

    def __init__(self) -> None:
        self.track = Track()
        self.closed = False

    def cut(self, start: float, count: int) -> list[float] | None:
        return self.track.cut(start, count)

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("gain", "verdict"), [(0.5, "heard"), (0.0, "silent")])
def test_a_report_waits_until_the_sound_can_have_come_back(gain, verdict):
    ear = FakeEar()
    listener = Listener(ear)
    at, whole = 100.0, SPEECH + bytes(2 * 2 * RATE)
    late = bytes(2 * RATE // 5) + gained(whole, gain)
    for place in range(0, len(whole) - 960, 960):
        at += 0.01
        listener.sent(whole[place : place + 960], at)
        ear.track.add(envelope(late[place : place + 960]), at + 0.002)
    start = 100.0 + EDGE * HOP / RATE
    listener.ask({"id": "a"}, start, start + 3.0)
    assert listener.answers(start + 3.5) == []
    (report,) = listener.answers(start + 6)
    assert report["id"] == "a"
    assert report["heard"]["verdict"] == verdict
    if gain:
        assert report["heard"]["lag"] == pytest.approx(0.2, abs=0.011)
    assert listener.answers(start + 9) == []
    listener.close()
    assert ear.closed


def test_a_monitor_that_brings_nothing_says_nothing():
    listener = Listener(FakeEar())
    listener.ask({"id": "a"}, 1.0, 2.0)
    assert listener.answers(0.0, all_of_them=True) == [{"id": "a", "heard": None}]


class LoopEar(FakeEar):
    """A line-in that brings back the stream 100 ms late, as long as the amplifier is on."""

    def __init__(self) -> None:
        super().__init__()
        self.on = True

    def hear(self, heard: list[int]) -> None:
        late = bytes(2 * 4_800) + wav_of(heard)[44:] if self.on else bytes(2 * len(heard))
        self.track.add(envelope(late[: 2 * len(heard)]), len(heard) / RATE)


@pytest.mark.parametrize(("amplifier", "verdict"), [(True, "heard"), (False, "silent")])
def test_a_play_says_whether_the_room_heard_it(amplifier, verdict):
    ear = LoopEar()
    ear.on = amplifier
    studio = Studio(listener=Listener(ear))
    studio.play("a", 0.5, "tone:chime-2")
    ear.hear(studio.run(2.2))
    assert studio.ended() == []
    ear.track = Track()
    ear.hear(studio.run(1.8))
    studio.run(0.5)
    (report,) = studio.said("ended")
    assert (report["frames"], report["heard"]["verdict"]) == (72_000, verdict)


def test_a_sound_that_the_sink_lost_is_reported_at_once_although_we_listen():
    studio = Studio(listener=Listener(FakeEar()))
    studio.play("a", 0.0, "tone:chime-2")
    studio.run(0.5)
    studio.sink.fail = "gone"
    studio.run(0.1)
    assert [end[4] for end in studio.ended()] == ["sink"]


def test_a_trim_of_zones_delays_their_clips_and_is_no_error(tmp_path):
    studio = Studio()
    studio.play("far", 0.5, a_wav(tmp_path / "a.wav", [7] * 480), delay=0.05)
    studio.play("near", 1.5, a_wav(tmp_path / "b.wav", [9] * 480))
    samples = studio.run(2)
    assert (samples.index(7), samples.index(9)) == (26_400, 72_000)
    assert [end[3] for end in studio.ended()] == [0.0, 0.0]
