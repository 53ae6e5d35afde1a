"""Bring a picture or a video: what came is decoded where it can harm nobody, and kept in our own form."""

from __future__ import annotations

from pydantic import Field

from controller.domain.people import Actor, Right
from controller.domain.pictures import PictureFacts
from controller.errors import InvalidError, UnknownError
from controller.media.audio import MediaError
from controller.media.pictures import Master, bring_in
from controller.services.context import Deps
from controller.store import media, visuals
from controller.store.audit import note
from controller.store.media import File
from schedules.model import Fact


class BroughtPicture(Fact):
    """A stored picture; messages name it by its hash. `moving`: only the first frame was taken."""

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


def picture_facts(deps: Deps, actor: Actor, sha256: str) -> PictureFacts:
    """What is known of a picture."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        found = visuals.picture(connection, sha256)
    if found is None:
        raise UnknownError("picture", sha256)
    return found


def picture_png(deps: Deps, actor: Actor, sha256: str) -> bytes:
    """The picture as it was kept: made by us from bare pixels, so that it is safe to look at."""
    picture_facts(deps, actor, sha256)
    return deps.media.read(sha256)
