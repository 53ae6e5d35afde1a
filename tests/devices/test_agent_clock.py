"""The agent's clock: who is believed, what is found when somebody sets it, and that no stolen answer can turn it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from devices.agent.app import build_agent
from devices.agent.clock import AgentClock
from devices.agent.http import Controller
from devices.agent.timekeeping import SLOWEST, Timekeeper
from devices.contract.messages import Status
from schedules.model import Item, Playlist, Rule, Window
from schedules.trust import Doubt
from tests.support.agent_world import TWO_BOARDS, a_world, page_file, until
from tests.support.facts import plan
from tests.support.fake_controller import KEYS, FakeController, sealed_time, utc_now

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Hands:
    """Both clocks of a machine, moved by a test."""

    def __init__(self) -> None:
        self.wall, self.passed, self.synchronised = NOON, 100.0, False
        self.clock = AgentClock(
            synchronised=lambda: self.synchronised, wall=lambda: self.wall, monotonic=lambda: self.passed
        )

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.passed += seconds

    def set_by_hand(self, by: timedelta) -> None:
        self.wall += by


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_a_clock_set_by_hand_is_doubted_at_the_next_look_and_somebody_is_asked_once(hands: Hands) -> None:
    asked: list[bool] = []
    hands.clock.doubted = lambda: asked.append(True)
    hands.synchronised = True
    assert hands.clock.trusted()
    hands.synchronised = False
    hands.pass_by(86_400)
    assert hands.clock.trusted()
    hands.set_by_hand(HOUR)
    hands.pass_by(6)
    assert (hands.clock.trusted(), hands.clock.doubt(), asked) == (False, Doubt.STEPPED, [True])
    hands.pass_by(6)
    assert (hands.clock.trusted(), asked) == (False, [True])
    hands.set_by_hand(-HOUR)
    hands.clock.told(hands.wall)
    assert hands.clock.trusted()


def test_an_hour_fast_is_named_and_stays_so_though_the_system_calls_itself_synchronised(hands: Hands) -> None:
    hands.synchronised = True
    assert hands.clock.trusted()
    hands.clock.told(hands.wall - HOUR)
    for _ in range(3):
        assert (hands.clock.trusted(), hands.clock.doubt(), hands.clock.offset()) == (False, Doubt.BEIJING, HOUR)
        hands.pass_by(6)
    hands.set_by_hand(-HOUR)  # its own time source is right again
    hands.pass_by(6)
    assert (hands.clock.trusted(), hands.clock.offset()) == (True, None)


def test_a_few_seconds_are_a_fault_and_no_end_of_trust(hands: Hands) -> None:
    hands.clock.told(hands.wall + timedelta(seconds=30))
    assert (hands.clock.trusted(), hands.clock.doubt()) == (True, Doubt.OFF)
    assert hands.clock.offset() == timedelta(seconds=-30)


def test_a_clock_that_lost_its_battery_or_runs_behind_its_records_is_not_believed(hands: Hands) -> None:
    hands.synchronised = True
    hands.wall = datetime(1970, 1, 1, tzinfo=UTC)
    assert (hands.clock.trusted(), hands.clock.doubt()) == (False, Doubt.BEFORE_BUILD)
    later = Hands()
    later.synchronised = True
    later.clock.begin(NOON + HOUR)
    assert (later.clock.trusted(), later.clock.doubt()) == (False, Doubt.BEHIND_RECORD)


def test_a_machine_to_be_believed_still_says_how_wrong_it_is() -> None:
    clock = AgentClock(trust=True, synchronised=lambda: False)
    assert (clock.trusted(), clock.doubt()) == (True, Doubt.NONE)
    clock.told(clock.now() - HOUR)
    assert (clock.trusted(), clock.doubt()) == (True, Doubt.BEIJING)


# --- asking the controller


async def asked(controller: FakeController, hands: Hands, slow: float = 0.0) -> None:
    """One question of a timekeeper."""
    keeper = Timekeeper(hands.clock, KEYS, "huu-nghi/agent", lambda: Controller(controller.url, controller.token))
    before = len(controller.requests)
    running = asyncio.create_task(keeper.run())
    await until(lambda: len(controller.requests) > before)
    hands.pass_by(slow)
    await asyncio.sleep(0.2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def controller():
    serving = FakeController({}).start()
    yield serving
    serving.stop()


async def test_the_controllers_word_counts_at_once(controller: FakeController, hands: Hands) -> None:
    hands.wall = utc_now() + HOUR
    await asked(controller, hands)
    assert hands.clock.doubt() is Doubt.BEIJING


@pytest.mark.parametrize("theft", ["an old answer", "another agent's", "another key's", "rubbish"])
async def test_what_a_thief_answers_turns_no_clock(controller: FakeController, hands: Hands, theft: str) -> None:
    hands.wall, hands.synchronised = utc_now(), True
    wrong = hands.wall - HOUR
    controller.tell = lambda nonce, _sealed: {
        "an old answer": sealed_time("0" * 32, wrong),
        "another agent's": sealed_time(nonce, wrong, agent="chi-ma/agent"),
        "another key's": sealed_time(nonce, wrong, secret=b"x" * 32),
        "rubbish": b"{",
    }[theft]
    await asked(controller, hands)
    assert (hands.clock.trusted(), hands.clock.offset()) == (True, None)


async def test_an_answer_that_took_long_is_no_time_to_set_a_clock_by(controller: FakeController, hands: Hands) -> None:
    hands.wall = utc_now() + HOUR
    waiting = asyncio.Event()
    held = controller.tell

    def slowly(nonce: str, sealed: bytes) -> bytes:
        hands.pass_by(SLOWEST + 1)
        waiting.set()
        return held(nonce, sealed)

    controller.tell = slowly
    await asked(controller, hands)
    assert waiting.is_set()
    assert hands.clock.offset() is None


# --- a whole agent


async def test_an_agent_an_hour_fast_shows_its_fallback_says_so_and_goes_on_when_the_clock_is_set(tmp_path) -> None:
    device, ahead = "huu-nghi/lane-1", [HOUR]
    usual, calm = page_file(1), page_file(2)
    rule = Rule(id="r1", playlist="p1", targets=(device,), windows=(Window(start=0, end=1440),))

    def item(message, file):
        ref = file.ref()
        return Item(message=message, version=1, digest=ref.sha256, contents=(ref,))

    wanted = plan(
        device=device, rules=(rule,), playlists=(Playlist(id="p1", items=(item("m1", usual),)),),
        fallback=item("calm", calm), issued=utc_now(),
    )  # fmt: skip
    async with a_world(tmp_path, TWO_BOARDS.replace('clock = "trust"\n', "")) as world:
        clock = AgentClock(synchronised=lambda: True, wall=lambda: utc_now() + ahead[0])
        running = asyncio.create_task(build_agent(world.config, clock=clock).run())

        def state() -> Status | None:
            return world.statuses.get(device)

        def lamps() -> bytes:
            return world.gate.board("lane-1").page().planes[0]

        try:
            await world.plan(wanted, usual, calm)
            await until(lambda: state() is not None and not state().clock_trusted)
            await until(lambda: lamps() == calm.pages[0].planes[0])
            await until(lambda: "clock.beijing" in {each.code for each in state().faults})
            assert 3590 < state().clock_offset < 3610
            ahead[0] = timedelta()
            await until(lambda: lamps() == usual.pages[0].planes[0])
            await until(lambda: state().clock_trusted and state().faults == ())
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
