"""Sign in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import SecretStr, StringConstraints

from controller.api.access import Everyone, SignedIn, World, cookie_name, same_origin, session_token, settings_of
from controller.domain.asked import Asked
from controller.domain.people import RIGHTS, Actor
from controller.errors import ForbiddenError
from controller.services import sign_in
from schedules.model import Fact

router = APIRouter(tags=["people"])


class Credentials(Asked):
    """What a person types."""

    username: Annotated[str, StringConstraints(max_length=64)]
    password: SecretStr


class Token(Fact):
    """For scripts, as `Authorization: Bearer ...`; pages have it as a cookie."""

    token: str


class Me(Actor):
    """Who is signed in, and what he or she may do."""

    rights: tuple[str, ...]


@router.post("/login", dependencies=[Depends(Everyone("to become somebody"))])
def login(credentials: Credentials, request: Request, response: Response, deps: World) -> Token:
    """A session of at most 12 hours, or 30 minutes without use."""
    if request.headers.get("sec-fetch-site") and not same_origin(request):
        raise ForbiddenError("request.cross_site", "this request comes from a page that is not ours")
    address = request.client.host if request.client else ""
    client = request.headers.get("user-agent", "")
    password = credentials.password.get_secret_value()
    done = sign_in.sign_in(deps, credentials.username, password, address=address, client=client)
    settings = settings_of(request)
    response.set_cookie(
        cookie_name(settings), done.token, httponly=True, samesite="lax", secure=settings.https, path="/",
        max_age=int(sign_in.LONGEST.total_seconds()),
    )  # fmt: skip
    return Token(token=done.token)


@router.post("/logout", status_code=204)
def logout(request: Request, response: Response, deps: World, _actor: Annotated[Actor, Depends(SignedIn())]) -> None:
    """End the session."""
    sign_in.sign_out(deps, session_token(request))
    response.delete_cookie(cookie_name(settings_of(request)), path="/")


@router.get("/me")
def me(actor: Annotated[Actor, Depends(SignedIn())]) -> Me:
    """Who is signed in."""
    return Me(**dict(actor), rights=tuple(sorted(RIGHTS[actor.role])))
