"""The one place where ports meet adapters."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from controller.errors import UnfitError
from controller.services.context import Bell, Deps
from controller.settings import Settings
from controller.store.database import Store, open_store
from controller.store.files import HashedFiles
from controller.store.migrate import migrate
from controller.store.passwords import ArgonPasswords


def _now() -> datetime:
    return datetime.now(UTC)


def build_deps(settings: Settings, bell: Bell) -> Deps:
    """Open the store, the key and the media folder; UnfitError says in one sentence why not."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        secret = _secret(settings.data / "seal.key")
        media = HashedFiles(settings.data / "media")
    except OSError as exc:
        raise UnfitError("data.unfit", f"the data folder {settings.data} cannot be used: {exc.strerror}") from exc
    passwords = ArgonPasswords(settings.argon2_memory_kib, settings.argon2_rounds)
    return Deps(_store(settings.url), _now, secret, media, passwords, bell.ring)


def _store(url: str) -> Store:
    try:
        store = open_store(url)
        migrate(store)
    except SQLAlchemyError as exc:
        reason = str(exc).splitlines()[0]
        raise UnfitError("database.unfit", f"the database cannot be used: {reason}") from exc
    return store


def _secret(place: Path) -> bytes:
    """The key that seals, made at the first start, readable by the owner only."""
    if place.exists():
        secret = place.read_bytes()
        if len(secret) != 32:
            raise UnfitError("key.unfit", f"the key file {place} is damaged: restore it from the backup")
        return secret
    secret = token_bytes(32)
    draft = place.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    return secret


def create_app(settings: Settings) -> FastAPI:
    """The controller: store, deeds, API, and while it runs the publisher and the alarm clock."""
    bell = Bell()
    deps = build_deps(settings, bell)
    app = FastAPI(
        title="Gatecast",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(deps),
    )
    app.state.settings, app.state.deps, app.state.bell = settings, deps, bell
    return app


def _lifespan(deps: Deps) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            deps.store.close()

    return living
