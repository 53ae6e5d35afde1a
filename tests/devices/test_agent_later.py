"""What is said after its second: cut sounds go on, late ones are said while it makes sense, and nothing is said twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.agent.held import ATTEMPTS, MOST, SHORTEST, Held, after_cut, placed, room_for, too_late_to_begin
from devices.agent.later import Later
from devices.agent.orders import Orders
from devices.agent.passes import Cue, Pass, passes
from devices.sound.client import SinkFaultError
from schedules.model import Alert, ContentRef, Item, Plan, Playlist, Priority, Rule, Window
from tests.support.facts import NOON, digest
from tests.support.fake_devices import FakeClock, FakeSound, FakeSpeaker, Line

PA = "tan-thanh/pa-1"
SOUNDS = {name: name.encode() * 10 for name in ("vi", "zh", "urgent")}
LEAD, GAP, VI, ZH = 1.5, 0.5, 8.0, 6.0


def ref(name: str, seconds: float) -> ContentRef:
    data = SOUNDS[name]
    return ContentRef(
        sha256=hashlib.sha256(data).hexdigest(), kind="audio", language="vi", size=len(data), seconds=seconds
    )


def notice(**rules: Any) -> Item:
    return Item(message="m1", version=1, digest=digest("m1"), contents=(ref("vi", VI), ref("zh", ZH)), **rules)


def plan(priority: Priority = Priority.NORMAL, **rules: Any) -> Plan:
    """Once at noon: chime, two languages."""
    rule = Rule(
        id="r1", playlist="p1", targets=(PA,), windows=(Window.of("12:00", "17:00"),), loop=False, zones=("yard",),
        priority=priority,
    )  # fmt: skip
    playlist = Playlist(id="p1", items=(notice(**rules),), lead=LEAD, gap=GAP)
    return Plan(device=PA, revision=1, issued=NOON - timedelta(hours=1), playlists=(playlist,), rules=(rule,))


def orders(the_plan: Plan | None, *alerts: Alert) -> Orders:
    return Orders(PA, the_plan, alerts, {one.id: one.revision for one in alerts})


def alert(starts: float, seconds: float) -> Alert:
    begin = NOON + timedelta(seconds=starts)
    item = Item(message="urgent", version=1, digest=digest("urgent"), contents=(ref("urgent", 5.0),))
    return Alert(id="a1", revision=1, starts=begin, until=begin + timedelta(seconds=seconds), item=item)


class Gate:
    """A loudspeaker's line, starting `seconds` after noon (before it, if negative)."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.line = Line(folder, FakeClock(NOON + timedelta(seconds=seconds)))
        for data in SOUNDS.values():
            self.line.media.keep(hashlib.sha256(data).hexdigest(), data)
        self.speaker: FakeSpeaker
        self.sound: FakeSound
        self.speaker, self.sound = self.line.speaker(PA)
        for content in (*notice().contents, ref("urgent", 5.0)):
            self.sound.seconds[str(self.line.media.path(content.sha256))] = content.seconds

    @property
    def now(self) -> float:
        return (self.line.clock.now() - NOON).total_seconds()

    def until(self, second: float) -> None:
        self.line.run(second - self.now)

    def words(self) -> list[tuple[str, float, float]]:
        """(outcome, second of the recording it began at, seconds that sounded) of the plan's sounds, in order."""
        return [
            (one.outcome.value, round(one.offset, 1), round(one.seconds, 1))
            for one in self.line.records()
            if one.cause == "rule"
        ]

    def said(self, name: str) -> list[tuple[float, float]]:
        """Stretches of a recording that sounded."""
        found = ref(name, 1.0).sha256
        played = [one for one in self.line.records() if one.content.sha256 == found and one.seconds]
        return sorted((one.offset, one.offset + one.seconds) for one in played)


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[list[Gate]]:
    made: list[Gate] = []
    yield made
    for one in made:
        one.line.store.close()


def a_gate(gates: list[Gate], folder: Path, seconds: float = -30.0) -> Gate:
    made = Gate(folder, seconds)
    gates.append(made)
    return made


def test_what_an_alert_cuts_goes_on_where_it_was_cut_and_nothing_is_said_twice(
    tmp_path: Path, gates: list[Gate]
) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan()))
    gate.until(3.0)
    gate.line.go(orders(plan(), alert(3.0, 20.0)))
    gate.until(60.0)
    (first, begin), (second, _) = gate.said("vi")[0], gate.said("vi")[1]
    assert [one[0] for one in gate.words()] == ["interrupted", "shown", "shown"]
    assert (first, begin) == (0.0, pytest.approx(second, abs=0.05))
    assert gate.said("vi")[-1][1] == pytest.approx(VI, abs=0.05)
    assert gate.said("zh") == [(0.0, pytest.approx(ZH, abs=0.05))]
    assert gate.speaker.open_now == frozenset()


