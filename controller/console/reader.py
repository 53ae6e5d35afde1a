"""Who reads a page, and how refusals look to people: the sign-in form, or a page that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute

from controller.api.access import Need, cookie_name, deps_of, session_token, settings_of
from controller.api.problems import STATUS
from controller.console.frame import page, words_of
from controller.console.i18n import Words
from controller.console.refusals import words_for
from controller.domain.people import Actor, Right
from controller.errors import ControllerError, ForbiddenError, SignInError
from controller.services import sign_in

COOKIE_AGE = 365 * 24 * 3600  # of the language


@dataclass(frozen=True, slots=True)
class Reader:
    """A signed-in person and the words they read."""

    actor: Actor
    token: str
    words: Words


def reader(request: Request, actor: Annotated[Actor, Depends(Need(Right.READ))]) -> Reader:
    """The person behind the cookie."""
    return Reader(actor, session_token(request), words_of(request))


Someone = Annotated[Reader, Depends(reader)]


class PageRoute(APIRoute):
    """A route whose refusals are pages: whoever is not signed in is led to the form, and back afterwards."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler with refusals turned into pages."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except SignInError:
                back = request.url.path if request.method == "GET" and request.url.path != "/live" else "/"
                return RedirectResponse(f"/login?back={quote(back)}", 303)
            except ControllerError as problem:
                return _refusal(request, problem)

        return handler


def _refusal(request: Request, problem: ControllerError) -> Response:
    _, status = words_of(request), next(n for kind, n in STATUS.items() if isinstance(problem, kind))
    if isinstance(problem, ForbiddenError):
        said = _("Your role may not do this.")
    else:
        said = _("This page is not there.") if status == 404 else words_for(problem, _)
    now = deps_of(request).now()
    return page(
        request, "error.html", _person(request), status=status, now=now, said=said, detail=words_for(problem, _)
    )


def lost_page(request: Request) -> HTMLResponse:
    """For a person with an address that leads nowhere."""
    said = words_of(request)("This page is not there.")
    now = deps_of(request).now()
    return page(request, "error.html", _person(request), status=404, now=now, said=said, detail=request.url.path[:200])


def _person(request: Request) -> Actor | None:
    try:
        return sign_in.who(deps_of(request), session_token(request))
    except ControllerError:
        return None


def safe_back(back: str) -> str:
    """Only an address of our own; anything else leads home."""
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"


def keep_session(request: Request, answer: Response, token: str) -> Response:
    """Put the session's token into its cookie."""
    settings = settings_of(request)
    age = int(sign_in.LONGEST.total_seconds())
    answer.set_cookie(
        cookie_name(settings), token, max_age=age, httponly=True, samesite="lax", secure=settings.https, path="/"
    )
    return answer


def drop_session(request: Request, answer: Response) -> Response:
    """Take the cookie away."""
    answer.delete_cookie(cookie_name(settings_of(request)), path="/")
    return answer
