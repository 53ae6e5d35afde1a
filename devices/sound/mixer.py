"""Adds clips up on one endless stream of 48 kHz mono samples, ten milliseconds at a time. Pure.

Gains are 15-bit fractions. A clip alone on the stream passes bit for bit, so clips placed end to end sound as one file.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add
from typing import Protocol

from devices.profiles.wav import RATE, WIDTH
from devices.sound.lanes import scaled_sum

BLOCK = RATE // 100  # frames: 10 ms
BUSES = ("background", "normal", "priority", "emergency", "live")  # weakest first
SILENCE = bytes(BLOCK * WIDTH)
UNITY = 1 << 15
DUCKED = 3277  # -20 dB
_DUCK_STEP = (UNITY - DUCKED) * BLOCK // (RATE // 5)  # the way from UNITY to DUCKED takes 200 ms
FADE = RATE // 50  # frames: a clip that is stopped goes down over 20 ms


def gain_of(percent: int) -> int:
    """A loudness in percent as a gain: the square of it, so that half is 12 dB less and steps sound even."""
    return UNITY * percent * percent // 10_000


class Source(Protocol):
    """Samples of one clip, read forward once."""

    frames: int

    def read(self, frames: int) -> bytes:
        """The next frames, 16-bit little-endian; fewer than asked only where the clip breaks off."""

    def close(self) -> None:
        """Give the file back."""


@dataclass(slots=True)
class Voice:
    """A clip placed on the stream: its first sample is stream sample `start`."""

    id: str
    bus: str
    source: Source
    start: int
    start_error: float = 0.0
    taken: int = 0
    fade: int | None = None  # frames left of the way down, once stopped
    gain: int = UNITY  # its own, beside that of its bus


@dataclass(frozen=True, slots=True)
class Ended:
    """How a clip ended: frames mixed, why it ended ("" at its own end), and the stream sample it began at."""

    id: str
    frames: int
    of_frames: int
    start_error: float
    reason: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Ten milliseconds: the samples, frames mixed so far of each clip that sounds in it, and the clips that end with it."""

    data: bytes
    taken: Mapping[str, int] = field(default_factory=dict)
    ended: tuple[Ended, ...] = ()
    clipped: int = 0  # samples that did not fit into 16 bits


class Mixer:
    """The voices on the stream and where the stream stands."""

    def __init__(self) -> None:
        """A silent stream at sample 0."""
        self.position = 0
        self.voices: list[Voice] = []
        self._gains = dict.fromkeys(BUSES, UNITY)

    def add(self, voice: Voice) -> None:
        """Place a clip; a start that has passed begins with the next block."""
        voice.start = max(voice.start, self.position)
        self.voices.append(voice)

    def stop(self, ids: Iterable[str]) -> None:
        """Let these clips go down over 20 ms and end; one that has not begun never does."""
        wanted = set(ids)
        for voice in self.voices:
            if voice.id in wanted and voice.fade is None:
                voice.fade = FADE if voice.taken else 0

    def mix(self) -> Block:
        """The next ten milliseconds."""
        end = self.position + BLOCK
        sounding = [voice for voice in self.voices if voice.start < end]
        if not sounding:
            self._gains = dict.fromkeys(BUSES, UNITY)
            self.position = end
            return Block(SILENCE)
        before, after = self._duck(sounding)
        parts = [self._part(voice) for voice in sounding]
        clipped = 0
        if len(parts) == 1 and self._whole(sounding[0], parts[0][1], before, after):
            data = parts[0][1]
        else:
            gains = [(voice, before[voice.bus], after[voice.bus]) for voice in sounding]
            data, clipped = _add(parts, [(voice, a * voice.gain >> 15, b * voice.gain >> 15) for voice, a, b in gains])
        taken, ended = self._account(sounding, parts)
        self.position = end
        return Block(data, taken, ended, clipped)

    def _duck(self, sounding: list[Voice]) -> tuple[dict[str, int], dict[str, int]]:
        """Gains at the beginning and the end of this block; a bus that is silent takes its gain at once."""
        buses = {voice.bus for voice in sounding}
        strongest = max(BUSES.index(bus) for bus in buses)
        before, after = {}, {}
        for rank, bus in enumerate(BUSES):
            target = DUCKED if rank < strongest else UNITY
            now = self._gains[bus] if bus in buses else target
            before[bus] = now
            after[bus] = max(target, now - _DUCK_STEP) if target < now else min(target, now + _DUCK_STEP)
        self._gains = after
        return before, after

    def _part(self, voice: Voice) -> tuple[int, bytes]:
        """(offset in the block, samples) of a voice in this block."""
        offset = max(0, voice.start - self.position)
        wanted = min(BLOCK - offset, voice.source.frames - voice.taken)
        if voice.fade is not None:
            wanted = min(wanted, voice.fade)
        return offset, voice.source.read(wanted) if wanted > 0 else b""

    @staticmethod
    def _whole(voice: Voice, data: bytes, before: Mapping[str, int], after: Mapping[str, int]) -> bool:
        plain = voice.fade is None and voice.gain == UNITY
        return len(data) == len(SILENCE) and plain and before[voice.bus] == after[voice.bus] == UNITY

    def _account(
        self, sounding: list[Voice], parts: list[tuple[int, bytes]]
    ) -> tuple[dict[str, int], tuple[Ended, ...]]:
        taken, ended = {}, []
        for voice, (offset, data) in zip(sounding, parts, strict=True):
            frames = len(data) // WIDTH
            voice.taken += frames
            taken[voice.id] = voice.taken
            if voice.fade is not None:
                voice.fade -= frames
            reason = _why_ended(voice, frames, BLOCK - offset)
            if reason is not None:
                ended.append(Ended(voice.id, voice.taken, voice.source.frames, voice.start_error, reason, voice.start))
                voice.source.close()
                self.voices.remove(voice)
        return taken, tuple(ended)


