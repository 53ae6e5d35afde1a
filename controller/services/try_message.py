"""Look at a message before it is submitted: its pages on every board, and what is to be said of them. Nothing of this is kept."""

from __future__ import annotations

from urllib.parse import quote

from pydantic import Field

from controller.domain.boards import boards_of
from controller.domain.gates import Device
from controller.domain.people import Actor, Right
from controller.errors import UnknownError
from controller.services.context import Deps
from controller.services.drawing import Drawings, Remark, moving, page_file, picture
from controller.services.look import Preview
from controller.services.submit import draw_message
from controller.store import content, registry, visuals
from schedules.model import Fact


class Trial(Fact):
    """What submitting would draw now; a board with a remark that blocks has no preview."""

    findings: tuple[Remark, ...]
    previews: tuple[Preview, ...]


class OfSize(Fact):
    """All boards, and parts of boards, of one size."""

    board: str
    devices: tuple[str, ...] = Field(description="ids of the devices that have it")
    names: tuple[dict[str, str], ...] = Field(description="names of these devices, by language")


def try_message(deps: Deps, actor: Actor, message: str) -> Trial:
    """Draw the newest version for every board of the register."""
    drawings = _drawn(deps, actor, message)
    return Trial(
        findings=tuple(remark for drawn in drawings.values() for remark in drawn.remarks),
        previews=tuple(
            Preview(
                language=language,
                board=board,
                sha256=drawn.ref.sha256,
                pages=tuple(page.seconds for page in page_file(drawn.data).pages),
                url=f"/api/v1/messages/{message}/trial/{language}/{quote(board)}/{{page}}.png",
            )
            for (language, board), drawn in drawings.items()
            if drawn.ref is not None
        ),
    )


def trial_png(deps: Deps, actor: Actor, message: str, language: str, board: str, page: str) -> bytes:
    """PNG of a page of it, from 1, or of all at true speed for "moving"; UnknownError where there is none."""
    drawn = _drawn(deps, actor, message).get((language, board))
    if drawn is None or drawn.ref is None:
        raise UnknownError("picture", f"{language} {board}")
    if page == "moving":
        return moving(drawn.data)
    found = picture(drawn.data, int(page) - 1) if page.isascii() and page.isdecimal() else None
    if found is None:
        raise UnknownError("page", page[:20])
    return found


def _drawn(deps: Deps, actor: Actor, message: str) -> Drawings:
    actor.need(Right.READ)
    with deps.store.read() as connection:
        words = content.load(connection, message).words
        devices = registry.all_devices(connection)
        facts = visuals.picture(connection, words.picture.sha256) if words.picture else None
    return draw_message(deps, words, facts, boards_of(devices))


def sizes(deps: Deps, actor: Actor) -> tuple[OfSize, ...]:
    """The boards of the register by size."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        devices: dict[str, Device] = {device.id: device for device in registry.all_devices(connection)}
    found = []
    for boards in boards_of(devices.values()):
        ids = tuple(device for _, group in boards.readers for device in group)
        found.append(OfSize(board=boards.shape, devices=ids, names=tuple(devices[one].names for one in ids)))
    return tuple(found)
