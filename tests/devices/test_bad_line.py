"""Bad lines, each as it happens at a gate: the right picture in the end, never a wrong one, bounded tries, one alarm each."""

from __future__ import annotations

import logging
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.agent.board import BoardHand
from devices.agent.clock import AgentClock
from devices.agent.orders import Orders
from devices.agent.worker import LineWorker, OnLine
from devices.drivers.novastar.driver import NovastarCard, NovastarSettings
from devices.drivers.onbon_bx.driver import OnbonBoard as OnbonDriver
from devices.drivers.onbon_bx.settings import OnbonSettings
from devices.errors import DeviceError
from devices.links.line import LineSettings
from devices.links.opening import open_link
from devices.links.rs485 import Rs485Link
from devices.ports import Link
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile
from devices.simulators.boards import OnbonBoard
from devices.simulators.faults import Faults
from devices.simulators.line import SimulatedLine
from devices.simulators.pty import PtyEnd
from devices.simulators.sending_card import SendingCard
from schedules.model import Plan, Playlist, Rule, Window
from tests.support.agent_world import item_of
from tests.support.facts import DEVICE, NOON
from tests.support.fake_devices import FakeClock, Line
from tests.support.virtual_line import VirtualLine

SHAPE = BoardShape.parse("64x16:rg")


def page(pattern: int) -> Page:
    return Page(shape=SHAPE, planes=(bytes([pattern]) * 128, bytes([pattern ^ 0xFF]) * 128), seconds=4.0)


NOTICE = PageFile(language="vi", renderer="test", pages=(page(0xA5), page(0x5A), page(0x0F)))
RIGHT = {one.planes for one in NOTICE.pages} | {(bytes(128), bytes(128))}


def plan() -> Plan:
    rule = Rule(id="r1", playlist="p1", targets=(DEVICE,), windows=(Window.of("00:00", "24:00"),))
    lists = (Playlist(id="p1", items=(item_of("m", NOTICE),)),)
    return Plan(device=DEVICE, revision=1, issued=NOON, rules=(rule,), playlists=lists)


class Spoilt:
    """A link whose answers, once whole, pass through `spoil`."""

    def __init__(self, link: Link, spoil: Callable[[bytes], bytes] | None = None) -> None:
        self._link, self.spoil = link, spoil

    def send(self, data: bytes) -> None:
        self._link.send(data)

    def receive(self, timeout: float) -> bytes:
        data = self._link.receive(timeout)
        if not data or self.spoil is None:
            return data
        while more := self._link.receive(0.01):
            data += more
        return self.spoil(data)

    def discard(self) -> None:
        self._link.discard()

    def close(self) -> None:
        self._link.close()


class Bench:
    """A worker, its hand, the real driver and a simulated card on a paced wire, in a time that the test moves."""

    def __init__(self, folder: Path, faults: Faults | None = None) -> None:
        self.line = Line(folder)
        self.line.media.keep(NOTICE.ref().sha256, NOTICE.to_bytes())
        self.seen: list[Page] = []
        self.card = OnbonBoard(SHAPE, changed=self.seen.append)
        self.wire = VirtualLine(self.line.clock, self.card, faults=faults)
        clock = self.line.clock
        port = Rs485Link(self.wire, LineSettings(baud=57600), clock=clock.monotonic, sleep=self.wire.pass_by)
        self.link = Spoilt(port)
        settings = OnbonSettings(shape=SHAPE, address=1)
        hand = BoardHand(self.line.tools(DEVICE), SHAPE)
        on_line = {DEVICE: OnLine(hand, lambda link, _: OnbonDriver(link, settings, clock.monotonic))}
        self.worker = self.line.worker = LineWorker(
            "l", on_line, lambda: self.link, clock, self.line.views.__setitem__
        )  # fmt: skip
        self.worker.tell(Orders(DEVICE, plan()))

    def run(self, seconds: float) -> None:
        """Work as the thread would: sleep until something is due."""
        end = self.line.clock.monotonic() + seconds
        while self.line.clock.monotonic() < end:
            pause = self.worker.turn()
            if pause > 0:
                self.wire.pass_by(min(pause, 0.25, max(end - self.line.clock.monotonic(), 0.001)))

    def right(self) -> bool:
        """Whether the lamps show the page that is due, and the agent knows it."""
        view = self.line.views[DEVICE]
        shown = view.shown
        due = NOTICE.pages[shown.page].planes if shown is not None and shown.sha256 is not None else None
        return view.health.value == "healthy" and self.card.page().planes == due

    def settled(self, seconds: float = 60.0) -> bool:
        """Right within that time."""
        for _ in range(round(seconds)):
            self.run(1.0)
            if self.right():
                return True
        return False

    def wrong(self) -> list[Page]:
        """Pictures that were never meant."""
        return [one for one in self.seen if one.planes not in RIGHT]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.line.store.close()


