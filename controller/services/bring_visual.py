"""Bring a picture or a video: what came is decoded where it can harm nobody, and kept in our own form."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pydantic import Field

from controller.domain.people import Actor, Right
from controller.domain.pictures import Fit, PictureFacts, Transcoded, VideoFacts, walls
from controller.errors import InvalidError, UnknownError
from controller.media.audio import MediaError
from controller.media.pictures import Master, bring_in
from controller.media.videos import Film, transcode
from controller.services.bring import Brought, bring_audio
from controller.services.context import Deps
from controller.services.drawing import Remark
from controller.services.picturing import film_remarks
from controller.store import media, registry, visuals
from controller.store.audit import note
from controller.store.media import File
from schedules.model import Fact


class BroughtPicture(Fact):
    """A stored picture; messages name it by its hash."""

    kind: str = "picture"
    facts: PictureFacts
    url: str = Field(description="of the picture as it was kept, a PNG")


def bring_picture(deps: Deps, actor: Actor, data: bytes) -> BroughtPicture:
    """Decode, turn upright, scale down by light, and store as our own PNG; InvalidError if it is no picture we take."""
    actor.need(Right.MEDIA)
    try:
        master = bring_in(data)
    except MediaError as exc:
        raise InvalidError(exc.code, exc.text) from exc
    keep_master(deps, actor, master)
    return BroughtPicture(facts=master.facts, url=f"/api/v1/pictures/{master.facts.sha256}.png")


def keep_master(deps: Deps, actor: Actor, master: Master) -> None:
    """Store a picture and know it from now on."""
    deps.media.keep(master.png)
    with deps.store.write() as connection:
        now, facts = deps.now(), master.facts
        media.keep(connection, [File(facts.sha256, "picture", len(master.png), 0.0)], now)
        visuals.keep(connection, "picture", facts, actor.username, now)
        details = {"width": facts.brought_width, "height": facts.brought_height, "format": facts.format}
        note(connection, now, actor.username, "media.brought", facts.sha256, details)


def picture_facts(deps: Deps, actor: Actor, picture: str) -> PictureFacts:
    """What is known of a picture."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        found = visuals.picture(connection, picture)
    if found is None:
        raise UnknownError("picture", picture)
    return found


def picture_png(deps: Deps, actor: Actor, picture: str) -> bytes:
    """The picture as it was kept: made by us from bare pixels, so that it is safe to look at."""
    picture_facts(deps, actor, picture)
    return deps.media.read(picture)


class BroughtVideo(Fact):
    """A stored video; messages name it by its hash. `walls` is what each size of wall plays; `audio` its sound, when asked for."""

    kind: str = "video"
    facts: VideoFacts
    walls: tuple[Transcoded, ...]
    findings: tuple[Remark, ...]
    audio: Brought | None = None


def bring_video(deps: Deps, actor: Actor, data: bytes, fit: Fit = "whole", *, sound: bool = False) -> BroughtVideo:
    """Make what every size of wall in the register plays; with `sound`, also a recording of its sound for loudspeakers."""
    actor.need(Right.MEDIA)
    with deps.store.read() as connection:
        sizes = walls(registry.all_devices(connection))
    if not sizes:
        raise InvalidError("video.no-wall", "no board of the register can show video: bring a picture")
    source = sha256(data).hexdigest()
    films = {size: made(data, size, fit) for size in sizes}
    audio = bring_audio(deps, actor, data) if sound else None
    first = films[sizes[0]]
    keep_master(deps, actor, first.poster)
    facts = VideoFacts(
        sha256=source, width=first.width, height=first.height, seconds=first.transcoded.seconds, rate=first.rate,
        sound=first.sound, poster=first.poster.facts.sha256,
    )  # fmt: skip
    deps.media.keep(data)
    with deps.store.write() as connection:
        now = deps.now()
        media.keep(connection, [File(source, "footage", len(data), facts.seconds)], now)
        visuals.keep(connection, "video", facts, actor.username, now)
        details = {"width": facts.width, "height": facts.height, "seconds": facts.seconds}
        note(connection, now, actor.username, "media.brought", source, details)
    for film in films.values():
        keep_film(deps, source, fit, film)
    findings = tuple(each for film in films.values() for each in film_remarks(film.transcoded))
    return BroughtVideo(
        facts=facts, walls=tuple(film.transcoded for film in films.values()), findings=findings, audio=audio
    )


def made(data: bytes, size: str, fit: Fit) -> Film:
    """What walls of one size play; InvalidError if it is no video we take."""
    try:
        return transcode(data, size, fit)
    except MediaError as exc:
        raise InvalidError(exc.code, exc.text) from exc


def keep_film(deps: Deps, source: str, fit: Fit, film: Film) -> None:
    """Store what a wall plays."""
    deps.media.keep(film.file)
    with deps.store.write() as connection:
        now, facts = deps.now(), film.transcoded
        media.keep(connection, [File(facts.sha256, "video", facts.size, facts.seconds)], now)
        visuals.keep_transcoded(connection, source, fit, facts, now)


def on_walls(deps: Deps, source: str, fit: Fit, sizes: tuple[str, ...]) -> tuple[Transcoded, ...]:
    """What walls of these sizes play of a video; made now where a wall is newer than the video, or the fit another."""
    with deps.store.read() as connection:
        known = visuals.transcoded(connection, source, fit)
    for size in sizes:
        if size not in known:
            film = made(deps.media.read(source), size, fit)
            keep_film(deps, source, fit, film)
            known[size] = film.transcoded
    return tuple(known[size] for size in sizes)


def video_facts(deps: Deps, actor: Actor, source: str) -> VideoFacts:
    """What is known of a video."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        found = visuals.video(connection, source)
    if found is None:
        raise UnknownError("video", source)
    return found


def wall_file(deps: Deps, actor: Actor, source: str, size: str, fit: Fit) -> Path:
    """Where the file lies that walls of a size play."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        found = visuals.transcoded(connection, source, fit).get(size)
    place = deps.media.path(found.sha256) if found else None
    if place is None:
        raise UnknownError("video", source)
    return place
