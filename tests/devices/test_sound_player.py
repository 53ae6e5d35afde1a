"""The stream: clips begin at their very sample, touch without a seam, give way to stronger ones, and always end with a reason."""

from __future__ import annotations

import errno
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profiles.tones import tone_wav
from devices.sound.mixer import BLOCK, DUCKED, UNITY, Mixer, Voice
from devices.sound.orders import Stop
from devices.sound.player import MAX_CLIPS
from devices.sound.timeline import Timeline, Wish, utc_instant, utc_samples
from tests.support.sound import EPOCH, Studio, a_wav, samples_of, wav_of

RATE = 48_000


def flat(frames: int, value: int = 10_000) -> list[int]:
    return [value] * frames


class Held:
    """A clip in memory."""

    def __init__(self, samples: list[int]) -> None:
        self.frames = len(samples)
        self._data = wav_of(samples)[44:]
        self._at = 0

    def read(self, frames: int) -> bytes:
        piece = self._data[2 * self._at : 2 * (self._at + frames)]
        self._at += frames
        return piece

    def close(self) -> None:
        pass


@given(due=st.integers(0, RATE), length=st.integers(1, 2_000))
@settings(max_examples=30, deadline=None)
def test_the_first_sample_lies_at_due_minus_epoch_times_48000(tmp_path_factory, due, length):
    path = a_wav(tmp_path_factory.mktemp("clip") / "x.wav", flat(length))
    studio = Studio()
    studio.run(0.02)
    studio.play("a", 0.1 + due / RATE, path)
    heard = studio.run(1.3)
    first = 4_800 + due
    assert heard == [0] * first + flat(length) + [0] * (len(heard) - first - length)
    assert studio.ended() == [("a", length, length, 0.0, "")]


@given(lengths=st.lists(st.integers(1, 1_500), min_size=2, max_size=8), due=st.integers(0, 999_999))
@settings(max_examples=40, deadline=None)
def test_clips_due_end_to_end_are_bit_identical_to_one_file(tmp_path_factory, lengths, due):
    folder = tmp_path_factory.mktemp("clips")
    studio, at, whole = Studio(), timedelta(microseconds=due), []
    for n, length in enumerate(lengths):
        samples = [(n + 1) * 1_000 + i % 97 for i in range(length)]
        whole += samples
        studio.play(f"c{n}", at.total_seconds(), a_wav(folder / f"{n}.wav", samples))
        at += timedelta(seconds=length / RATE)
    heard = studio.run(2)
    first = next(i for i, value in enumerate(heard) if value)
    assert abs(first - due * 6 / 125) <= 0.5 + 1e-9
    assert heard[first : first + len(whole)] == whole
    assert not any(heard[first + len(whole) :])
    assert [end[4] for end in studio.ended()] == [""] * len(lengths)


def test_a_clip_that_follows_a_late_one_waits_for_its_end(tmp_path):
    studio = Studio()
    studio.run(1)
    studio.play("a", 0.5, a_wav(tmp_path / "a.wav", flat(4_800, 1)))
    studio.play("b", 0.6, a_wav(tmp_path / "b.wav", flat(4_800, 2)))
    heard = studio.run(0.5)
    assert heard[48_000:57_600] == flat(4_800, 1) + flat(4_800, 2)
    assert [end[3] for end in studio.ended()] == [0.5, 0.5]


def test_a_clock_step_inside_a_block_moves_what_comes_later_but_opens_no_seam(tmp_path):
    studio = Studio()
    studio.play("a", 0.5, a_wav(tmp_path / "a.wav", flat(RATE, 1)))
    studio.play("b", 1.5, a_wav(tmp_path / "b.wav", flat(RATE, 2)))
    studio.play("c", 6.0, a_wav(tmp_path / "c.wav", flat(480, 3)))
    studio.run(0.7)
    studio.step_of_clock = 2.0
    heard = studio.run(5)
    assert heard[24_000:120_000] == flat(RATE, 1) + flat(RATE, 2)
    assert heard.index(3) == 4 * RATE


