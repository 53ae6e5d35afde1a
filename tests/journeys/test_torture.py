"""Journey (c): kill -9 of agent, broker, controller at random points, seeded. No record lost or doubled, no unapproved page."""

import os
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing, suppress
from itertools import pairwise

import pytest

from devices.contract.messages import PlayRecord
from tests.support.province import a_province, eventually

pytestmark = [pytest.mark.journey, pytest.mark.torture, pytest.mark.timeout(0)]
ROUNDS = int(os.environ.get("GATECAST_TORTURE_ROUNDS", "100"))
SEED = int(os.environ.get("GATECAST_TORTURE_SEED", "7"))
BOARD = "chi-ma/board-1"


@pytest.fixture
def province(tmp_path):
    with a_province(tmp_path, "chi-ma") as running:
        yield running


class Watch:
    """Every picture the board ever showed, in order."""

    def __init__(self, board):
        self.seen = []
        self._draw, board.changed = board.changed, self

    def __call__(self, page):
        self.seen.append(page.planes)
        self._draw(page)


def kill_agent(province, chance):
    province.agents["chi-ma"].kill()
    province.agents["chi-ma"].start()
    time.sleep(chance.uniform(0.2, 1.5))


def kill_broker(province, chance):
    with suppress(IndexError, ProcessLookupError):  # it is between two lives already
        province.kill_broker()
    time.sleep(chance.uniform(0.0, 0.8))


def kill_controller(province, chance):
    province.controller.kill()
    time.sleep(chance.uniform(0.0, 0.5))
    province.controller.start()
    time.sleep(chance.uniform(0.0, 2.0))


def agents_store(province):
    path = next((province.folder / "agents" / "chi-ma").glob("*.db"))
    return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))


def agents_count(province, table):
    """How many rows were ever put into a table of the agent's store: SQLite never uses such a number twice."""
    with agents_store(province) as store:
        row = store.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        waiting = store.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return (row[0] if row else 0), waiting


def stored(province):
    """Every record the controller has, page by page."""
    found, offset = [], 0
    while offset is not None:
        answer = province.call("kiemtra", "GET", f"records?limit=500&offset={offset}")
        found += answer["records"]
        offset = answer["next"]
    return found


def kept_back(province):
    """Records the agent wrote down when it was stopped, of which it does not know that the controller has them."""
    with agents_store(province) as store:
        rows = store.execute("SELECT record FROM outbox").fetchall()
    return [PlayRecord.model_validate_json(row[0]) for row in rows]


def every_record_once(province):
    """After a clean stop and a last start: what the agent ever kept, the controller has, each once, without a gap. Whose it was."""
    agent = province.agents["chi-ma"]
    agent.stop()
    agent.start()
    province.wait_for_page()
    eventually(lambda: agents_count(province, "outbox")[1] == 0, within=60, what="an empty outbox")
    agent.stop()
    kept, _ = agents_count(province, "outbox")
    opened, still_open = agents_count(province, "plays")
    assert still_open == 0
    assert opened > 0
    records = stored(province)
    names = [(record["device"], record["boot"], record["sequence"]) for record in records]
    assert len(set(names)) == len(names)
    late = kept_back(province)
    assert len({*names, *((record.device, record.boot, record.sequence) for record in late)}) == kept
    for boot in {boot for _, boot, _ in names}:
        numbers = sorted(sequence for _, each, sequence in names if each == boot)
        assert numbers == list(range(1, len(numbers) + 1)), boot
    told = [(each["message"], each["language"]) for each in records if each["outcome"] != "failed"]
    return told + [(record.message, record.content.language) for record in late]


def no_turn_of_the_lamps_without_a_record(seen, whose, told):
    """What was lit after something else is a play of its own. Not the other way round: a turn may end before its page is lit."""
    lit = [whose[planes] for planes in seen if planes in whose]
    turns = Counter(after for before, after in pairwise(lit) if before != after)
    assert turns
    assert not turns - Counter(told)


def test_nothing_is_lost_doubled_or_shown_unapproved(province):
    chance = random.Random(SEED)
    texts = [{"vi": f"Tin số {n}", "en": f"Notice {n}"} for n in range(3)]
    messages = [province.approved(text)[0] for text in texts]
    whose = {
        page.planes: (message, language)
        for message in messages
        for language, pages in province.pages_of(message, "192x64:rg").items()
        for page in pages
    }
    items = [{"message": message, "seconds": 2} for message in messages]
    playlist = province.call("truc", "POST", "playlists", name="Vòng", items=items)["id"]
    province.call(
        "truc", "POST", "schedules", playlist=playlist, targets=[BOARD], priority="normal", weekdays=[1, 2, 3, 4, 5, 6, 7],
        windows=[["00:00", "24:00"]],
    )  # fmt: skip
    board = province.simulated["chi-ma"].board("board-1")
    eventually(lambda: board.page().planes in whose, what="the first notice")
    watch = Watch(board)
    parts = {"agent": kill_agent, "broker": kill_broker, "controller": kill_controller}
    for _ in range(ROUNDS):
        for name in chance.sample(sorted(parts), k=chance.choice((1, 1, 1, 2, 3))):
            parts[name](province, chance)
    dark = tuple(bytes(len(plane)) for plane in board.page().planes)
    assert set(watch.seen) <= whose.keys() | {dark}
    no_turn_of_the_lamps_without_a_record(watch.seen, whose, every_record_once(province))
