"""The sound output of a loudspeaker whose config names none: every clip ends at once, with the reason."""

from __future__ import annotations

from devices.ports import Clip, Played


class NoSound:
    """A `devices.ports.SoundOut` that makes no sound and says so."""

    def __init__(self) -> None:
        """Nothing is played."""
        self._ended: list[Played] = []

    def play(self, clips: tuple[Clip, ...]) -> None:
        """Each clip has ended."""
        self._ended += [Played(id=clip.id, frames=0, of_frames=0, start_error=0.0, reason="sink") for clip in clips]

    def stop(self, ids: frozenset[str]) -> None:
        """Nothing sounds."""

    def poll(self) -> tuple[Played, ...]:
        """What ended since the last poll."""
        ended, self._ended = tuple(self._ended), []
        return ended

    def close(self) -> None:
        """Nothing to end."""
