"""The demo as a user meets it: it starts, says so, starts again quickly, and never leaves anything running."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.demo_run import DemoRun

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo was seeded once, and then ended."""
    place = tmp_path_factory.mktemp("demo")
    run = DemoRun(place)
    try:
        run.running()
        assert run.signal(signal.SIGINT) == 0
        assert run.left() == []
        assert "announcement 12 of 12" in run.out
    finally:
        run.end()
    return place


@pytest.fixture
def run(folder: Path) -> Iterator[DemoRun]:
    """The demo, running."""
    demo = DemoRun(folder)
    try:
        yield demo.running()
    finally:
        demo.end()


def rows(folder: Path, table: str) -> int:
    with sqlite3.connect(folder / "var/demo/controller/gatecast.db") as database:
        return int(database.execute(f"select count(*) from {table}").fetchone()[0])


def test_the_first_page_says_where_it_is_and_who_may_sign_in(run: DemoRun) -> None:
    assert f"http://127.0.0.1:{run.port}" in run.out
    assert all(
        name in run.out for name in ("tacgia", "duyet-so", "duyet-bdbp", "truc", "kythuat", "kiemtra", "quantri")
    )
    assert b'"status":"ok"' in run.page()


def test_a_second_start_does_not_seed_again(run: DemoRun, folder: Path) -> None:
    assert "first start" not in run.out
    assert rows(folder, "messages") == 12
    assert rows(folder, "users") == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda each: each.name)
def test_a_signal_ends_every_process_it_began(run: DemoRun, number: signal.Signals) -> None:
    assert len(run.family()) >= 4
    assert run.signal(number) == 0
    assert run.left() == []


def test_when_the_demo_itself_is_killed_its_children_end_too(run: DemoRun) -> None:
    assert run.signal(signal.SIGKILL) == -signal.SIGKILL
    assert run.left() == []


def test_a_dead_simulator_is_started_again(run: DemoRun) -> None:
    def simulator() -> int | None:
        return next((pid for words, pid in run.family().items() if "simulate" in words), None)

    first = simulator()
    assert first
    os.kill(first, signal.SIGKILL)
    ends = time.monotonic() + 15
    while simulator() in (None, first):
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert "simulator ended (by signal SIGKILL)" in run.out


def test_a_second_demo_in_the_folder_is_refused_and_the_first_goes_on(run: DemoRun, folder: Path) -> None:
    second = DemoRun(folder)
    try:
        assert second.process.wait(20) == 1
        assert f"a demo already runs in var/demo (process {run.process.pid})" in second.err
        assert len(second.err.splitlines()) == 1
        assert b'"status":"ok"' in run.page()
    finally:
        second.end()


def test_a_port_in_use_is_said_in_one_sentence(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = DemoRun(folder, taken.getsockname()[1])
        try:
            assert refused.process.wait(20) == 1
        finally:
            refused.end()
    assert refused.err == f"gatecast: port {refused.port} is in use; choose another with GATECAST_PORT=8081 make demo\n"
    assert [each for each in psutil.process_iter() if f"{folder}/" in " ".join(_words(each))] == []


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
