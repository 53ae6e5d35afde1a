"""The one table from refusals to answers: problem+json (RFC 9457) with a stable `code`."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from controller import errors
from controller.errors import ControllerError, InvalidError, Problem, ThrottledError

log = logging.getLogger("gatecast.api")

STATUS: dict[type[ControllerError], int] = {
    errors.UnknownError: 404,
    errors.InvalidError: 422,
    errors.ConflictError: 409,
    errors.SignInError: 401,
    errors.ForbiddenError: 403,
    errors.ThrottledError: 429,
    errors.UnfitError: 503,
}
HTTP_CODES = {400: "request.malformed", 404: "path.unknown", 405: "method.unknown", 413: "body.large"}
_PLACES = {"query": "?", "path": "path:", "header": "header:", "cookie": "cookie:"}


class ProblemItem(BaseModel):
    """One thing that is wrong; `pointer` is a JSON pointer into the body, or `?name` for a query parameter."""

    pointer: str
    code: str
    detail: str


class ProblemBody(BaseModel):
    """A refusal. `code` is stable; `detail` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[ProblemItem] = []


def answer(
    request: Request,
    status: int,
    code: str,
    detail: str,
    problems: Iterable[Problem] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """The refusal as it travels."""
    body = ProblemBody(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        code=code,
        errors=[ProblemItem(pointer=each.pointer, code=each.code, detail=each.text) for each in problems],
    )
    return JSONResponse(body.model_dump(), status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Every refusal of every route goes through here."""
    app.add_exception_handler(ControllerError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(SQLAlchemyError, _unfit)
    app.add_exception_handler(OSError, _unfit)
    app.add_exception_handler(Exception, _broken)


def _refused(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, ControllerError)
    status = next(number for kind, number in STATUS.items() if isinstance(exc, kind))
    problems = exc.problems if isinstance(exc, InvalidError) else ()
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    if isinstance(exc, ThrottledError):
        headers["retry-after"] = str(exc.wait)
    return answer(request, status, exc.code, exc.text, problems, headers)


def _malformed(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)
    found = exc.errors()
    deeper = {place[:length] for place in (each["loc"] for each in found) for length in range(len(place))}
    told = [each for each in found if each["type"] != "too_short" or each["loc"] not in deeper]  # short of what is told
    problems = tuple(dict.fromkeys(_problem(exc.body, each) for each in told))
    return answer(request, 422, "request.invalid", "the request cannot be understood", problems)


def _problem(body: Any, error: dict[str, Any]) -> Problem:
    place, *path = error["loc"]
    code = {"extra_forbidden": "key.unknown", "missing": "key.missing", "json_invalid": "body.json"}.get(
        error["type"], "value.invalid"
    )
    text = str(error["msg"]).removeprefix("Value error, ")
    if place != "body":
        return Problem(_PLACES.get(str(place), "") + ".".join(map(str, path)), code, text)
    return Problem(_pointer(body, path, full=code.startswith("key.")), code, text)


def _pointer(body: Any, path: list[Any], *, full: bool) -> str:
    """The part of the path that is in the body; pydantic adds the names of alternatives it tried."""
    found: list[str] = []
    for part in path:
        inside = part in body if isinstance(body, dict) else isinstance(body, list) and part in range(len(body))
        if inside:
            body = body[part]
        elif not (full and part == path[-1]):
            continue
        found.append(str(part).replace("~", "~0").replace("/", "~1")[:100])
    return "".join(f"/{part}" for part in found)


def _http(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)
    code = HTTP_CODES.get(exc.status_code, f"http.{exc.status_code}")
    return answer(request, exc.status_code, code, str(exc.detail), headers=dict(exc.headers or {}))


def _unfit(request: Request, exc: Exception) -> JSONResponse:
    log.error("%s %s: %s", request.method, request.url.path, str(exc).splitlines()[0])
    return answer(request, 503, "storage.unfit", "the database or the disk cannot be used at this moment; try again")


def _broken(request: Request, exc: Exception) -> JSONResponse:
    """Our own fault; the server logs the rest."""
    return answer(request, 500, "controller.fault", "the controller made a mistake; it is in its log")
