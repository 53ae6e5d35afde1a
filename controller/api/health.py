"""Whether the controller itself is well."""

from __future__ import annotations

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Depends, Request
from sqlalchemy.exc import SQLAlchemyError

from controller.api.access import Everyone, World
from controller.services import outbox
from schedules.model import Fact

router = APIRouter(tags=["health"])


class ControllerHealth(Fact):
    """Well means: the database answers, and the broker is there if there is to be one."""

    status: Literal["ok", "impaired"]
    database: Literal["ok", "unfit"]
    broker: Literal["connected", "disconnected", "none"]
    outbox: int | None
    version: str


@router.get("/health", dependencies=[Depends(Everyone("watchers have no account; nothing here is secret"))])
def health(request: Request, deps: World) -> ControllerHealth:
    """For watchers and load balancers."""
    mqtt = request.app.state.mqtt
    broker: Literal["connected", "disconnected", "none"] = "none"
    if mqtt is not None:
        broker = "connected" if mqtt.connected else "disconnected"
    database: Literal["ok", "unfit"] = "ok"
    depth: int | None = None
    try:
        depth = outbox.depth(deps)
    except SQLAlchemyError:
        database = "unfit"
    well = database == "ok" and broker != "disconnected"
    return ControllerHealth(
        status="ok" if well else "impaired", database=database, broker=broker, outbox=depth, version=version("gatecast")
    )