def test_an_item_that_restarts_is_said_from_its_first_word(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan(interrupted="restart")))
    gate.until(3.0)
    gate.line.go(orders(plan(interrupted="restart"), alert(3.0, 10.0)))
    gate.until(60.0)
    assert [one[1] for one in gate.words()] == [0.0, 0.0, 0.0]
    assert gate.words()[1:] == [("shown", 0.0, VI), ("shown", 0.0, ZH)]


def test_an_item_that_is_skipped_is_let_go_and_the_rest_of_it_is_missed(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan(interrupted="skip")))
    gate.until(3.0)
    gate.line.go(orders(plan(interrupted="skip"), alert(3.0, 10.0)))
    gate.until(60.0)
    assert [one[0] for one in gate.words()] == ["interrupted", "missed"]
    assert gate.said("zh") == []


def test_the_chime_goes_before_what_goes_on(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan()))
    gate.until(3.0)
    gate.line.go(orders(plan(), alert(3.0, 10.0)))
    gate.until(60.0)
    chimes = [clip for clip in gate.sound.history if clip.path == "tone:chime-2"]
    words = [clip for clip in gate.sound.history if clip.offset]
    assert len(chimes) == 2
    assert (words[0].due - chimes[1].due).total_seconds() == pytest.approx(LEAD)


def test_after_an_alert_that_lasts_too_long_the_rest_is_let_go_and_said_to_be_missed(
    tmp_path: Path, gates: list[Gate]
) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan(max_late=20)))
    gate.until(3.0)
    gate.line.go(orders(plan(max_late=20), alert(3.0, 40.0)))
    gate.until(90.0)
    assert [one[0] for one in gate.words()] == ["interrupted", "missed"]


def test_what_was_due_under_an_alert_is_said_after_it(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan(), alert(-10.0, 40.0)))
    gate.until(100.0)
    assert gate.words() == [("shown", 0.0, VI), ("shown", 0.0, ZH)]
    first = min(one.started for one in gate.line.records() if one.cause == "rule")
    assert 30.0 < (first - NOON).total_seconds() < 36.0


def test_of_class_priority_ten_minutes_late_is_not_too_late(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan(Priority.PRIORITY), alert(-10.0, 500.0)))
    gate.until(530.0)
    assert [one[0] for one in gate.words()] == ["shown", "shown"]


def test_power_cut_in_mid_sentence_loses_nothing_and_says_nothing_twice(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan()))
    gate.until(5.4)
    gate.line.store.close()
    again = a_gate(gates, tmp_path, 15.0)
    again.line.go(orders(plan()))
    again.until(60.0)
    assert [(one[0]) for one in again.words()] == ["partial", "shown", "shown"]
    stretches = again.said("vi")
    # The journal is at most a second behind what was heard.
    assert stretches[0][1] == stretches[1][0] == pytest.approx(5.0, abs=0.5)
    assert stretches[1][1] == pytest.approx(VI, abs=0.05)
    assert again.said("zh") == [(0.0, pytest.approx(ZH, abs=0.05))]


def test_after_three_starts_it_was_still_said_once(tmp_path: Path, gates: list[Gate]) -> None:
    for start, end in ((-30.0, 30.0), (31.0, 40.0), (41.0, 50.0)):
        gate = a_gate(gates, tmp_path, start)
        gate.line.go(orders(plan()))
        gate.until(end)
        gate.line.store.close()
    last = a_gate(gates, tmp_path, 51.0)
    assert last.words() == [("shown", 0.0, VI), ("shown", 0.0, ZH)]


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        pytest.param({}, [("shown", 0.0, VI), ("shown", 0.0, ZH)], id="played whole"),
        pytest.param({"late": "shorten"}, [("shown", 4.9, 3.1), ("shown", 0.0, ZH)], id="joined where it would be"),
        pytest.param({"late": "skip"}, [("missed", 0.0, 0.0), ("shown", 0.0, ZH)], id="not at all"),
        pytest.param({"max_late": 2}, [("missed", 0.0, 0.0), ("shown", 0.0, ZH)], id="too late"),
    ],
)
def test_a_start_four_seconds_late_follows_the_items_rule(
    tmp_path: Path, gates: list[Gate], rules: dict[str, Any], words: list[tuple[str, float, float]]
) -> None:
    gate = a_gate(gates, tmp_path, 4.0)
    gate.line.go(orders(plan(**rules)))
    gate.until(60.0)
    assert gate.words() == words


def test_what_is_joined_ends_at_its_own_time(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path, 4.0)
    gate.line.go(orders(plan(late="shorten")))
    gate.until(60.0)
    first = next(one for one in gate.line.records() if one.content.sha256 == ref("vi", 1).sha256)
    assert (first.ended - NOON).total_seconds() == pytest.approx(VI, abs=0.1)


