"""Put the pages into the application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from controller.console import (
    alert_pages,
    calendar_pages,
    fault_pages,
    figure_pages,
    hours_pages,
    message_pages,
    mourning_pages,
    pages,
    picture_pages,
    planning_pages,
    sound_pages,
    voice_pages,
)


def install_console(app: FastAPI) -> None:
    """The pages and their own style, scripts and pictures; nothing comes from elsewhere."""
    app.include_router(pages.router)
    calendars = (calendar_pages, hours_pages, mourning_pages)
    for part in (
        message_pages,
        picture_pages,
        sound_pages,
        voice_pages,
        planning_pages,
        *calendars,
        alert_pages,
        fault_pages,
        figure_pages,
    ):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
