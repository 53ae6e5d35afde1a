"""The video of a message: what its walls play, bound by the approvals frame by frame, and which boards are left out."""

from __future__ import annotations

from collections.abc import Iterable

from controller.domain.gates import Device
from controller.domain.pictures import Transcoded, walls
from controller.errors import InvalidError, Problem
from controller.services.bring_visual import on_walls
from controller.services.context import Deps
from controller.services.drawing import Remark
from controller.services.picturing import film_remarks, left_out
from controller.store.content import Words
from schedules.model import Fact


class Filmed(Fact):
    """Nothing at all for a message without a video."""

    films: tuple[Transcoded, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def bound(self) -> dict[str, object]:
        """What the digest covers: the hash of the frames on every wall."""
        return {"walls": {film.shape: film.frames_sha256 for film in self.films}} if self.films else {}

    def files(self) -> dict[str, str]:
        """The file of every wall."""
        return {film.shape: film.sha256 for film in self.films}


def film_message(deps: Deps, words: Words, devices: Iterable[Device]) -> Filmed:
    """The video on every wall of the register; InvalidError lists the remarks that block."""
    if words.video is None:
        return Filmed()
    every = tuple(devices)
    sizes, boards = walls(every), sorted({device.shape for device in every if device.shape})
    films = on_walls(deps, words.video.sha256, words.video.fit, sizes)
    remarks = (*left_out(boards, sizes), *(each for film in films for each in film_remarks(film)))
    blocks = tuple(Problem("/video", each.code, each.text) for each in remarks if each.severity == "block")
    if blocks:
        raise InvalidError("message.blocked", "the video cannot be shown as it is", blocks)
    return Filmed(films=films, remarks=remarks)
