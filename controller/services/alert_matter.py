"""What an alert shows: own words drawn for every board it reaches, an approved message, or nothing at all."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.domain.asked import Asked
from controller.domain.boards import Boards, boards_of
from controller.domain.content import clean_texts, digest, in_order, unknown_languages
from controller.domain.gates import Device
from controller.domain.plans import contents_for
from controller.errors import InvalidError, Problem
from controller.services.context import Deps
from controller.services.drawing import Drawings, Remark, draw_texts
from controller.services.submit import keep_drawings
from controller.services.tones import emergency_tone
from controller.services.write import check_sound
from controller.store import media, wanted
from devices.contract.messages import Target
from schedules.model import ContentRef, Fact, Id, Item, Priority, Sha256


class AlertDraft(Asked):
    """An alert as the operator gives it: own words, or an approved message. Blank-all has neither."""

    targets: Annotated[tuple[Target, ...], Field(min_length=1, max_length=500)]
    minutes: Annotated[float, Field(gt=0, le=1440, strict=True)]
    texts: dict[str, str] = Field(default_factory=dict)
    audio: dict[str, Sha256] = Field(default_factory=dict)
    message: Id | None = None
    priority: Literal[Priority.EMERGENCY, Priority.EVACUATION, Priority.BLANK] = Priority.EMERGENCY
    zones: Annotated[tuple[Id, ...], Field(max_length=200)] = Field(
        default=(), description="of loudspeakers, or groups of them; none: all public zones"
    )
    drill: bool = Field(default=False, description="an exercise: marked wherever it is shown, said or told")


class Matter(Fact):
    """What an alert shows: the item's facts without its files, and the files by board and for loudspeakers."""

    message: Id
    version: int = 1
    digest: Sha256
    title: str = ""
    pages: dict[str, tuple[ContentRef, ...]]
    audio: tuple[ContentRef, ...]
    texts: dict[str, str]
    files: tuple[media.File, ...] = ()  # drawn for this alert
    findings: tuple[Remark, ...] = ()

    def contents(self, device: Device) -> tuple[ContentRef, ...]:
        """The files for one device; a loudspeaker sounds the signal first, and at least that."""
        if device.kind == "speaker":
            return (emergency_tone(), *self.audio)
        return self.pages.get(device.shape or "", ())

    def item(self, contents: tuple[ContentRef, ...]) -> Item:
        """The item that shows these files."""
        return Item(message=self.message, version=self.version, digest=self.digest, title=self.title, contents=contents)


def matter_of(deps: Deps, draft: AlertDraft, alert: str, reached: tuple[Device, ...]) -> Matter | None:
    given = bool(draft.texts or draft.audio), draft.message is not None
    if draft.priority is Priority.BLANK:
        if draft.drill:
            raise InvalidError("alert.drill", "blank-all is no exercise: it would darken what is real")
        if draft.zones:
            raise InvalidError("alert.zones", "blank-all is for whole devices: give no zones")
        if any(given):
            raise InvalidError("alert.blank", "blank-all shows nothing: give neither texts nor a message")
        return None
    if all(given) or not any(given):
        raise InvalidError("alert.matter", "an alert has either texts or a message")
    if draft.message is not None:
        return _approved(deps, draft.message, reached)
    return _own_words(deps, draft, alert, reached)


def _approved(deps: Deps, message: str, reached: tuple[Device, ...]) -> Matter:
    with deps.store.read() as connection:
        showable = wanted.showables(connection, [message]).get(message)
    if showable is None:
        problem = Problem("/message", "message.not_approved", f'there is no approved message "{message}"')
        raise InvalidError(problem.code, "the alert cannot be shown", (problem,))
    if not any(contents_for(device, showable) for device in reached):
        raise InvalidError("content.missing", "the message has nothing that any of the targets can show")
    facts = showable.model_dump(include={"message", "version", "digest", "title"})
    return Matter(**facts, pages=showable.pages, audio=showable.audio, texts={})


def _own_words(deps: Deps, draft: AlertDraft, alert: str, reached: tuple[Device, ...]) -> Matter:
    if problems := tuple(unknown_languages(draft.audio, "/audio")):
        raise InvalidError("audio.invalid", "the sound cannot be accepted", problems)
    texts = clean_texts(draft.texts)
    with deps.store.read() as connection:
        sounds = check_sound(connection, in_order(draft.audio))
    remarks, drawings = _draw(texts, boards_of(reached, areas=False))
    rendered = keep_drawings(deps, drawings, settled=False)  # the lamps do not wait for the disk: `start_alert` settles
    bound = digest(
        title="",
        category="alert",
        texts=texts,
        audio=draft.audio,
        renderings={(each.language, each.shape): each.sha256 for each in rendered},
    )
    return Matter(
        message=alert,
        digest=bound,
        pages=_by_board(drawings),
        audio=tuple(wanted.reference(file, language) for language, file in sounds.items()),
        texts=texts,
        files=tuple(drawn.file() for drawn in drawings.values()),
        findings=remarks,
    )


def _draw(texts: dict[str, str], every: tuple[Boards, ...]) -> tuple[tuple[Remark, ...], Drawings]:
    """All that can be drawn: in an emergency one board or language that cannot must not silence the others."""
    drawings = draw_texts(texts, every)
    remarks = tuple(remark for drawn in drawings.values() for remark in drawn.remarks)
    good = {place: drawn for place, drawn in drawings.items() if drawn.ref is not None}
    if drawings and not good:
        problems = tuple(
            Problem(f"/texts/{each.language}", each.code, f"{each.board}: {each.text}")
            for each in remarks
            if each.severity == "block"
        )
        raise InvalidError("message.blocked", "the text can be shown on none of the boards", problems)
    return remarks, good


def _by_board(drawings: Drawings) -> dict[str, tuple[ContentRef, ...]]:
    pages: dict[str, tuple[ContentRef, ...]] = {}
    for (_, board), drawn in drawings.items():
        if drawn.ref is not None:
            pages[board] = (*pages.get(board, ()), drawn.ref)
    return pages