def _why_ended(voice: Voice, frames: int, room: int) -> str | None:
    """None while the voice goes on."""
    if voice.taken >= voice.source.frames:
        return ""
    if voice.fade is not None and (voice.fade <= 0 or frames < room):
        return "stopped"
    return "missing" if frames < room else None


def _add(parts: list[tuple[int, bytes]], voices: list[tuple[Voice, int, int]]) -> tuple[bytes, int]:
    """The sum, and how many of its samples did not fit."""
    if all(voice.fade is None and before == after for voice, before, after in voices):
        steady = scaled_sum([(_filled(*part), gain) for part, (_, gain, _) in zip(parts, voices, strict=True)])
        if steady is not None:
            return steady, 0
    total: Sequence[int] = ()
    for (offset, data), (voice, before, after) in zip(parts, voices, strict=True):
        samples = _shaped(_samples(data), voice.fade, before, after)
        if len(samples) < BLOCK:
            samples = [*[0] * offset, *samples, *[0] * (BLOCK - offset - len(samples))]
        total = list(map(add, total, samples)) if total else samples
    mixed, clipped = _fitted(total)
    if sys.byteorder == "big":
        mixed.byteswap()
    return mixed.tobytes(), clipped


def _filled(offset: int, data: bytes) -> bytes:
    """A whole block, silent before and after the samples."""
    return data if len(data) == len(SILENCE) else bytes(offset * WIDTH) + data + SILENCE[offset * WIDTH + len(data) :]


def _fitted(total: Sequence[int]) -> tuple[array[int], int]:
    """As 16 bits, and how many of them did not fit: only several voices can go beyond, and seldom do."""
    try:
        return array("h", total), 0
    except OverflowError:
        clipped = sum(not -32768 <= v <= 32767 for v in total)
        return array("h", [-32768 if v < -32768 else 32767 if v > 32767 else v for v in total]), clipped


def _shaped(samples: Sequence[int], fade: int | None, before: int, after: int) -> Sequence[int]:
    """The samples under the bus's gain, which moves evenly over a block, and under the way down of a stopped clip."""
    shaped = samples
    if before != after:
        step = after - before
        shaped = [v * (before + step * i // BLOCK) >> 15 for i, v in enumerate(shaped)]
    elif before != UNITY:
        shaped = [v * before >> 15 for v in shaped]
    if fade is not None:
        shaped = [v * (fade - i) // FADE for i, v in enumerate(shaped)]
    return shaped


def _samples(data: bytes) -> array[int]:
    values = array("h", data)
    if sys.byteorder == "big":
        values.byteswap()
    return values
