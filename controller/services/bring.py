"""Bring a sound file: whatever staff have becomes the one form the gates play."""

from __future__ import annotations

from controller.domain.people import Actor, Right
from controller.errors import InvalidError
from controller.media.audio import MediaError, ingest
from controller.media.mastering import master
from controller.services.context import Deps
from controller.store import media
from controller.store.audit import note
from schedules.model import Fact


class Brought(Fact):
    """A stored file; messages and alerts name it by its hash."""

    sha256: str
    kind: str
    seconds: float


def bring_audio(deps: Deps, actor: Actor, data: bytes) -> Brought:
    """Decode, bring to one loudness, re-encode and store; InvalidError if it is no sound that can be used."""
    actor.need(Right.MEDIA)
    try:
        clip = master(ingest(data)).clip
    except MediaError as exc:
        raise InvalidError(exc.code, exc.text) from exc
    deps.media.keep(clip.wav)
    with deps.store.write() as connection:
        now = deps.now()
        media.keep(connection, [media.File(clip.sha256, "audio", len(clip.wav), clip.seconds)], now)
        note(connection, now, actor.username, "media.brought", clip.sha256, {"seconds": clip.seconds})
    return Brought(sha256=clip.sha256, kind="audio", seconds=round(clip.seconds, 3))