@pytest.mark.parametrize("step", [0.04, -0.04, 0.2, -3.0])
def test_a_stepped_clock_moves_future_clips(tmp_path, step):
    studio = Studio()
    studio.run(0.5)
    studio.step_of_clock = step
    studio.run(1)
    studio.play("a", 2.0, a_wav(tmp_path / "a.wav", flat(480)))
    assert studio.run(5).index(10_000) == round((2.0 - step) * RATE)
    assert studio.ended()[0][3] == 0.0


def test_a_clock_set_an_hour_on_makes_a_waiting_clip_late_and_an_hour_back_makes_it_wait(tmp_path):
    for step, ended in ((3_600.0, ["late"]), (-3_600.0, [])):
        studio = Studio()
        studio.play("a", 600.0, a_wav(tmp_path / "a.wav", flat(480)))
        studio.run(1)
        studio.step_of_clock = step
        assert not any(studio.run(2))
        assert [end[4] for end in studio.ended()] == ended


def test_a_weaker_bus_goes_down_20_db_in_200_ms_and_comes_back(tmp_path):
    studio = Studio()
    studio.play("music", 0.0, a_wav(tmp_path / "m.wav", flat(2 * RATE)), "background")
    studio.play("word", 0.5, a_wav(tmp_path / "w.wav", flat(RATE // 2, 1)), "normal")
    heard = studio.run(2)
    assert heard[23_999] == 10_000
    down = [value - 1 for value in heard[24_000:48_000]]
    assert all(a >= b for a, b in pairwise(down))
    assert down[4_800] == pytest.approx(5_500, rel=0.02)
    assert set(down[10_080:]) == {10_000 * DUCKED >> 15}
    assert heard[48_000 + 10_080 : 2 * RATE] == flat(RATE - 10_080)


def test_a_weak_clip_that_begins_under_a_strong_one_is_quiet_from_its_first_sample(tmp_path):
    studio = Studio()
    studio.play("alarm", 0.0, a_wav(tmp_path / "a.wav", flat(RATE, 0)), "emergency")
    studio.play("word", 0.5, a_wav(tmp_path / "w.wav", flat(4_800)), "priority")
    heard = studio.run(1)
    assert heard[24_000:28_800] == flat(4_800, 10_000 * DUCKED >> 15)


def test_clips_of_one_bus_add_up_and_never_wrap_around(tmp_path):
    studio = Studio()
    studio.play("a", 0.0, a_wav(tmp_path / "a.wav", flat(960, 30_000)))
    studio.play("b", 0.01, a_wav(tmp_path / "b.wav", flat(480, 30_000)))
    heard = studio.run(0.03)
    assert heard == flat(480, 30_000) + flat(480, 32_767) + flat(480, 0)
    studio.run(1)
    assert sum(beat["clipped"] for beat in studio.said("beat")) == 480, "and how many did not fit is told"


def test_a_stopped_clip_goes_down_over_20_ms_and_says_how_far_it_came(tmp_path):
    studio = Studio()
    studio.play("a", 0.0, a_wav(tmp_path / "a.wav", flat(RATE)))
    studio.run(0.5)
    studio.player.order(Stop(frozenset({"a", "unknown"})))
    heard = studio.run(0.5)
    way = heard[24_000:24_960]
    assert heard[23_999] == 10_000
    assert way == sorted(way, reverse=True)
    assert max(a - b for a, b in pairwise(heard)) < 12
    assert not any(heard[24_960:])
    assert studio.ended() == [("a", 24_960, RATE, 0.0, "stopped")]


def test_a_clip_stopped_before_its_start_never_sounds(tmp_path):
    studio = Studio()
    path = a_wav(tmp_path / "a.wav", flat(4_800))
    studio.play("far", 0.5, path)
    studio.play("near", 0.025, path)
    studio.run(0.01)
    studio.player.order(Stop(frozenset({"far", "near"})))
    assert not any(studio.run(1))
    assert sorted(studio.ended()) == [("far", 0, 4_800, 0.0, "stopped"), ("near", 0, 4_800, 0.0, "stopped")]


def test_what_followed_a_stopped_clip_keeps_its_own_due_second(tmp_path):
    studio = Studio()
    studio.play("a", 0.0, a_wav(tmp_path / "a.wav", flat(RATE)))
    studio.play("b", 1.0, a_wav(tmp_path / "b.wav", flat(480, 7)))
    studio.run(0.3)
    studio.player.order(Stop(frozenset({"a"})))
    assert studio.run(1).index(7) == RATE


def test_a_late_clip_begins_at_once_from_its_first_sample_and_says_how_late(tmp_path):
    studio = Studio()
    studio.run(1)
    studio.play("a", 0.25, a_wav(tmp_path / "a.wav", [1, 2, 3]))
    heard = studio.run(0.1)
    assert heard[RATE : RATE + 4] == [1, 2, 3, 0]
    assert studio.ended() == [("a", 3, 3, 0.75, "")]


def test_a_clip_later_than_allowed_is_not_played(tmp_path):
    studio = Studio()
    studio.run(1)
    studio.play("a", 0.25, a_wav(tmp_path / "a.wav", [1, 2, 3]), max_late=0.5)
    assert not any(studio.run(0.1))
    assert studio.ended() == [("a", 0, 3, 0.75, "late")]


@pytest.mark.parametrize("path", ["/no/such/file.wav", "tone:trumpet", "/dev/null", "."])
def test_a_sound_that_is_not_there_is_reported_missing_at_once(path):
    studio = Studio()
    studio.play("a", 100.0, path)
    assert studio.ended() == [("a", 0, 0, 0.0, "missing")]
    assert studio.said("error")


def test_a_file_that_vanishes_before_its_time_is_missing(tmp_path):
    studio = Studio()
    studio.play("a", 0.5, a_wav(tmp_path / "a.wav", flat(480)))
    (tmp_path / "a.wav").unlink()
    assert not any(studio.run(1))
    assert studio.ended() == [("a", 0, 480, 0.0, "missing")]


def test_a_file_cut_short_while_it_sounds_ends_as_missing_with_the_frames_that_came(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(wav_of(flat(4 * RATE)))
    studio = Studio()
    studio.play("a", 0.0, str(path))
    studio.run(0.1)
    path.write_bytes(wav_of(flat(4_800)))
    studio.run(4)
    name, frames, of_frames, _, reason = studio.ended()[0]
    assert (name, of_frames, reason) == ("a", 4 * RATE, "missing")
    assert 4_800 <= frames < 4 * RATE


def test_a_tone_is_played_by_its_name():
    studio = Studio()
    studio.play("t", 0.0, "tone:chime-2")
    tone = samples_of(tone_wav("chime-2")[44:])
    assert studio.run(2)[: len(tone)] == tone


def test_progress_counts_only_what_the_sink_took(tmp_path):
    studio = Studio()
    studio.play("a", 0.0, a_wav(tmp_path / "a.wav", flat(5 * RATE)))
    studio.run(5.5)
    beats = [beat["frames"].get("a") for beat in studio.said("beat")]
    assert beats[:5] == [BLOCK, RATE // 2, RATE, 3 * RATE // 2, 2 * RATE]


def test_a_sink_that_stops_ends_what_sounds_and_the_rest_waits_for_its_return(tmp_path):
    studio = Studio()
    studio.play("a", 0.0, a_wav(tmp_path / "a.wav", flat(2 * RATE, 1)))
    studio.play("b", 2.5, a_wav(tmp_path / "b.wav", flat(480, 2)))
    studio.run(1)
    studio.sink.fail = "the plug was pulled"
    studio.run(0.1)
    assert studio.ended() == [("a", RATE, 2 * RATE, 0.0, "sink")]
    assert studio.said("sink")[-1] == {
        "event": "sink", "ok": False, "text": "the plug was pulled", "stalled": False,
    }  # fmt: skip
    studio.sink.fail, studio.before = "", 1.0
    studio.sink.data.clear()
    studio.run(3)
    assert studio.sink.streams == 2
    assert studio.ended()[1] == ("b", 480, 480, 0.0, "")


def test_a_sink_that_never_comes_is_asked_again_after_1_2_4_and_at_most_30_seconds():
    studio = Studio()
    studio.sink.fail_open = "no such card"
    at = []
    while studio.rested < 130:
        before = len(studio.said("sink"))
        studio.player.step()
        at += [studio.rested] * (len(studio.said("sink")) - before)
    waits = [round(b - a) for a, b in pairwise(at)]
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_it_says_twice_a_second_that_it_lives_with_a_sink_and_without_one():
    studio = Studio()
    studio.run(3)
    assert len(studio.said("beat")) == 6
    studio = Studio()
    studio.sink.fail_open = "no card"
    studio.run(8)  # each step without a sink is a rest of 50 ms: 40 s, and thirty of them between two looks for a card
    beats = studio.said("beat")
    assert len(beats) == pytest.approx(80, abs=2)
    assert not any(beat["sink"] for beat in beats)


def test_a_clip_whose_time_passes_without_a_sink_ends_for_that_reason(tmp_path):
    studio = Studio()
    studio.sink.fail_open = "no such card"
    studio.play("a", 0.5, a_wav(tmp_path / "a.wav", flat(480)), max_late=1.0)
    while studio.rested < 2:
        studio.player.step()
    (end,) = studio.ended()
    assert (end[0], end[1], end[2], end[4]) == ("a", 0, 480, "sink")
    assert end[3] == pytest.approx(1.0, abs=0.1)


def test_the_queue_is_bounded_and_says_so(tmp_path):
    studio = Studio()
    path = a_wav(tmp_path / "a.wav", flat(480))
    for n in range(MAX_CLIPS + 1):
        studio.play(f"c{n}", 1_000.0 + n, path)
    assert studio.ended() == [(f"c{MAX_CLIPS}", 0, 0, 0.0, "sink")]
    assert len(studio.said("error")) == 1


def test_a_clip_queued_twice_sounds_once(tmp_path):
    studio = Studio()
    path = a_wav(tmp_path / "a.wav", flat(480))
    studio.play("a", 0.1, path)
    studio.play("a", 0.2, path)
    assert sum(1 for value in studio.run(1) if value) == 480
    assert len(studio.ended()) == 1


class FullDisk:
    """A record on a disk that fills up after two blocks."""

    def __init__(self) -> None:
        self.blocks = 0

    def write(self, data: bytes, utc: int) -> None:
        self.blocks += 1
        if self.blocks > 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        pass

    def close(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_ends_the_record_with_one_line_and_the_sound_goes_on(tmp_path):
    record = FullDisk()
    studio = Studio(record)
    studio.play("a", 0.1, a_wav(tmp_path / "a.wav", flat(4_800)))
    studio.run(2)
    assert record.blocks == 3
    assert studio.said("error") == [{"event": "error", "text": "the record is given up: No space left on device"}]
    assert studio.ended() == [("a", 4_800, 4_800, 0.0, "")]


@given(
    starts=st.lists(
        st.tuples(st.integers(0, 3_000), st.integers(1, 3_000), st.sampled_from(["background", "normal", "live"])),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_every_clip_ends_once_whole_and_the_strongest_bus_is_never_touched(starts):
    mixer, ended, heard = Mixer(), [], []
    for n, (start, length, bus) in enumerate(starts):
        mixer.add(Voice(str(n), bus, Held(flat(length, 1)), start))
    for _ in range(15):
        block = mixer.mix()
        ended += block.ended
        heard += samples_of(block.data)
    assert sorted(end.id for end in ended) == sorted(str(n) for n in range(len(starts)))
    assert all(end.frames == end.of_frames and not end.reason for end in ended)
    live = [sum(s <= i < s + n for s, n, bus in starts if bus == "live") for i in range(len(heard))]
    assert all(value >= want for value, want in zip(heard, live, strict=True))


def test_gains_are_20_db_apart():
    assert abs(DUCKED / UNITY - 0.1) < 1e-4


@given(sample=st.integers(0, 10**15))
def test_a_utc_sample_survives_the_way_through_microseconds_within_one_sample(sample):
    assert abs(utc_samples(utc_instant(sample)) - sample) <= 1


def test_a_stream_without_an_anchor_places_nothing():
    with pytest.raises(ValueError, match="anchor"):
        Timeline().start_of(Wish("a", utc_samples(EPOCH), "x", "normal", 0, 1), 0)
