"""What an agent's config says of a loudspeaker's sound."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from devices.sound.outputs import commands
from schedules.model import Fact

MOST_TRIM = 0.2  # seconds: sound is 70 m away by then, and a zone stays open for 0.3 s after its last sample


class SoundSettings(Fact):
    """How a gate's sound leaves: through a sound system, a command that reads raw samples, into a file, or on a clock alone."""

    sink: Literal["pulse", "alsa", "pipe", "file", "clocked"] = Field(
        default="clocked",
        description="pulse (PulseAudio, or PipeWire through it), alsa, pipe (a command), file, or clocked (no card)",
    )
    command: tuple[str, ...] = Field(
        default=(), description="of the pipe sink; reads 48 kHz mono 16-bit little-endian samples on standard input"
    )
    listing: tuple[str, ...] = Field(
        default=(), description="of the pipe sink: lists the outputs there are; looked at every second"
    )
    output: str = Field(
        default="", max_length=200,
        description="name of the output, which the list must hold as a word; of the file sink, the WAV file",
    )  # fmt: skip
    latency: float = Field(default=0, ge=0, le=5, description="seconds from a sample the command took to its sound")
    trim: float = Field(
        default=0,
        ge=0,
        le=MOST_TRIM,
        description="seconds by which all sound is delayed, for zones near another player's",
    )
    trims: dict[str, float] = Field(
        default_factory=dict, description="by zone, instead of trim; of several zones in one call the longest holds"
    )
    monitor: tuple[str, ...] | Literal["output"] = Field(
        default=(),
        description="writes back what came out, raw 48 kHz mono samples of a line-in; output: the pulse sink's own monitor",
    )
    microphone: tuple[str, ...] = Field(
        default=(), description="writes what is said at the gate, raw 48 kHz mono samples; started when it is opened"
    )
    record: Path | None = Field(default=None, description="WAV file of what the sink took")
    record_minutes: int = Field(default=10, ge=1, le=120, description="length at which the record turns over")

    @model_validator(mode="after")
    def _of_its_sink(self) -> SoundSettings:
        if (self.sink == "pipe") != bool(self.command):
            raise ValueError("the pipe sink needs a command, and only the pipe sink has one")
        if self.sink == "file" and not self.output:
            raise ValueError("the file sink needs an output: the WAV file")
        if self.listing and not self.output:
            raise ValueError("listing and output go together: what lists the outputs, and which one is ours")
        if self.output and self.sink == "pipe" and not self.listing:
            raise ValueError("listing and output go together: what lists the outputs, and which one is ours")
        if self.monitor == "output" and self.sink != "pulse":
            raise ValueError("only the pulse sink has a monitor of its own: name a command")
        if any(not 0 <= each <= MOST_TRIM for each in self.trims.values()):
            raise ValueError(f"a zone is delayed by 0 to {MOST_TRIM} s")
        return self

    def delay(self, zones: Iterable[str]) -> float:
        """Seconds by which a call into these zones is delayed: one stream serves them all, so the longest holds."""
        return max((self.trims.get(zone, self.trim) for zone in zones), default=self.trim)

    def arguments(self) -> tuple[str, ...]:
        """What the sound process is started with."""
        command, listing, monitor = self.command, self.listing, self.monitor
        if self.sink in ("pulse", "alsa"):
            known = commands(self.sink, self.output)
            command, listing = known.play, known.listing if self.output else ()
            monitor = known.monitor if monitor == "output" else monitor
        words = ["--sink", "pipe" if command else self.sink, "--latency", str(self.latency)]
        words += ["--record-minutes", str(self.record_minutes)]
        words += ["--record", str(self.record)] if self.record else []
        words += ["--output", self.output] if self.output else []
        for name, programme in (("listing", listing), ("microphone", self.microphone), ("monitor", monitor)):
            words += [f"--{name}", json.dumps(programme)] if programme else []
        return (*words, "--", *command)
