"""Journey: somebody has the controller's own broker password. He can silence a gate; he cannot put a word or a sound there."""

import asyncio
import json
import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from controller.app import build_deps
from controller.services.context import Bell
from controller.settings import Settings
from devices.agent.inbox import OVERTAKEN
from devices.broker import BrokerError, BrokerSettings, MqttSession
from devices.contract.messages import Ack, AlertMessage, CommandMessage, CommandVerb
from devices.contract.seal import seal
from devices.contract.topics import agent_topic, alert_topic, plan_topic
from schedules.model import Plan
from tests.support.fake_controller import sealed_alert, sealed_command, sealed_plan
from tests.support.province import DEMO, a_province, eventually

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("thief")]  # one province for all
BOARD = "chi-ma/board-1"


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    with a_province(tmp_path_factory.mktemp("stolen"), "chi-ma") as running:
        message, _ = running.approved({"vi": "Tin đã duyệt"})
        running.scheduled(message, [BOARD])
        running.lawful = {page.planes for pages in running.pages_of(message, "192x64:rg").values() for page in pages}
        eventually(lambda: lamps(running) in running.lawful, what="the approved notice")
        eventually(lambda: (d := device(running))["revision_held"] == d["revision_wanted"] > 1, what="the plan held")
        yield running


def lamps(province):
    return province.simulated["chi-ma"].board("board-1").page().planes


def true_secret(province) -> bytes:
    """The controller's key, to make what a thief may have copied from the wire in better days."""
    settings = Settings(
        data=province.folder / "controller", gates_file=DEMO / "gates.toml", argon2_memory_kib=8, argon2_rounds=1
    )
    deps = build_deps(settings, Bell())
    secret = deps.secret
    deps.store.close()
    return secret


class Thief:
    """Publishes with the controller's rights and listens to the gate."""

    def __init__(self, province) -> None:
        folder = province.folder / "controller" / "broker"
        words = json.loads((folder / "passwords.json").read_text())
        self.settings = BrokerSettings("127.0.0.1", broker_port(province), "controller", words["controller"], "thief")

    def publish(self, sends, pause=0.0) -> int:
        """Send (topic, payload, qos, retain); how many the broker took."""
        return asyncio.run(self._publish(sends, pause))

    async def _publish(self, sends, pause) -> int:
        async def swallow(_topic, _payload) -> None:
            """Not our business."""

        session = MqttSession(self.settings, subscriptions=(), on_message=swallow)
        running = asyncio.create_task(session.run())
        taken = 0
        try:
            for topic, payload, qos, retain in sends:
                async with asyncio.timeout(20):
                    while not session.connected:
                        await asyncio.sleep(0.01)
                try:
                    await session.publish(topic, payload, qos=qos, retain=retain)
                    taken += 1
                except BrokerError:
                    pass  # larger than this broker takes
                await asyncio.sleep(pause)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return taken


def broker_port(province) -> int:
    enrolment = json.loads((province.folder / "agents" / "chi-ma" / "enrolment.json").read_text())
    return int(enrolment["broker"]["port"])


@pytest.fixture(scope="module")
def thief(province):
    return Thief(province)


def device(province):
    return province.call("truc", "GET", f"devices/{BOARD}")


def faults(province):
    return {each["code"]: each for each in device(province)["faults"]}


