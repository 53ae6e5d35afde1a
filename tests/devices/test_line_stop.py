"""The end of a line's work: whatever fails in one hand, the others end theirs, zones are shut and the port is given back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from devices.agent.board import BoardHand
from devices.agent.orders import Orders
from devices.contract.messages import Outcome
from devices.errors import DeviceError
from devices.profiles.board import BoardShape
from schedules.model import Alert
from tests.support.agent_world import item_of, page_file
from tests.support.facts import NOON
from tests.support.fake_devices import FakeBoard, FakeSound, Line

BAD, PA, LAST = "g/bad", "g/pa", "g/last"
PAGE = page_file(9, seconds=3.0)


class UnstoppableHand(BoardHand):
    """A hand with a fault of ours in its last step."""

    def stop(self) -> None:
        raise RuntimeError("no end")


class BrokenPipe(FakeSound):
    """A sound process that died: it cannot even be told to be silent."""

    def stop(self, ids: frozenset[str]) -> None:
        raise DeviceError("the sound process is gone")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    made.media.keep(PAGE.ref().sha256, PAGE.to_bytes())
    yield made
    made.store.close()


def alert(device: str) -> Orders:
    until = NOON + timedelta(minutes=5)
    return Orders(device, None, (Alert(id="a1", revision=1, starts=NOON, until=until, item=item_of("urgent", PAGE)),))


def end(line: Line) -> None:
    assert line.worker is not None
    line.worker.ask_to_stop()
    line.worker.turn()


def test_a_hand_that_fails_at_the_stop_keeps_no_other_from_shutting_its_zones_and_writing_its_record(
    line: Line,
) -> None:
    line._add(BAD, UnstoppableHand(line.tools(BAD), BoardShape.parse("32x16:mono")), FakeBoard())
    speaker, _ = line.speaker(PA)
    line.board(LAST)
    line.go(alert(PA), alert(LAST))
    line.run(2.0)
    assert speaker.open_now == {"hall"}
    with pytest.raises(RuntimeError, match="no end"):
        end(line)
    assert speaker.open_now == frozenset()
    assert line.links[-1].closed
    ended = {one.device: (one.outcome, one.reason) for one in line.records()}
    assert ended[LAST] == (Outcome.PARTIAL, "the agent was stopped")


def test_zones_are_shut_though_the_sound_process_is_gone(line: Line) -> None:
    speaker, sound = line.speaker(PA)
    sound.__class__ = BrokenPipe
    line.go(alert(PA))
    line.run(2.0)
    assert speaker.open_now == {"hall"}
    with pytest.raises(DeviceError, match="gone"):
        end(line)
    assert speaker.open_now == frozenset()
    assert line.links[-1].closed
