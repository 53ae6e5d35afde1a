"""The commands by which samples leave and come back, for the sound systems that have names. Pure.

PipeWire is spoken to through its Pulse server. Without the name of an output the system's usual one is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

System = Literal["pulse", "alsa"]
_PULSE = ("--raw", "--rate=48000", "--channels=1", "--format=s16le")
_ALSA = ("-q", "-t", "raw", "-f", "S16_LE", "-r", "48000", "-c", "1", "--buffer-time=100000")


@dataclass(frozen=True, slots=True)
class Commands:
    """What plays raw samples, what lists the outputs there are, and what gives back what came out (empty: nothing does)."""

    play: tuple[str, ...]
    listing: tuple[str, ...]
    monitor: tuple[str, ...] = ()


def commands(system: System, output: str) -> Commands:
    """For one output of a sound system."""
    if system == "alsa":
        return Commands(("aplay", *_ALSA, *(["-D", output] if output else [])), ("aplay", "-L"))
    # The player would go on into another output, or into nothing, when its own is taken away: the list says that it is gone.
    return Commands(
        ("paplay", *_PULSE, "--latency-msec=100", *([f"--device={output}"] if output else [])),
        ("pactl", "list", "short", "sinks"),
        (
            "parec",
            *_PULSE,
            "--latency-msec=50",
            f"--device={output}.monitor" if output else "--device=@DEFAULT_MONITOR@",
        ),
    )
