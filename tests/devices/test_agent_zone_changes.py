"""Every change of a call's zones, with its reason: contacts, relays, silence, something stronger; and what refuses to begin."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices.agent.config import InputConfig
from devices.agent.orders import Orders
from devices.contract.messages import Health, Outcome, PlayRecord
from devices.errors import SilentError
from devices.ports import Evidence
from schedules.levels import Cap, Levels, Volume
from schedules.model import Alert, Plan, Playlist, Rule, Window
from tests.devices.test_agent_zone_bad_days import PA, a_line, codes, item
from tests.support.facts import NOON
from tests.support.fake_devices import Line

AMP = {"amp": InputConfig(means="fault", zones=("yard",))}


NO_LEVELS = Levels()


def plan(routing: str = "partial", seconds: float = 12.0, levels: Levels = NO_LEVELS, every: int = 60) -> Plan:
    rule = Rule(
        id="r1", playlist="p1", targets=(PA,), windows=(Window(start=0, end=1440),), loop=False, every=every,
        zones=("hall", "yard"), routing=routing,
    )  # fmt: skip
    lists = (Playlist(id="p1", items=(item(seconds=seconds),)),)
    return Plan(device=PA, revision=1, issued=NOON - timedelta(days=1), playlists=lists, rules=(rule,), levels=levels)


def told(record: PlayRecord) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    return [(one.lost, one.gained, one.why) for one in record.changes]


def long(sound) -> None:
    sound.lengths = lambda path: 12.0


def test_a_zone_that_a_contact_takes_in_mid_call_and_gives_back_is_told_twice(tmp_path):
    line, speaker, sound = a_line(tmp_path, meanings=AMP)
    long(sound)
    line.go(Orders(PA, plan()))
    line.run(7.0)
    speaker.contacts = {"amp": True}
    line.run(5.5)
    speaker.contacts = {"amp": False}
    line.run(8.0)
    (record,) = line.records()
    assert told(record) == [(("yard",), (), "contact"), ((), ("yard",), "back")]
    assert record.changes[0].at > record.started
    assert (record.outcome, record.zones) == (Outcome.SHOWN, ("hall",))


def test_a_relay_that_does_not_close_costs_its_zone_and_not_the_call(tmp_path):
    line, speaker, sound = a_line(tmp_path)
    long(sound)
    speaker.deaf = frozenset({"yard"})
    line.go(Orders(PA, plan()))
    line.run(8.0)
    assert codes(line) == ["zone.mismatch"]
    assert speaker.open_now == {"hall"}
    assert line.views[PA].shown.zones == ("hall",)
    assert line.views[PA].health is Health.IMPAIRED
    line.run(15.0)
    (record,) = line.records()
    assert (record.outcome, record.zones) == (Outcome.SHOWN, ("hall",))
    assert told(record) == [(("yard",), (), "relay")]
    assert record.reason == "not in yard: its relay does not follow"


def test_a_relay_that_sticks_shut_does_not_hold_up_the_next_announcement(tmp_path):
    line, speaker, sound = a_line(tmp_path)
    long(sound)
    speaker.welded = frozenset({"yard"})
    line.go(Orders(PA, plan(every=1)))
    line.run(20.0)
    assert codes(line) == ["zone.mismatch"]
    assert "does not shut" in line.faults[PA].standing()[0].text
    line.run(60.0)
    records = [one for one in line.records() if one.due >= NOON]
    assert [one.outcome for one in records] == [Outcome.SHOWN] * 2
    assert all(abs(one.start_error) < 0.1 for one in records)
    assert {one.zones for one in records} == {("hall", "yard")}, "both were open from the first word on"


def test_a_call_for_all_zones_or_none_is_refused_where_a_relay_does_not_follow(tmp_path):
    line, speaker, sound = a_line(tmp_path)
    long(sound)
    speaker.deaf = frozenset({"yard"})
    line.go(Orders(PA, plan("non_partial")))
    line.run(25.0)
    (record,) = line.records()
    assert (record.outcome, record.reason) == (
        Outcome.FAILED,
        "refused: not in all of its zones (yard: its relay does not follow)",
    )
    assert speaker.open_now == frozenset()
    assert record.started is None


def test_a_call_for_all_zones_or_none_does_not_even_open_where_a_contact_reports_and_ends_where_one_comes(tmp_path):
    line, speaker, sound = a_line(tmp_path, meanings=AMP)
    long(sound)
    speaker.contacts = {"amp": True}
    line.go(Orders(PA, plan("non_partial", every=1)))
    line.run(25.0)
    assert all(not zones for _, zones in speaker.moves)
    assert [one.outcome for one in line.records() if one.due >= NOON] == [Outcome.FAILED]
    speaker.contacts = {"amp": False}
    line.run(41.0)
    speaker.contacts = {"amp": True}
    line.run(20.0)
    cut = next(one for one in line.records() if one.due > NOON)
    assert cut.outcome is Outcome.PARTIAL
    assert cut.reason.startswith("refused: not in all of its zones (yard: its fault contact reports)")
    assert 0 < cut.seconds < 12


def test_what_something_stronger_takes_is_told_with_its_name(tmp_path):
    line, _, sound = a_line(tmp_path)
    long(sound)
    line.go(Orders(PA, plan()))
    line.run(9.0)
    now = line.clock.now()
    fire = Alert(id="a1", revision=1, starts=now, until=now + timedelta(minutes=1), item=item("fire"), zones=("yard",))
    line.go(Orders(PA, plan(), (fire,), {"a1": 1}))
    line.run(3.0)
    record = next(one for one in line.records() if one.message == "m1")
    assert record.outcome is Outcome.INTERRUPTED
    assert [(one.lost, one.why, one.by) for one in record.changes] == [(("hall", "yard"), "stronger", "alert a1")]


@pytest.mark.parametrize("routing", ["partial", "non_partial"])
def test_an_emergency_in_one_of_a_calls_zones_goes_first_and_of_all_or_nothing_no_rest_is_said(tmp_path, routing):
    line, speaker, sound = a_line(tmp_path)
    long(sound)
    line.go(Orders(PA, plan(routing)))
    line.run(9.0)
    now = line.clock.now()
    fire = Alert(id="a1", revision=1, starts=now, until=now + timedelta(seconds=20), item=item("fire"), zones=("yard",))
    line.go(Orders(PA, plan(routing), (fire,), {"a1": 1}))
    line.run(3.0)
    assert speaker.open_now == {"yard"}
    line.run(20.0)
    line.go(Orders(PA, plan(routing), (), {"a1": 1}))
    line.run(20.0)
    mine = [one for one in line.records() if one.message == "m1"]
    assert [one.outcome for one in mine] == [Outcome.INTERRUPTED, Outcome.SHOWN][: 2 if routing == "partial" else 1]
    if routing == "partial":
        assert (mine[1].attempt, mine[1].zones) == (2, ("hall", "yard"))


def test_a_device_that_falls_silent_in_mid_call_is_a_change_and_its_return_too(tmp_path):
    line, speaker, sound = a_line(tmp_path)
    long(sound)
    line.go(Orders(PA, plan(seconds=30)))
    sound.lengths = lambda path: 30.0
    line.run(8.0)
    speaker.error = SilentError(0.5)
    line.run(10.0)
    assert codes(line) == ["link.silent"]
    speaker.error = None
    line.run(30.0)
    (record,) = line.records()
    assert told(record) == [(("hall", "yard"), (), "line"), ((), ("hall", "yard"), "back")]
    assert record.zones == ("hall", "yard")


def test_changes_of_a_loose_contact_are_counted_within_bounds(tmp_path):
    line, speaker, sound = a_line(tmp_path, meanings=AMP)
    sound.lengths = lambda path: 400.0
    line.go(Orders(PA, plan(seconds=400)))
    line.run(7.0)
    for number in range(30):
        speaker.contacts = {"amp": number % 2 == 0}
        line.run(6.0, step=0.3)
    line.run(240.0, step=0.5)
    (record,) = line.records()
    assert len(record.changes) == 20


def test_what_cannot_be_read_back_is_told_again_before_each_announcement(tmp_path):
    line, speaker, sound = a_line(tmp_path)
    sound.lengths = lambda path: 1.0
    speaker.evidence = Evidence.ACKNOWLEDGED
    now = line.clock.now()
    alert = Alert(id="a1", revision=1, starts=now, until=now + timedelta(seconds=10), item=item("fire", seconds=1.0))
    line.go(Orders(PA, None, (alert,), {"a1": 1}))
    line.run(9.0)
    assert len([zones for _, zones in speaker.moves if zones]) >= 7
    assert all(zones == {"hall", "yard"} for _, zones in speaker.moves if zones)
    assert {one.evidence for one in line.records()} == {"acknowledged"}, "never more than the device said"


NIGHT = Levels(
    volumes=(Volume(percent=50, zones=("hall",)),),
    caps=(Cap(percent=25, zones=("yard",), windows=(Window(start=0, end=1440),)),),
)


@pytest.mark.parametrize(
    ("leveled", "gain", "softer"),
    [
        (frozenset(), 25, {}),
        (frozenset({"hall", "yard"}), 50, {"yard": 12.0}),
        (frozenset({"yard"}), 50, {"yard": 12.0}),
        (frozenset({"hall"}), 25, {}),
    ],
    ids=["one stream for all", "both by the device", "the quieter by the device", "the louder by the device"],
)
def test_each_zone_is_as_loud_as_its_hour_says_where_the_device_can(tmp_path, leveled, gain, softer):
    line, speaker, sound = a_line(tmp_path)
    long(sound)
    speaker.leveled = leveled
    line.go(Orders(PA, plan(levels=NIGHT)))
    line.run(8.0)
    assert {clip.gain for clip in sound.history} == {gain}
    assert speaker.softer == softer
    line.run(15.0)
    assert speaker.softer == {}
    assert speaker.open_now == frozenset()


def test_an_emergency_is_not_held_by_the_cap_of_a_zone_that_the_device_sets(tmp_path):
    line, speaker, sound = a_line(tmp_path)
    long(sound)
    speaker.leveled = frozenset({"yard"})
    line.go(Orders(PA, plan(levels=NIGHT)))
    line.run(8.0)
    now = line.clock.now()
    fire = Alert(id="a1", revision=1, starts=now, until=now + timedelta(seconds=20), item=item("fire"))
    line.go(Orders(PA, plan(levels=NIGHT), (fire,), {"a1": 1}))
    line.run(3.0)
    assert speaker.softer == {}
    assert sound.history[-1].gain == 50
    line.run(20.0)
    record = next(one for one in line.records() if one.message == "fire")
    assert "over the cap of 25 % of this hour" in record.reason


def test_a_new_emergency_asks_a_silent_device_at_once(tmp_path):
    line, speaker, _ = a_line(tmp_path)
    line.go(Orders(PA, None))
    line.run(1.0)
    speaker.error = SilentError(0.5)
    line.run(70.0, step=0.5)
    speaker.error = None
    now = line.clock.now()
    fire = Alert(id="a1", revision=1, starts=now, until=now + timedelta(seconds=20), item=item("fire"))
    line.go(Orders(PA, None, (fire,), {"a1": 1}))
    line.run(1.0)
    assert speaker.open_now == {"hall", "yard"}


def a_quiet(line: Line) -> bool:
    return not codes(line)


def test_a_relay_that_was_only_slow_is_no_fault(tmp_path):
    line, speaker, sound = a_line(tmp_path)
    long(sound)
    honest = speaker.zones
    speaker.deaf = frozenset({"yard"})
    speaker.zones = lambda: frozenset({"hall", "yard"}) if speaker.moves and speaker.moves[-1][1] else honest()
    line.go(Orders(PA, plan()))
    line.run(8.0)
    assert a_quiet(line)