@pytest.fixture
def alarms(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The faults that were raised, in order."""
    caplog.set_level(logging.WARNING, "devices.agent.faults")
    return lambda: [str(one.code) for one in caplog.records if one.message == "fault"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "faults",
    [
        {"flip": 0.001}, {"drop": 0.001}, {"duplicate": 0.002}, {"delay": 0.002}, {"cut": 0.0002},
        {"flip": 0.0003, "drop": 0.0003, "duplicate": 0.0002, "delay": 0.0002},
    ],
    ids=["1 byte in 1,000 flipped", "lost", "doubled", "delayed", "cut", "all together"],
)  # fmt: skip
def test_on_a_noisy_line_only_right_pictures_are_seen(tmp_path: Path, faults: dict[str, float], seed: int):
    made = Bench(tmp_path, Faults(seed=seed, **faults))
    made.run(60.0)
    assert made.wrong() == []
    assert len({one.planes for one in made.seen} & RIGHT) >= 3
    assert made.settled()
    assert len(made.wire.sent) < 300
    made.line.store.close()


def test_a_card_that_answers_for_another_address_is_not_believed_and_said_once(bench: Bench, alarms: Callable):
    bench.run(10.0)
    assert bench.right()
    bench.card.answers_as = 7
    sent = len(bench.wire.sent)
    bench.run(60.0)
    assert bench.line.views[DEVICE].health.value == "offline"
    assert len(bench.wire.sent) - sent < 30
    assert alarms() == ["link.silent"]
    bench.card.answers_as = None
    assert bench.settled()
    assert (alarms(), bench.wrong(), bench.line.faults[DEVICE].standing()) == (["link.silent"], [], ())


def spoiling(bench: Bench, spoil: Callable[[bytearray], None], seconds: float) -> None:
    """Answers are spoilt for so long."""

    def spoilt(data: bytes) -> bytes:
        made = bytearray(data)
        spoil(made)
        return bytes(made)

    bench.link.spoil = spoilt
    bench.run(seconds)
    bench.link.spoil = None


def checksum(frame: bytearray) -> None:
    frame[-3] ^= 0x10


def length(frame: bytearray) -> None:
    at = 8 + 12  # the preamble, then the header up to the length
    frame[at : at + 4] = b"\xff\xff\x00\x00"


@pytest.mark.parametrize("spoil", [checksum, length], ids=["wrong checksum", "corrupt length"])
def test_answers_that_fail_their_checks_are_noise_and_said_once(bench: Bench, alarms: Callable, spoil: Callable):
    bench.run(10.0)
    sent = len(bench.wire.sent)
    spoiling(bench, spoil, 60.0)
    assert set(alarms()) <= {"link.noise", "link.silent"}
    assert len(alarms()) == 1
    assert len(bench.wire.sent) - sent < 40
    assert bench.settled()
    assert (len(alarms()), bench.wrong()) == (1, [])


def test_a_corrupt_length_of_a_sending_card_holds_nothing_up():
    clock = FakeClock()
    wire = VirtualLine(clock, SendingCard(), baud=115200)
    spoilt = Spoilt(wire)
    card = NovastarCard(spoilt, NovastarSettings(chains=(2, 2)), clock.monotonic)
    assert card.watch().signal
    spoilt.spoil = lambda data: data[:16] + b"\xff\xff" + data[18:]
    with pytest.raises(DeviceError):
        card.watch()
    spoilt.spoil = None
    begun = clock.monotonic()
    assert card.watch().signal
    assert clock.monotonic() - begun < 2.0


def test_a_card_that_is_busy_for_a_minute_is_waited_for_and_said_once(bench: Bench, alarms: Callable):
    bench.run(5.0)
    bench.card.busy(60.0)
    sent = len(bench.wire.sent)
    bench.run(60.0)
    assert alarms() == ["device.busy"]
    assert len(bench.wire.sent) - sent < 400
    assert bench.settled()
    assert (alarms(), bench.wrong()) == (["device.busy"], [])
    line = bench.line.views[DEVICE].line
    assert line is not None
    assert (line.state, set(line.errors)) == ("ok", {"device.busy"})


@pytest.mark.parametrize("after", [0.005, 0.03, 0.06, 0.09])
def test_a_power_cut_in_mid_upload_ends_in_the_right_picture(bench: Bench, alarms: Callable, after: float):
    bench.run(8.2)
    bench.wire.later(3.8 + after, bench.card.power_off)
    bench.wire.later(15.0, bench.card.power_on)
    bench.run(16.0)
    assert bench.settled()
    assert alarms() == ["link.silent"]
    assert bench.wrong() == []


def test_a_line_that_babbles_fills_no_memory(bench: Bench):
    bench.run(10.0)
    dice = random.Random(5)
    bench.link.spoil = lambda _: dice.randbytes(4096)
    bench.card.answers_as = 7
    tracemalloc.start()
    bench.run(30.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
    bench.link.spoil, bench.card.answers_as = None, None
    assert bench.settled()
    assert bench.wrong() == []


def test_a_board_of_another_size_is_never_written_to(tmp_path: Path, alarms: Callable):
    made = Bench(tmp_path)
    other = OnbonBoard(BoardShape.parse("32x16:rg"))
    made.wire = VirtualLine(made.line.clock, other)
    made.link._link = Rs485Link(
        made.wire, LineSettings(baud=57600), clock=made.line.clock.monotonic, sleep=made.wire.pass_by
    )  # fmt: skip
    made.run(60.0)
    assert alarms() == ["device.mismatch"]
    assert not any(any(plane) for plane in other.page().planes)
    assert all(len(data) < 100 for _, data in made.wire.sent)  # questions, no pages
    made.line.store.close()


class Real:
    """The same on a pseudo-terminal, in real time."""

    def __init__(self, folder: Path) -> None:
        self.line = Line(folder)
        self.line.media.keep(NOTICE.ref().sha256, NOTICE.to_bytes())
        self.clock = AgentClock(trust=True)
        self.path = folder / "by-id" / "usb-card"
        self.card = OnbonBoard(SHAPE)
        self.lines: list[SimulatedLine] = []
        tools = self.line.tools(DEVICE)
        self.hand = BoardHand(tools.__class__(**{**_fields(tools), "clock": self.clock}), SHAPE)
        settings = OnbonSettings(shape=SHAPE, address=1)
        on_line = {DEVICE: OnLine(self.hand, lambda link, _: OnbonDriver(link, settings))}
        self.worker = LineWorker(
            "l", on_line, lambda: open_link(f"serial:{self.path}", baud=57600), self.clock,
            self.line.views.__setitem__,
        )  # fmt: skip

    def plug(self) -> str:
        """The name the port gets."""
        end = PtyEnd(self.path)
        self.lines.append(SimulatedLine(end, [self.card], 57600).start())
        return str(self.path.readlink())

    def unplug(self) -> None:
        self.lines[-1].stop()

    def until(self, true: Callable[[], bool], seconds: float = 20.0) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if true():
                return True
            time.sleep(0.02)
        return False

    def lit(self) -> bool:
        return self.card.page().planes in {one.planes for one in NOTICE.pages}

    def end(self) -> None:
        self.worker.stop(5)
        for line in self.lines:
            line.stop()
        self.line.store.close()


def _fields(tools: object) -> dict:
    return {name: getattr(tools, name) for name in tools.__dataclass_fields__}  # type: ignore[attr-defined]


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Real]:
    made = Real(tmp_path)
    yield made
    made.end()


def test_an_adapter_that_returns_under_another_name_is_found_by_its_own(real: Real, alarms: Callable):
    first = real.plug()
    real.worker.start()
    real.worker.tell(Orders(DEVICE, plan()))
    assert real.until(real.lit)
    real.unplug()
    real.card.power_off()
    assert real.until(lambda: real.line.views[DEVICE].health.value == "offline", 40)
    holder = PtyEnd()  # takes the old number, so that the adapter comes back under another
    real.card.power_on()
    second = real.plug()
    assert first != second
    assert real.until(real.lit, 40)
    assert len([code for code in alarms() if code.startswith("link.")]) == len(set(alarms()))
    holder.close()


def test_a_port_that_another_process_holds_is_said_once_and_taken_when_it_is_free(real: Real, alarms: Callable):
    real.plug()
    code = "import serial, sys; port = serial.Serial(sys.argv[1], exclusive=True); print('held', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(real.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == b"held\n"
    real.worker.tell(Orders(DEVICE, plan()))
    real.worker.start()
    assert real.until(lambda: len(alarms()) > 0)
    assert alarms() == ["link.port"]
    time.sleep(1.0)
    assert not real.lit()
    other.stdin.close()
    other.wait(10)
    other.stdout.close()
    assert real.until(real.lit)
    assert alarms() == ["link.port"]