def stays_lawful(province, seconds=2.0) -> None:
    """Nothing but approved pages stands on the lamps for a while."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert lamps(province) in province.lawful
        time.sleep(0.02)


def words(province) -> int:
    return len(province.agents["chi-ma"].words().splitlines())


def a_plan(revision: int, **facts) -> Plan:
    return Plan(device=BOARD, revision=revision, issued=datetime.now(UTC), **facts)


def an_alert(name: str, revision: int = 1, **facts) -> AlertMessage:
    now = datetime.now(UTC)
    given = {"id": name, "revision": revision, "targets": ("all",), "starts": now, "until": now + timedelta(minutes=5)}
    return AlertMessage.model_validate(given | {"priority": "blank"} | facts)


def test_forged_altered_older_and_expired_plans_change_nothing_and_are_one_fault(province, thief):
    secret, held = true_secret(province), device(province)["revision_held"]
    newer = a_plan(held + 50)
    past = datetime.now(UTC) - timedelta(days=1)
    true = sealed_plan(newer, secret=secret)
    altered = json.dumps(json.loads(true) | {"signature": json.loads(true)["signature"][::-1]}).encode()
    sends = [
        sealed_plan(newer),  # by a key of his own
        altered,
        true.replace(b'"head":"', b'"head":"e30'),
        sealed_plan(a_plan(held - 1), secret=secret) if held > 1 else b"{}",  # copied long ago
        sealed_plan(newer, secret=secret, not_before=past, not_after=past + timedelta(hours=1)),
        sealed_plan(newer, secret=secret, subject="huu-nghi/lane-1"),
        sealed_plan(newer.model_copy(update={"device": "huu-nghi/lane-1"}), secret=secret, subject=BOARD),
        sealed_alert(an_alert("as-a-plan"), secret=secret),
        b"",
        b"\x00" * 10,
        b"[" * 100_000,
    ]
    time.sleep(OVERTAKEN)  # what comes sooner after a new plan may be the broker's own late delivery, and is no fault
    before = faults(province).get("plan.refused", {"count": 0})["count"]
    assert thief.publish([(plan_topic(BOARD), each, 1, True) for each in sends]) == len(sends)
    found = eventually(lambda: (f := faults(province).get("plan.refused")) and f["count"] >= before + 10 and f)
    assert found["count"] == before + 10  # the empty one says nothing
    stays_lawful(province)
    assert device(province)["revision_held"] == held


def test_ten_megabytes_and_random_bytes_on_every_topic_change_nothing_and_do_not_flood_the_log(province, thief):
    chance, lines = random.Random(7), words(province)
    topics = [
        plan_topic(BOARD),
        alert_topic("all", "rubbish"),
        alert_topic("chi-ma", "rubbish"),
        *(agent_topic("chi-ma", "agent", leaf) for leaf in ("command", "ack", "online", "records", "reply")),
        "gatecast/v1/chi-ma/board-1/status",
        "gatecast/v1/chi-ma/board-1/plan/more",
        "gatecast/v1/NOBODY/board-1/plan",
    ]
    small = [
        (topic, chance.randbytes(chance.randrange(1, 2000)), qos, True)
        for _ in range(60)
        for topic in topics
        for qos in (0, 1)
    ]
    # Each by a key of another name, so that no two faults read alike.
    keys = [(plan_topic(BOARD), sealed_plan(a_plan(9), secret=chance.randbytes(32)), 0, False) for _ in range(300)]
    assert thief.publish(small + keys) == len(small + keys)
    thief.publish([(topic, bytes(10_000_000), 1, True) for topic in topics[:3]])
    thief.publish([(topic, chance.randbytes(3_900_000), 1, True) for topic in topics[:3]])
    stays_lawful(province)
    eventually(lambda: device(province)["health"] in ("healthy", "impaired"), what="the device is heard of")
    assert set(faults(province)) <= {"plan.refused", "alert.refused", "command.refused"}
    assert words(province) - lines < 300


def test_an_ended_alert_does_not_come_back_by_its_first_revision(province, thief):
    secret = true_secret(province)
    first = an_alert("copied", priority="blank")
    ended = first.model_copy(update={"revision": 2, "state": "ended"})
    dark = lambda: not any(map(any, lamps(province)))  # noqa: E731
    topic = alert_topic("all", "copied")
    thief.publish([(topic, sealed_alert(first, secret=secret), 0, False)])  # the controller's word, in better days
    assert eventually(dark, what="the board is blanked")
    thief.publish([(topic, sealed_alert(ended, secret=secret), 1, True)])
    assert eventually(lambda: lamps(province) in province.lawful, what="the notice is back")
    replay = [
        (alert_topic(scope, "copied"), sealed_alert(first, secret=secret), 1, True) for scope in ("all", "chi-ma")
    ]
    thief.publish(replay * 3)
    stays_lawful(province)
    old = first.model_copy(update={"id": "older", "until": first.starts + timedelta(seconds=1)})
    time.sleep(1.2)
    thief.publish([(alert_topic("all", "older"), sealed_alert(old, secret=secret, not_after=old.until), 1, True)])
    stays_lawful(province)


def test_a_stale_a_replayed_and_a_foreign_command_do_nothing(province, thief):
    secret, now = true_secret(province), datetime.now(UTC)
    pattern = {"verb": CommandVerb.TEST_PATTERN, "device": BOARD}
    stale = CommandMessage(id="stale", issued=now - timedelta(days=9), expires=now - timedelta(days=8), **pattern)
    fresh = CommandMessage(id="fresh", issued=now, expires=now + timedelta(minutes=5), **pattern)

    def sealed(command, agent):
        return seal(
            secret, kind="command", subject=agent, revision=1, not_before=command.issued, not_after=command.expires,
            body=command.to_bytes(),
        )  # fmt: skip

    topic = agent_topic("chi-ma", "agent", "command")
    sends = [sealed(stale, "chi-ma/agent"), sealed(fresh, "huu-nghi/agent"), sealed_command(fresh, "chi-ma/agent")]
    thief.publish([(topic, each, 1, True) for each in sends])
    stays_lawful(province, 3.0)
    assert "a command was refused" in province.agents["chi-ma"].words()


def test_a_forged_ack_of_other_boots_costs_no_record_and_the_gate_goes_on_afterwards(province, thief):
    topic = agent_topic("chi-ma", "agent", "ack")
    thief.publish([(topic, Ack(stored={f"boot-{number}": 10**9}).to_bytes(), 0, False) for number in range(500)])
    eventually(lambda: "an ack was refused" in province.agents["chi-ma"].words(), what="the refusal")
    message, digest = province.approved({"vi": "Tin sau vụ trộm"})
    province.scheduled(message, [BOARD], priority="priority")
    approved = {page.planes for pages in province.pages_of(message, "192x64:rg").values() for page in pages}
    eventually(lambda: lamps(province) in approved, what="the next lawful notice")
    province.call("duyet-so", "POST", f"messages/{message}/withdrawal")
    records = eventually(lambda: [r for r in province.records(BOARD) if r["message"] == message], what="its record")
    assert {record["digest"] for record in records} == {digest}


def test_after_a_restart_among_the_rubbish_the_agent_shows_what_it_should(province):
    eventually(lambda: lamps(province) in province.lawful, what="the first notice again")
    agent = province.agents["chi-ma"]
    agent.kill()
    agent.start()
    eventually(lambda: "connected to the broker" in agent.words().rpartition("the agent is running")[2], what="it runs")
    stays_lawful(province)
    assert agent.alive()
