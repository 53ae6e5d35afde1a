"""What the agent needs from the world, as small as each can be. Drivers, links, stores and fakes stand behind these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from devices.contract.messages import PlayRecord
from devices.rendering.page import Page, Strip
from devices.rendering.scene import Area, Scene
from schedules.model import Plan
from schedules.trust import Doubt


class Evidence(StrEnum):
    """How much is known of a play, weakest first; we say the highest that is true, never more (decision 0009)."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    READ_BACK = "read_back"
    HEARD = "heard"


class Link(Protocol):
    """Moves bytes to and from one line. Raises LinkError and LinkLostError, nothing else."""

    def send(self, data: bytes) -> None:
        """Write all of `data`; returns when the line has taken it."""

    def receive(self, timeout: float) -> bytes:
        """Whatever has arrived, waiting at most `timeout` seconds for the first byte; empty if none came."""

    def discard(self) -> None:
        """Drop what has arrived and was not read."""

    def close(self) -> None:
        """Give the port back; a second close does nothing."""


@runtime_checkable
class PacedLink(Protocol):
    """A link that can send at the line's own pace, and stop between two bytes."""

    def send_while(self, data: bytes, go_on: Callable[[], bool]) -> int:
        """Write while `go_on()` says so; how many bytes went out."""


@runtime_checkable
class YieldingLink(PacedLink, Protocol):
    """A link on which something more urgent may come to wait."""

    def urgent(self) -> bool:
        """Whether it does now, so that what can be broken off should be."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself; None where its protocol does not tell."""

    model: str
    firmware: str | None = None
    width: int | None = None
    height: int | None = None


class Board(Protocol):
    """A board on an open link. Every method raises DeviceError."""

    def identify(self) -> Identity:
        """Ask who is there: the ping."""

    def show(self, page: Page) -> Evidence:
        """Put the page on the lamps, replacing what was there."""

    def blank(self) -> Evidence:
        """All lamps dark."""

    def brightness(self, percent: int) -> Evidence:
        """0 to 100; SettingsError where the protocol has none."""


@runtime_checkable
class StageBoard(Protocol):
    """A board whose card keeps several areas, and can let strips run and pages move in."""

    def scrolls(self, strip: Strip, area: Area, areas: tuple[Area, ...]) -> bool:
        """Whether this strip can run in `area` of a board divided into `areas`; else it is shown cut into pages. No I/O."""

    def stage(self, scene: Scene) -> Evidence:
        """Put the scene on the lamps; only what is new is sent, and a strip that runs goes on. Raises DeviceError."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a picture would go over the line, and how long that would take there and back, in seconds."""

    way: Literal["nothing", "re-activate", "text", "area", "full"]
    sent: int  # bytes
    received: int  # bytes
    seconds: float


@runtime_checkable
class Foretelling(Protocol):
    """A board that can say what showing would cost. No I/O."""

    def foretell(self, scene: Scene) -> Forecast:
        """The cheapest way to this picture from what the board shows now, by predicted line time."""


@runtime_checkable
class ForetellingText(Protocol):
    """The same of a board that is told words. No I/O."""

    def foretell_text(self, text: str) -> Forecast:
        """What telling these words would cost; SettingsError for what the board has no letters for."""


@runtime_checkable
class FilmBoard(StageBoard, Protocol):
    """A board that plays videos."""

    def rolls(self, area: Area) -> bool:
        """Whether a video can play in `area`. No I/O."""


@runtime_checkable
class Watched(Protocol):
    """A board that should be looked at more often than others, in seconds: what it runs in may die."""

    watch_every: float


@runtime_checkable
class TextBoard(Protocol):
    """A board that is told words and draws them with letters of its own. Every method raises DeviceError."""

    def identify(self) -> Identity:
        """Ask who is there: the ping."""

    def show_text(self, text: str) -> Evidence:
        """Put the lines of the text on the lamps, replacing what was there; SettingsError for what it has no letters for."""

    def blank(self) -> Evidence:
        """All lamps dark."""


@runtime_checkable
class Reporting(Protocol):
    """A device that tells more of itself than that it is there."""

    def report(self) -> Mapping[str, str]:
        """Facts for a technician to read, by name. Raises DeviceError."""


@runtime_checkable
class LightSensing(Protocol):
    """A board that can have a light sensor."""

    def lux(self) -> float | None:
        """The light that falls on it; None if it has no sensor. Raises DeviceError."""


@runtime_checkable
class DeadMan(Protocol):
    """A device that shuts its zones by itself unless they are opened again in time."""

    @property
    def confirm_every(self) -> float | None:
        """Seconds after which open zones are to be opened again; None: they stay."""


@runtime_checkable
class Noisy(Protocol):
    """A device that counts what the line damages."""

    @property
    def noise(self) -> float:
        """The share of the last questions about which damaged bytes came, 0 to 1."""


@runtime_checkable
class Leveled(Protocol):
    """A device that sets how loud each of some zones is."""

    @property
    def leveled(self) -> frozenset[str]:
        """Those zones."""

    def soften(self, decibels: Mapping[str, float]) -> None:
        """From the next opening on they are so many dB below their own level; infinity is silence, no entry is 0."""


class Speaker(Protocol):
    """Zones behind amplifiers on an open link. Every method raises DeviceError."""

    def identify(self) -> Identity:
        """Ask who is there: the ping."""

    def open_zones(self, zones: frozenset[str]) -> Evidence:
        """Exactly these zones hear, amplifier power first; all others are shut. Empty shuts all and the power."""

    def zones(self) -> frozenset[str]:
        """The zones open now, as the device itself says."""

    def inputs(self) -> Mapping[str, bool]:
        """Named contact inputs (fault, mains, door); empty where there are none."""


