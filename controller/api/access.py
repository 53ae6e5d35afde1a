"""Who asks, and what the route needs. Every route names exactly one of these doors; a test walks all routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security.utils import get_authorization_scheme_param

from controller.domain.people import Actor, Right
from controller.errors import ForbiddenError, SignInError
from controller.services.context import Deps
from controller.services.enrol import Known, who_agent
from controller.services.sign_in import who
from controller.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def deps_of(request: Request) -> Deps:
    """What the deeds are handed."""
    deps: Deps = request.app.state.deps
    return deps


def settings_of(request: Request) -> Settings:
    """The controller's settings."""
    settings: Settings = request.app.state.settings
    return settings


World = Annotated[Deps, Depends(deps_of)]


def cookie_name(settings: Settings) -> str:
    """Over https a name that browsers tie to this very host."""
    return "__Host-gatecast" if settings.https else "gatecast"


def bearer(request: Request) -> str | None:
    """The token of a script or an agent."""
    scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
    return token if scheme.lower() == "bearer" and token else None


def session_token(request: Request) -> str:
    """The token of a session: from the header, or from the cookie if the request comes from our own pages."""
    token = bearer(request)
    if token is not None:
        return token
    cookie = request.cookies.get(cookie_name(settings_of(request)))
    if cookie is None:
        raise SignInError("session.none", "sign in first")
    if request.method not in SAFE and not same_origin(request):
        raise ForbiddenError("request.cross_site", "this request comes from a page that is not ours")
    return cookie


def same_origin(request: Request) -> bool:
    """Whether a browser says that our own page asks; a request that says nothing is a script, which carries a token."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "")
    return bool(origin) and origin.partition("://")[2] == request.headers.get("host")


@dataclass(frozen=True)
class Need:
    """A door for people with a right."""

    right: Right

    def __call__(self, request: Request) -> Actor:
        """The person who asks."""
        actor = who(deps_of(request), session_token(request))
        actor.need(self.right)
        return actor


@dataclass(frozen=True)
class Everyone:
    """A door without a lock: nothing behind it may be secret."""

    why: str

    def __call__(self) -> None:
        """Let in."""


@dataclass(frozen=True)
class SignedIn:
    """A door for every person who is signed in."""

    def __call__(self, request: Request) -> Actor:
        """The person who asks."""
        return who(deps_of(request), session_token(request))


@dataclass(frozen=True)
class Agents:
    """A door for enrolled agents."""

    def __call__(self, request: Request) -> Known:
        """The agent that asks."""
        token = bearer(request)
        if token is None:
            raise SignInError("agent.none", "an agent shows its token")
        return who_agent(deps_of(request), token)


@dataclass(frozen=True)
class AgentsOrPeople:
    """A door for enrolled agents, and for people with a right."""

    right: Right

    def __call__(self, request: Request) -> Known | Actor:
        """Whoever asks."""
        token = bearer(request)
        if token is not None:
            try:
                return who_agent(deps_of(request), token)
            except SignInError:
                pass  # no agent: then a person's token
        return Need(self.right)(request)


DOORS = (Need, Everyone, SignedIn, Agents, AgentsOrPeople)

Reader = Annotated[Actor, Depends(Need(Right.READ))]
