"""How long pages will take on the lines of their boards, for who decides to send them: told before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from controller.domain import alerts as rules
from controller.domain.boards import boards_of
from controller.domain.gates import Device
from controller.domain.people import Actor, Right
from controller.services.alert_matter import AlertDraft
from controller.services.context import Deps
from controller.services.drawing import draw_texts, page_file
from controller.store import content, registry, wanted
from controller.store.tables import statuses
from devices.contract.messages import LineReport, Status
from devices.profiles.costs import page_seconds, text_seconds
from devices.rendering.page import PageFile
from schedules.model import Fact


class LineTime(Fact):
    """What one language costs on the line of one board, every page sent whole; None where protocol or speed is not known yet.

    A board that can be sent less than a whole page takes less: what it took last stands in its own facts.
    """

    device: str
    language: str
    pages: int
    first: float | None  # seconds until the first page is there
    longest: float | None
    whole: float | None  # of all pages, once
    driver: str
    baud: int


Files = Mapping[str, Sequence[tuple[str, PageFile]]]  # board -> language and pages


def of_message(deps: Deps, actor: Actor, message: str) -> tuple[LineTime, ...]:
    """Of a message that was submitted, on every board of the register that has pages of it."""
    actor.need(Right.READ)
    with deps.store.read() as connection:
        stored = content.load(connection, message)
        pages = content.rendered_pages(connection, stored.id, stored.standing.version)
        boards, lines = registry.all_devices(connection), _lines(connection)
    files: dict[str, list[tuple[str, PageFile]]] = {}
    for each in pages:
        files.setdefault(each.shape, []).append((each.language, page_file(deps.media.read(each.sha256))))
    return tuple(_times(boards, files, lines))


def of_alert(deps: Deps, actor: Actor, draft: AlertDraft) -> tuple[LineTime, ...]:
    """Of an alert that is not sent yet, on the boards it would reach. Nothing is kept."""
    actor.need(Right.ALERT)
    with deps.store.read() as connection:
        reached = rules.reached(draft.targets, registry.all_devices(connection))
        lines = _lines(connection)
        showable = wanted.showables(connection, [draft.message]).get(draft.message) if draft.message else None
    files: dict[str, list[tuple[str, PageFile]]] = {}
    if showable is not None:
        for board, refs in showable.pages.items():
            for ref in (one for one in refs if one.kind == "pages"):
                files.setdefault(board, []).append((ref.language, page_file(deps.media.read(ref.sha256))))
    for (language, board), drawn in draw_texts(draft.texts, boards_of(reached, areas=False)).items():
        if drawn.ref is not None:
            files.setdefault(board, []).append((language, page_file(drawn.data)))
    return tuple(_times(reached, files, lines))


def _lines(connection: Connection) -> dict[str, LineReport]:
    """What each agent said of the line to its device."""
    told = ((row.device, Status.model_validate_json(row.status)) for row in connection.execute(sa.select(statuses)))
    return {device: status.line for device, status in told if status.line is not None}


def _times(boards: Iterable[Device], files: Files, lines: Mapping[str, LineReport]) -> Iterable[LineTime]:
    for device in boards:
        line = lines.get(device.id, LineReport(state="unknown"))
        for language, file in files.get(device.shape or "", ()):
            yield _time(device.id, language, file, line)


def _time(device: str, language: str, file: PageFile, line: LineReport) -> LineTime:
    seen = file.pages or ((file.strip.window(0, 1.0),) if file.strip else ())
    shape = file.shape
    each = [page_seconds(line.driver, line.baud, page.planes, shape.width, shape.height) for page in seen]
    if (told := text_seconds(line.driver, line.baud, file.words)) is not None:
        each = [told] if file.words else []  # the card turns the pages itself, or shows nothing of it
    known = [seconds for seconds in each if seconds is not None]
    whole = round(sum(known), 3) if len(known) == len(each) and known else None
    return LineTime(
        device=device, language=language, pages=len(seen), first=round(known[0], 3) if known else None,
        longest=round(max(known), 3) if known else None, whole=whole, driver=line.driver, baud=line.baud,
    )  # fmt: skip
