"""Devices, links, clocks and sound for an agent's line without a thread: time passes only when a test says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from devices.agent.board import BoardHand
from devices.agent.clips import Clips
from devices.agent.config import InputConfig
from devices.agent.faults import FaultBook
from devices.agent.hand import Hand, Tools
from devices.agent.inputs import Inputs
from devices.agent.journal import Desk, Journal
from devices.agent.media import MediaFiles
from devices.agent.orders import Orders, View
from devices.agent.panel import PanelHand
from devices.agent.speaker import SpeakerHand
from devices.agent.store import Store
from devices.agent.witness import Chapter, Witness
from devices.agent.worker import LineWorker, OnLine
from devices.errors import DeviceError, LinkError, MismatchError
from devices.ports import Clip, Evidence, Identity, PanelMode, PanelSight, Played
from devices.profiles.board import BoardShape
from devices.rendering.page import Page
from devices.rendering.scene import Scene
from devices.sound.settings import SoundSettings
from schedules.trust import Doubt
from tests.support.facts import NOON


class FakeClock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now, self._mono, self.trust = now, 1000.0, True

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._mono

    def trusted(self) -> bool:
        return self.trust

    def doubt(self) -> Doubt:
        return Doubt.NONE if self.trust else Doubt.UNCONFIRMED

    def vouch(self, said: datetime, last_entry: datetime | None) -> None:
        """Not asked here."""

    def step(self, by: timedelta) -> None:
        """Somebody sets the wall clock."""
        self._now += by

    def pass_by(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._mono += seconds


class FakeLink:
    """A link nobody reads."""

    closed = False

    def send(self, data: bytes) -> None:
        """Swallow."""

    def receive(self, timeout: float) -> bytes:
        return b""

    def discard(self) -> None:
        """Nothing came."""

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeBoard:
    """Remembers what it was told; `error` is raised at each order."""

    told: list[str | Page] = field(default_factory=list)
    error: DeviceError | None = None
    evidence: Evidence = Evidence.ACKNOWLEDGED
    before: Any = None  # called before each order

    def _hear(self, word: str | Page) -> Evidence:
        if self.before is not None:
            self.before()
        if self.error is not None:
            raise self.error
        self.told.append(word)
        return self.evidence

    def identify(self) -> Identity:
        self._hear("ping")
        return Identity("fake")

    def show(self, page: Page) -> Evidence:
        return self._hear(page)

    def blank(self) -> Evidence:
        return self._hear("blank")

    def brightness(self, percent: int) -> Evidence:
        return self._hear(f"brightness {percent}")


@dataclass
class FakeScreen(FakeBoard):
    """A board that runs texts and plays videos."""

    scenes: list[Scene] = field(default_factory=list)
    watch_every: float = 0.5
    films: bool = True
    evidence: Evidence = Evidence.READ_BACK

    def scrolls(self, strip: Any, area: Any, areas: Any) -> bool:
        return True

    def rolls(self, area: Any) -> bool:
        return self.films

    def stage(self, scene: Scene) -> Evidence:
        self._hear(scene.page)
        self.scenes.append(scene)
        return self.evidence


@dataclass
class FakePanel:
    """A sending card; `sight` is what it says of its wall."""

    told: list[str] = field(default_factory=list)
    sight: PanelSight = field(default_factory=lambda: PanelSight(signal=True, showing=True))
    error: DeviceError | None = None
    light: float | None = None

    def _hear(self, word: str) -> Evidence:
        if self.error is not None:
            raise self.error
        self.told.append(word)
        return Evidence.READ_BACK

    def identify(self) -> Identity:
        self._hear("ping")
        return Identity("fake card")

    def mode(self, mode: PanelMode) -> Evidence:
        return self._hear(f"mode {mode.value}")

    def brightness(self, percent: int) -> Evidence:
        return self._hear(f"brightness {percent}")

    def lux(self) -> float | None:
        self._hear("lux")
        return self.light

    def watch(self) -> PanelSight:
        self._hear("watch")
        return self.sight


@dataclass
class FakeSpeaker:
    """Zones by name; opening takes `opening` seconds of the clock."""

    clock: FakeClock
    opening: float = 0.2
    open_now: frozenset[str] = frozenset()
    moves: list[tuple[datetime, frozenset[str]]] = field(default_factory=list)
    error: DeviceError | None = None
    contacts: dict[str, bool] = field(default_factory=dict)
    confirm_every: float | None = None
    deaf: frozenset[str] = frozenset()  # zones whose relay does not close
    welded: frozenset[str] = frozenset()  # zones whose relay does not open
    evidence: Evidence = Evidence.READ_BACK
    leveled: frozenset[str] = frozenset()  # zones whose loudness it sets
    softer: Mapping[str, float] = field(default_factory=dict)

    def identify(self) -> Identity:
        return Identity("fake")

    def soften(self, decibels: Mapping[str, float]) -> None:
        self.softer = dict(decibels)

    def open_zones(self, zones: frozenset[str]) -> Evidence:
        if self.error is not None:
            raise self.error
        self.clock.pass_by(self.opening)
        self.open_now = (zones - self.deaf) | (self.welded & self.open_now)
        self.moves.append((self.clock.now(), zones))
        if self.open_now != zones:
            raise MismatchError("closed coils", sorted(zones), sorted(self.open_now))
        return self.evidence

    def zones(self) -> frozenset[str]:
        if self.error is not None:
            raise self.error
        return self.open_now

    def inputs(self) -> Mapping[str, bool]:
        if self.error is not None:
            raise self.error
        return dict(self.contacts)


class FakeSound:
    """Plays by the fake clock."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.placed: dict[str, Clip] = {}
        self.seconds: dict[str, float] = {}
        self._ended: list[Played] = []
        self.history: list[Clip] = []
        self.error: DeviceError | None = None
        self._at: dict[str, float] = {}  # a step of the wall clock does not move what was placed
        self.monitor = ""  # what a monitor says of every sound

    def lengths(self, path: str) -> float:
        return self.seconds.get(path, 1.5)

    def play(self, clips: tuple[Clip, ...]) -> None:
        self.placed |= {clip.id: clip for clip in clips}
        now, mono = self._clock.now(), self._clock.monotonic()
        self._at |= {clip.id: mono + (clip.due - now).total_seconds() for clip in clips}
        self.history += clips

    def _length(self, clip: Clip) -> float:
        return self.lengths(clip.path) - clip.offset

    def _frames(self, clip: Clip) -> int:
        sounded = self._clock.monotonic() - self._at[clip.id]
        return round(48_000 * min(max(sounded, 0.0), self._length(clip)))

    def stop(self, ids: frozenset[str]) -> None:
        for name in ids & self.placed.keys():
            self._end(name, "stopped")

    def _end(self, name: str, reason: str) -> None:
        clip = self.placed.pop(name)
        frames = self._frames(clip)
        self._ended.append(
            Played(name, frames, int(48_000 * self._length(clip)), 0.001 if frames else 0.0, reason, self.monitor)
        )

    def poll(self) -> tuple[Played, ...]:
        if self.error is not None:
            raise self.error
        for name, clip in list(self.placed.items()):
            if self._frames(clip) >= int(48_000 * self._length(clip)):
                self._end(name, "")
        ended, self._ended = tuple(self._ended), []
        return ended

    def progress(self) -> Mapping[str, int]:
        return {name: frames for name, clip in self.placed.items() if (frames := self._frames(clip))}

    def close(self) -> None:
        """End."""


