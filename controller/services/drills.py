"""What tells people that an exercise is one: drawn words for every kind of board, and a tone for loudspeakers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache

import sqlalchemy as sa

from controller.domain.boards import Boards
from controller.domain.gates import Device
from controller.services.context import Deps
from controller.services.drawing import draw
from controller.services.tones import tone_of
from controller.store import media, registry
from controller.store.media import File
from controller.store.tables import statuses
from devices.contract.messages import Status
from devices.profiles.tones import tone_wav
from schedules.drills import MARK
from schedules.model import ContentRef, Item

WORDS = {"vi": "DIỄN TẬP", "zh-Hans": "演习", "en": "EXERCISE"}
TONE = "drill"


def marks(devices: Iterable[Device]) -> dict[str, Item]:
    """The mark of each shape of board among the devices, and under "" that of loudspeakers.

    A board on which not one of the words can be drawn has none, so no exercise is shown there.
    """
    shapes = {device.shape for device in devices if device.shape}
    drawn = {shape: _drawn(shape) for shape in sorted(shapes)}
    return {"": _item((tone_of(TONE),))} | {shape: _item(pages) for shape, pages in drawn.items() if pages}


def mark_of(device: Device, found: dict[str, Item]) -> Item | None:
    """The mark of one device."""
    return found.get(device.shape or "")


def keep_marks(deps: Deps) -> None:
    """Have the marks among the content, at every start; new boards come with a start."""
    with deps.store.read() as connection:
        shapes = sorted({device.shape for device in registry.all_devices(connection) if device.shape})
    tone = tone_of(TONE)
    deps.media.keep(tone_wav(TONE))
    files = [File(tone.sha256, "audio", tone.size, tone.seconds)]
    for shape in shapes:
        for language, word in WORDS.items():
            drawn = draw(word, language, Boards(shape))
            if drawn.ref is not None:
                deps.media.keep(drawn.data)
                files.append(drawn.file())
    with deps.store.write() as connection:
        media.keep(connection, files, deps.now())


def exercise_on(deps: Deps) -> bool:
    """Whether some device says that what it has on air is an exercise."""
    with deps.store.read() as connection:
        return any(_is_drill(row.status) for row in connection.execute(sa.select(statuses.c.status)))


@lru_cache(maxsize=4096)  # a status is read once, however many pages are
def _is_drill(status: bytes) -> bool:
    return Status.model_validate_json(status).drill


@lru_cache(maxsize=256)
def _drawn(shape: str) -> tuple[ContentRef, ...]:
    found = (draw(word, language, Boards(shape)).ref for language, word in WORDS.items())
    return tuple(ref for ref in found if ref is not None)


def _item(contents: tuple[ContentRef, ...]) -> Item:
    named = hashlib.sha256(json.dumps([each.sha256 for each in contents]).encode()).hexdigest()
    return Item(message=MARK, version=1, digest=named, contents=contents)
