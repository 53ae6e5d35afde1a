"""The test kit for drivers, ours and anybody's: a link that follows a script, and the checks every driver passes.

Plain functions that raise AssertionError, for whatever test runner there is. `docs/how-to/write-a-driver.md` walks through them.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from devices.drivers.talk import Decoder
from devices.errors import DeviceError, RefusedError, SilentError
from devices.ports import Link

Pause = float
MOST_SENDINGS = 20  # of one deed to a dead device
MOST_SECONDS = 120.0  # a deed may take on a dead line


class Wired(Protocol):
    """A frame that can be put on the wire."""

    def to_bytes(self) -> bytes:
        """As it goes on the wire."""


class ScriptedLink:
    """A Link whose other end reads from a script. Time passes only while somebody waits, on `clock`."""

    def __init__(self, *talk: tuple[bytes, *tuple[bytes | Pause, ...]]) -> None:
        """Each entry is what must be sent, then what comes back: bytes at once, a number is a pause in seconds before the next."""
        self._talk = deque(talk)
        self._arriving: deque[tuple[float, bytes]] = deque()  # when, what
        self.now = 0.0
        self.sent: list[bytes] = []
        self.closed = False

    def clock(self) -> float:
        """Seconds since the script began."""
        return self.now

    @property
    def done(self) -> bool:
        """Whether all of the script was said."""
        return not self._talk

    def send(self, data: bytes) -> None:
        """Check what the host says and queue the replies."""
        _must(bool(self._talk), f"the script is over, yet the host says {data.hex(' ')}")
        expected, *replies = self._talk.popleft()
        _must(data == expected, f"the host says {data.hex(' ')}, the script has {expected.hex(' ')}")
        self.sent.append(data)
        at = self.now
        for reply in replies:
            if isinstance(reply, bytes):
                self._arriving.append((at, reply))
            else:
                at += reply

    def receive(self, timeout: float) -> bytes:
        """The next reply due within `timeout`, or nothing when it has passed."""
        if self._arriving and self._arriving[0][0] <= self.now + timeout:
            at, data = self._arriving.popleft()
            self.now = max(self.now, at)
            return data
        self.now += timeout
        return b""

    def discard(self) -> None:
        """Drop what has arrived by now."""
        while self._arriving and self._arriving[0][0] <= self.now:
            self._arriving.popleft()

    def close(self) -> None:
        """Note that the port was given back."""
        self.closed = True


class DeadLink:
    """A link behind which nobody answers; with `noise` it hears chance bytes, seeded, but no answer."""

    def __init__(self, noise: int = 0, seed: int = 1) -> None:
        """`noise` bytes at each listening."""
        self.now = 0.0
        self.sent: list[bytes] = []
        self._noise = noise
        self._dice = random.Random(seed)

    def clock(self) -> float:
        """Seconds somebody has waited."""
        return self.now

    def send(self, data: bytes) -> None:
        """Swallow it."""
        self.sent.append(data)

    def receive(self, timeout: float) -> bytes:
        """Nothing, when the time is over; with noise, something at half time."""
        self.now += timeout / 2 if self._noise and timeout > 0.001 else timeout
        return self._dice.randbytes(self._noise) if self._noise and timeout > 0.001 else b""

    def discard(self) -> None:
        """Nothing to drop."""

    def close(self) -> None:
        """Nothing to give back."""


Open = Callable[[Link, Any, Callable[[], float]], Any]  # link, settings, clock


def check_golden(golden: Mapping[str, tuple[Wired, str]]) -> None:
    """Every frame is byte for byte the hexadecimal beside it; the key names its source."""
    _must(bool(golden), "a driver has golden bytes")
    for name, (frame, expected) in golden.items():
        found = frame.to_bytes()
        _must(found == bytes.fromhex(expected), f"{name}: {found.hex(' ')} is not {bytes.fromhex(expected).hex(' ')}")


def check_cuts(new_decoder: Callable[[], Decoder[Any]], wire: bytes, expected: Iterable[object]) -> None:
    """The decoder reads the same from `wire` whole, one byte at a time, and cut in two at every place."""
    wanted = list(expected)
    ways = [[wire], [bytes([byte]) for byte in wire], *([wire[:at], wire[at:]] for at in range(1, len(wire)))]
    for pieces in ways:
        decoder = new_decoder()
        found = [event for piece in pieces for event in decoder.feed(piece)]
        _must(found == wanted, f"cut after {len(pieces[0])} bytes it reads {found}, not {wanted}")


def check_noise(
    new_decoder: Callable[[], Decoder[Any]], wire: bytes, frame: object, rounds: int = 300, seed: int = 1
) -> None:
    """Chance bytes, and `wire` with flipped, lost and doubled bytes, never raise; on a clean line it then reads `frame` again.

    Two clean copies are allowed for that: what stood before may have begun a frame that swallows the first.
    """
    dice = random.Random(seed)
    for number in range(rounds):
        decoder = new_decoder()
        decoder.feed(dice.randbytes(dice.randrange(60)))
        decoder.feed(_damaged(wire, dice))
        found = [event for _ in range(2) for event in decoder.feed(wire)]
        _must(frame in found, f"round {number} (seed {seed}): after damage it does not come back")


def check_silence(open_device: Open, settings: BaseModel, deed: Callable[[Any], object]) -> None:
    """On a dead line a deed ends as SilentError after bounded sendings and time; on a noisy one as any DeviceError."""
    for noise in (0, 3):
        link = DeadLink(noise)
        try:
            deed(open_device(link, settings, link.clock))
        except DeviceError as exc:
            _must(noise > 0 or isinstance(exc, SilentError), f"silence ended as {type(exc).__name__}: {exc}")
        else:
            raise AssertionError("a deed on a dead line must fail")
        _must(0 < len(link.sent) <= MOST_SENDINGS, f"it was sent {len(link.sent)} times")
        _must(link.now <= MOST_SECONDS, f"it took {link.now:.0f} s")


def check_refusal(device: Any, link: ScriptedLink, deed: Callable[[Any], object], reason: int) -> None:
    """A no ends as RefusedError with the device's own number, and the script is over: nothing was repeated."""
    try:
        deed(device)
    except RefusedError as exc:
        _must(exc.reason == reason, f"the reason is {exc.reason}, not {reason}")
    else:
        raise AssertionError("a refused deed must fail")
    _must(link.done, "something the script has was not said")


def check_settings(settings: type[BaseModel], good: Mapping[str, Any]) -> None:
    """The settings take `good`, refuse an unknown key beside it, and do not change afterwards."""
    made = settings.model_validate(dict(good))
    _must(settings.model_config.get("frozen") is True, "settings are frozen")
    try:
        settings.model_validate({**good, "no_such_setting": 1})
    except ValidationError:
        return
    raise AssertionError(f"{type(made).__name__} takes a setting it does not know")


def _damaged(wire: bytes, dice: random.Random) -> bytes:
    bad = bytearray(wire)
    where = dice.randrange(len(bad))
    match dice.randrange(4):
        case 0:
            bad[where] ^= dice.randrange(1, 256)
        case 1:
            del bad[where : where + dice.randrange(1, 4)]
        case 2:
            bad[where:where] = bad[where : where + 1]
        case _:
            del bad[where:]
    return bytes(bad)


def _must(true: bool, otherwise: str) -> None:
    if not true:
        raise AssertionError(otherwise)
