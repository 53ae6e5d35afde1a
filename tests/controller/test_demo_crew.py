"""Children: kept alive, ended together with what they began, and never left by a parent that was killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from controller.demo import crew as crews
from controller.demo.crew import Crew
from controller.tether import tethered

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print('up', flush=True); time.sleep(60)",
]


@pytest.fixture
def said() -> list[str]:
    """What the crew said."""
    return []


@pytest.fixture
def crew(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Crew:
    """An empty crew with little patience."""
    monkeypatch.setattr(crews, "BACK_OFF", (0.01, 0.02))
    monkeypatch.setattr(crews, "PATIENCE", 0.3)
    return Crew(tmp_path, os.environ, said.append)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


async def ended(crew: Crew, act: Callable[[], Awaitable[None]]) -> None:
    try:
        await act()
    finally:
        await crew.end()


async def test_a_child_that_dies_is_started_again_and_that_is_said(crew: Crew, said: list[str]) -> None:
    async def act() -> None:
        first = await crew.start("sleeper", SLEEP)
        crew.keep()
        first.kill()
        await until(lambda: crew.pids().get("sleeper") not in (None, first.pid))

    await ended(crew, act)
    assert said == ["sleeper ended (by signal SIGKILL), starting it again in 0.01 s"]
    assert crew.pids() == {}


async def test_a_child_that_dies_again_and_again_is_told_three_times(
    crew: Crew, said: list[str], tmp_path: Path
) -> None:
    code = "print('one more', flush=True); raise SystemExit(3)"

    async def act() -> None:
        await crew.start("hopeless", [sys.executable, "-c", code])
        crew.keep()
        await until(lambda: len(crew.lines("hopeless")) >= 5)

    await ended(crew, act)
    assert len(said) == 3
    assert "with code 3" in said[0]
    assert crew.last_words("hopeless") == "one more"


async def test_what_runs_once_is_not_started_again(crew: Crew, said: list[str]) -> None:
    async def act() -> None:
        child = await crew.start("task", [sys.executable, "-c", "print('done')"], once=True)
        crew.keep()
        await child.wait()
        await asyncio.sleep(0.1)

    await ended(crew, act)
    assert crew.lines("task") == ["done"]
    assert said == []


async def test_a_child_that_will_not_end_is_ended_with_all_it_began(crew: Crew) -> None:
    family: list[psutil.Process] = []

    async def act() -> None:
        child = await crew.start("stubborn", STUBBORN)
        await until(lambda: crew.lines("stubborn") == ["up"])
        leader = psutil.Process(child.pid)
        family.extend([leader, *leader.children()])

    await ended(crew, act)
    assert len(family) == 2
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_a_tethered_child_ends_with_its_parent_whatever_ends_that(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, time\nfrom controller.tether import tethered\n"
        f"child = subprocess.Popen(tethered({SLEEP!r}), stdout=subprocess.PIPE)\n"
        f"child.stdout.readline(); open({str(note)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=Path.cwd()) as parent:
        ends = time.monotonic() + 20
        while not (note.exists() and note.read_text()):
            assert time.monotonic() < ends
            time.sleep(0.02)
        child = psutil.Process(int(note.read_text()))
        parent.send_signal(signal.SIGKILL)
    assert psutil.wait_procs([child], timeout=10)[1] == []


def test_a_tethered_program_is_itself(tmp_path: Path) -> None:
    done = subprocess.run(
        tethered(["/bin/echo", "it", "is me"]), capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout == "it is me\n"
