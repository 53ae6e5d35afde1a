"""What every page shares: who reads it, in which language, and the frame around it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from controller.console.i18n import LANGUAGES, Words, choose, moment, words
from controller.domain.people import Actor, Right
from controller.services.drills import exercise_on

LANGUAGE_COOKIE = "gatecast_language"
# No inline code, nothing from elsewhere; pictures and sounds are our own.
# Trial pages come with their answer, so an image may also be made by our own script (blob:).
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)


@cache
def templates() -> Environment:
    """The page templates; everything put into them is escaped."""
    folder = Path(__file__).parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def words_of(request: Request) -> Words:
    """The words in the reader's language."""
    return words(choose(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")))


def rights(person: Actor | None) -> dict[str, bool]:
    """Which buttons a person sees; the deeds check again."""
    return {right.value: person is not None and person.may(right) for right in Right}


def page(
    request: Request, name: str, person: Actor | None, *, status: int = 200, now: datetime, **facts: Any
) -> HTMLResponse:
    """Fill a template."""
    _ = words_of(request)
    pages = [
        ("/", _("Overview")), ("/messages", _("Messages")), ("/playlists", _("Playlists")),
        ("/schedules", _("Schedules")), ("/calendars", _("Calendar")), ("/voices", _("Voices")), ("/alerts", _("Alerts")),
        ("/faults", _("Faults")),
    ]  # fmt: skip
    frame = {
        "_": _,
        "request": request,
        "person": person,
        "role_word": _("role " + person.role) if person else "",
        "may": rights(person),
        "lang_tag": _.language,
        "languages": list(LANGUAGES.items()),
        "pages": pages,
        "here": "/" + request.url.path.split("/")[1],
        "moment": lambda at: moment(at, now),
        "drill": person is not None and exercise_on(request.app.state.deps),
    }
    html = templates().get_template(name).render(frame | facts)
    return HTMLResponse(html, status, {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"})
