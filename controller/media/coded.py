"""A levelled sound in both its forms, with what is to be known of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from controller.media.link import flac, opus
from controller.media.mastering import Mastered
from controller.media.shares import Told, unheard
from controller.media.waveform import columns
from devices.profiles.wav import HEADER_BYTES, WIDTH
from schedules.model import Fact

COLUMNS = 300  # of the picture of a recording


class SoundFacts(Fact):
    """Length at 48 kHz, loudness before and after, true peak in dBTP, what a listener should know, and the picture's columns."""

    samples: int
    lufs_before: float
    lufs: float
    true_peak: float
    findings: tuple[str, ...]
    waveform: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """What is played and travels (Ogg Opus), and the master (FLAC)."""

    facts: SoundFacts
    played: bytes
    master: bytes


def coded(levelled: Mastered, told: Told = unheard) -> Coded:
    """Both forms, made side by side: the coders let other threads work."""
    wav = levelled.clip.wav
    with ThreadPoolExecutor(1) as beside:
        whole = beside.submit(flac, wav)
        played = opus(wav, told)
    facts = SoundFacts(
        samples=(len(wav) - HEADER_BYTES) // WIDTH,
        lufs_before=round(levelled.before, 2),
        lufs=round(levelled.after.lufs, 2),
        true_peak=round(levelled.after.true_peak, 2),
        findings=levelled.findings,
        waveform=tuple(columns(wav, COLUMNS)),
    )
    return Coded(facts, played, whole.result())
