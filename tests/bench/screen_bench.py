"""How soon a wall has its picture again when the process that draws it dies."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices.agent.board import BoardHand
from devices.agent.clips import Clips
from devices.agent.clock import AgentClock
from devices.agent.faults import FaultBook
from devices.agent.hand import Tools
from devices.agent.journal import Desk, Journal
from devices.agent.media import MediaFiles
from devices.agent.orders import Orders
from devices.agent.store import Store
from devices.agent.witness import Witness
from devices.agent.worker import LineWorker, OnLine
from devices.contract.messages import Health
from devices.drivers.screen.driver import ScreenBoard, ScreenSettings
from devices.links.process import ProcessLink
from devices.ports import Link
from devices.profiles.board import BoardShape
from devices.rendering.page import Page, PageFile
from tests.bench.line_bench import DEVICE, plan_of


def screen_back_after_kill_s() -> dict[str, Any]:
    """From `kill -9` of the drawing process to its next picture, under the agent's own worker; the worst of three."""
    shape, times = BoardShape.parse("320x160:rgb"), []
    with tempfile.TemporaryDirectory() as folder:
        clock = AgentClock(trust=True)
        page = Page(shape=shape, planes=(bytes([0x5A]) * 6400,) * 3, seconds=3600)
        notice = PageFile(language="vi", renderer="bench", pages=(page,))
        store, media = Store(Path(folder) / "agent.db", clock.now()), MediaFiles(Path(folder) / "content")
        media.keep(notice.ref().sha256, notice.to_bytes())
        faults = FaultBook(DEVICE)
        tools = Tools(DEVICE, Desk(Journal(store)), media, Clips(Path(folder) / "clips", media), clock, faults)
        picture, links = Path(folder) / "wall.png", list[ProcessLink]()
        settings = ScreenSettings(shape=shape, output="headless", picture=str(picture))

        def open_now() -> Link:
            links.append(ProcessLink("screen:bench", "devices.screen"))
            return links[-1]

        hand = BoardHand(tools, shape, Witness())
        worker = LineWorker(
            "bench", {DEVICE: OnLine(hand, lambda line, _: ScreenBoard(line, settings))}, open_now, clock,
            lambda _device, _view: None,
        )  # fmt: skip
        worker.tell(Orders(DEVICE, plan_of(notice, clock)))
        worker.start()
        for _ in range(3):
            settled(lambda: hand.view().health is Health.HEALTHY and picture.exists(), 20)
            time.sleep(6)  # so that each death is the first of its kind
            before = picture.stat().st_mtime_ns
            killed = time.monotonic()
            os.kill(drawing(links[-1].pid), 9)
            settled(lambda before=before: picture.stat().st_mtime_ns != before, 20)
            times.append(time.monotonic() - killed)
        worker.stop(5)
        store.close()
    return {
        "name": "screen_back_after_kill_s",
        "value": max(times),
        "unit": "s",
        "ratio": None,
        "baseline": "at most 2",
    }


def drawing(keeper: int) -> int:
    """The process that draws."""
    return int(Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()[0])


def settled(true: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not true() and time.monotonic() < ends:
        time.sleep(0.005)


ROWS: tuple[Callable[[], dict[str, Any]], ...] = (screen_back_after_kill_s,)
