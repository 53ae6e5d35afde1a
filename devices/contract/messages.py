"""What travels over MQTT. Same major version: unknown keys are ignored; a new major version is refused and the old state kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from schedules.live import Figure
from schedules.model import Alert, ContentRef, DeviceId, Id, Item, Plan, Priority, Sha256

MAX_MESSAGE_BYTES = 2_000_000  # a plan of 1,000 rules is about 400 kB; nothing lawful is larger
MAX_BLOB_BYTES = 2_000_000
Target = Annotated[
    str, Field(pattern=r"^(all|[a-z0-9_-]{1,32}/(\*|[a-z0-9_-]{1,32}))$")
]  # "all", "gate/*", "gate/device"


class WireError(ValueError):
    """Bytes that are not the message they should be; the text is for the log and the fault list."""


class Wire(BaseModel):
    """A message of the wire: frozen, forward compatible within its major version."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
    v: Literal[1] = 1

    def to_bytes(self) -> bytes:
        """Compact JSON."""
        return self.model_dump_json(exclude_none=True).encode()


class PlanMessage(Wire):
    """Body of a sealed plan."""

    kind: Literal["plan"] = "plan"
    plan: Plan


class Showing(Wire):
    """What some targets of an alert show: the same text as pages for their shape, or as sound."""

    targets: tuple[DeviceId, ...] = Field(min_length=1)
    item: Item
    zones: tuple[Id, ...] = Field(default=(), description="of a loudspeaker; none: all its public zones")
    mark: Item | None = Field(default=None, description="of an exercise: goes before each content")


class AlertMessage(Wire):
    """Body of a sealed alert. `blobs` carries the pages themselves, so that no download stands before the first lamp."""

    kind: Literal["alert"] = "alert"
    id: Id
    revision: int = Field(ge=1)
    state: Literal["active", "ended"] = "active"
    priority: Literal[Priority.EMERGENCY, Priority.EVACUATION, Priority.BLANK] = Priority.EMERGENCY
    targets: tuple[Target, ...] = Field(min_length=1)
    starts: AwareDatetime
    until: AwareDatetime
    showings: tuple[Showing, ...] = ()
    drill: bool = Field(default=False, description="an exercise: marked wherever it is shown, said or told")
    blobs: dict[Sha256, str] = Field(
        default_factory=dict, description="SHA-256 of the file -> base64 of its zlib stream"
    )

    def concerns(self, device: str) -> bool:
        """Whether `device` is among the targets."""
        return not {"all", device, device.partition("/")[0] + "/*"}.isdisjoint(self.targets)

    def for_device(self, device: str) -> Alert | None:
        """The alert as `device` meets it; None if ended, meant for others, or nothing in it can be shown there."""
        if self.state == "ended" or not self.concerns(device):
            return None
        showing = next((one for one in self.showings if device in one.targets), None)
        if showing is None and self.priority is not Priority.BLANK:
            return None
        shown = None if self.priority is Priority.BLANK else showing
        return Alert(
            id=self.id, revision=self.revision, priority=self.priority, starts=self.starts, until=self.until,
            drill=self.drill, item=shown.item if shown else None, zones=shown.zones if shown else (),
            mark=shown.mark if shown else None,
        )  # fmt: skip

    def files(self) -> dict[str, bytes]:
        """The files in `blobs`, unpacked and checked against their hashes; WireError if one lies."""
        return {sha256: _unpack(sha256, blob) for sha256, blob in self.blobs.items()}


class CommandVerb(StrEnum):
    """What an agent may be asked. Never a shell."""

    REPORT = "report"  # send status of every device again
    RESTART_LINE = "restart_line"  # close and open the line of `device`
    TEST_PATTERN = "test_pattern"  # show the test page, or the test tone, for ten seconds


class CommandMessage(Wire):
    """Body of a sealed command; done at most once for each id, never after `expires`."""

    kind: Literal["command"] = "command"
    id: Id
    verb: CommandVerb
    device: DeviceId | None = None
    issued: AwareDatetime
    expires: AwareDatetime


class FiguresMessage(Wire):
    """Body of sealed figures: live numbers of the digital gate for the fields of texts; the whole set, retained."""

    kind: Literal["figures"] = "figures"
    revision: int = Field(ge=1, description="only grows: the milliseconds of its making")
    figures: dict[Id, Figure] = Field(default_factory=dict, max_length=100)


