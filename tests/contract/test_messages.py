"""Bytes become messages in one place, and bad bytes become one clear line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.contract.messages import (
    MAX_MESSAGE_BYTES,
    AlertMessage,
    Online,
    Outcome,
    PlanMessage,
    PlayRecord,
    Records,
    Showing,
    Status,
    WireError,
    pack_blob,
    read_wire,
)
from schedules.model import Priority
from tests.support.facts import DEVICE, NOON, content, digest, item, plan

GOLDEN = Path(__file__).parent / "golden"


def an_alert(**changes):
    facts = {
        "id": "a1", "revision": 1, "targets": ("chi-ma/*",), "starts": NOON, "until": NOON + timedelta(minutes=5),
        "showings": (Showing(targets=(DEVICE,), item=item()),),
    }  # fmt: skip
    return AlertMessage(**(facts | changes))


def a_record(**changes):
    facts = {
        "device": DEVICE, "boot": "b1", "sequence": 1, "cause": "rule", "source": "r1", "message": "m1", "version": 1,
        "digest": digest("m1"), "content": content(), "due": NOON, "outcome": Outcome.SHOWN,
    }  # fmt: skip
    return PlayRecord(**(facts | changes))


MESSAGES = [
    PlanMessage(plan=plan()),
    an_alert(),
    Records(records=(a_record(),)),
    Online(online=True, boot="b1", at=NOON),
    Status(device=DEVICE, agent="agent", boot="b1", at=NOON, revision=3, health="healthy", cause="rule", source="r1"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_was_written_reads_back(message):
    assert read_wire(type(message), message.to_bytes()) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_newer_sister_with_more_keys_is_still_understood(message):
    body = json.loads(message.to_bytes()) | {"a_key_of_tomorrow": {"x": 1}}
    assert read_wire(type(message), json.dumps(body).encode()) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_the_golden_payload_of_release_0_1_is_still_read(message):
    path = GOLDEN / f"0.1-{type(message).__name__}.json"
    assert read_wire(type(message), path.read_bytes()) == message


def test_a_new_major_version_is_refused():
    with pytest.raises(WireError, match="v:"):
        read_wire(Online, b'{"v":2,"online":true,"boot":"b1"}')


@given(st.binary(max_size=300))
def test_random_bytes_are_a_wire_error_and_nothing_else(noise):
    with pytest.raises(WireError):
        read_wire(PlanMessage, noise)


def test_a_message_of_ten_megabytes_is_refused_before_it_is_parsed():
    with pytest.raises(WireError, match="at most"):
        read_wire(PlanMessage, b"[" * (MAX_MESSAGE_BYTES + 1))


@pytest.mark.parametrize(
    ("targets", "device", "concerned"),
    [
        (("all",), DEVICE, True),
        (("chi-ma/*",), DEVICE, True),
        (("chi-ma/board-1",), DEVICE, True),
        (("huu-nghi/*",), DEVICE, False),
        (("chi-ma/board-2",), DEVICE, False),
    ],
)
def test_an_alert_concerns_whom_it_names(targets, device, concerned):
    assert an_alert(targets=targets).concerns(device) is concerned


def test_an_ended_alert_shows_nothing():
    assert an_alert(state="ended").for_device(DEVICE) is None


def test_an_alert_with_nothing_for_this_device_shows_nothing_but_blank_all_blanks_it():
    assert an_alert(showings=()).for_device(DEVICE) is None
    blank = an_alert(showings=(), priority=Priority.BLANK).for_device(DEVICE)
    assert blank is not None
    assert blank.item is None


def test_the_files_in_an_alert_are_checked_against_their_hashes():
    good = an_alert(blobs={digest("hello"): pack_blob(b"hello")})
    assert good.files() == {digest("hello"): b"hello"}
    with pytest.raises(WireError, match="not what its hash says"):
        an_alert(blobs={digest("hello"): pack_blob(b"other")}).files()
    with pytest.raises(WireError, match="damaged"):
        an_alert(blobs={digest("hello"): "AAAA"}).files()


def test_a_bomb_in_an_alert_is_refused():
    with pytest.raises(WireError, match="not what its hash says"):
        an_alert(blobs={digest("x"): pack_blob(bytes(50_000_000))}).files()
