"""Pictures and videos: brought in, tried on boards, looked at."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import FileResponse

from controller.api.access import Reader, World
from controller.api.files import UPLOAD_BODY, Bringer, Upload, png_answer
from controller.domain.pictures import Fit, Picture, PictureFacts, Tone, VideoFacts
from controller.services.bring_visual import (
    BroughtPicture,
    BroughtVideo,
    bring_picture,
    bring_video,
    picture_facts,
    picture_png,
    video_facts,
    wall_file,
)
from controller.services.try_picture import OnBoard, lamps_png, try_picture

router = APIRouter(tags=["content"])
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


def _chosen(sha256: Hash, tone: Tone = "logo", fit: Fit = "whole", inverted: bool = False) -> Picture:
    return Picture(sha256=sha256, tone=tone, fit=fit, inverted=inverted)


Chosen = Annotated[Picture, Depends(_chosen)]


@router.post("/pictures", status_code=201, openapi_extra=UPLOAD_BODY)
def bring_a_picture(actor: Bringer, deps: World, data: Upload) -> BroughtPicture:
    """Bring a PNG, JPEG, WebP, GIF or BMP picture, as the body or as a form's file."""
    return bring_picture(deps, actor, data)


@router.get("/pictures/{sha256}.png", response_class=Response)
def a_picture(sha256: Hash, actor: Reader, deps: World) -> Response:
    """A picture that was brought, as it was kept."""
    return png_answer(picture_png(deps, actor, sha256))


@router.get("/pictures/{sha256}")
def facts_of_a_picture(sha256: Hash, actor: Reader, deps: World) -> PictureFacts:
    """What is known of a picture that was brought."""
    return picture_facts(deps, actor, sha256)


@router.get("/pictures/{sha256}/boards")
def on_boards(chosen: Chosen, actor: Reader, deps: World) -> tuple[OnBoard, ...]:
    """Try it on every board of the register: where its lamps can be looked at, and findings; nothing is kept."""
    return try_picture(deps, actor, chosen)


@router.get("/pictures/{sha256}/on/{board}.png", response_class=Response)
def on_a_board(chosen: Chosen, board: str, actor: Reader, deps: World) -> Response:
    """Its lamps on a board such as "192x64:rg", one pixel each."""
    return png_answer(lamps_png(deps, actor, chosen, board))


@router.post("/videos", status_code=201, openapi_extra=UPLOAD_BODY)
def bring_a_video(actor: Bringer, deps: World, data: Upload, fit: Fit = "whole", sound: bool = False) -> BroughtVideo:
    """Bring a video; with `sound`, its sound becomes a recording for loudspeakers too."""
    return bring_video(deps, actor, data, fit, sound=sound)


@router.get("/videos/{sha256}")
def facts_of_a_video(sha256: Hash, actor: Reader, deps: World) -> VideoFacts:
    """What is known of a video that was brought."""
    return video_facts(deps, actor, sha256)


@router.get("/videos/{sha256}/{fit}/{size}.mp4", response_class=FileResponse)
def a_video(sha256: Hash, fit: Fit, size: str, actor: Reader, deps: World) -> Response:
    """A video as the walls of one size play it."""
    headers = {"cache-control": "private, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
    return FileResponse(wall_file(deps, actor, sha256, size, fit), media_type="video/mp4", headers=headers)
