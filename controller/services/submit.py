"""Offer a draft to both agencies: drawn for every board of the register, and bound by one digest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from controller.domain import approvals
from controller.domain.boards import Boards, boards_of
from controller.domain.content import digest
from controller.domain.people import Actor, Right
from controller.domain.pictures import PictureFacts
from controller.errors import ConflictError, InvalidError, Problem
from controller.services.context import Deps
from controller.services.drawing import Drawings, Remark, between_languages, draw_texts
from controller.services.filming import Filmed, film_message
from controller.services.look import Preview, preview
from controller.services.picturing import draw_pictures, put_beside, text_board
from controller.store import content, media, registry, visuals
from controller.store.audit import note
from controller.store.content import Rendered, Stored, Words
from schedules.model import Fact


class Submission(Fact):
    """What the agencies are asked to approve."""

    digest: str
    version: int
    findings: tuple[Remark, ...]
    previews: tuple[Preview, ...]


def submit_message(deps: Deps, actor: Actor, message: str) -> Submission:
    """Draw, hash and offer; a remark that blocks refuses it and changes nothing."""
    actor.need(Right.SUBMIT)
    with deps.store.read() as connection:
        stored = content.load(connection, message)
        devices = registry.all_devices(connection)
        facts = visuals.picture(connection, stored.words.picture.sha256) if stored.words.picture else None
    approvals.submitted(stored.standing, "0" * 64)  # refused before the work, not after
    filmed = film_message(deps, stored.words, devices)
    drawings = refused_if_blocked(draw_message(deps, stored.words, facts, boards_of(devices)))
    rendered = keep_drawings(deps, drawings)
    bound = _digest(stored, rendered, filmed)
    _keep(deps, actor, stored, bound, drawings, rendered, filmed)
    of_texts = between_languages(stored.words.texts)
    remarks = (*of_texts, *filmed.remarks, *(remark for drawn in drawings.values() for remark in drawn.remarks))
    previews = tuple(preview(deps, each) for each in rendered)
    return Submission(digest=bound, version=stored.standing.version, findings=remarks, previews=previews)


def draw_message(deps: Deps, words: Words, facts: PictureFacts | None, every: Iterable[Boards]) -> Drawings:
    """Texts and picture on every board, whatever is to be said of them."""
    picture, look = words.picture, words.look
    if picture is None or facts is None:
        return draw_texts(words.texts, every, look)
    png, moving = deps.media.read(picture.sha256), facts.frames > 1
    if picture.place == "turn":
        return draw_pictures(png, picture, every, moving) | draw_texts(words.texts, every, look)
    rooms = [(boards, replace(boards, shape=text_board(facts, boards.shape))) for boards in every]
    return {
        (language, boards.shape): put_beside(png, picture, facts, drawn, boards)
        for boards, room in rooms
        for (language, _), drawn in draw_texts(words.texts, [room], look).items()
    }


def refused_if_blocked(drawings: Drawings) -> Drawings:
    """The drawings; InvalidError lists the remarks that block."""
    blocks = [remark for drawn in drawings.values() for remark in drawn.remarks if remark.severity == "block"]
    if blocks:
        problems = tuple(Problem(_pointer(each), each.code, f"{each.board}: {each.text}") for each in blocks)
        raise InvalidError("message.blocked", "the message cannot be shown as it is", problems)
    return drawings


def _pointer(said: Remark) -> str:
    return "/picture" if said.code.startswith("picture.") else f"/texts/{said.language}"


def keep_drawings(deps: Deps, drawings: Drawings, *, settled: bool = True) -> tuple[Rendered, ...]:
    """Store the page files under their hashes; not `settled` means that the caller sees to it soon."""
    return tuple(
        Rendered(language, board, deps.media.keep(drawn.data, settled=settled))
        for (language, board), drawn in drawings.items()
        if drawn.ref is not None
    )


def _digest(stored: Stored, rendered: tuple[Rendered, ...], filmed: Filmed) -> str:
    words = stored.words
    return digest(
        title=words.title,
        category=words.category,
        texts=words.texts,
        audio=words.audio,
        renderings={(each.language, each.shape): each.sha256 for each in rendered},
        visuals=words.visuals() | filmed.bound(),
    )


def _keep(
    deps: Deps,
    actor: Actor,
    seen: Stored,
    bound: str,
    drawings: Drawings,
    rendered: tuple[Rendered, ...],
    filmed: Filmed,
) -> None:
    with deps.store.write() as connection:
        now, stored = deps.now(), content.load(connection, seen.id)
        if stored.standing.version != seen.standing.version:
            raise ConflictError("message.version", "the message was edited meanwhile: submit it again")
        after = approvals.submitted(stored.standing, bound)
        media.keep(connection, [drawn.file() for drawn in drawings.values() if drawn.ref is not None], now)
        content.save(connection, seen.id, after, now)
        content.keep_submission(connection, seen.id, after.version, bound, rendered, now)
        content.keep_films(connection, stored, filmed.files())
        details = {"version": after.version, "digest": bound}
        note(connection, now, actor.username, "message.submitted", seen.id, details)
    deps.notify()
