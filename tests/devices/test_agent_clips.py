"""Recordings travel coded and lie decoded at the gate: every sample, made once, never half."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from controller.media.link import opus
from devices.agent.clips import Clips
from devices.agent.media import MediaFiles
from devices.profiles.wav import HEADER_BYTES, RATE, wav_header

FRAMES = RATE + 777
TURN = (np.sin(np.arange(FRAMES) / 48_000 * 2 * np.pi * 440) * 9_000).astype("<i2").tobytes()
WAV = wav_header(FRAMES) + TURN


class Gate:
    """The content folder of an agent with one recording in it."""

    def __init__(self, folder: Path, data: bytes) -> None:
        self.folder, self.sha256 = folder, hashlib.sha256(data).hexdigest()
        self.media = MediaFiles(folder / "content")
        self.media.keep(self.sha256, data)
        self.clips = self.again()

    def again(self) -> Clips:
        """As after a new start."""
        return Clips(self.folder / "clips", MediaFiles(self.folder / "content"))


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path, opus(WAV))


def test_a_coded_recording_is_played_from_a_wav_with_just_as_many_samples(gate: Gate) -> None:
    assert gate.clips.path(gate.sha256) is None
    gate.clips.prepare(gate.sha256)
    played = Path(gate.clips.path(gate.sha256) or "").read_bytes()
    assert played[:HEADER_BYTES] == wav_header(FRAMES)
    decoded, meant = (np.frombuffer(each[HEADER_BYTES:], "<i2").astype(float) for each in (played, WAV))
    assert np.corrcoef(decoded, meant)[0, 1] > 0.95


def test_a_plain_wav_is_played_where_it_lies(tmp_path: Path) -> None:
    gate = Gate(tmp_path, WAV)
    gate.clips.prepare(gate.sha256)
    assert gate.clips.path(gate.sha256) == gate.media.path(gate.sha256)
    assert not (tmp_path / "clips").exists()


def test_what_was_decoded_is_found_again_after_a_start(gate: Gate) -> None:
    gate.clips.prepare(gate.sha256)
    assert gate.again().path(gate.sha256) == gate.clips.path(gate.sha256)


def test_a_damaged_wav_is_dropped_and_made_again(gate: Gate) -> None:
    gate.clips.prepare(gate.sha256)
    place = Path(gate.clips.path(gate.sha256) or "")
    place.write_bytes(place.read_bytes()[:-2] + b"xx")
    later = gate.again()
    assert later.path(gate.sha256) is None
    later.prepare(gate.sha256)
    assert hashlib.sha256(Path(later.path(gate.sha256) or "").read_bytes()).hexdigest() in place.name


def test_a_recording_that_cannot_be_decoded_leaves_nothing_behind(tmp_path: Path) -> None:
    gate = Gate(tmp_path, b"OggS" + bytes(500))
    with pytest.raises(ValueError, match="cannot be decoded"):
        gate.clips.prepare(gate.sha256)
    assert gate.clips.path(gate.sha256) is None
    assert list((tmp_path / "clips").iterdir()) == []


def test_what_no_plan_names_is_swept_and_what_one_names_stays(gate: Gate) -> None:
    gate.clips.prepare(gate.sha256)
    gate.clips.sweep(frozenset({gate.sha256}))
    assert gate.clips.path(gate.sha256) is not None
    gate.clips.sweep(frozenset())
    assert gate.clips.path(gate.sha256) is None
