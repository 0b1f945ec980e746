"""How requests are refused: errors of the library, of a request's form, and of the framework, each as one line."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from traceback import extract_tb
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from workforce_sim.errors import LedgerError, WorkforceSimError
from workforce_sim.operate.service.door import refusal

log = logging.getLogger(__name__)

NO_JSON = "expected a JSON object, sent with Content-Type: application/json"
OF_THE_BODY = {"missing": NO_JSON, "model_attributes_type": NO_JSON, "model_type": NO_JSON}
"""What is said of a whole body, by the type of its error."""
SAID = {
    "There was an error parsing the body": "the body is not JSON in UTF-8, or is nested too deep",
    "Not Found": "no such place; /openapi.json describes all",
    "Method Not Allowed": "this place does not take this method; the header Allow says which it takes",
}
"""What is said in place of the words of the framework."""


def _told(error: dict[str, Any]) -> str:
    """Return what a wrong request is told: where and what, never the value."""
    place, *path = error["loc"]
    if place == "body" and not path and error["type"] in OF_THE_BODY:
        return OF_THE_BODY[error["type"]]
    if error["type"] == "json_invalid":
        return f"the body is not JSON: {error['ctx']['error']} at character {path[0]}"
    where = ".".join(str(part)[:100] for part in path)
    what = str(error["msg"]).removeprefix("Value error, ")
    return " ".join((f"{where}: {what}" if where else what).split())


def _refused(request: Request, error: HTTPException) -> Response:
    """Answer what was refused, here or by the framework."""
    headers = dict(error.headers or {})
    if error.status_code == 405:
        here = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
        headers["Allow"] = ", ".join(sorted({method for route in here for method in route.methods}))
    return refusal(error.status_code, SAID.get(error.detail, error.detail), headers)


def _failed(_: Request, error: Exception) -> Response:
    at = extract_tb(error.__traceback__)[-1]
    log.error("a request failed: %s at %s:%s", type(error).__name__, at.filename, at.lineno)
    return refusal(500, "an error of the service itself")


HANDLERS: dict[Any, Callable[[Request, Any], Response]] = {
    RequestValidationError: lambda _, error: refusal(422, "\n".join(map(_told, error.errors()))),
    HTTPException: _refused,
    LedgerError: lambda _, error: refusal(503, str(error)),
    WorkforceSimError: lambda _, error: refusal(422, str(error)),
    sqlite3.Error: lambda _, error: refusal(503, "the index cannot be read or written; check the disk"),
    OSError: lambda _, error: refusal(503, f"the folder cannot be read or written ({error.strerror})"),
    Exception: _failed,
}
