"""What agents say: stored once, whoever says it twice, and only by whom it may be said."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.services.receive import (
    StrayError,
    receive,
    receive_online,
    receive_records,
    receive_reply,
    receive_status,
)
from controller.store.tables import rejected_records, replies
from devices.agent.media import MediaFiles
from devices.agent.pages import PageShelf
from devices.agent.turns import Turns
from devices.contract.messages import Health, Online, Outcome, PlayRecord, Records, Reply, Shown, Status, WireError
from devices.rendering.page import PageFile
from devices.rendering.png import png
from schedules.evaluate import on_air
from schedules.model import ContentRef
from tests.support.desk import MONDAY_NOON, Desk

BOARD = "chi-ma/board-1"
RECORDS = "gatecast/v1/chi-ma/agent/records"
STATUS = "gatecast/v1/chi-ma/board-1/status"
ONLINE = "gatecast/v1/chi-ma/agent/online"
CONTENT = ContentRef(sha256="c" * 64, kind="pages", language="vi", size=10, seconds=6)


def record(sequence: int, **changes: Any) -> PlayRecord:
    facts: dict[str, Any] = {
        "device": BOARD, "boot": "b1", "sequence": sequence, "cause": "rule", "source": "rule-1", "message": "msg-1",
        "version": 1, "digest": "d" * 64, "content": CONTENT, "due": MONDAY_NOON + timedelta(seconds=sequence),
        "started": MONDAY_NOON, "ended": MONDAY_NOON, "seconds": 6.0, "outcome": Outcome.SHOWN, "evidence": "acknowledged",
    }  # fmt: skip
    return PlayRecord(**(facts | changes))


def batch(*records: PlayRecord) -> bytes:
    return Records(records=records).to_bytes()


def raw(*records: Any) -> bytes:
    return json.dumps({"v": 1, "records": list(records)}).encode()


def stored(desk: Desk) -> list[tuple[str, int]]:
    return [(each["boot"], each["sequence"]) for each in desk.must("auditor", "GET", "/records")["records"]]


def status(**changes: Any) -> Status:
    facts: dict[str, Any] = {
        "device": BOARD, "agent": "agent", "boot": "b1", "at": MONDAY_NOON, "revision": 1, "health": Health.HEALTHY,
        "cause": "nothing",
    }  # fmt: skip
    return Status(**(facts | changes))


def say(desk: Desk, **changes: Any) -> None:
    receive_status(desk.deps, STATUS, status(**({"at": desk.clock.now} | changes)).to_bytes())


def born(desk: Desk, boot: str = "b1", online: bool = True) -> None:
    receive_online(desk.deps, ONLINE, Online(online=online, boot=boot).to_bytes())


def seen(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = desk.must("auditor", "GET", f"/devices/{BOARD}")
    return found


def test_records_are_stored_and_the_highest_is_acknowledged(desk: Desk):
    ack = receive_records(desk.deps, RECORDS, batch(*(record(n) for n in range(1, 8))))
    assert ack is not None
    assert ack.stored == {"b1": 7}
    assert stored(desk) == [("b1", n) for n in range(1, 8)]


def test_a_record_comes_back_as_it_was(desk: Desk):
    receive_records(desk.deps, RECORDS, batch(record(1, reason="bị chèn", outcome=Outcome.INTERRUPTED)))
    (found,) = desk.must("auditor", "GET", f"/records?device={BOARD}")["records"]
    wanted = {
        "device": BOARD,
        "digest": "d" * 64,
        "outcome": "interrupted",
        "reason": "bị chèn",
        "evidence": "acknowledged",
    }
    assert {key: found[key] for key in wanted} == wanted


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(1, 30), min_size=1, max_size=8), min_size=1, max_size=6))
def test_however_often_and_in_whatever_order_each_is_stored_once(desk: Desk, batches: list[list[int]]):
    for sequences in batches:
        ack = receive_records(desk.deps, RECORDS, batch(*(record(n) for n in sequences)))
        assert ack is not None
        assert ack.stored == {"b1": max(sequences)}
    found = stored(desk)
    assert len(found) == len(set(found))
    assert {("b1", n) for sequences in batches for n in sequences} <= set(found)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"outcome": "splendid"}, id="unknown outcome"),
        pytest.param({"message": "NO!"}, id="no id"),
        pytest.param({"due": "yesterday"}, id="no time"),
        pytest.param({"device": "huu-nghi/lane-1"}, id="a device of another gate"),
        pytest.param({"reason": "a\x00b"}, id="a zero in a text"),
        pytest.param({"version": 2**60}, id="too large a number"),
        pytest.param({"seconds": float("inf")}, id="an endless number"),
        pytest.param({"content": None}, id="no content"),
    ],
)
def test_one_bad_record_does_not_block_the_good_ones(desk: Desk, bad: dict[str, Any]):
    rows = [record(n).model_dump(mode="json") for n in (1, 2, 3)]
    ack = receive_records(desk.deps, RECORDS, raw(rows[0], rows[1] | bad, rows[2]))
    assert ack is not None
    assert ack.stored == {"b1": 3}
    assert [sequence for _, sequence in stored(desk)] == [1, 3]
    with desk.deps.store.read() as connection:
        assert len(connection.execute(sa.select(rejected_records.c.reason)).all()) == 1


def test_a_bad_record_at_the_end_is_acknowledged_too(desk: Desk):
    rows = [record(n).model_dump(mode="json") for n in (1, 2)]
    ack = receive_records(desk.deps, RECORDS, raw(rows[0], rows[1] | {"cause": "?"}))
    assert ack is not None
    assert ack.stored == {"b1": 2}


@pytest.mark.parametrize(
    "nonsense", [{}, "x", 7, None, [1], {"boot": "b1"}, {"boot": 1, "sequence": 1}, {"sequence": 2**70}]
)
def test_what_cannot_be_named_is_kept_and_acknowledges_nothing(desk: Desk, nonsense: Any):
    assert receive_records(desk.deps, RECORDS, raw(nonsense)) is None
    with desk.deps.store.read() as connection:
        assert len(connection.execute(sa.select(rejected_records)).all()) == 1


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"v":2,"records":[]}', b"\xff" * 100, b"[" * 100_000])
def test_what_is_no_batch_changes_nothing(desk: Desk, payload: bytes):
    with pytest.raises(WireError):
        receive_records(desk.deps, RECORDS, payload)
    assert stored(desk) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200),
    st.sampled_from(["status", "records", "online", "reply", "alert", "plan"]),
)
def test_random_bytes_on_any_topic_are_survived(desk: Desk, payload: bytes, leaf: str):
    assert receive(desk.deps, f"gatecast/v1/chi-ma/board-1/{leaf}", payload) is None


def test_ten_megabytes_are_survived(desk: Desk):
    assert receive(desk.deps, RECORDS, b'{"records":[' + b"1," * 5_000_000 + b"1]}") is None


def test_a_status_on_another_devices_topic_is_refused(desk: Desk):
    with pytest.raises(StrayError):
        receive_status(desk.deps, "gatecast/v1/huu-nghi/lane-1/status", status().to_bytes())
    assert seen(desk)["status_at"] is None


def test_a_status_of_an_unknown_device_is_refused(desk: Desk):
    with pytest.raises(StrayError):
        receive_status(desk.deps, "gatecast/v1/chi-ma/ghost/status", status(device="chi-ma/ghost").to_bytes())


def test_a_device_that_never_spoke_is_unmeasured(desk: Desk):
    assert (seen(desk)["health"], seen(desk)["seen_at"]) == ("unmeasured", None)


def test_a_device_that_says_it_is_well_is_green_while_its_agent_lives(desk: Desk):
    born(desk)
    say(desk)
    assert seen(desk)["health"] == "healthy"
    born(desk, online=False)
    assert seen(desk)["health"] == "offline"


def test_a_death_of_an_earlier_boot_does_not_count(desk: Desk):
    born(desk, "b2")
    say(desk, boot="b2")
    born(desk, "b1", online=False)
    assert seen(desk)["health"] == "healthy"


def test_three_missed_heartbeats_are_offline_whatever_the_broker_says(desk: Desk):
    born(desk)
    say(desk)
    desk.clock.advance(seconds=91)
    assert seen(desk)["health"] == "offline"


def test_a_status_that_the_broker_kept_is_no_sign_of_life(desk: Desk):
    born(desk)
    say(desk)
    kept = desk.clock.now
    desk.clock.advance(seconds=91)
    say(desk, at=kept)
    born(desk)
    assert seen(desk)["health"] == "offline"


def test_a_device_that_stays_behind_its_plan_is_not_green(desk: Desk):
    born(desk)
    desk.scheduled(desk.playlist(desk.approved()))
    say(desk, revision=1)
    assert seen(desk)["health"] == "healthy"
    desk.clock.advance(seconds=61)
    say(desk, revision=1)
    assert (seen(desk)["health"], seen(desk)["revision_wanted"], seen(desk)["revision_held"]) == ("impaired", 2, 1)


def test_a_clock_that_was_set_back_does_not_silence_a_device(desk: Desk):
    say(desk, revision=4, at=desk.clock.now + timedelta(hours=1))
    say(desk, revision=5)
    assert seen(desk)["revision_held"] == 5


def test_what_is_shown_can_be_looked_at(desk: Desk):
    message = desk.approved()
    desk.scheduled(desk.playlist(message))
    assert desk.get(f"/devices/{BOARD}/shown.png").status_code == 404
    (ref, *_) = desk.plan(BOARD).contents()
    shown = Shown(sha256=ref.sha256, message=message, language="vi", evidence="acknowledged", at=desk.clock.now)
    say(desk, cause="rule", message=message, why="by rule", shown=shown)
    assert (seen(desk)["on_air"]["message"], seen(desk)["on_air"]["why"]) == (message, "by rule")
    assert desk.get(f"/devices/{BOARD}/shown.png").content == desk.get(f"/devices/{BOARD}/wanted.png").content


def test_the_reason_is_in_the_askers_language_while_device_and_plan_agree(desk: Desk):
    desk.scheduled(desk.playlist(desk.approved()))
    (rule,) = desk.plan(BOARD).rules
    say(desk, cause="rule", source=rule.id, why="Đang phát")
    assert seen(desk)["on_air"]["why"].startswith("Showing “Giờ mở cửa”")
    say(desk, cause="fallback", source="", why="Đang phát", at=desk.clock.now + timedelta(seconds=1))
    assert seen(desk)["on_air"]["why"] == "Đang phát"


@pytest.mark.parametrize("seconds", [None, 2.5, 61.0])
def test_the_wanted_page_is_the_one_the_agent_lights_however_long_the_turn_is(
    desk: Desk, tmp_path: Path, seconds: float | None
):
    text = "Xe chở hàng đông lạnh đi cổng số 2, giấy tờ để sẵn, không dừng trên cầu. " * 3
    item = {"message": desk.approved(texts={"vi": text})} | ({"seconds": seconds} if seconds else {})
    playlist = desk.must("operator", "POST", "/playlists", {"name": "p", "items": [item]})["id"]
    desk.scheduled(playlist)
    plan = desk.plan(BOARD)
    (ref, *_) = plan.contents()
    file = PageFile.from_bytes(desk.deps.media.read(ref.sha256))
    kept = MediaFiles(tmp_path / "agent")
    kept.keep(ref.sha256, file.to_bytes())
    shelf = PageShelf(kept, file.shape)
    turns = Turns(shelf, lambda *_missed: None)
    lit = []
    for _ in range(12):
        desk.clock.advance(seconds=(seconds or ref.seconds) / 12)
        page = turns.due(plan, on_air(plan, desk.clock.now), desk.clock.now).lit.page
        assert desk.get(f"/devices/{BOARD}/wanted.png").content == png(file.pages[page])
        lit.append(page)
    assert set(lit) == set(range(len(file.pages)))
    assert len(file.pages) > 1


def test_an_answer_to_a_command_is_kept(desk: Desk):
    receive_reply(desk.deps, "gatecast/v1/chi-ma/agent/reply", Reply(id="cmd-1", outcome="done").to_bytes())
    with desk.deps.store.read() as connection:
        assert connection.execute(sa.select(replies.c.outcome)).scalar_one() == "done"


def test_records_can_be_asked_for_by_time_and_in_pages(desk: Desk):
    receive_records(desk.deps, RECORDS, batch(*(record(n) for n in range(1, 11))))
    period = "from=2026-11-23T12:00:03%2B07:00&to=2026-11-23T12:00:08%2B07:00"
    first = desk.must("auditor", "GET", f"/records?{period}&limit=3")
    rest = desk.must("auditor", "GET", f"/records?{period}&limit=3&offset={first['next']}")
    assert [each["sequence"] for each in (*first["records"], *rest["records"])] == [3, 4, 5, 6, 7]
    assert rest["next"] is None
