"""A live microphone: it sounds at once, over everything, and all that was said is in a file."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.errors import DeviceError
from devices.ports import Clip
from devices.profiles.wav import RATE, read_wav_header
from devices.sound.client import SoundProcess, SoundSettings
from devices.sound.microphone import PATIENCE, Microphone
from devices.sound.sources import LONGEST_TALK, clip_frames, open_clip
from tests.support.sound import samples_of

# Ten milliseconds of one value every ten milliseconds, as a sound card would give them.
SPEAKER = """
import sys, time
block, due = (1234).to_bytes(2, "little", signed=True) * 480, time.monotonic()
while True:
    sys.stdout.buffer.write(block); sys.stdout.flush()
    due += 0.01
    time.sleep(max(due - time.monotonic(), 0))
"""
SPEAKING = (sys.executable, "-c", SPEAKER)


def wait_for(found, seconds=20.0):
    until = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return answer


def read(path: Path) -> list[int]:
    data = path.read_bytes()
    offset, frames = read_wav_header(data[:1024], len(data))
    return samples_of(data[offset : offset + 2 * frames])


def test_what_is_said_sounds_and_is_kept_and_ends_when_it_is_told_to(tmp_path):
    talk, taken = tmp_path / "live" / "talk.wav", tmp_path / "taken.wav"
    sound = SoundProcess(SoundSettings(record=taken, microphone=SPEAKING))
    try:
        sound.play((Clip(id="talk", due=datetime.now(UTC), path=f"mic:{talk}", bus="live"),))
        wait_for(lambda: sound.progress().get("talk", 0) > RATE)
        sound.stop(frozenset({"talk"}))
        (ended,) = wait_for(sound.poll)
    finally:
        sound.close()
    assert ended.reason == "stopped"
    assert ended.of_frames == LONGEST_TALK
    said = read(talk)
    assert len(said) >= ended.frames
    assert said.count(1234) > RATE / 2
    assert read(taken).count(1234) > RATE / 2


def test_a_microphone_that_is_not_named_is_missing_and_says_so():
    sound = SoundProcess(SoundSettings())
    try:
        sound.play((Clip(id="talk", due=datetime.now(UTC), path="mic:/nowhere", bus="live"),))
        (ended,) = wait_for(sound.poll)
    except DeviceError as exc:  # pragma: no cover
        pytest.fail(str(exc))
    finally:
        sound.close()
    assert ended.reason == "missing"


def test_a_command_that_gives_nothing_ends_the_talk_after_two_seconds_of_silence(tmp_path):
    source = Microphone((sys.executable, "-c", ""), tmp_path / "talk.wav", LONGEST_TALK)
    heard = 0
    while data := source.read(480):
        assert data == bytes(960)
        heard += 480
    source.close()
    assert PATIENCE - 480 <= heard <= PATIENCE
    assert len(read(tmp_path / "talk.wav")) == heard


def test_a_disk_that_takes_nothing_ends_the_file_and_not_the_talk():
    source = Microphone(SPEAKING, Path("/proc/nowhere/talk.wav"), LONGEST_TALK)
    try:
        wait_for(lambda: any(samples_of(source.read(480))))
    finally:
        source.close()
    assert source._child.poll() is not None


def test_a_command_that_does_not_exist_is_told_at_once(tmp_path):
    with pytest.raises(OSError, match="no-such-recorder"):
        open_clip(f"mic:{tmp_path / 'x.wav'}", microphone=("no-such-recorder",))
    assert clip_frames("mic:x") == LONGEST_TALK