class Line:
    """One worker with fake devices, driven turn by turn."""

    def __init__(self, folder: Path, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.store = Store(folder / "agent.db", self.clock.now())
        self.journal = Journal(self.store)
        self.media = MediaFiles(folder / "content")
        self.clips = Clips(folder / "clips", self.media)
        self.views: dict[str, View] = {}
        self.faults: dict[str, FaultBook] = {}
        self.links: list[FakeLink] = []
        self.link_error: LinkError | None = None
        self.pressed: list[tuple[str, bool]] = []
        self.talks = folder / "talks"
        self._on_line: dict[str, OnLine] = {}
        self.worker: LineWorker | None = None

    def tools(self, device: str) -> Tools:
        """What the hand of a device works with."""
        self.faults[device] = FaultBook(device)
        return Tools(
            device, Desk(self.journal), self.media, self.clips, self.clock, self.faults[device], None, self.talks
        )

    def board(self, device: str, shape: str = "32x16:mono") -> FakeBoard:
        """Add a board."""
        fake = FakeBoard()
        self._add(device, BoardHand(self.tools(device), BoardShape.parse(shape)), fake)
        return fake

    def wall(self, device: str, shape: str = "32x16:rgb") -> tuple[FakeScreen, FakePanel]:
        """Add a wall fed by video, and its sending card."""
        screen, panel, witness = FakeScreen(), FakePanel(), Witness()
        tools = self.tools(device)
        self._add(device, BoardHand(tools, BoardShape.parse(shape), witness), screen)
        card = replace(tools, faults=Chapter(tools.faults, "panel."))
        self._add(f"{device}:panel", PanelHand(card, witness), panel)
        return screen, panel

    def speaker(
        self, device: str, public: tuple[str, ...] = ("hall",), meanings: Mapping[str, InputConfig] | None = None,
        trims: Mapping[str, float] | None = None,
    ) -> tuple[FakeSpeaker, FakeSound]:  # fmt: skip
        """Add a loudspeaker; `meanings` are those of its contacts, and `pressed` notes what its buttons say."""
        fake, sound = FakeSpeaker(self.clock), FakeSound(self.clock)
        tools = self.tools(device)
        inputs = Inputs(meanings or {}, tools.faults, lambda call, down: self.pressed.append((call, down)))
        delay = SoundSettings(trims=dict(trims or {})).delay
        self._add(device, SpeakerHand(tools, sound, public, inputs, delay), fake)
        return fake, sound

    def _add(self, device: str, hand: Hand, fake: Any) -> None:
        self._on_line[device] = OnLine(hand, lambda _link, _patient: fake)

    def _open(self) -> FakeLink:
        if self.link_error is not None:
            raise self.link_error
        self.links.append(FakeLink())
        return self.links[-1]

    def go(self, *orders: Orders) -> None:
        """Give orders and work until nothing is due."""
        if self.worker is None:
            self.worker = LineWorker("l", self._on_line, self._open, self.clock, self.views.__setitem__)
        for order in orders:
            self.worker.tell(order)
        for _ in range(50):
            if self.worker.turn() > 0:
                return
        raise AssertionError("the line never falls silent")

    def run(self, seconds: float, step: float = 0.05) -> None:
        """Let time pass in small steps, working as the thread would."""
        assert self.worker is not None
        end = self.clock.monotonic() + seconds
        while (left := end - self.clock.monotonic()) > 1e-6:
            self.clock.pass_by(min(step, left))
            self.go()

    def records(self) -> list[Any]:
        """All that wait in the outbox."""
        return list(self.store.oldest(10_000))
