"""What is known of a sound that was brought or made: how loud it was and is, what it looks like, and whose voice it is. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from schedules.model import Fact, Sha256

AHEAD = 1.0  # seconds by which a browser may say "ended" early: it counts from its own buffer


class Recording(Fact):
    """A sound as it is played and fetched (`sha256`, Opus), and its lossless master (FLAC)."""

    sha256: Sha256
    master: Sha256
    samples: int = Field(gt=0, description="at 48 kHz")
    lufs_before: float
    lufs: float
    true_peak: float = Field(description="dBTP")
    findings: tuple[str, ...] = Field(default=(), description="quiet, clipped, pauses, noise, long")
    waveform: tuple[float, ...] = Field(default=(), description="the highest sample of each column, 0 to 1")
    voice: str | None = Field(
        default=None, description="engine and voice if a machine speaks: for ever; None: a person"
    )
    words: str = Field(default="", description="what the machine was given to say")

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return self.samples / 48_000


def heard_whole(recording: Recording, started: datetime, at: datetime) -> bool:
    """Whether so much time has passed since the beginning that the end can have been heard."""
    return at - started >= timedelta(seconds=recording.seconds - AHEAD)
