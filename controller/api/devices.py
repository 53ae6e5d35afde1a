"""Devices: how they are, what they show, what they should."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from controller.api.access import Reader, World
from controller.services import device
from controller.services.device import DeviceView

router = APIRouter(prefix="/devices", tags=["devices"])
Language = Annotated[Literal["vi", "zh-Hans", "en"], Query(description="of the reasons")]
PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "one pixel a lamp"}}


@router.get("")
def list_all(actor: Reader, deps: World, language: Language = "en") -> tuple[DeviceView, ...]:
    """Every device of the register."""
    return device.all_devices(deps, actor, language)


@router.get("/{gate}/{name}")
def one(gate: str, name: str, actor: Reader, deps: World, language: Language = "en") -> DeviceView:
    """One device."""
    return device.one_device(deps, actor, f"{gate}/{name}", language)


@router.get("/{gate}/{name}/wanted.png", response_class=Response, responses=PNG)
def wanted(gate: str, name: str, actor: Reader, deps: World) -> Response:
    """The page due at this instant, 1:1; all dark while nothing is due."""
    return _png(device.wanted_picture(deps, actor, f"{gate}/{name}"))


@router.get("/{gate}/{name}/shown.png", response_class=Response, responses=PNG)
def shown(gate: str, name: str, actor: Reader, deps: World) -> Response:
    """The page the agent last reported, 1:1; 404 before its first report."""
    return _png(device.shown_picture(deps, actor, f"{gate}/{name}"))


def _png(picture: bytes) -> Response:
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(picture, media_type="image/png", headers=headers)
