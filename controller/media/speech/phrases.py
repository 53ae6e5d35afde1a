"""Phrases that a person recorded once, joined with recorded words for what changes: times, numbers, plates. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Literal

import numpy as np
import soundfile
from pydantic import model_validator

from controller.media.speech.tongues import spoken
from devices.profiles.wav import RATE, wav_header
from schedules.model import Fact, Id, Sha256

BETWEEN = RATE * 60 // 1000  # frames of silence between recorded words: run together they blur outdoors
ROUND = RATE * 150 // 1000  # and where a phrase meets what changes
Kind = Literal["number", "time", "date", "plate", "phone"]


class Part(Fact):
    """A recorded stretch of the phrase, or a slot for what changes."""

    recording: Sha256 | None = None
    slot: Id | None = None
    kind: Kind | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Part:
        if (self.recording is None) == (self.slot is None) or (self.slot is None) != (self.kind is None):
            raise ValueError('a part is either {"recording": hash} or {"slot": name, "kind": what it holds}')
        return self


def words_for(value: str, language: str) -> tuple[str, ...]:
    """The words, each to be recorded alone, in which a value is said; the same rules as for a machine's voice."""
    said = spoken(value, language)
    plain = "".join(char if char.isalnum() or char.isspace() else " " for char in said.lower())
    if language == "zh-Hans":
        return tuple(char for char in plain if not char.isspace())
    return tuple(plain.split())


def joined(stretches: Sequence[Iterable[bytes]]) -> bytes:
    """One WAV of FLAC masters: the words of a stretch with a short silence, stretches with a longer one."""
    pieces: list[bytes] = []
    for number, stretch in enumerate(stretches):
        if number:
            pieces.append(bytes(2 * ROUND))
        for place, master in enumerate(stretch):
            pieces.extend([bytes(2 * BETWEEN)] if place else [])
            pieces.append(samples(master))
    pcm = b"".join(pieces)
    return wav_header(len(pcm) // 2) + pcm


def samples(master: bytes) -> bytes:
    """The very samples of a FLAC master."""
    found, _ = soundfile.read(BytesIO(master), dtype="int16")
    return bytes(np.asarray(found, dtype="<i2").tobytes())
