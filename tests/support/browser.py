"""A desk's pages on a port of their own, and a real browser to look at them."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.desk import Desk

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def a_site(desk: Desk) -> Iterator[str]:
    """Its address while it is served."""
    server = uvicorn.Server(uvicorn.Config(desk.app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium as the system has it, without what it asks of others by itself."""
    with sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield running
        running.close()


def sign_in(page: Page, home: str, person: str, language: str) -> None:
    """Through the form, as a person does."""
    page.goto(f"{home}/language?to={language}")
    page.fill("#username", person)
    page.fill("#password", "demo")
    page.press("#password", "Enter")
    page.wait_for_selector(".tile")
