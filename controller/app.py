"""The one place where ports meet adapters."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from secrets import token_bytes

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from controller.api.files import MEDIA_LIMIT, UPLOADS
from controller.api.limits import BodyLimit
from controller.api.problems import install as install_problems
from controller.api.routes import api
from controller.console.install import install_console
from controller.errors import UnfitError
from controller.jobs import build_jobs
from controller.media.speech.voices import read_voices
from controller.mqtt import ControllerMqtt, session_settings
from controller.ports import Clock
from controller.services import alert_sending, plan
from controller.services.context import Bell, Deps
from controller.services.drills import keep_marks
from controller.services.enrol import BrokerDoor
from controller.services.register import read_gates, register
from controller.services.tones import keep_tones
from controller.settings import Settings
from controller.store.database import Store, open_store
from controller.store.files import HashedFiles
from controller.store.migrate import migrate
from controller.store.passwords import ArgonPasswords


def _now() -> datetime:
    return datetime.now(UTC)


def build_deps(settings: Settings, bell: Bell, clock: Clock = _now) -> Deps:
    """Open the store, the key and the media folder; UnfitError says in one sentence why not."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        secret = _secret(settings.data / "seal.key")
        media = HashedFiles(settings.data / "media")
    except OSError as exc:
        raise UnfitError("data.unfit", f"the data folder {settings.data} cannot be used: {exc.strerror}") from exc
    passwords = ArgonPasswords(settings.argon2_memory_kib, settings.argon2_rounds)
    return Deps(_store(settings.url), clock, secret, media, passwords, bell.ring, read_voices(settings.voices_file))


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


def create_app(settings: Settings, *, door: BrokerDoor | None = None, clock: Clock = _now) -> FastAPI:
    """The controller: store, deeds, API, pages, and while it runs the publisher and the alarm clock.

    `door` is where the broker's accounts are made; without one no agent can be enrolled.
    """
    bell = Bell()
    deps = build_deps(settings, bell, clock)
    keep_tones(deps)
    register(deps, read_gates(settings.gates_file) if settings.gates_file else None)
    keep_marks(deps)
    mqtt = _mqtt(deps, bell, settings)
    app = FastAPI(
        title="Gatecast",
        version=version("gatecast"),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # the ready-made page loads its scripts from elsewhere
        redoc_url=None,
        lifespan=_lifespan(deps, mqtt),
    )
    app.state.settings, app.state.deps, app.state.bell = settings, deps, bell
    app.state.door, app.state.mqtt = door, mqtt
    app.add_middleware(BodyLimit, larger=dict.fromkeys(UPLOADS, MEDIA_LIMIT))
    install_problems(app)
    app.include_router(api())
    install_console(app)
    return app


def _mqtt(deps: Deps, bell: Bell, settings: Settings) -> ControllerMqtt | None:
    if settings.broker is None:
        return None
    again = (plan.publish_again, alert_sending.publish_again)
    return ControllerMqtt(deps, bell, session_settings(settings.broker), again)


def _lifespan(deps: Deps, mqtt: ControllerMqtt | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        clock = build_jobs(deps)
        clock.start()
        talking = asyncio.create_task(mqtt.run(), name="mqtt") if mqtt else None
        try:
            yield
        finally:
            if talking:
                talking.cancel()
                await asyncio.gather(talking, return_exceptions=True)
            await asyncio.to_thread(clock.shutdown)
            deps.store.close()

    return living
