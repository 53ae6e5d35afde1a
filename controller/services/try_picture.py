"""Try a picture before it is submitted: its lamps on every board, and what is to be said of them. Nothing of this is kept."""

from __future__ import annotations

from urllib.parse import urlencode

from controller.domain.boards import boards_of
from controller.domain.people import Actor, Right
from controller.domain.pictures import Picture
from controller.errors import InvalidError
from controller.services.bring_visual import picture_facts
from controller.services.context import Deps
from controller.services.drawing import Drawn, Remark, picture
from controller.services.picturing import draw_picture
from controller.store import registry
from devices.profiles.board import BoardShape
from devices.rendering.page import blank_page
from devices.rendering.png import png
from schedules.model import Fact


class OnBoard(Fact):
    """A picture on the boards of one shape: `url` leads to its lamps, one pixel each."""

    board: str
    url: str
    findings: tuple[Remark, ...]


def try_picture(deps: Deps, actor: Actor, chosen: Picture) -> tuple[OnBoard, ...]:
    """The picture, put as `chosen` says, on every board of the register."""
    with deps.store.read() as connection:
        boards = [each.shape for each in boards_of(registry.all_devices(connection))]
    choice = urlencode({"tone": chosen.tone, "fit": chosen.fit, "inverted": str(chosen.inverted).lower()})
    return tuple(
        OnBoard(
            board=board,
            url=f"/api/v1/pictures/{chosen.sha256}/on/{board}.png?{choice}",
            findings=_drawn(deps, actor, chosen, board).remarks,
        )
        for board in boards
    )


def lamps_png(deps: Deps, actor: Actor, chosen: Picture, board: str) -> bytes:
    """PNG of the picture on a board, 1:1; all dark where nothing of it would be lit."""
    try:
        shape = BoardShape.parse(board)
    except ValueError as exc:
        raise InvalidError("board.unknown", str(exc)) from exc
    drawn = _drawn(deps, actor, chosen, str(shape))
    return picture(drawn.data, 0) or b"" if drawn.data else png(blank_page(shape))


def _drawn(deps: Deps, actor: Actor, chosen: Picture, board: str) -> Drawn:
    actor.need(Right.READ)
    facts = picture_facts(deps, actor, chosen.sha256)
    return draw_picture(deps.media.read(chosen.sha256), chosen, board, facts.frames > 1)
