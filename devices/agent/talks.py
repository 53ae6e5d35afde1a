"""What was said into microphones: kept as files for a while, and told to the controller by their hash."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from devices.agent.local import PREFIX
from devices.agent.passes import MICROPHONE
from devices.agent.sounds import RATE, Placed
from devices.contract.messages import Outcome, PlayRecord
from devices.ports import Played
from schedules.model import ContentRef

MOST_FILES = 200
MOST_BYTES = 2_000_000_000  # some six hours


def record_of_talk(
    device: str, boot: str, placed: Placed, played: Played, zones: tuple[str, ...]
) -> PlayRecord | None:  # fmt: skip
    """The record of a talk that is over; None if not one sample of it was kept."""
    file = Path(placed.cue.tone.removeprefix(MICROPHONE))
    try:
        with file.open("rb") as data:
            found = hashlib.file_digest(data, "sha256").hexdigest()
        size = file.stat().st_size
    except OSError:
        return None
    seconds = round(played.frames / RATE, 3)
    started = placed.clip.due + timedelta(seconds=played.start_error) if played.frames else None
    said = ContentRef(sha256=found, kind="audio", language="und", size=max(size, 1), seconds=max(seconds, 0.001))
    whole = played.frames > 0 and played.reason in ("", "stopped")
    return PlayRecord(
        device=device, boot=boot, sequence=1, cause="alert", source=placed.of.source,
        message=placed.of.source.removeprefix(PREFIX), version=1, digest=found, content=said, due=placed.clip.due,
        started=started, ended=started + timedelta(seconds=seconds) if started else None, seconds=seconds,
        outcome=Outcome.SHOWN if whole else Outcome.PARTIAL if played.frames else Outcome.FAILED,
        evidence=placed.proof if placed.heard and played.frames else "sent" if played.frames else None,
        reason=f"live microphone, kept as {file.name}", zones=zones, drill=placed.of.drill,
        start_error=round(played.start_error, 6) if played.frames else None,
    )  # fmt: skip


def sweep_talks(folder: Path) -> None:
    """Drop the oldest files beyond the bounds."""
    with suppress(OSError):
        files = sorted(folder.glob("*.wav"), key=lambda one: one.name, reverse=True)
        total = 0
        for place, file in enumerate(files):
            total += file.stat().st_size
            if place >= MOST_FILES or total > MOST_BYTES:
                file.unlink(missing_ok=True)
