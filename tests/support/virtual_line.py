"""A real driver and a simulated device on a paced wire, in time that passes only when somebody waits."""

from __future__ import annotations

from collections.abc import Callable

from devices.links.line import LineSettings
from devices.links.pacing import paced
from devices.simulators.faults import Faults
from devices.simulators.line import Device, Wire
from tests.support.fake_devices import FakeClock

TICK = 0.001


class VirtualLine:
    """A paced link to simulated devices. `later` plans what happens while somebody waits; `sent` is when each send began."""

    def __init__(self, clock: FakeClock, *devices: Device, baud: int = 57600, faults: Faults | None = None) -> None:
        self._clock, self._line = clock, LineSettings(baud=baud)
        self._wire = Wire(devices, baud, faults)
        self._arrived = b""
        self._later: list[tuple[float, Callable[[], None]]] = []
        self.sent: list[tuple[float, bytes]] = []
        self.closed = False

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do this when so much time has passed."""
        self._later.append((self._clock.monotonic() + seconds, act))

    def pass_by(self, seconds: float) -> None:
        """Let time pass on the wire too."""
        end = self._clock.monotonic() + seconds
        while (left := end - self._clock.monotonic()) > 1e-9:
            self._clock.pass_by(min(self._until_something(), left))
            now = self._clock.monotonic()
            self._arrived += self._wire.step(now)
            due = [one for one in self._later if one[0] <= now]
            self._later = [one for one in self._later if one[0] > now]
            for _, act in due:
                act()

    def _until_something(self) -> float:
        """Seconds until the wire moves, a device changes by itself, or something was planned."""
        now = self._clock.monotonic()
        due = [at for at in (self._wire.next_at(), *(at for at, _ in self._later)) if at is not None]
        return max(min(due, default=now + 1.0) - now, TICK)

    def send(self, data: bytes) -> None:
        self.sent.append((self._clock.monotonic(), data))
        self._wire.send(data, self._clock.monotonic())

    def send_while(self, data: bytes, go_on: Callable[[], bool]) -> int:
        return paced(self.send, data, self._line, go_on, self._clock.monotonic, self.pass_by)

    def receive(self, timeout: float) -> bytes:
        end = self._clock.monotonic() + timeout
        while not self._arrived and end - self._clock.monotonic() > 1e-9:
            self.pass_by(TICK)
        if not self._arrived and timeout > 0:
            self._clock.pass_by(1e-9)  # who waits a part of that would wait for ever
        data, self._arrived = self._arrived, b""
        return data

    def discard(self) -> None:
        self._arrived = b""

    def close(self) -> None:
        self.closed = True
