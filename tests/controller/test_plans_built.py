"""The plan of a device is a pure answer to what people decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.domain.gates import Device, Sight, health
from controller.domain.plans import Entry, Showable, Wanted, WantedPlaylist, WantedRule, build, chime_lead, gaps
from devices.contract.messages import Health, Status
from devices.profiles.tones import tone_seconds
from schedules.model import Priority
from tests.support.desk import MONDAY_NOON
from tests.support.facts import content, digest

BOARD = Device(id="chi-ma/board-1", gate="chi-ma", kind="board", shape="192x64:rg", agent="agent", names={})
LANE = Device(id="huu-nghi/lane-1", gate="huu-nghi", kind="board", shape="128x32:mono", agent="agent", names={})
SPEAKER = Device(id="tan-thanh/pa-1", gate="tan-thanh", kind="speaker", agent="agent", names={}, zones=("hall",))
DEVICES = (BOARD, LANE, SPEAKER)


def showable(name: str, shapes: tuple[str, ...] = ("192x64:rg", "128x32:mono"), sound: bool = True) -> Showable:
    audio = (content(f"{name}.wav", kind="audio"),) if sound else ()
    pages = {shape: (content(f"{name} {shape} vi"), content(f"{name} {shape} en", "en")) for shape in shapes}
    return Showable(message=name, version=1, digest=digest(name), title=name, pages=pages, audio=audio)


def rule(name: str, playlist: str = "p", targets: tuple[str, ...] = (BOARD.id,), **changes: Any) -> WantedRule:
    facts: dict[str, Any] = {
        "id": name, "playlist": playlist, "targets": targets, "priority": Priority.NORMAL, "weekdays": (1, 2, 3),
        "windows": (("07:00", "17:00"),),
    }  # fmt: skip
    return WantedRule(**(facts | changes))


def wanted(
    *rules: WantedRule, messages: tuple[str, ...] = ("m1", "m2"), approved: tuple[Showable, ...] | None = None
) -> Wanted:
    playlists = {
        name: WantedPlaylist(id=name, name=name, items=tuple(Entry(message=message) for message in messages))
        for name in {each.playlist for each in rules}
    }
    good = approved if approved is not None else tuple(showable(message) for message in messages)
    return Wanted(
        playlists=playlists,
        rules=rules,
        showables={each.message: each for each in good},
        states=dict.fromkeys(messages, "submitted"),
        alert_clips=(content("tone", "zxx", kind="audio"),),
    )


def test_a_board_gets_the_pages_of_its_own_shape_only():
    facts = wanted(rule("r", targets=(BOARD.id, LANE.id)))
    for device in (BOARD, LANE):
        body = build(device, facts, MONDAY_NOON)
        assert [ref.sha256 for ref in body.playlists[0].items[0].contents] == [
            digest(f"m1 {device.shape} vi"),
            digest(f"m1 {device.shape} en"),
        ]


def test_rules_name_their_own_device_only_so_that_plans_do_not_change_with_their_neighbours():
    alone, together = (
        build(BOARD, wanted(rule("r", targets=targets)), MONDAY_NOON) for targets in ((BOARD.id,), (BOARD.id, LANE.id))
    )
    assert alone.fingerprint() == together.fingerprint()
    assert together.rules[0].targets == (BOARD.id,)


def test_a_board_loops_and_a_loudspeaker_speaks_once():
    facts = wanted(rule("r", targets=(BOARD.id, SPEAKER.id)))
    assert build(BOARD, facts, MONDAY_NOON).rules[0].loop
    assert not build(SPEAKER, facts, MONDAY_NOON).rules[0].loop


def test_speech_begins_after_the_chime():
    lead = chime_lead()
    assert lead >= tone_seconds("chime-2") + 0.5
    assert lead * 2 == int(lead * 2)


def test_only_loudspeakers_hold_the_alarm_ready():
    facts = wanted(rule("r"))
    assert build(BOARD, facts, MONDAY_NOON).preload == ()
    assert build(SPEAKER, facts, MONDAY_NOON).preload == facts.alert_clips


def test_what_is_left_out_is_said_with_its_reason():
    facts = wanted(
        rule("r", targets=(BOARD.id, SPEAKER.id)),
        messages=("m1", "m2"),
        approved=(showable("m1", ("192x64:rg",), sound=False),),
    )
    said = {(gap.device, gap.message, gap.code) for gap in gaps(DEVICES, facts, facts.rules[0])}
    assert said == {
        (BOARD.id, "m2", "message.not_approved"),
        (SPEAKER.id, "m2", "message.not_approved"),
        (SPEAKER.id, "m1", "content.missing"),
    }


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_rule_that_is_over_is_no_longer_carried(seconds: int):
    over = rule("r", ends=MONDAY_NOON + timedelta(seconds=seconds))
    assert len(build(BOARD, wanted(over), MONDAY_NOON).rules) == seconds


RULES = st.lists(
    st.builds(
        rule,
        st.sampled_from(["r1", "r2", "r3", "r4"]),
        st.sampled_from(["p", "q"]),
        st.lists(st.sampled_from([each.id for each in DEVICES]), min_size=1, unique=True).map(tuple),
        every=st.sampled_from([None, 30]),
    ),
    max_size=4,
    unique_by=lambda each: each.id,
)
SHOWN = st.lists(st.sampled_from(["m1", "m2"]), unique=True).map(lambda names: tuple(showable(name) for name in names))


@settings(max_examples=80)
@given(RULES, SHOWN, st.randoms())
def test_every_plan_is_lawful_holds_only_what_is_approved_and_does_not_depend_on_order(rules, approved, random):
    facts = wanted(*rules, approved=approved)
    shuffled = list(rules)
    random.shuffle(shuffled)
    for device in DEVICES:
        body = build(device, facts, MONDAY_NOON)
        plan = body.numbered(device.id, 1, MONDAY_NOON)
        assert {item.message for playlist in plan.playlists for item in playlist.items} <= {
            each.message for each in approved
        }
        assert {each.playlist for each in plan.rules} == {playlist.id for playlist in plan.playlists}
        assert build(device, wanted(*shuffled, approved=approved), MONDAY_NOON).fingerprint() == body.fingerprint()


def status(**changes: Any) -> Status:
    facts: dict[str, Any] = {
        "device": BOARD.id, "agent": "agent", "boot": "b", "at": MONDAY_NOON, "revision": 1, "health": Health.HEALTHY,
        "cause": "nothing",
    }  # fmt: skip
    return Status(**(facts | changes))


@given(
    st.sampled_from(list(Health)),
    st.booleans(),
    st.floats(-10, 300),
    st.integers(0, 3),
    st.integers(0, 3),
    st.floats(0, 300),
)
def test_green_is_said_only_of_a_device_that_is_heard_and_holds_what_it_should(said, online, silent, held, issued, age):
    sight = Sight(
        status=status(health=said, revision=held),
        agent_online=online,
        seen_at=MONDAY_NOON - timedelta(seconds=silent),
        revision_wanted=issued,
        issued_at=MONDAY_NOON - timedelta(seconds=age),
    )
    if health(sight, MONDAY_NOON) is Health.HEALTHY:
        assert said is Health.HEALTHY
        assert online
        assert silent <= 90
        assert held == issued or age <= 60