class TimeMessage(Wire):
    """Body of a sealed answer to "what time is it?": the asker's nonce, so that no old answer passes for a new one."""

    kind: Literal["time"] = "time"
    nonce: str = Field(pattern=r"^[0-9a-f]{32}$")
    at: AwareDatetime


class Reply(Wire):
    """What became of a command."""

    id: Id
    outcome: Literal["done", "failed", "expired", "duplicate", "refused"]
    reason: str = ""


class Online(Wire):
    """Birth (True) and death (False, as last will) of an agent; a death counts only for the boot it names."""

    online: bool
    boot: Id
    at: AwareDatetime | None = None
    version: str = ""


class Health(StrEnum):
    """Green means "shows what it should" (decision 0011)."""

    HEALTHY = "healthy"
    IMPAIRED = "impaired"
    OFFLINE = "offline"
    UNMEASURED = "unmeasured"


class Fault(Wire):
    """One standing fault."""

    code: str
    text: str
    first_seen: AwareDatetime
    last_seen: AwareDatetime
    count: int = Field(default=1, ge=1)


class ShownArea(Wire):
    """What one area of a board was last made to show."""

    area: Id
    sha256: Sha256 | None = Field(default=None, description="the page file; None: blank")
    page: int = Field(default=0, ge=0)
    message: Id | None = None
    language: str | None = None


class Shown(Wire):
    """What the device was last made to show, and how sure that is."""

    sha256: Sha256 | None = Field(default=None, description="the page file; None: blank, or each area its own")
    page: int = Field(default=0, ge=0)
    message: Id | None = None
    language: str | None = None
    evidence: Literal["sent", "acknowledged", "read_back", "heard"]
    at: AwareDatetime
    zones: tuple[Id, ...] = Field(default=(), description="of a loudspeaker: open now")
    areas: tuple[ShownArea, ...] = Field(default=(), description="of a divided board that shows no one thing")


class Brightness(Wire):
    """How bright a board was last told to be, what it would be without a cap, and what says so."""

    percent: int = Field(ge=0, le=100)
    wanted: int = Field(ge=0, le=100)
    by: Literal["sun", "hour", "sensor", "cap"]
    at: AwareDatetime


class LineReport(Wire):
    """How the line to a device is: its state, what moved, what went wrong, each kind counted apart since the agent began."""

    state: Literal["unknown", "ok", "stale", "silent", "noise", "refused", "busy", "mismatch", "port"]
    since: AwareDatetime | None = None
    driver: str = ""
    baud: int = Field(default=0, ge=0)
    sent: int = Field(default=0, ge=0, description="bytes")
    received: int = Field(default=0, ge=0, description="bytes")
    seconds: float = Field(default=0.0, ge=0, description="the line was busy for this device")
    errors: dict[str, int] = Field(default_factory=dict, description="by their fault codes")
    way: Literal["nothing", "re-activate", "text", "area", "full"] | None = Field(
        default=None, description="how the last picture went: the cheapest way by predicted time"
    )
    predicted: float | None = Field(default=None, description="seconds that was expected to take")
    took: float | None = Field(default=None, description="seconds it took")


class DarkPatch(Wire):
    """A rectangle of lamps that shows nothing to be relied on: a module or card that is away."""

    left: int = Field(ge=0)
    top: int = Field(ge=0)
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    why: str = ""


class Status(Wire):
    """State of one device, retained."""

    device: DeviceId
    agent: Id
    boot: Id
    at: AwareDatetime
    revision: int = Field(ge=0, description="of the plan held; 0: none")
    health: Health
    cause: Literal["alert", "rule", "fallback", "nothing"]
    source: str = Field(default="", description="id of the alert or rule")
    message: Id | None = None
    why: str = ""
    drill: bool = Field(default=False, description="what is on air is an exercise")
    until: AwareDatetime | None = None
    shown: Shown | None = None
    alerts: dict[Id, int] = Field(default_factory=dict, description="alerts acted on here, id -> revision")
    faults: tuple[Fault, ...] = ()
    clock_trusted: bool = True
    clock_offset: float | None = Field(
        default=None, description="seconds its clock is ahead of the controller's; None: not asked since it was set"
    )
    missing: int = Field(default=0, ge=0, description="content files not here yet")
    outbox: int = Field(default=0, ge=0, description="play records waiting")
    brightness: Brightness | None = Field(default=None, description="of a board that is dimmed")
    dark: tuple[DarkPatch, ...] = Field(default=(), description="lamps that are known to show nothing")
    line: LineReport | None = None


