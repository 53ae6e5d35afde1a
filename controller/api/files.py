"""Content by hash: sound brought in, files fetched by agents, pages looked at by people."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as Place
from fastapi.responses import FileResponse
from starlette.datastructures import UploadFile

from controller.api.access import AgentsOrPeople, Need, Reader, World, deps_of
from controller.domain.people import Actor, Right
from controller.errors import InvalidError, UnknownError
from controller.services.bring import Brought, bring_audio
from controller.services.drawing import moving, picture
from controller.services.progress import Share

MEDIA_LIMIT = 64 * 1024 * 1024
UPLOADS = (  # of the API, and of the pages' forms
    "/api/v1/media", "/api/v1/pictures", "/api/v1/videos",
    "/messages/*/sound/bring", "/messages/*/picture/bring", "/messages/*/video/bring", "/voices/words", "/voices/phrases",
)  # fmt: skip
_SOUNDS = {b"OggS": "audio/ogg", b"RIFF": "audio/wav"}
_RANGES = re.compile(r"bytes=(\d+-\d*|-\d+)(\s*,\s*(\d+-\d*|-\d+))*")
_TICKET = r"^[A-Za-z0-9_-]{8,64}$"
TICKET = Query(pattern=_TICKET, description="a name of your choice for this upload")
UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            },
        },
    }
}

router = APIRouter(tags=["content"])


async def uploaded(request: Request) -> bytes:
    """The file's bytes: the body itself, or the first file of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=8) as form:
        file = next((value for value in form.values() if isinstance(value, UploadFile)), None)
        if file is None:
            raise InvalidError("media.none", "the form holds no file")
        return await file.read()


Bringer = Annotated[Actor, Depends(Need(Right.MEDIA))]
Upload = Annotated[bytes, Depends(uploaded)]


@router.post("/media", status_code=201, openapi_extra=UPLOAD_BODY)
def bring(actor: Bringer, deps: World, data: Upload, ticket: Annotated[str | None, TICKET] = None) -> Brought:
    """Bring a sound file of any usual kind, as the body or as a form's file. How far it is can be asked under the ticket."""
    if not data:
        raise InvalidError("media.empty", "there is no file in the request")
    return bring_audio(deps, actor, data, ticket)


@router.get("/uploads/{ticket}")
def upload_share(ticket: Annotated[str, Place(pattern=_TICKET)], actor: Bringer, deps: World) -> Share:
    """How far an upload of yours has come that is being decoded and levelled; unknown once it is over."""
    return deps.progress.share(actor, ticket)


@router.get(
    "/content/{sha256}",
    dependencies=[Depends(AgentsOrPeople(Right.READ))],
    response_class=FileResponse,
    responses={206: {"description": "the part asked for"}, 416: {"description": "no such part"}},
)
def content(sha256: str, request: Request) -> Response:
    """A file by its hash, whole or in part; the ETag is the hash."""
    place = deps_of(request).media.path(sha256)
    if place is None:
        raise UnknownError("content", sha256)
    kind = _kind(place)
    etag = f'"{sha256}"'
    headers = {"etag": etag, "cache-control": "private, max-age=31536000, immutable"}
    headers["x-content-type-options"] = "nosniff"
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if not _RANGES.fullmatch(request.headers.get("range", "bytes=0-").strip()):
        # A range that cannot be read is as none (RFC 9110, 14.2).
        return Response(place.read_bytes(), media_type=kind, headers=headers)
    return FileResponse(place, media_type=kind, headers=headers)


def _kind(place: Path) -> str:
    """Of sound by its first letters, so that a browser plays it; nothing else is to be opened in one."""
    with place.open("rb") as file:
        return _SOUNDS.get(file.read(4), "application/octet-stream")


@router.get("/previews/{sha256}/moving.png", response_class=Response)
def moving_preview(sha256: str, actor: Reader, deps: World) -> Response:
    """A page file at true speed, as an animated PNG: its pages in turn, or its strip as it passes."""
    actor.need(Right.READ)
    if deps.media.path(sha256) is None:
        raise UnknownError("content", sha256)
    try:
        return png_answer(moving(deps.media.read(sha256)))
    except ValueError as exc:
        raise UnknownError("picture", sha256) from exc


@router.get("/previews/{sha256}/{page}.png", response_class=Response)
def preview(sha256: str, page: int, actor: Reader, deps: World) -> Response:
    """One page of a page file as PNG, one pixel a lamp; pages count from 1."""
    actor.need(Right.READ)
    if deps.media.path(sha256) is None:
        raise UnknownError("content", sha256)
    try:
        drawn = picture(deps.media.read(sha256), page - 1)
    except ValueError as exc:
        raise UnknownError("picture", sha256) from exc
    if drawn is None:
        raise UnknownError("page", str(page))
    return png_answer(drawn)


def png_answer(picture: bytes) -> Response:
    """A picture of ours, which never changes under its address."""
    headers = {"cache-control": "private, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
    return Response(picture, media_type="image/png", headers=headers)