def test_a_recording_that_comes_late_is_said_late(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    place = Path(gate.line.media.path(ref("vi", 1).sha256) or "")
    data = place.read_bytes()
    place.unlink()
    gate.line.media.sweep(frozenset())
    gate.line.go(orders(plan()))
    gate.until(2.0)
    gate.line.media.keep(ref("vi", 1).sha256, data)
    gate.until(60.0)
    assert ("shown", 0.0, VI) in gate.words()
    assert gate.said("zh") == [(0.0, pytest.approx(ZH, abs=0.05))]


def test_what_a_dead_sink_cut_goes_on_when_it_is_back(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan()))
    gate.until(3.0)
    for name in tuple(gate.sound.placed):
        gate.sound._end(name, "sink")
    gate.sound.error = SinkFaultError("the sink is gone")
    gate.until(8.0)
    gate.sound.error = None
    gate.until(90.0)
    assert gate.said("vi")[0][1] == pytest.approx(gate.said("vi")[1][0], abs=0.05)


def test_an_hour_forward_and_back_neither_repeats_nor_loses(tmp_path: Path, gates: list[Gate]) -> None:
    gate = a_gate(gates, tmp_path)
    gate.line.go(orders(plan()))
    gate.until(40.0)
    for step in (3600.0, -3600.0):
        gate.line.clock.step(timedelta(seconds=step))
        gate.line.run(30.0)
    assert gate.words() == [("shown", 0.0, VI), ("shown", 0.0, ZH)]


# The rules alone.

ITEMS = st.builds(
    notice,
    interrupted=st.sampled_from(["resume", "restart", "skip"]),
    late=st.sampled_from(["play", "shorten", "skip"]),
    max_late=st.none() | st.floats(0, 3600),
)


def the_pass(item: Item) -> Pass:
    the_plan = plan()
    playlist = the_plan.playlists[0].model_copy(update={"items": (item,)})
    the_plan = the_plan.model_copy(update={"playlists": (playlist,)})
    return next(iter(passes(the_plan, NOON, NOON + timedelta(seconds=1), (), {})))


def words(of: Pass) -> list[Cue]:
    return [cue for cue in of.cues if cue.content]


@given(ITEMS, st.floats(0, VI), st.integers(0, 600))
def test_what_goes_on_keeps_the_order_and_the_pauses_and_never_overlaps(item: Item, cut: float, later: int) -> None:
    of = the_pass(item)
    held = after_cut(of, words(of)[0], cut, "alert a1")
    if held is None:
        assert item.interrupted == "skip"
        return
    begins = NOON + timedelta(seconds=later)
    said = placed(held, begins)
    assert said.begins == begins
    assert [cue.meant for cue in words(said)] == sorted(cue.meant for cue in words(said))
    for one, two in pairwise(words(said)):
        pause = (two.due - one.due).total_seconds() - one.seconds
        assert pause == pytest.approx(GAP, abs=1e-3)
    assert said.stops == words(said)[-1].due + timedelta(seconds=words(said)[-1].seconds)


@given(st.lists(st.floats(0, VI), min_size=1, max_size=8))
def test_cut_again_and_again_a_recording_is_said_once_in_all(cuts: list[float]) -> None:
    of, seconds = the_pass(notice()), 0.0
    cue = words(of)[0]
    for cut in cuts:
        held = after_cut(of, cue, min(cut, cue.seconds), "power")
        assert held is not None
        if held.cues[0].meant != cue.meant:
            break
        of = placed(held, NOON + timedelta(minutes=1))
        assert held.cues[0].offset == pytest.approx(cue.offset + min(cut, cue.seconds), abs=1e-2)
        cue = words(of)[0]
        seconds = cue.offset
        assert cue.attempt <= ATTEMPTS
        assert cue.seconds >= SHORTEST
    assert seconds <= VI


def test_a_loop_that_was_cut_is_not_made_up_for() -> None:
    of = the_pass(notice())
    loop = Pass(**{name: getattr(of, name) for name in Pass.__slots__} | {"loops": True})
    assert after_cut(loop, words(of)[0], 1.0, "alert") is None
    assert too_late_to_begin(loop, words(of)[0], "late") is None


def test_at_most_twenty_passes_wait_and_the_oldest_are_let_go() -> None:
    later, of = Later(), the_pass(notice())
    for number in range(MOST + 5):
        held = Held(of, tuple(words(of)), NOON + timedelta(seconds=number), "power")
        later.hold(of, held, NOON)
    assert [one.expires for one in later.let_go(NOON)] == [NOON + timedelta(seconds=n) for n in range(5)]
    assert len(later.waiting) == MOST


def test_there_is_room_only_where_nothing_begins_meanwhile() -> None:
    of = the_pass(notice())
    held = after_cut(of, words(of)[0], 2.0, "power")
    assert held is not None
    early, late = (placed(held, NOON + timedelta(seconds=at)) for at in (-60, 5))
    assert room_for(early, [of], NOON - timedelta(seconds=60))
    assert not room_for(late, [of], NOON + timedelta(seconds=5))
