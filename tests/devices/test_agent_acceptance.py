"""What an agent obeys and what it refuses: plans, alerts and commands as they come off the wire."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from devices.agent.acceptance import read_ack, read_alert, read_command, read_plan
from devices.agent.alerts import AlertBook
from devices.contract.messages import Ack, AlertMessage, CommandMessage, PlanMessage
from devices.contract.seal import SealError
from tests.support import facts
from tests.support.fake_controller import KEYS, sealed_ack, sealed_alert, sealed_command, sealed_plan

NOON, DEVICE = facts.NOON, facts.DEVICE
OTHER_SECRET = b"\x07" * 32


def altered(sealed: bytes) -> bytes:
    """One character inside the signed head changed."""
    envelope = json.loads(sealed)
    head = list(envelope["head"])
    head[100] = "A" if head[100] != "A" else "B"
    return json.dumps(envelope | {"head": "".join(head)}).encode()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "unsigned": (lambda: PlanMessage(plan=facts.plan(2)).to_bytes(), "seal.form"),
    "altered": (lambda: altered(sealed_plan(facts.plan(2))), "seal.signature"),
    "by a key that is not pinned": (lambda: sealed_plan(facts.plan(2), secret=OTHER_SECRET), "seal.key"),
    "older": (lambda: sealed_plan(facts.plan(4)), "plan.older"),
    "expired": (lambda: sealed_plan(facts.plan(9), not_after=NOON), "seal.expired"),
    "not valid yet": (lambda: sealed_plan(facts.plan(9), not_before=NOON + timedelta(hours=1)), "seal.early"),
    "for another device": (lambda: sealed_plan(facts.plan(9, device="chi-ma/board-2")), "seal.subject"),
    "for another device inside": (
        lambda: sealed_plan(facts.plan(9, device="chi-ma/board-2"), subject=DEVICE), "seal.subject",
    ),
    "with another revision inside": (lambda: sealed_plan(facts.plan(9), revision=99), "seal.revision"),
    "an alert": (lambda: sealed_plan(facts.plan(9), kind="alert"), "seal.kind"),
    "of a new major version": (
        lambda: sealed_plan(facts.plan(9), body=PlanMessage(plan=facts.plan(9)).to_bytes().replace(b'"v":1', b'"v":2')),
        "seal.body",
    ),
    "of 10 MB": (lambda: b"x" * 10_000_000, "seal.form"),
    "of random bytes": (lambda: random.Random(7).randbytes(5000), "seal.form"),
    "empty": (lambda: b"", "seal.form"),
    "deeply nested": (lambda: b"[" * 100_000, "seal.form"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_plan_is_refused_with_its_reason(what: str) -> None:
    make, code = BAD[what]
    with pytest.raises(SealError) as refused:
        read_plan(make(), keys=KEYS, device=DEVICE, now=NOON, held=5)
    assert refused.value.code == code


def test_a_newer_sealed_plan_is_taken() -> None:
    assert read_plan(sealed_plan(facts.plan(6)), keys=KEYS, device=DEVICE, now=NOON, held=5) == facts.plan(6)


def test_without_a_trusted_clock_the_validity_is_not_judged_but_the_seal_is() -> None:
    sealed = sealed_plan(facts.plan(6), not_after=NOON)
    assert read_plan(sealed, keys=KEYS, device=DEVICE, now=None, held=5).revision == 6
    with pytest.raises(SealError):
        read_plan(altered(sealed), keys=KEYS, device=DEVICE, now=None, held=5)


def message(revision: int = 1, state: str = "active") -> AlertMessage:
    return AlertMessage.model_validate({
        "id": "a1", "revision": revision, "state": state, "targets": ("all",), "starts": NOON,
        "until": NOON + timedelta(hours=1), "showings": ({"targets": (DEVICE,), "item": facts.item()},),
    })  # fmt: skip


def book() -> AlertBook:
    return AlertBook(lambda sealed: read_alert(sealed, keys=KEYS, now=NOON))


def test_an_alert_from_the_future_says_that_our_clock_is_behind_and_begins_now() -> None:
    behind = NOON - timedelta(hours=1)
    sealed = sealed_alert(message())
    assert read_alert(sealed, keys=KEYS, now=behind).starts == behind
    with pytest.raises(SealError):
        read_alert(altered(sealed), keys=KEYS, now=behind)


def test_an_alert_counts_once_for_each_revision() -> None:
    alerts = book()
    assert alerts.take(sealed_alert(message())) == message()
    assert alerts.take(sealed_alert(message())) is None
    assert [alert.id for alert in alerts.for_device(DEVICE)] == ["a1"]
    assert alerts.revisions(DEVICE) == {"a1": 1}


def test_an_ended_alert_cannot_be_brought_back() -> None:
    alerts = book()
    alerts.take(sealed_alert(message(2, "ended")))
    assert alerts.take(sealed_alert(message(1))) is None
    assert alerts.for_device(DEVICE) == ()
    assert alerts.revisions(DEVICE) == {"a1": 2}


def test_an_alert_is_remembered_a_day_past_its_end_and_then_its_seal_is_over() -> None:
    alerts = book()
    alerts.take(sealed_alert(message(2, "ended")))
    assert not alerts.forget_old(NOON + timedelta(hours=25))
    assert alerts.forget_old(NOON + timedelta(hours=25, seconds=1))
    assert alerts.sealed() == {}
    late = AlertBook(lambda sealed: read_alert(sealed, keys=KEYS, now=NOON + timedelta(hours=25)))
    with pytest.raises(SealError, match="ended"):
        late.take(sealed_alert(message(1)))


@pytest.mark.parametrize("now", [NOON, None], ids=["trusted clock", "untrusted clock"])
def test_forged_and_altered_alerts_change_nothing(now: object) -> None:
    alerts = AlertBook(lambda sealed: read_alert(sealed, keys=KEYS, now=now))  # type: ignore[arg-type]
    for bad in (sealed_alert(message(), secret=OTHER_SECRET), altered(sealed_alert(message())), message().to_bytes()):
        with pytest.raises(SealError):
            alerts.take(bad)
    assert alerts.sealed() == {}


def test_a_command_for_another_agent_is_refused() -> None:
    command = CommandMessage(id="c1", verb="report", issued=NOON, expires=NOON + timedelta(minutes=1))  # type: ignore[arg-type]
    sealed = sealed_command(command, "chi-ma/agent")
    assert read_command(sealed, keys=KEYS, agent="chi-ma/agent", now=NOON) == command
    with pytest.raises(SealError) as refused:
        read_command(sealed, keys=KEYS, agent="huu-nghi/agent", now=NOON)
    assert refused.value.code == "seal.subject"


ACK = Ack(stored={"boot-1": 7})


def test_a_true_ack_is_taken_also_long_after_and_by_a_clock_that_is_wrong():
    assert read_ack(sealed_ack(ACK, "chi-ma/agent"), keys=KEYS, agent="chi-ma/agent") == ACK


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (lambda: ACK.to_bytes(), "seal.form"),
        (lambda: altered(sealed_ack(ACK, "chi-ma/agent")), "seal.signature"),
        (lambda: sealed_ack(ACK, "chi-ma/agent", secret=OTHER_SECRET), "seal.key"),
        (lambda: sealed_ack(ACK, "huu-nghi/agent"), "seal.subject"),
        (lambda: sealed_plan(facts.plan(2)), "seal.kind"),
    ],
    ids=["unsigned", "altered", "by another key", "for another agent", "a plan"],
)
def test_an_ack_that_the_controller_did_not_seal_for_this_agent_makes_nothing_forgotten(payload, code):
    with pytest.raises(SealError) as caught:
        read_ack(payload(), keys=KEYS, agent="chi-ma/agent")
    assert caught.value.code == code
