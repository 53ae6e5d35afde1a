"""Journey: agent, player, controller and broker die by kill -9 in the middle of an emergency. The agent alone comes back, with no
controller and no broker to ask: the emergency is what it says first, and nothing of the programme before it."""

import time
from contextlib import suppress
from datetime import UTC, datetime

import psutil
import pytest

from tests.journeys.test_cut_voice import PA, a_speech
from tests.support.province import a_province, eventually

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("everything-killed"), pytest.mark.timeout(400)]
PUBLIC = {0, 1, 2, 3, 5}  # the public zones and the power


def closed(province):
    return {n for n, on in enumerate(province.simulated["tan-thanh"].relays("pa-1").coils()) if on}


def said(province, since):
    """What has begun to sound since a moment."""
    begun = ((one, one["started"]) for one in province.records(PA))
    return [one for one, started in begun if started and datetime.fromisoformat(started) >= since]


def test_after_everything_was_killed_an_emergency_still_valid_is_said_first_by_the_agent_alone(tmp_path):
    with a_province(tmp_path, "tan-thanh") as province:
        notice, _ = province.approved({"vi": "Tin thường"}, audio={"vi": province.bring("tacgia", a_speech(5))})
        leave, _ = province.approved({"vi": "Rời khu vực"}, audio={"vi": province.bring("tacgia", a_speech(4))})
        province.scheduled(notice, [PA], every=1, zones=["staff"])
        eventually(lambda: closed(province) == {4, 5}, within=120, what="the notice")
        alert = province.call("truc", "POST", "alerts", message=leave, targets=["all"], minutes=10)["id"]
        eventually(lambda: closed(province) == PUBLIC, within=20, what="the emergency")
        time.sleep(2)
        agent = province.agents["tan-thanh"]
        parts = [*psutil.Process(agent.pid).children(True), *psutil.Process(province.controller.pid).children(True)]
        agent.kill()
        province.controller.kill()
        for part in parts:
            with suppress(psutil.NoSuchProcess):
                part.kill()
        province.simulated["tan-thanh"].relays("pa-1").power_off()
        time.sleep(1)
        assert closed(province) == set()
        province.simulated["tan-thanh"].relays("pa-1").power_on()

        moves = province.folder / "sim" / "tan-thanh-pa-1.log"
        before = len(moves.read_text().splitlines())
        again = datetime.now(UTC)
        agent.start()
        began = time.monotonic()
        eventually(lambda: closed(province) == PUBLIC, within=30, what="the emergency again")
        assert time.monotonic() - began < 15
        time.sleep(65)  # the notice is due every minute: it has to give way
        opened = {line.split()[1] for line in moves.read_text().splitlines()[before:] if line.endswith(" on")}
        assert "staff" not in opened
        assert not province.controller.alive()

        province.controller.start()
        province.wait_for_page(within=90)
        eventually(lambda: province.records(PA)[-1:] and said(province, again), within=90, what="the records")
        first = min(said(province, again), key=lambda one: one["started"])
        assert (first["source"], first["outcome"]) == (alert, "shown")
        assert {one["source"] for one in said(province, again)} == {alert}
        cut = [one for one in province.records(PA) if one["source"] == alert and one["reason"] == "power"]
        assert [one["outcome"] for one in cut] == ["partial"], "what was cut is told too"
