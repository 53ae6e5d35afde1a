"""Meeting the controller, fetching content, and handing records over; against a fake controller over real HTTP."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from devices.agent import fetch, uplink
from devices.agent.clips import Clips
from devices.agent.enrolment import enrol, find_broker, load_enrolment
from devices.agent.fetch import Fetcher
from devices.agent.http import Controller, HttpError
from devices.agent.media import MediaFiles
from devices.agent.store import Store
from devices.agent.uplink import RecordSender, StatusSender
from devices.broker import BrokerError
from devices.contract.messages import Ack, Records
from schedules.model import ContentRef
from tests.devices.test_agent_store import draft
from tests.support.agent_world import until
from tests.support.facts import NOON
from tests.support.fake_controller import KEYS, FakeController

BROKER = {"host": "10.0.0.1", "port": 1883, "username": "u", "password": "p"}


@pytest.fixture
def controller() -> Iterator[FakeController]:
    running = FakeController(broker=dict(BROKER)).start()
    yield running
    running.stop()


def meet(controller: FakeController, path: Path, code: str = "once") -> object:
    return enrol(Controller(controller.url), code=code, gate="chi-ma", agent="agent", path=path)


def test_an_enrolment_is_kept_for_us_alone_and_read_back(controller: FakeController, tmp_path: Path) -> None:
    path = tmp_path / "enrolment.json"
    kept = meet(controller, path)
    assert load_enrolment(path) == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_enrolment(path).pinned() == KEYS  # type: ignore[union-attr]


def test_a_wrong_code_is_refused_with_the_controllers_words(controller: FakeController, tmp_path: Path) -> None:
    with pytest.raises(HttpError, match="403: the code is not known"):
        meet(controller, tmp_path / "e.json", code="guess")
    assert not (tmp_path / "e.json").exists()


@pytest.mark.parametrize("damage", ["{", '{"token": "t"}', "key"])
def test_a_damaged_enrolment_is_none(controller: FakeController, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "e.json"
    meet(controller, path)
    facts = json.loads(path.read_text())
    path.write_text(
        json.dumps(facts | {"keys": {"0" * 16: next(iter(facts["keys"].values()))}}) if damage == "key" else damage
    )
    assert load_enrolment(path) is None


def test_a_moved_broker_is_found_and_its_answer_never_changes_the_keys(
    controller: FakeController, tmp_path: Path
) -> None:
    path = tmp_path / "e.json"
    meet(controller, path)
    known = load_enrolment(path)
    assert known is not None
    controller.broker["port"] = 2883
    found = find_broker(Controller(controller.url, known.token), known, path)
    assert (found.broker.port, found.keys) == (2883, known.keys)
    assert load_enrolment(path) == found


def test_no_answer_at_all_is_an_error_of_status_zero() -> None:
    with pytest.raises(HttpError) as error:
        Controller("http://127.0.0.1:1").ask("GET", "/api/v1/agents/me")
    assert error.value.status == 0


class Fetching:
    """A fetcher at work."""

    def __init__(self, controller: FakeController, folder: Path) -> None:
        self.media, self.arrived = MediaFiles(folder), []
        self.clips = Clips(folder / "clips", self.media)
        self.client: Controller | None = Controller(controller.url, controller.token)
        self.fetcher = Fetcher(self.media, self.clips, lambda: self.client, self.arrived.append)


@pytest.fixture
async def fetching(
    controller: FakeController, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Fetching]:
    monkeypatch.setattr(fetch, "FIRST_WAIT", 0.05)
    made = Fetching(controller, tmp_path)
    task = asyncio.create_task(made.fetcher.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def ref_of(controller: FakeController, data: bytes) -> ContentRef:
    return ContentRef(sha256=controller.add(data), kind="pages", language="vi", size=len(data), seconds=1.0)


async def test_missing_files_are_fetched_once_and_told_of(controller: FakeController, fetching: Fetching) -> None:
    refs = [ref_of(controller, bytes([number]) * 1000) for number in range(5)]
    fetching.fetcher.want(refs)
    assert len(fetching.fetcher.missing) == 5
    await until(lambda: len(fetching.arrived) == 5)
    assert fetching.fetcher.missing == frozenset()
    assert all(fetching.media.read(ref.sha256) for ref in refs)
    fetching.fetcher.want(refs)
    assert fetching.fetcher.missing == frozenset()
    assert len(controller.requests) == 5


async def test_a_broken_download_goes_on_where_it_ended(controller: FakeController, fetching: Fetching) -> None:
    data = bytes(range(256)) * 1000
    controller.cut = 100_000
    fetching.fetcher.want([ref_of(controller, data)])
    await until(lambda: fetching.arrived)
    assert fetching.media.read(fetching.arrived[0]) == data
    assert controller.requests[-1][2] == "bytes=100000-"


async def test_a_part_of_other_bytes_is_dropped_and_fetched_whole(
    controller: FakeController, fetching: Fetching
) -> None:
    ref = ref_of(controller, b"right" * 100)
    part = fetching.media.part(ref.sha256)
    part.parent.mkdir(parents=True)
    part.write_bytes(b"wrong" * 100)
    fetching.fetcher.want([ref])
    await until(lambda: fetching.arrived)
    assert fetching.media.read(ref.sha256) == b"right" * 100


async def test_a_file_of_another_size_than_named_is_never_taken(controller: FakeController, fetching: Fetching) -> None:
    ref = ref_of(controller, b"x" * 1000)
    fetching.fetcher.want([ref.model_copy(update={"size": 10})])
    await until(lambda: len(controller.requests) >= 2)
    assert fetching.arrived == []
    assert fetching.media.path(ref.sha256) is None


async def test_nothing_is_asked_before_the_enrolment_and_a_hurry_ends_the_wait(
    controller: FakeController, fetching: Fetching
) -> None:
    client, fetching.client = fetching.client, None
    fetching.fetcher.want([ref_of(controller, b"pages")])
    await asyncio.sleep(0.05)
    assert controller.requests == []
    fetching.client = client
    fetching.fetcher.hurry()
    await until(lambda: fetching.arrived)


class Broker:
    """Takes batches; acknowledges as told."""

    def __init__(self, store: Store) -> None:
        self.batches: list[Records] = []
        self.connected = True
        self.acking = True
        self.sender = RecordSender(store, self.publish, lambda: self.connected)

    async def publish(self, payload: bytes) -> None:
        if not self.connected:
            raise BrokerError("no broker is connected")
        batch = Records.model_validate_json(payload)
        self.batches.append(batch)
        if self.acking:
            highest: dict[str, int] = {}
            for one in batch.records:
                highest[one.boot] = max(one.sequence, highest.get(one.boot, 0))
            self.sender.ack(Ack(stored=highest))


@pytest.fixture
async def sending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Store, Broker]]:
    monkeypatch.setattr(uplink, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(uplink, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(uplink, "BATCH", 20)
    store = Store(tmp_path / "agent.db", NOON)
    broker = Broker(store)
    task = asyncio.create_task(broker.sender.run())
    yield store, broker
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    store.close()


async def test_records_go_in_batches_and_are_forgotten_only_after_the_controllers_ack(
    sending: tuple[Store, Broker],
) -> None:
    store, broker = sending
    broker.acking = False
    for number in range(50):
        store.add(draft(number))
    await until(lambda: len(broker.batches) >= 2)
    assert broker.batches[0] == broker.batches[1]
    assert store.depth() == 50
    broker.acking = True
    await until(lambda: store.depth() == 0)
    assert [one.sequence for one in broker.batches[-1].records] == list(range(41, 51))


async def test_an_ack_of_less_or_of_another_boot_forgets_nothing_more(sending: tuple[Store, Broker]) -> None:
    store, broker = sending
    broker.acking = False
    for number in range(3):
        store.add(draft(number))
    await until(lambda: broker.batches)
    broker.sender.ack(Ack(stored={store.boot: 2, "another": 99}))
    await until(lambda: len(broker.batches) >= 2)
    assert store.depth() == 3


async def test_while_offline_nothing_is_lost(sending: tuple[Store, Broker]) -> None:
    store, broker = sending
    broker.connected = False
    store.add(draft())
    await asyncio.sleep(0.05)
    assert broker.batches == []
    broker.connected = True
    await until(lambda: store.depth() == 0)


async def test_a_status_goes_at_each_change_but_not_more_than_twice_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "BETWEEN", 0.2)
    sent: list[float] = []
    loop = asyncio.get_running_loop()

    async def publish() -> None:
        sent.append(loop.time())

    sender = StatusSender(publish)
    task = asyncio.create_task(sender.run())
    for _ in range(10):
        sender.change()
        await asyncio.sleep(0.01)
    await until(lambda: len(sent) == 2)
    assert sent[1] - sent[0] >= 0.19
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_heartbeat_comes_without_any_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "HEARTBEAT", 0.05)
    sent: list[int] = []

    async def publish() -> None:
        sent.append(1)
        raise BrokerError("offline")

    task = asyncio.create_task(StatusSender(publish).run())
    await until(lambda: len(sent) >= 3)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_an_alert_did_waits_for_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "BETWEEN", 60.0)
    monkeypatch.setattr(uplink, "TOGETHER", 0.0)
    sent: list[int] = []

    async def publish() -> None:
        sent.append(1)

    sender = StatusSender(publish)
    task = asyncio.create_task(sender.run())
    sender.change()
    await until(lambda: len(sent) == 1)
    sender.change()
    await asyncio.sleep(0.05)
    assert len(sent) == 1
    sender.change(urgent=True)
    await until(lambda: len(sent) == 2)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
