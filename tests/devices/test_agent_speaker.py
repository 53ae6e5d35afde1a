"""A loudspeaker on a line: zones and sounds in time, said once, interrupted, missed; by a clock that the tests move."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from devices.agent.orders import Orders
from devices.agent.worker import TestPattern
from devices.contract.messages import Health, Outcome
from devices.errors import SilentError
from devices.sound.client import SinkFaultError
from schedules.model import Alert, ContentRef, Item, Plan, Playlist, Rule, Window
from tests.support.facts import NOON, digest
from tests.support.fake_devices import FakeClock, FakeSound, FakeSpeaker, Line

PA = "tan-thanh/pa-1"
FIRST = NOON - timedelta(seconds=1.5)  # of the chime: the first word falls on noon
HALL, YARD = frozenset({"hall"}), frozenset({"yard"})
SPEECH = {name: name.encode() * 10 for name in ("vi", "zh", "urgent")}


def ref(name: str, seconds: float) -> ContentRef:
    data = SPEECH[name]
    return ContentRef(
        sha256=hashlib.sha256(data).hexdigest(), kind="audio", language="vi", size=len(data), seconds=seconds
    )


ITEM = Item(
    message="m1",
    version=1,
    digest=digest("m1"),
    contents=(ref("vi", 4.0), ref("zh", 6.0)),
    interrupted="skip",
    late="skip",
)  # what is said later has tests of its own
URGENT = Item(message="urgent", version=1, digest=digest("urgent"), contents=(ref("urgent", 5.0),))
LENGTH = 1.5 + 4.0 + 0.5 + 6.0


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, FakeClock(FIRST - timedelta(seconds=30)))
    for data in SPEECH.values():
        made.media.keep(hashlib.sha256(data).hexdigest(), data)
    yield made
    made.store.close()


@pytest.fixture
def pa(line: Line) -> tuple[FakeSpeaker, FakeSound]:
    return with_lengths(line, *line.speaker(PA))


def with_lengths(line: Line, speaker: FakeSpeaker, sound: FakeSound) -> tuple[FakeSpeaker, FakeSound]:
    for content in (*ITEM.contents, *URGENT.contents):
        sound.seconds[str(line.media.path(content.sha256))] = content.seconds
    return speaker, sound


def plan(
    *, every: int | None = None, ends: datetime | None = None, loop: bool = False, zones: tuple[str, ...] = ("yard",)
) -> Plan:
    """At noon: chime, two languages half a second apart."""
    rule = Rule(
        id="r1",
        playlist="p1",
        targets=(PA,),
        windows=(Window.of("12:00", "17:00"),),
        loop=loop,
        every=every,
        zones=zones,
        ends=ends,
    )
    playlist = Playlist(id="p1", items=(ITEM,), lead=1.5, gap=0.5)
    return Plan(device=PA, revision=1, issued=FIRST - timedelta(hours=1), playlists=(playlist,), rules=(rule,))


def alert(starts: float, seconds: float = 60) -> Alert:
    begin = FIRST + timedelta(seconds=starts)
    return Alert(id="a1", revision=1, starts=begin, until=begin + timedelta(seconds=seconds), item=URGENT)


def orders(the_plan: Plan | None, *alerts: Alert) -> Orders:
    return Orders(PA, the_plan, alerts, {one.id: one.revision for one in alerts})


def at(seconds: float) -> float:
    return (FIRST + timedelta(seconds=seconds)).timestamp()


def test_chime_and_contents_are_placed_at_their_exact_instants_ahead_of_time(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    _, sound = pa
    line.go(orders(plan()))
    line.run(28.0)
    assert [(clip.path, clip.due.timestamp(), clip.bus) for clip in sound.history] == [
        ("tone:chime-2", at(0), "normal")
    ]
    line.run(20.0)
    assert [clip.due.timestamp() for clip in sound.history] == [at(0), at(1.5), at(6.0)]


def test_zones_open_before_the_due_second_and_close_after_the_last_word(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    speaker, _ = pa
    line.go(orders(plan()))
    line.run(30.0 + LENGTH + 2.0, step=0.02)
    (_, first), (opened, yard), (closed, shut) = speaker.moves
    assert (first, yard, shut) == (frozenset(), YARD, frozenset())
    assert -1.5 <= (opened - FIRST).total_seconds() <= -0.3
    assert LENGTH + 0.3 <= (closed - FIRST).total_seconds() <= LENGTH + 0.6


def test_each_content_is_one_record_with_its_zones_and_the_relays_word(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    line.go(orders(plan()))
    line.run(30.0 + LENGTH + 2.0)
    found = [(one.outcome, one.seconds, one.zones, one.evidence, one.due.timestamp()) for one in line.records()]
    assert found == [
        (Outcome.SHOWN, 4.0, ("yard",), "read_back", at(1.5)),
        (Outcome.SHOWN, 6.0, ("yard",), "read_back", at(6.0)),
    ]


def test_a_rule_that_names_no_zones_is_heard_in_the_public_ones(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    speaker, _ = pa
    line.go(orders(plan(zones=())))
    line.run(31.0)
    assert speaker.open_now == HALL


def test_it_repeats_every_so_many_minutes_and_is_silent_between(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    speaker, sound = pa
    line.go(orders(plan(every=5)))
    line.run(30.0 + 700.0, step=0.25)
    assert [clip.due.timestamp() for clip in sound.history if clip.path == "tone:chime-2"] == [at(0), at(300), at(600)]
    assert len(line.records()) == 6
    assert [zones for _, zones in speaker.moves] == [frozenset(), *[YARD, frozenset()] * 3]


def test_every_sound_of_a_call_is_delayed_by_the_trim_of_its_zones_and_due_as_before(line: Line) -> None:
    _, sound = with_lengths(line, *line.speaker(PA, trims={"yard": 0.12, "lane": 0.05}))
    line.go(orders(plan(zones=("yard", "lane"))))
    line.run(60.0)
    assert [(clip.due.timestamp(), clip.delay) for clip in sound.history] == [
        (at(0), 0.12),
        (at(1.5), 0.12),
        (at(6.0), 0.12),
    ]
    assert [record.due.timestamp() for record in line.records()] == [at(1.5), at(6.0)]


def test_a_loop_keeps_its_zones_open_and_goes_round(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    speaker, sound = pa
    line.go(orders(plan(loop=True)))
    line.run(30.0 + 3 * LENGTH - 1.0)
    chimes = [clip.due.timestamp() for clip in sound.history if clip.path == "tone:chime-2"]
    assert chimes == pytest.approx([at(0), at(LENGTH), at(2 * LENGTH), at(3 * LENGTH)])
    assert [zones for _, zones in speaker.moves] == [frozenset(), YARD]


def test_an_alert_stops_what_sounds_and_loops_in_the_public_zones_until_its_end(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    speaker, sound = pa
    line.go(orders(plan()))
    line.run(33.0)
    line.go(orders(plan(), alert(3.0, 12.0)))
    line.run(5.0)
    assert speaker.open_now == HALL
    assert next(clip.bus for clip in sound.placed.values()) == "emergency"
    cut = line.records()[0]
    assert (cut.outcome, cut.reason) == (Outcome.INTERRUPTED, "alert a1")
    assert 1.0 < cut.seconds < 2.0
    assert line.views[PA].alerts == {"a1": 1}
    line.run(10.0)
    urgent = [one for one in line.records() if one.cause == "alert"]
    assert [one.outcome for one in urgent] == [Outcome.SHOWN] * len(urgent)
    assert len(urgent) >= 2
    assert speaker.open_now == frozenset()


def test_what_an_alert_put_off_before_its_first_sample_leaves_no_record(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    line.go(orders(plan()))
    line.run(28.0)
    line.go(orders(plan(), alert(-2.0, 60.0)))
    line.run(1.0)
    assert [one.cause for one in line.records()] == []


def test_its_own_windows_end_cuts_a_loop_and_counts_as_shown(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    line.go(orders(plan(loop=True, ends=FIRST + timedelta(seconds=52))))
    line.run(30.0 + 54.0)
    last = line.records()[-1]
    assert (last.outcome, last.reason) == (Outcome.SHOWN, "its time ended")
    assert 0 < last.seconds < 6.0


def test_after_a_restart_nothing_is_said_twice_and_what_was_due_meanwhile_is_missed(tmp_path: Path, line: Line) -> None:
    with_lengths(line, *line.speaker(PA))
    line.go(orders(plan()))
    line.run(33.0)  # in the middle of the first language
    line.store.close()
    again = Line(tmp_path, FakeClock(FIRST + timedelta(seconds=8)))
    _, sound = with_lengths(again, *again.speaker(PA))
    again.go(orders(plan()))
    again.run(30.0)
    assert sound.history == []
    assert [(one.outcome, one.reason) for one in again.records()] == [
        (Outcome.PARTIAL, "power"),
        (Outcome.MISSED, "let go: power"),
    ]
    assert again.records()[0].seconds == pytest.approx(1.0, abs=0.6)
    again.store.close()


def test_what_was_due_while_the_agent_did_not_run_is_missed_once(tmp_path: Path) -> None:
    line = Line(tmp_path, FakeClock(FIRST + timedelta(seconds=4)))
    for name in SPEECH:
        line.media.keep(ref(name, 1.0).sha256, SPEECH[name])
    with_lengths(line, *line.speaker(PA))
    line.go(orders(plan()))
    line.run(20.0)
    assert [(one.outcome, one.reason, one.due.timestamp()) for one in line.records()] == [
        (Outcome.MISSED, "the agent was not running", at(1.5)),
        (Outcome.SHOWN, "", at(6.0)),
    ]
    line.store.close()


def test_an_alert_begins_again_after_a_restart(tmp_path: Path, line: Line) -> None:
    with_lengths(line, *line.speaker(PA))
    line.go(orders(None, alert(-30.0, 600.0)))
    line.run(10.0)
    line.store.close()
    again = Line(tmp_path, FakeClock(FIRST))
    speaker, sound = with_lengths(again, *again.speaker(PA))
    again.go(orders(None, alert(-30.0, 600.0)))
    again.run(3.0)
    assert sound.history
    assert speaker.open_now == HALL
    again.store.close()


def test_relays_that_do_not_answer_fail_the_record_and_are_tried_again(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    speaker, _ = pa
    line.go(orders(plan()))
    speaker.error = SilentError(1.0)
    line.run(30.0 + LENGTH + 2.0)
    assert {(one.outcome, one.reason) for one in line.records()} == {(Outcome.FAILED, "the zones did not open")}
    assert line.views[PA].health is Health.OFFLINE
    speaker.error = None
    line.run(31.0)
    assert line.views[PA].health is Health.HEALTHY


def test_a_zone_that_was_closed_by_hand_is_a_fault_and_opened_again(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    speaker, _ = pa
    line.go(orders(plan(loop=True)))
    line.run(31.0)
    speaker.open_now = frozenset()
    line.run(45.0)
    assert speaker.open_now == YARD


def test_a_sink_that_takes_nothing_is_a_fault_until_it_does(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    _, sound = pa
    line.go(orders(plan()))
    sound.error = SinkFaultError("no sink takes sound")
    line.run(31.0)
    assert [one.code for one in line.faults[PA].standing()] == ["audio.sink"]
    sound.error = None
    line.run(20.0)
    assert line.faults[PA].standing() == ()


def test_a_sound_that_is_not_here_is_recorded_once_for_each_occurrence(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    Path(str(line.media.path(ITEM.contents[1].sha256))).unlink()
    line.go(orders(plan(every=5)))
    line.run(30.0 + 320.0, step=0.25)
    failed = [one for one in line.records() if one.outcome is Outcome.FAILED]
    assert [(one.reason, one.due.timestamp()) for one in failed] == [
        ("content.missing", at(6.0)),
        ("content.missing", at(306.0)),
    ]


def test_the_test_tone_sounds_in_the_public_zones(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    speaker, sound = pa
    sound.seconds["tone:test"] = 10.0
    line.go(orders(None))
    assert line.worker is not None
    line.worker.tell(TestPattern(PA))
    line.run(2.0)
    assert [clip.path for clip in sound.history] == ["tone:test"]
    assert speaker.open_now == HALL
    line.run(12.0)
    assert speaker.open_now == frozenset()
    assert line.records() == []


def test_a_stop_closes_the_zones_and_records_what_sounded(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    speaker, _ = pa
    line.go(orders(plan()))
    line.run(34.0)
    assert line.worker is not None
    line.worker.ask_to_stop()
    line.worker.turn()
    assert speaker.open_now == frozenset()
    assert [(one.outcome, one.reason) for one in line.records()] == [(Outcome.PARTIAL, "the agent was stopped")]


def test_what_a_monitor_heard_is_the_evidence(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    pa[1].monitor = "heard"
    line.go(orders(plan()))
    line.run(30 + LENGTH + 2)
    assert [one.evidence for one in line.records()] == ["heard", "heard"]
    assert not line.faults[PA].standing()


def test_a_monitor_that_hears_nothing_is_a_fault_until_it_hears(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    pa[1].monitor = "silent"
    line.go(orders(plan(every=1)))
    line.run(30 + LENGTH + 2)
    assert [one.code for one in line.faults[PA].standing()] == ["audio.silent"]
    assert [one.evidence for one in line.records()] == ["read_back", "read_back"]
    pa[1].monitor = "heard"
    line.run(60)
    assert not line.faults[PA].standing()


def test_no_clip_may_begin_when_its_zones_are_shut(line: Line, pa: tuple[FakeSpeaker, FakeSound]) -> None:
    cut = FIRST + timedelta(seconds=LENGTH - 6.0 + 0.4)  # the window ends 0.4 s into the second language
    line.go(orders(plan(ends=cut, loop=True)))
    line.run(30 + LENGTH + 2)
    ends = {clip.due: clip.max_late for clip in pa[1].history}
    assert [round(late, 3) for _, late in sorted(ends.items())] == [1.0, 1.0, 0.4]


def test_two_rules_of_one_second_are_not_mixed_and_the_loser_is_silent_while_the_winner_is_on_air(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    first = plan()
    other = first.rules[0].model_copy(update={"id": "r2", "zones": ("hall",)})
    line.go(orders(first.model_copy(update={"rules": (first.rules[0], other)})))
    line.run(30 + 2 * LENGTH + 4)
    winner = {one.source for one in line.records()}
    assert len(winner) == 1
    assert len({clip.id for clip in pa[1].history}) == 3  # chime and two languages, once
    assert {zones for _, zones in pa[0].moves if zones} == {YARD if winner == {"r1"} else HALL}


def test_a_message_taken_out_of_the_plan_while_it_sounds_is_recorded_as_broken_off(
    line: Line, pa: tuple[FakeSpeaker, FakeSound]
) -> None:
    line.go(orders(plan()))
    line.run(30 + 1.5 + 2.0)
    line.go(orders(Plan(device=PA, revision=2, issued=FIRST)))
    line.run(2)
    cut = line.records()[0]
    assert (cut.outcome, cut.reason) == (Outcome.PARTIAL, "no longer wanted")
    assert 1.9 < cut.seconds < 2.3
    assert pa[0].open_now == frozenset()


@pytest.mark.parametrize("step", [-3600.0, 3600.0], ids=["an hour back", "an hour on"])
def test_a_clock_that_is_stepped_leaves_no_zone_open_and_says_nothing_twice(
    line: Line, pa: tuple[FakeSpeaker, FakeSound], step: float
) -> None:
    line.go(orders(plan()))
    line.run(30 + 1.5 + 2.0)
    line.clock.step(timedelta(seconds=step))
    line.run(10)
    assert pa[0].open_now == frozenset()
    assert [one.outcome for one in line.records()] == [Outcome.PARTIAL if step < 0 else Outcome.SHOWN]
    line.clock.step(-timedelta(seconds=step + 10))  # set right again, ten seconds later by its own count
    line.run(20)
    said = [one.content.sha256 for one in line.records()]
    assert len(said) == len(set(said))
