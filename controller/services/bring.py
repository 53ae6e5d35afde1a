"""Bring a sound file: whatever staff have becomes the one form the gates fetch and play."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from controller.domain.people import Actor, Right
from controller.domain.recordings import Recording
from controller.errors import InvalidError
from controller.media.audio import MediaError, ingest
from controller.media.link import flac, opus
from controller.media.mastering import Mastered, master
from controller.media.waveform import columns
from controller.services.context import Deps
from controller.store import media, recordings
from controller.store.audit import note
from devices.profiles.wav import HEADER_BYTES, WIDTH
from schedules.model import Fact

COLUMNS = 300  # of the picture of a recording
LONGEST = 600  # seconds of a phrase put together


class Brought(Fact):
    """A stored recording; messages and alerts name it by its hash. `findings`: quiet, clipped, pauses, noise."""

    sha256: str
    kind: str
    seconds: float
    lufs_before: float
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """A levelled sound in both its forms, and what is to be known of it."""

    recording: Recording
    played: bytes
    master: bytes


def bring_audio(deps: Deps, actor: Actor, data: bytes) -> Brought:
    """Decode, bring to one loudness, code for the link and store; InvalidError if it is no sound that can be used."""
    actor.need(Right.MEDIA)
    try:
        coded = code(master(ingest(data)))
    except MediaError as exc:
        raise InvalidError(exc.code, exc.text) from exc
    keep_files(deps, coded)
    with deps.store.write() as connection:
        keep(deps, connection, actor, coded)
    return brought(coded.recording)


def brought(found: Recording) -> Brought:
    """What is answered of a recording."""
    return Brought(
        sha256=found.sha256, kind="audio", seconds=round(found.seconds, 3), lufs_before=found.lufs_before,
        findings=found.findings,
    )  # fmt: skip


def code(levelled: Mastered, voice: str | None = None, words: str = "") -> Coded:
    """Both forms of a levelled sound; `voice` if a machine speaks."""
    wav = levelled.clip.wav
    played, whole = opus(wav), flac(wav)
    recording = Recording(
        sha256=hashlib.sha256(played).hexdigest(),
        master=hashlib.sha256(whole).hexdigest(),
        samples=(len(wav) - HEADER_BYTES) // WIDTH,
        lufs_before=round(levelled.before, 2),
        lufs=round(levelled.after.lufs, 2),
        true_peak=round(levelled.after.true_peak, 2),
        findings=levelled.findings,
        waveform=tuple(columns(wav, COLUMNS)),
        voice=voice,
        words=words,
    )
    return Coded(recording, played, whole)


def keep_files(deps: Deps, coded: Coded) -> None:
    """On disk, before the database names them."""
    deps.media.keep(coded.master)
    deps.media.keep(coded.played)


def keep(deps: Deps, connection: Connection, actor: Actor, coded: Coded, key: str | None = None) -> None:
    """Know the recording from now on."""
    now, found = deps.now(), coded.recording
    media.keep(connection, [media.File(found.sha256, "audio", len(coded.played), found.seconds)], now)
    recordings.keep(connection, found, key, actor.username, now)
    details = {"seconds": found.seconds, "voice": found.voice}
    note(connection, now, actor.username, "media.brought", found.sha256, details)
