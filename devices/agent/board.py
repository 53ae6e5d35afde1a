"""Works one board: pages in their turn, of all of it or of each area; records of what was lit, and the board's own word for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from devices.agent.dimmer import Dimmer
from devices.agent.hand import Due, Hand, Tools
from devices.agent.orders import View
from devices.agent.pages import PageShelf
from devices.agent.part import Part
from devices.agent.plays import draft
from devices.agent.reconcile import (
    DARK,
    PROBE_SECONDS,
    Blank,
    BoardStep,
    Divided,
    Picture,
    Probe,
    ReadLight,
    SeenBoard,
    SetBrightness,
    ShowPage,
    WantedBoard,
    next_board_steps,
    part_of,
    picture_of,
)
from devices.agent.turns import Turn, Turns
from devices.agent.witness import Witness
from devices.contract.messages import Brightness, DarkPatch, Shown, ShownArea
from devices.errors import DeviceError, GaveWayError, LinkError, MismatchError, SettingsError
from devices.ports import Board, Evidence, Foretelling, StageBoard, Watched
from devices.profiles.board import BoardShape
from devices.rendering.scene import Area
from schedules.arrangement import arrangement, views_of
from schedules.evaluate import OnAir
from schedules.model import Alert, Plan
from schedules.playlist import Slot

TURN_GRACE = 3.0  # a page on its way is no fault: a large one takes half a second on the line, several share it


@dataclass(frozen=True, slots=True)
class _Order:
    """Who has the board from `since` to `until`."""

    plan: Plan
    alerts: tuple[Alert, ...]
    since: datetime
    until: datetime | None
    due: Mapping[str, OnAir]

    def holds(self, plan: Plan, alerts: tuple[Alert, ...], now: datetime) -> bool:
        """Whether that is still so."""
        in_time = self.since <= now and (self.until is None or now < self.until)
        return in_time and self.plan is plan and self.alerts == alerts


class BoardHand(Hand):
    """The hand of one board."""

    def __init__(self, tools: Tools, shape: BoardShape, witness: Witness | None = None) -> None:
        """`shape` is that of the whole board. `witness` of a wall whose pixels go by video: who sees them arrive."""
        super().__init__(tools)
        self._shape, self._witness = shape, witness
        self._shelf = PageShelf(tools.media, shape)
        self._dimmer = Dimmer(tools.device, tools.clock)
        self._every = PROBE_SECONDS
        self._named = self._stranger = False
        self._board: Board | None = None
        self._probe: Board | None = None
        self._stage: StageBoard | None = None
        self._foretelling: Foretelling | None = None
        self._known: dict[str, Part] = {}  # those that have the board now, and those that wait for it
        self._parts: dict[str, Part] = {}  # those that have it
        self._areas: Mapping[str, Area] = {}
        self._lit: Picture | None = None
        self._lit_at = 0.0
        self._drawn: Evidence | None = None  # what the device says itself; `_evidence` is what may be claimed
        self._evidence: Evidence | None = None
        self._shown: Shown | None = None
        self._missed: set[tuple[str, str, str]] = set()
        self._absent: set[str] = set()
        self._test_until = 0.0
        self._order: _Order | None = None

    def attach(self, open_device: Callable[[bool], Any]) -> None:
        """Take hold of the board, once patiently and once for quick looks."""
        self._board, self._probe = open_device(True), open_device(False)
        # Asked once: to find out what a thing can do takes longer than to ask it.
        self._stage = self._board if isinstance(self._board, StageBoard) else None
        self._foretelling = self._board if isinstance(self._board, Foretelling) else None
        self._every = self._board.watch_every if isinstance(self._board, Watched) else PROBE_SECONDS
        self._named = False
        self._dimmer.forget()
        self._contact.hurry()
        self._shelf.divide(self._areas, self._board)

    def detach(self) -> None:
        """What the board shows is unknown from here on."""
        self._board = self._probe = self._stage = self._foretelling = None
        self._lost()

    def look(self) -> Due | None:
        """Turn the pages if it is time; begin and end plays; the next step."""
        now = self._clock.now()
        answer, plan, alerts = self._answer_now(now)
        self._take_turns(plan, answer, alerts, now)
        self._weigh()
        steps: list[BoardStep] = next_board_steps(WantedBoard(self._wanted()), self._seen())
        if not steps or isinstance(steps[0], Probe):
            steps = self._light_steps(plan, now) + steps
        if not steps:
            self._tools.journal.release()
            self._note_alerts()
            return None
        return Due(self._rank(steps[0]), steps[0])

    def _rank(self, step: BoardStep) -> int:
        if self._urgent:
            return 0
        if not isinstance(step, ShowPage | Blank):
            first = isinstance(step, Probe) and not self._named and self._contact.retry is None
            return 1 if first else 2  # a page waits for that question
        return 3 if self._lit == self._wanted() else 1  # the same again is only to be sure

    def _light_steps(self, plan: Plan, now: datetime) -> list[BoardStep]:
        """The light waits for the page, and for a board in trouble; a wall's panel is dimmed by its own hand."""
        if self._witness is not None or self._board is None or not self._named or self._contact.retry is not None:
            return []
        if self._dimmer.wants_light(plan):
            return [ReadLight()]
        step = self._dimmer.step(plan, now)
        return [step] if step is not None else []

    @property
    def _urgent(self) -> bool:
        return any(part.urgent for part in self._parts.values())

    def _wanted(self) -> Picture:
        return self._shelf.test_page if self._testing and not self._urgent else self._due()

    def _due(self) -> Picture:
        """What would be lit but for a test page."""
        return picture_of({name: part.turn.lit for name, part in self._parts.items() if part.turn}) or DARK

    @property
    def _testing(self) -> bool:
        return self._clock.monotonic() < self._test_until

    def _seen(self) -> SeenBoard:
        return SeenBoard(
            lit=self._lit, lit_age=self._clock.monotonic() - self._lit_at, quiet=self._contact.quiet,
            retry=self._contact.retry, probe_every=self._every, known=self._may_be_told,
        )  # fmt: skip

    @property
    def _may_be_told(self) -> bool:
        """It said who it is; an alert does not wait for that, unless it turned out to be another board."""
        return self._named or (self._urgent and not self._stranger)

    def _take_turns(self, plan: Plan, answer: OnAir, alerts: tuple[Alert, ...], now: datetime) -> None:
        """The board belongs to one thing, or each area to one of its own; parts of another division end first."""
        self._divide(plan)
        self._shelf.tell(plan.lunar, self._orders.figures)
        due = self._arranged(plan, alerts, now) if plan.areas else {"": answer}
        views = views_of(plan)
        self._known |= {name: self._part(name) for name in due if name not in self._known}
        fresh = {name: self._known[name] for name in due}
        gone = [part for name, part in self._known.items() if name not in due]
        turned = [
            part.take(views.get(name, plan), due[name], now, partial(self._there, name)) for name, part in fresh.items()
        ]
        self._say_dark(now)
        strongest = max((part.turn for part in fresh.values() if part.turn), key=lambda turn: turn.answer.priority.rank)
        for part in gone:
            part.leave(now, strongest)
        self._parts = fresh
        if any(turned) and self._evidence is not None and self._lit is not None and self._lit == self._due():
            self._shown = self._say_shown(self._lit, self._evidence)

    def _say_dark(self, now: datetime) -> None:
        """Fields of a text that nothing can be set into now."""
        if self._shelf.dark:
            named = ", ".join(f"{{{field}}}" for field in sorted(self._shelf.dark))
            self._tools.faults.put("content.field", f"nothing is known for {named}: dark until it is", now)
        else:
            self._tools.faults.clear("content.field")

    def _arranged(self, plan: Plan, alerts: tuple[Alert, ...], now: datetime) -> Mapping[str, OnAir]:
        """What all of the board belongs to, or each area; looked up anew when something of it may have changed."""
        if self._order is None or not self._order.holds(plan, alerts, now):
            found = arrangement(plan, now, alerts)
            due = {"": found.whole} if found.whole is not None else dict(found.areas)
            ends = [end for end in (found.until, *(one.until for one in due.values())) if end is not None]
            self._order = _Order(plan, alerts, now, min(ends, default=None), due)
        return self._order.due

    def _divide(self, plan: Plan) -> None:
        areas = {one.id: Area(one.left, one.top, one.width, one.height) for one in plan.areas}
        if areas != self._areas:
            self._areas = areas
            self._shelf.divide(areas, self._board)
            self._leave_all()
            self._lit = None  # it lies otherwise on the board from here on

    def _leave_all(self) -> None:
        for name in [name for name in self._known if name]:
            self._known.pop(name).leave(self._clock.now(), None)
            self._parts.pop(name, None)

    def _part(self, name: str) -> Part:
        turns = Turns(self._shelf, partial(self._miss, name), self._areas.get(name))
        return Part(self._tools, self._contact, turns, self._found, name)

    def _there(self, name: str, turn: Turn) -> Evidence | None:
        return self._evidence if part_of(self._lit, name) == turn.lit else None

    def _miss(self, name: str, answer: OnAir, slot: Slot, due: datetime) -> None:
        """Due, and its file is not here or of another size: a record once for each occurrence, a fault until it comes."""
        message, now = slot.item.message, self._clock.now()
        here = self._shelf.here(slot.content)
        fit = "cannot be played there" if slot.content.kind == "video" else "was not drawn for this area"
        words = fit if here else "is not here yet"
        self._tools.faults.put("content.missing", f"the content of message {message} {words}", now)
        self._absent.add(slot.content.sha256)
        key = (answer.source, slot.content.sha256, str(answer.since))
        if key not in self._missed:
            self._missed = {one for one in self._missed if one[2] == key[2]} | {key}
            boot, area = self._tools.journal.boot, name or None
            record = draft(self.device, boot, answer, slot.item, slot.content, due, self._clock, area=area)
            self._tools.journal.add(record.model_copy(update={"reason": "content.size" if here else "content.missing"}))

    def _found(self, turn: Turn) -> None:
        if self._absent and turn.content is not None:
            self._absent.discard(turn.content.sha256)
            if not self._absent:
                self._tools.faults.clear("content.missing")

    def act(self, step: BoardStep) -> None:
        """One exchange with the board."""
        if self._board is None or self._probe is None:
            return
        try:
            if isinstance(step, Probe):
                self._look_there(self._probe)
            elif isinstance(step, ReadLight):
                self._dimmer.read(self._board)
            elif isinstance(step, SetBrightness):
                self._dimmer.tell(self._board, step)
            else:
                self._show(self._board, step.lit if isinstance(step, ShowPage) else DARK)
        except LinkError:
            raise
        except GaveWayError as exc:  # no fault stands, and what was on the lamps is there still
            if exc.changed and not isinstance(step, Probe):
                self._lit = None
        except DeviceError as exc:
            self._contact.failed(exc)
            self._lost()
        finally:
            self._tools.journal.release()

    def _show(self, board: Board, picture: Picture) -> None:
        scene = self._shelf.scene(picture, self._instant)
        if scene is None:
            raise SettingsError("the page's file went away")
        if self._urgent:
            scene = replace(scene, effects={})  # an alert is there at once
        forecast = self._foretelling.foretell(scene) if self._foretelling is not None else None
        begun = self._clock.monotonic()
        if self._stage is not None:
            evidence = self._stage.stage(scene)
        else:
            evidence = board.blank() if picture == DARK else board.show(scene.page)
        self._contact.use.shown(forecast, self._clock.monotonic() - begun)
        self._is_lit(picture, evidence)

    def _instant(self, at: datetime) -> float:
        return self._clock.monotonic() - (self._clock.now() - at).total_seconds()

    def _look_there(self, probe: Board) -> None:
        """Ask who is there. What is of another size than the config says is not written to."""
        back = self._contact.retry is not None or not self._named
        self._named = False
        try:
            said = probe.identify()
            size = (said.width or self._shape.width, said.height or self._shape.height)
            if size != (self._shape.width, self._shape.height):
                raise MismatchError("the board", f"{self._shape.width}x{self._shape.height}", f"{size[0]}x{size[1]}")
        except MismatchError:
            self._stranger = True
            raise
        self._named, self._stranger = True, False
        self._contact.heard(done=not back)
        if back:
            self._lit = None  # it may have been without power: show again
            self._dimmer.forget()

    def _weigh(self) -> None:
        """What may be claimed of what is lit, when the panel behind begins or ceases to see it."""
        claimed = self._claimed(self._drawn) if self._drawn is not None and self._evidence is not None else None
        if claimed is None or claimed == self._evidence or self._lit is None:
            return
        self._evidence = claimed
        for name, part in self._parts.items():
            if part.turn is not None and part_of(self._lit, name) == part.turn.lit:
                part.lit(claimed)
        self._shown = self._say_shown(self._lit, claimed)

    def _claimed(self, drawn: Evidence) -> Evidence:
        """Of a wall fed by video, no more than that it was drawn, unless its panel sees the video."""
        seen = self._witness is None or self._witness.sees(self._clock.monotonic())
        return drawn if seen or drawn is Evidence.SENT else Evidence.ACKNOWLEDGED

    def _is_lit(self, picture: Picture, evidence: Evidence) -> None:
        self._contact.heard(done=True)
        self._drawn, evidence = evidence, self._claimed(evidence)
        self._lit, self._lit_at, self._evidence = picture, self._clock.monotonic(), evidence
        for name, part in self._parts.items():
            if part.turn is not None and part_of(picture, name) == part.turn.lit:
                part.lit(evidence)
        self._shown = self._say_shown(picture, evidence)
        self._note_alerts()

    def _say_shown(self, picture: Picture, evidence: Evidence) -> Shown:
        at = self._clock.now()
        if isinstance(picture, Divided):
            areas = tuple(self._say_area(name, part) for name, part in sorted(self._parts.items()) if name)
            return Shown(evidence=evidence.value, at=at, areas=areas)
        ours = self._parts[""].turn if "" in self._parts else None
        ours = ours if ours is not None and ours.lit == picture else None
        return Shown(
            sha256=None if picture in (DARK, self._shelf.test_page) else picture.sha256,
            page=picture.page,
            message=ours.item.message if ours and ours.item else None,
            language=ours.content.language if ours and ours.content else None,
            evidence=evidence.value,
            at=at,
        )

    @staticmethod
    def _say_area(name: str, part: Part) -> ShownArea:
        turn = part.turn
        if turn is None or turn.item is None or turn.content is None:
            return ShownArea(area=name)
        content = turn.content
        return ShownArea(
            area=name, sha256=content.sha256, page=turn.lit.page, message=turn.item.message, language=content.language
        )

    def _note_alerts(self) -> None:
        """Whatever alerts there are, the lamps now follow them."""
        if self._parts and self._lit == self._due():
            self._done_alerts = dict(self._orders.revisions)

    def _lost(self) -> None:
        """What the board shows is not known: the plays so far are partial."""
        self._lit = None
        for part in self._parts.values():
            part.lost()

    def wake(self) -> float:
        """Until a page turns, the board is asked again, or the test page goes."""
        now, mono = self._clock.now(), self._clock.monotonic()
        times = [PROBE_SECONDS if self._board is None else self._contact.next_try(self._every)]
        if self._board is not None and self._named:
            times.append(self._dimmer.next_look(now))
        for turn in (part.turn for part in self._parts.values() if part.turn is not None):
            ends = (turn.page_ends, turn.answer.until)
            times += [(end - now).total_seconds() for end in ends if end is not None]
        if self._order is not None and self._areas and self._order.until is not None:
            times.append((self._order.until - now).total_seconds())  # something over all of the board, or no longer
        if self._testing:
            times.append(self._test_until - mono)
        return max(min(times), 0.0)

    def view(self) -> View:
        """What it does now."""
        if self._situation is None:
            return View(revision=self._orders.revision, trusted=self._clock.trusted())
        answer = self._situation[0]
        turned_at = max((part.turned_at for part in self._parts.values()), default=0.0)
        on_its_way = self._lit is not None and self._clock.monotonic() - turned_at < TURN_GRACE
        proven = self._shown is None or self._shown.evidence != Evidence.SENT.value
        as_wanted = (self._lit == self._due() or on_its_way) and proven
        return View(
            revision=self._orders.revision, health=self._health(as_wanted), answer=self._headline(answer),
            message=self._message(answer), why=self._words(), shown=self._shown,
            alerts=self._done_alerts, trusted=self._clock.trusted(), brightness=self._bright, dark=self._dark,
            line=self._contact.use.report(self._contact.quiet, self._every),
        )  # fmt: skip

    @property
    def _bright(self) -> Brightness | None:
        return self._dimmer.applied if self._witness is None else self._witness.brightness

    @property
    def _dark(self) -> tuple[DarkPatch, ...]:
        patches = () if self._witness is None else self._witness.dark
        return tuple(DarkPatch(**asdict(one)) for one in patches)

    def _headline(self, answer: OnAir) -> OnAir:
        """What the board as a whole follows; with a file missing, the fallback that stands in for it."""
        turn = self._parts[""].turn if "" in self._parts else None
        return turn.answer if turn is not None else answer

    def _message(self, answer: OnAir) -> str | None:
        """The message of the strongest part."""
        turns = [part.turn for part in self._parts.values() if part.turn is not None and part.turn.item is not None]
        best = next((turn for turn in turns if turn.answer.source == answer.source), turns[0] if turns else None)
        return best.item.message if best is not None and best.item is not None else None

    def test(self, seconds: float) -> None:
        """The test page, but never over an alert."""
        self._test_until = self._clock.monotonic() + seconds

    def stop(self) -> None:
        """The board keeps its picture; the plays under way are recorded."""
        self._tools.journal.release()
        for part in self._parts.values():
            part.stop()
