"""What a plan settles between its announcements is what the loudspeaker says: preview and records agree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.agent.held import after_cut
from devices.agent.orders import Orders
from devices.agent.passes import passes
from schedules import standing
from schedules.model import Alert, ContentRef, Item, Plan, Playlist, Priority, Rule, Window
from schedules.timeline import segments
from tests.support.facts import NOON, digest
from tests.support.fake_devices import FakeClock, FakeSound, FakeSpeaker, Line

PA = "tan-thanh/pa-1"
SECONDS = {"fog": 8.0, "lanes": 6.0, "papers": 5.0, "urgent": 7.0}


def ref(name: str) -> ContentRef:
    data = name.encode() * 10
    return ContentRef(
        sha256=hashlib.sha256(data).hexdigest(), kind="audio", language="vi", size=len(data), seconds=SECONDS[name]
    )


def item(name: str, **facts: Any) -> Item:
    return Item(message=name, version=1, digest=digest(name), contents=(ref(name),), **facts)


def rule(name: str, **facts: Any) -> Rule:
    given = {
        "id": name, "playlist": name, "targets": (PA,), "windows": (Window.of("12:00", "13:00"),), "loop": False,
        "zones": ("yard",),
    }  # fmt: skip
    return Rule.model_validate(given | facts)


def plan(*rules: Rule, **items: tuple[Item, ...]) -> Plan:
    lists = tuple(Playlist(id=name, items=some) for name, some in items.items())
    return Plan(device=PA, revision=1, issued=NOON - timedelta(hours=1), rules=rules, playlists=lists)


class Gate:
    """A loudspeaker, thirty seconds before noon."""

    def __init__(self, folder: Path) -> None:
        self.line = Line(folder, FakeClock(NOON - timedelta(seconds=30)))
        self.speaker: FakeSpeaker
        self.sound: FakeSound
        self.speaker, self.sound = self.line.speaker(PA)
        for name, seconds in SECONDS.items():
            self.line.media.keep(ref(name).sha256, name.encode() * 10)
            self.sound.seconds[str(self.line.media.path(ref(name).sha256))] = seconds

    def heard(self, made: Plan, until: float = 60.0) -> list[tuple[str, float, float, str]]:
        """(message, second after noon, seconds, outcome) as recorded."""
        self.line.go(Orders(PA, made))
        self.line.run(until + 30.0)
        found = []
        for one in self.line.records():
            begun = (one.started - NOON).total_seconds() if one.started else -1.0
            found.append((one.message, round(begun, 1), round(one.seconds, 1), one.outcome.value))
        return sorted(found, key=lambda each: each[1])


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path)
    yield made
    made.line.store.close()


def foreseen(made: Plan) -> list[tuple[str, float, float]]:
    return [
        (
            one.on_air.playlist.items[0].message,
            (one.start - NOON).total_seconds(),
            (one.end - one.start).total_seconds(),
        )
        for one in segments(made, NOON, NOON + timedelta(minutes=5))
        if one.on_air.playlist and one.on_air.cause == "rule"
    ]


def test_two_announcements_for_noon_are_said_one_after_the_other_once_each(gate: Gate) -> None:
    made = plan(rule("fog"), rule("lanes"), fog=(item("fog"),), lanes=(item("lanes"),))
    assert foreseen(made) == [("fog", 0.0, 8.0), ("lanes", 8.0, 6.0)]
    assert gate.heard(made) == [("fog", 0.0, 8.0, "shown"), ("lanes", 8.0, 6.0, "shown")]
    assert {one.due for one in gate.line.records()} == {NOON}


def test_a_stacked_announcement_is_said_when_what_is_stronger_is_over(gate: Gate) -> None:
    stacked = rule("lanes", routing="stacked", stack_for=300)
    made = plan(
        stacked, rule("urgent", priority=Priority.PRIORITY),
        lanes=(item("lanes", max_late=0.0),), urgent=(item("urgent"), item("fog")),
    )  # fmt: skip
    assert foreseen(made) == [("urgent", 0.0, 15.0), ("lanes", 15.0, 6.0)]
    assert [one for one in gate.heard(made) if one[0] == "lanes"] == [("lanes", 15.0, 6.0, "shown")]


def test_what_the_plan_itself_cuts_goes_on_as_the_plan_says_and_is_held_by_nobody_else(gate: Gate) -> None:
    urgent = rule("urgent", priority=Priority.PRIORITY, loop=True, starts=NOON + timedelta(seconds=3),
                  ends=NOON + timedelta(seconds=10))  # fmt: skip
    made = plan(rule("fog"), urgent, fog=(item("fog"), item("papers")), urgent=(item("urgent"),))
    found = gate.heard(made)
    said = [one for one in found if one[0] in ("fog", "papers") and one[2]]
    assert [(name, second) for name, second, _, _ in said] == [("fog", 0.0), ("fog", 10.0), ("papers", 15.0)]
    assert sum(seconds for name, _, seconds, _ in said if name == "fog") == pytest.approx(8.0, abs=0.2)
    assert ("urgent", 3.0, 7.0) in [one[:3] for one in found]


def test_the_same_plan_delivered_three_times_and_a_schedule_made_anew_say_nothing_twice(gate: Gate) -> None:
    made = plan(rule("fog"), fog=(item("fog"),))
    gate.line.go(Orders(PA, made))
    gate.line.run(33.0)
    for _ in range(2):
        gate.line.go(Orders(PA, made.model_copy()))
    again = plan(rule("made-anew", playlist="fog"), fog=(item("fog"),)).model_copy(update={"revision": 2})
    assert sum(one[2] for one in gate.heard(again)) == pytest.approx(8.0, abs=0.2)


def test_what_is_all_or_nothing_does_not_go_on_after_an_alert(gate: Gate) -> None:
    made = plan(rule("fog", routing="non_partial"), fog=(item("fog"), item("papers")))
    gate.line.go(Orders(PA, made))
    gate.line.run(33.0)
    begin = NOON + timedelta(seconds=3)
    fire = Alert(id="fire", revision=1, starts=begin, until=begin + timedelta(seconds=10), item=item("urgent"))
    gate.line.go(Orders(PA, made, (fire,), {"fire": 1}))
    gate.line.run(40.0)
    found = [(one.message, one.outcome.value) for one in gate.line.records() if one.cause == "rule"]
    assert found == [("fog", "interrupted"), ("papers", "missed")]


@settings(max_examples=150, deadline=None)
@given(cut=st.floats(0.01, 18.9), interrupted=st.sampled_from(["resume", "restart", "skip"]))
def test_journal_and_plan_go_on_from_the_same_second(
    cut: float, interrupted: Literal["resume", "restart", "skip"]
) -> None:
    messages = (
        Item(message="m", version=1, digest=digest("m"), contents=(ref("fog"), ref("lanes")), interrupted=interrupted),
        item("papers", interrupted=interrupted),
    )
    playlist = Playlist(id="p", items=messages)
    made = plan(rule("p"), p=messages)
    one = next(passes(made, NOON, NOON + timedelta(seconds=1), (), {}))
    broken = next(cue for cue in reversed(one.cues) if (cue.due - NOON).total_seconds() <= cut)
    held = after_cut(one, broken, cut - (broken.due - NOON).total_seconds(), "an alert")
    onwards = standing.after_cut(playlist, cut, loop=False)
    if held is None:
        assert onwards is None
    else:
        first = held.cues[0]
        assert (first.meant - NOON).total_seconds() + first.offset == pytest.approx(onwards, abs=0.002)
