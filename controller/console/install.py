"""Put the pages into the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
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
from controller.console.reader import lost_page

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]


def _for_people(inner: Handler) -> Handler:
    """What programs are told of an address that leads nowhere, but a page for whoever asked for one."""

    def handler(request: Request, exc: Exception) -> Response | Awaitable[Response]:
        strayed = not isinstance(exc, HTTPException) or exc.status_code == HTTPStatus.NOT_FOUND
        reads = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if strayed and reads and not request.url.path.startswith("/api/"):
            return lost_page(request)
        return inner(request, exc)

    return handler


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
    for kind in (HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _for_people(app.exception_handlers[kind]))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
