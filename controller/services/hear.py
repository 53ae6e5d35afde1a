"""Hear a recording to its end: what an approver must have done before a machine's voice may speak at a gate."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from controller.domain.people import Actor, Right
from controller.domain.recordings import Recording, heard_whole
from controller.errors import ConflictError, UnknownError
from controller.services.context import Deps
from controller.store import recordings
from controller.store.audit import note
from schedules.model import Fact


class RecordingView(Fact):
    """A recording, and whether the person asking has heard it to its end."""

    sha256: str
    seconds: float
    lufs_before: float
    lufs: float
    true_peak: float
    findings: tuple[str, ...]
    waveform: tuple[float, ...]
    voice: str | None
    words: str
    heard: bool


def recording(deps: Deps, actor: Actor, sha256: str) -> RecordingView:
    """What is known of a recording."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        found = _load(connection, sha256)
        return _view(found, sha256 in recordings.heard_by(connection, actor.username, {sha256}))


def of_message(deps: Deps, actor: Actor, audio: Mapping[str, str]) -> dict[str, RecordingView]:
    """The recordings of a message by language, as this person sees them."""
    actor.need(Right.READ)
    hashes = set(audio.values())
    with deps.store.read() as connection:
        known, heard = recordings.find(connection, hashes), recordings.heard_by(connection, actor.username, hashes)
    return {lang: _view(known[sha256], sha256 in heard) for lang, sha256 in audio.items() if sha256 in known}


def begin_hearing(deps: Deps, actor: Actor, sha256: str) -> None:
    """The person has pressed play, at the beginning."""
    actor.need(Right.READ)
    with deps.store.write() as connection:
        _load(connection, sha256)
        recordings.begin_hearing(connection, sha256, actor.username, deps.now())


def end_hearing(deps: Deps, actor: Actor, sha256: str) -> None:
    """The end was reached; ConflictError if less time has passed than the sound takes."""
    actor.need(Right.READ)
    with deps.store.write() as connection:
        found = _load(connection, sha256)
        started, ended = recordings.started(connection, sha256, actor.username)
        if ended is not None:
            return
        now = deps.now()
        if started is None or not heard_whole(found, started, now):
            raise ConflictError("hearing.short", "it was not played from its beginning to its end")
        recordings.end_hearing(connection, sha256, actor.username, now)
        note(connection, now, actor.username, "media.heard", sha256, {"seconds": found.seconds})


def check_heard(connection: Connection, actor: Actor, audio: Mapping[str, str]) -> None:
    """ConflictError names the languages in which a machine speaks that this person has not heard out."""
    hashes = set(audio.values())
    known, heard = recordings.find(connection, hashes), recordings.heard_by(connection, actor.username, hashes)
    unheard = [lang for lang, each in audio.items() if each in known and known[each].voice and each not in heard]
    if unheard:
        names = ", ".join(unheard)
        text = f"a machine speaks in {names}: play it from its beginning to its end before you approve"
        raise ConflictError("approval.unheard", text)


def _load(connection: Connection, sha256: str) -> Recording:
    found = recordings.find(connection, {sha256}).get(sha256)
    if found is None:
        raise UnknownError("recording", sha256)
    return found


def _view(found: Recording, heard: bool) -> RecordingView:
    facts = found.model_dump(exclude={"master", "samples"})
    return RecordingView(**facts, seconds=round(found.seconds, 3), heard=heard)
