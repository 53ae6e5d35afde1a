"""Shared lines and records of lines: gaps, echoes, traces that replay."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.errors import LinkLostError
from devices.links.line import LineSettings
from devices.links.rs485 import Rs485Link
from devices.links.trace import ReplayLink, TraceLink
from tests.support.scripted_link import ScriptedLink

LINE = LineSettings(baud=9600)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Sleeper:
    """A clock shared with a script, on which sleeping takes no time of ours."""

    def __init__(self, link: ScriptedLink) -> None:
        self.link = link
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.link.now += seconds


def shared(*talk, echo: bool = False, gap: float | None = None) -> tuple[Rs485Link, Sleeper]:
    link = ScriptedLink(*talk)
    sleeper = Sleeper(link)
    return Rs485Link(link, LINE, echo=echo, gap=gap, clock=link.clock, sleep=sleeper.sleep), sleeper


def test_a_frame_waits_until_the_line_was_quiet_for_three_and_a_half_characters():
    link, sleeper = shared((b"one", b"yes"), (b"two",))
    sleeper.link.now = 10
    link.send(b"one")
    assert link.receive(1) == b"yes"
    link.send(b"two")
    # Our own three bytes are still leaving the port when the answer is read; the gap counts from the later of the two.
    assert sleeper.slept == [pytest.approx(LINE.seconds(3) + 3.5 * LINE.character)]


def test_past_19200_baud_the_gap_is_fixed():
    assert LineSettings(baud=115200).gap == 0.00175
    assert LineSettings(baud=19200).gap == pytest.approx(3.5 * 10 / 19200)


def test_a_gap_of_ones_own_is_kept():
    link, sleeper = shared((b"x",), gap=0.5)
    link.send(b"x")
    assert sleeper.slept == [pytest.approx(0.5)]


@given(st.binary(min_size=1, max_size=60), st.binary(min_size=1, max_size=20), st.lists(st.integers(1, 9)))
def test_exactly_our_own_bytes_are_taken_out_however_the_echo_is_cut(request_, answer, cuts):
    heard, pieces, at = request_ + answer, [], 0
    for cut in [*cuts, len(heard)]:
        pieces.append(heard[at : at + cut])
        at += cut
    link, _ = shared((request_, *(piece for piece in pieces if piece)), echo=True)
    link.send(request_)
    got = b""
    while piece := link.receive(0.1):
        got += piece
    assert got == answer


def test_a_damaged_echo_is_handed_on_for_the_codec_to_judge():
    link, _ = shared((b"hello", b"hexlo", b"yes"), echo=True)
    link.send(b"hello")
    assert link.receive(1) + link.receive(1) == b"hexloyes"


def test_an_echo_alone_is_no_answer():
    link, sleeper = shared((b"hello", b"hello"), echo=True)
    link.send(b"hello")
    before = sleeper.link.now
    assert link.receive(1) == b""
    assert sleeper.link.now == pytest.approx(before + 1)


def test_a_record_replays_to_the_same_answers():
    lines: list[str] = []
    link = TraceLink(ScriptedLink((b"\xa5\x01", b"\x5a", b"\x06"), (b"\x02", b"\x03")), lines.append, lambda: NOON)
    link.send(b"\xa5\x01")
    first = [link.receive(1), link.receive(1), link.receive(1)]
    link.send(b"\x02")
    first.append(link.receive(1))
    link.close()
    assert lines[0] == "2026-11-22T12:00:00.000000+00:00 > a5 01\n"
    again = ReplayLink(lines)
    again.send(b"\xa5\x01")
    second = [again.receive(1), again.receive(1), again.receive(1)]
    again.send(b"\x02")
    assert [*second, again.receive(1)] == first


def test_a_replay_that_is_told_something_else_says_where_they_part():
    link = ReplayLink(["2026-11-22T12:00:00+00:00 > a5 01\n"])
    with pytest.raises(LinkLostError, match="a5 01"):
        link.send(b"\xa5\x02")


def test_a_record_stops_at_its_limit_and_says_so():
    lines: list[str] = []
    link = TraceLink(ScriptedLink(*[(b"x",)] * 9), lines.append, lambda: NOON, limit=100)
    for _ in range(9):
        link.send(b"x")
    assert lines[-1] == "# the record is full\n"
    assert len(lines) < 9


def test_a_line_that_is_no_record_is_refused():
    with pytest.raises(ValueError, match="a record has lines like"):
        ReplayLink(["hello world\n"])
