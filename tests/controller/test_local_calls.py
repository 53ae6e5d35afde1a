"""Local calls: set by an operator, carried by the plans of the devices that can answer them."""

from __future__ import annotations

import pytest

from schedules.model import Priority
from tests.support.desk import a_desk

PA, BOARD = "tan-thanh/pa-1", "chi-ma/board-1"


@pytest.fixture
def desk(tmp_path):
    with a_desk(tmp_path) as made:
        yield made


def keep(desk, name="fire", person="operator", **fact):
    body = {"fact": fact, "targets": ["all"], "version": 0}
    return desk.ask(person, "PUT", f"/calendars/call/{name}", body)


def test_a_button_starts_an_approved_message_where_it_has_a_sound_or_pages(desk):
    message = desk.approved(audio={"vi": desk.sound(2.0)})
    assert keep(desk, message=message, zones=["hall"], longest=120).status_code < 300
    (call,) = desk.plan(PA).calls
    assert (call.id, call.item.message, call.priority, call.zones, call.longest) == (
        "fire",
        message,
        Priority.EMERGENCY,
        ("hall",),
        120,
    )
    assert call.item.contents[0].sha256 in {each.sha256 for each in desk.plan(PA).contents()}
    (on_board,) = desk.plan(BOARD).calls
    assert {each.kind for each in on_board.item.contents} == {"pages"}


def test_a_message_that_is_not_approved_starts_nothing_until_it_is(desk):
    message, digest = desk.submitted(audio={"vi": desk.sound(2.0)})
    keep(desk, message=message)
    assert desk.plan(PA).calls == ()
    desk.approve(message, digest)
    assert [call.id for call in desk.plan(PA).calls] == ["fire"]


def test_a_call_without_a_message_is_the_microphone_of_loudspeakers_only(desk):
    keep(desk, "talk", release="hold", drill=True)
    (call,) = desk.plan(PA).calls
    assert (call.priority, call.item, call.release, call.drill) == (Priority.LIVE, None, "hold", True)
    assert desk.plan(BOARD).calls == ()


@pytest.mark.parametrize("fact", [{"longest": 1}, {"release": "never"}, {"message": "NO SUCH"}])
def test_what_no_button_can_start_is_refused_and_changes_nothing(desk, fact):
    assert keep(desk, **fact).status_code == 422
    assert desk.plan(PA).calls == ()


def test_who_may_not_plan_may_not_set_a_call(desk):
    assert keep(desk, person="author").status_code == 403