class PanelMode(StrEnum):
    """What a panel makes of the video it gets."""

    NORMAL = "normal"
    BLACK = "black"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle of a board's lamps that shows nothing, or nothing to be relied on, and why."""

    left: int
    top: int
    width: int
    height: int
    why: str


@dataclass(frozen=True, slots=True)
class PanelSight:
    """What a panel says of itself: `signal` that video arrives, `showing` that no card is black, frozen or in a test.

    `faults` are words by a code such as "cards", "heat", "fan" or "door"; `dark` where on the wall nothing is to be relied on.
    """

    signal: bool
    showing: bool
    faults: Mapping[str, str] = field(default_factory=dict)
    dark: tuple[Patch, ...] = ()


class Panel(Protocol):
    """A wall whose pixels come by video: we control and watch it. Every method raises DeviceError."""

    def identify(self) -> Identity:
        """Ask who is there: the ping."""

    def mode(self, mode: PanelMode) -> Evidence:
        """Show the video and no test pattern, hold its last picture, or go dark."""

    def brightness(self, percent: int) -> Evidence:
        """0 to 100."""

    def watch(self) -> PanelSight:
        """Ask every part of it how it is."""


class ClipPlayer(Protocol):
    """A box that plays clips stored in itself, on an open link. Every method raises DeviceError."""

    def identify(self) -> Identity:
        """Ask who is there: the ping."""

    def play(self, clip: str) -> Evidence:
        """Begin a clip; whatever played is cut off."""

    def stop(self) -> Evidence:
        """Silence."""

    def volume(self, percent: int) -> Evidence:
        """0 to 100."""

    def finished(self, seconds: float) -> tuple[str, ...]:
        """The clips that ran to their end since last asked, waiting at most `seconds` for the first."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound to place. `due` is the instant of its first sample; `path` a 48 kHz mono 16-bit WAV, or a tone's name."""

    id: str
    due: datetime
    path: str
    bus: str  # background | normal | priority | emergency | live
    max_late: float = 60.0  # seconds after `due` at which it may still begin
    offset: float = 0.0  # seconds of the file that are left out at its beginning
    gain: int = 100  # percent of its loudness: 100 is the file as it is, 50 is 12 dB less
    delay: float = 0.0  # seconds after `due` at which its zones hear it, by their trim: no lateness


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a clip: frames the sink took, of how many, and the error of its start in seconds."""

    id: str
    frames: int
    of_frames: int
    start_error: float
    reason: str = ""  # empty: played whole; else why not ("stopped", "sink", "missing", "late")
    heard: str = ""  # what the monitor says ("heard", "silent", "unlike"); empty where nothing listens


class SoundOut(Protocol):
    """The sound process as its owner sees it. Never blocks for longer than it takes to write a line."""

    def play(self, clips: tuple[Clip, ...]) -> None:
        """Queue clips; each ends as one `Played` in `poll`."""

    def stop(self, ids: frozenset[str]) -> None:
        """Ramp these clips down and drop them."""

    def poll(self) -> tuple[Played, ...]:
        """What ended since the last poll; raises DeviceError (code "audio.sink") while no sink takes frames."""

    def close(self) -> None:
        """End the process."""


class PlanStore(Protocol):
    """Keeps the last good plan of each device and the living alerts across power cuts."""

    def plans(self) -> Mapping[str, Plan]:
        """By device id."""

    def keep_plan(self, plan: Plan, sealed: bytes) -> None:
        """On disk before it returns."""

    def alerts(self) -> tuple[bytes, ...]:
        """The sealed alerts kept, unread: what is read back is verified again."""

    def keep_alerts(self, sealed: Mapping[str, bytes]) -> None:
        """By alert id; replaces all that were kept. On disk before it returns."""


class Outbox(Protocol):
    """Play records waiting for the controller's own ack."""

    def add(self, record: PlayRecord) -> int:
        """Keep a record; its sequence number, counted from 1 in each boot, is returned after it is on disk."""

    def oldest(self, limit: int) -> tuple[PlayRecord, ...]:
        """The oldest records, in the order they were kept."""

    def forget(self, boot: str, up_to: int) -> None:
        """The controller has stored all of a boot up to this sequence."""

    def depth(self) -> int:
        """How many wait."""


class MediaCache(Protocol):
    """Content files by hash on the agent's disk."""

    def path(self, sha256: str) -> str | None:
        """Where the whole, verified file lies; None if it is not there."""

    def read(self, sha256: str) -> bytes | None:
        """The file, hash checked at this reading; None if it is missing or damaged."""

    def keep(self, sha256: str, data: bytes) -> None:
        """Store after checking the hash; ValueError if it differs."""

    def sweep(self, wanted: frozenset[str]) -> None:
        """Drop what no plan or alert names, oldest first, down to the cap."""


class Clock(Protocol):
    """Time as the agent knows it."""

    def now(self) -> datetime:
        """Wall clock, aware."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def trusted(self) -> bool:
        """False until some source has vouched for the wall clock (decision 0010)."""

    def doubt(self) -> Doubt:
        """Why it is not believed, or is and somebody must look at it."""


__all__ = [
    "Board",
    "Clip",
    "ClipPlayer",
    "Clock",
    "DeadMan",
    "Evidence",
    "FilmBoard",
    "Forecast",
    "Foretelling",
    "ForetellingText",
    "Identity",
    "Leveled",
    "LightSensing",
    "Link",
    "MediaCache",
    "Noisy",
    "Outbox",
    "PacedLink",
    "Panel",
    "PanelMode",
    "PanelSight",
    "Patch",
    "PlanStore",
    "Played",
    "Reporting",
    "SoundOut",
    "Speaker",
    "StageBoard",
    "TextBoard",
    "Watched",
    "YieldingLink",
]
