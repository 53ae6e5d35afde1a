"""The sound process with a real sound server (PulseAudio, null sinks with monitors): what it hears, and every way to lose it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.ports import Clip
from devices.sound.client import SoundProcess
from tests.support.sound import a_wav
from tests.support.sound_server import SoundServer
from tests.support.sounding import a_sound, fault_of, polled, soon, wait_for

pytestmark = [pytest.mark.sound_server, pytest.mark.xdist_group("sound-server")]
RATE = 48_000
PULSE = {"sink": "pulse", "output": "hall", "monitor": "output"}
ALSA = {"sink": "alsa", "output": "pulse"}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    folder = tmp_path / "server"
    folder.mkdir()
    running = SoundServer(folder)
    for name, value in running.env.items():
        monkeypatch.setenv(name, value)
    yield running
    running.kill()


def at_work(sound: SoundProcess) -> SoundProcess:
    """Once sound has gone through: a null sink's first two seconds are a buffer of its own, which takes nothing."""
    sound.play((Clip("first", soon(4), "tone:end", "normal"),))
    assert polled(sound, 1)[0].reason == ""
    return sound


@pytest.fixture
def words(tmp_path: Path) -> str:
    """Three seconds that rise and fall like speech, unevenly."""
    samples = (9_000 * math.sin(n * 0.06) * abs(math.sin(n / 3_000) * math.sin(n / 7_700)) for n in range(3 * RATE))
    return a_wav(tmp_path / "words.wav", map(round, samples))


def test_what_is_sent_to_a_real_server_is_heard_at_its_monitor(server: SoundServer, words: str) -> None:
    with a_sound(**PULSE) as begun:
        sound = at_work(begun)
        sound.play((Clip("a", soon(1), words, "normal"),))
        (end,) = polled(sound, 1)
        assert (end.reason, end.frames, end.heard) == ("", 3 * RATE, "heard")
        assert abs(end.start_error) < 0.05


def test_an_output_that_somebody_muted_is_silent_and_no_success(server: SoundServer, words: str) -> None:
    with a_sound(**PULSE) as begun:
        sound = at_work(begun)
        server.control("set-sink-mute", "hall", "1")
        sound.play((Clip("a", soon(1), words, "normal"),))
        (end,) = polled(sound, 1)
        assert (end.reason, end.heard) == ("", "silent")


def test_an_output_the_server_does_not_have_is_a_fault(server: SoundServer, words: str) -> None:
    with a_sound(sink="pulse", output="nowhere") as sound:
        sound.play((Clip("a", soon(0.5), words, "normal"),))
        assert "no sound output named nowhere" in fault_of(sound)


def test_an_output_unplugged_in_mid_play_is_a_fault_and_plays_again_when_it_is_back(
    server: SoundServer, words: str
) -> None:
    with a_sound(**PULSE) as sound:
        sound.play((Clip("a", soon(1), "tone:test", "normal"),))
        wait_for(lambda: sound.progress().get("a", 0) > 0)
        server.take_away()
        (end,) = polled(sound, 1)
        assert (end.id, end.reason) == ("a", "sink")
        assert 0 < end.frames < end.of_frames
        assert fault_of(sound)
        server.give_back()
        sound.play((Clip("b", soon(6), words, "normal", 30.0),))
        (again,) = polled(sound, 1, 60.0)
        assert (again.id, again.reason, again.frames) == ("b", "", 3 * RATE)


@pytest.mark.parametrize("way", [PULSE, ALSA], ids=["paplay, which ends", "aplay, which hangs"])
def test_a_server_killed_in_mid_play_is_a_fault_and_its_successor_is_used(
    server: SoundServer, words: str, way: dict[str, str]
) -> None:
    with a_sound(**way) as sound:
        sound.play((Clip("a", soon(1), "tone:test", "normal"),))
        wait_for(lambda: sound.progress().get("a", 0) > 0)
        server.kill()
        (end,) = polled(sound, 1)
        assert (end.id, end.reason) == ("a", "sink")
        assert 0 < end.frames < end.of_frames
        assert fault_of(sound)
        server.start()
        sound.play((Clip("b", soon(8), words, "normal", 60.0),))
        (again,) = polled(sound, 1, 90.0)
        assert (again.id, again.reason, again.frames) == ("b", "", 3 * RATE)
