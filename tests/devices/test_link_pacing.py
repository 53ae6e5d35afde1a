"""Bytes at the pace of the line, and a sending that stops when it is told to."""

import os
import pty
import tty

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.agent.courtesy import CourteousLink
from devices.links import open_link
from devices.links.line import LineSettings
from devices.links.pacing import AHEAD, PIECE, paced, send_while
from devices.links.rs485 import Rs485Link
from devices.links.trace import TraceLink
from devices.ports import PacedLink, YieldingLink
from tests.support.facts import NOON
from tests.support.scripted_link import ScriptedLink


class Port:
    """A port that empties its buffer at the line's pace, on a clock of its own."""

    def __init__(self, line: LineSettings, asked: int = 10**9) -> None:
        self.line, self.now, self.data, self.fullest = line, 0.0, b"", 0.0
        self._left = asked

    def write(self, data: bytes) -> None:
        self.data += data
        self.fullest = max(self.fullest, self.line.seconds(len(self.data)) - self.now)

    def go_on(self) -> bool:
        self._left -= 1
        return self._left >= 0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def send(self, data: bytes) -> int:
        return paced(self.write, data, self.line, self.go_on, lambda: self.now, self.sleep)


@given(st.integers(0, 3000), st.sampled_from([300, 9600, 57600, 115200, 4_000_000]), st.integers(0, 40))
def test_a_sending_goes_on_to_its_end_or_stops_where_it_is_told_with_little_left_in_the_port(size, baud, asked):
    port = Port(LineSettings(baud=baud), asked)
    data = bytes(i % 251 for i in range(size))
    count = port.send(data)
    assert port.data == data[:count]
    assert count == size or port._left < 0
    assert port.fullest <= AHEAD + PIECE + 1e-9 or baud < 1000  # one byte at 300 baud takes longer than that


def test_a_slow_line_is_kept_busy_to_the_last_byte():
    port = Port(LineSettings(baud=57600))
    port.send(bytes(3000))
    assert port.now == pytest.approx(port.line.seconds(3000) - AHEAD, abs=2 * PIECE)


def test_a_shared_line_notes_when_the_broken_sending_will_have_left_the_port():
    link, line = ScriptedLink((b"12345",), (b"next",)), LineSettings(baud=9600)
    slept = []
    shared = Rs485Link(link, line, gap=0.5, clock=link.clock, sleep=slept.append)
    link.now = 10.0
    assert shared.send_while(b"12345", lambda: True) == 5
    shared.send(b"next")
    assert slept == [pytest.approx(line.seconds(5) + 0.5)]


def test_a_link_without_a_pace_takes_all_at_once():
    link = ScriptedLink((b"12345",))
    assert send_while(link, b"12345", lambda: False) == 5


def test_a_trace_has_what_went_out_and_not_what_was_meant():
    class Stops(ScriptedLink):
        def send_while(self, data, go_on):
            return 2

    lines = []
    TraceLink(Stops(), lines.append, lambda: NOON).send_while(b"\x01\x02\x03", lambda: True)
    assert lines[0].endswith("> 01 02\n")


@pytest.mark.parametrize("lesser", [True, False])
def test_only_what_is_less_than_an_alert_is_sent_so_that_it_can_stop(lesser):
    class Stops(ScriptedLink):
        def send_while(self, data, go_on):
            return 2 if not go_on() else len(data)

    link = CourteousLink(Stops((b"12345",)), lambda: True)
    link.lesser = lesser
    assert isinstance(link, YieldingLink)
    assert link.urgent() is lesser
    assert link.send_while(b"12345", lambda: not link.urgent()) == (2 if lesser else 5)


def test_a_real_port_can_be_stopped_in_the_middle():
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    link = open_link(os.ttyname(theirs), baud=57600)
    assert isinstance(link, PacedLink)
    looks = iter([True, True, False])
    count = link.send_while(bytes(range(256)) * 4, lambda: next(looks))
    assert 0 < count < 1024
    assert os.read(ours, 4096) == (bytes(range(256)) * 4)[:count]
    link.close()
    os.close(theirs)
    os.close(ours)
