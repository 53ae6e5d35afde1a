"""Bring a sound file: whatever staff have becomes the one form the gates fetch and play."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from controller.domain.people import Actor, Right
from controller.domain.recordings import Recording
from controller.errors import InvalidError
from controller.media.audio import MediaError
from controller.media.coded import Coded
from controller.media.sounds import bring_in
from controller.services.context import Deps
from controller.store import media, recordings
from controller.store.audit import note
from schedules.model import Fact

LONGEST = 600  # seconds of a phrase put together


class Brought(Fact):
    """A stored recording; messages and alerts name it by its hash. `findings`: quiet, clipped, pauses, noise, long."""

    sha256: str
    kind: str
    seconds: float
    lufs_before: float
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A recording, with the bytes of what is played and of the master."""

    recording: Recording
    played: bytes
    master: bytes


def bring_audio(deps: Deps, actor: Actor, data: bytes, ticket: str | None = None) -> Brought:
    """Decode, bring to one loudness, code for the link and store; InvalidError if it is no sound that can be used.

    How far it is may be asked under the `ticket` meanwhile.
    """
    actor.need(Right.MEDIA)
    try:
        with deps.progress.of(actor, ticket) as told:
            made = made_of(bring_in(data, told))
    except MediaError as exc:
        raise InvalidError(exc.code, exc.text) from exc
    return brought(keep(deps, actor, made))


def brought(found: Recording) -> Brought:
    """What is answered of a recording."""
    return Brought(
        sha256=found.sha256, kind="audio", seconds=round(found.seconds, 3), lufs_before=found.lufs_before,
        findings=found.findings,
    )  # fmt: skip


def made_of(coded: Coded, voice: str | None = None, words: str = "") -> Made:
    """The recording of a sound; `voice` if a machine speaks."""
    recording = Recording(
        sha256=hashlib.sha256(coded.played).hexdigest(), master=hashlib.sha256(coded.master).hexdigest(),
        voice=voice, words=words, **coded.facts.model_dump(),
    )  # fmt: skip
    return Made(recording, coded.played, coded.master)


def keep(deps: Deps, actor: Actor, made: Made, key: str | None = None) -> Recording:
    """On disk first, then known; under `key` the same request finds it again."""
    deps.media.keep(made.master)
    deps.media.keep(made.played)
    found, now = made.recording, deps.now()
    with deps.store.write() as connection:
        media.keep(connection, [media.File(found.sha256, "audio", len(made.played), found.seconds)], now)
        recordings.keep(connection, found, key, actor.username, now)
        details = {"seconds": found.seconds, "voice": found.voice}
        note(connection, now, actor.username, "media.brought", found.sha256, details)
    return found