class Outcome(StrEnum):
    """How a play ended."""

    SHOWN = "shown"  # whole, as meant
    PARTIAL = "partial"  # begun, not ended as meant: power, fault
    INTERRUPTED = "interrupted"  # something stronger came ("bị chèn")
    FAILED = "failed"  # due, and not one lamp or sample came
    MISSED = "missed"  # due while nobody could: noticed afterwards


class ZoneChange(Wire):
    """Zones that a sound lost or gained while it was on, and why; the first is what it began without."""

    at: AwareDatetime
    lost: tuple[Id, ...] = ()
    gained: tuple[Id, ...] = ()
    why: Literal["contact", "relay", "line", "stronger", "back"] = Field(
        description="a fault contact, a relay that does not follow, a device that does not answer, something stronger; its end"
    )
    by: str = Field(default="", description="what was stronger")


MOST_CHANGES = 20


class PlayRecord(Wire):
    """One showing of one content. (device, boot, sequence) names it once and for all."""

    device: DeviceId
    boot: Id
    sequence: int = Field(ge=1)
    cause: Literal["alert", "rule", "fallback"]
    source: str = ""
    message: Id
    version: int = Field(ge=1)
    digest: Sha256
    content: ContentRef
    due: AwareDatetime
    started: AwareDatetime | None = None
    ended: AwareDatetime | None = None
    seconds: float = Field(default=0.0, ge=0, description="shown, by the monotonic clock or by frames taken")
    outcome: Outcome
    evidence: Literal["sent", "acknowledged", "read_back", "heard"] | None = None
    reason: str = ""
    drill: bool = Field(default=False, description="it was an exercise")
    zones: tuple[Id, ...] = ()
    changes: tuple[ZoneChange, ...] = Field(default=(), max_length=MOST_CHANGES, description="of its zones, in order")
    area: Id | None = Field(default=None, description="of a divided board; None: all of it")
    start_error: float | None = Field(default=None, description="seconds after the instant it was placed at, of sound")
    offset: float = Field(
        default=0.0, ge=0, description="seconds of a sound left out at its beginning: it was cut before"
    )
    attempt: int = Field(default=1, ge=1, description="of this sound for this due instant; more than 1 after a cut")
    clock_trusted: bool = True


class Records(Wire):
    """A batch; sequences grow within a boot."""

    records: tuple[PlayRecord, ...] = Field(min_length=1, max_length=500)


class Ack(Wire):
    """The controller's own word that all records of a boot up to a sequence are stored."""

    stored: dict[Id, int] = Field(description="boot -> highest sequence with none missing below")


WireT = TypeVar("WireT", bound=Wire)


def read_wire(kind: type[WireT], payload: bytes) -> WireT:
    """Parse a payload; WireError, in one line, for anything that is not a `kind` of this major version."""
    if len(payload) > MAX_MESSAGE_BYTES:
        raise WireError(f"a message is at most {MAX_MESSAGE_BYTES} bytes, this has {len(payload)}")
    try:
        return kind.model_validate_json(payload)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise WireError(f"not a {kind.__name__}: {place}: {first['msg']}") from exc


def pack_blob(data: bytes) -> str:
    """A file for `AlertMessage.blobs`."""
    return base64.b64encode(zlib.compress(data, 6)).decode()


@lru_cache(maxsize=8)  # an alert comes twice
def _unpack(sha256: str, blob: str) -> bytes:
    try:
        unpacker: Any = zlib.decompressobj()
        data: bytes = unpacker.decompress(base64.b64decode(blob, validate=True), MAX_BLOB_BYTES + 1)
    except (binascii.Error, zlib.error, ValueError) as exc:
        raise WireError(f"the file {sha256[:12]} in the alert is damaged") from exc
    if len(data) > MAX_BLOB_BYTES or hashlib.sha256(data).hexdigest() != sha256:
        raise WireError(f"the file {sha256[:12]} in the alert is not what its hash says")
    return data
