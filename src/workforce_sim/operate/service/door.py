"""What every request passes first: who asks, how much is sent; and how what is refused is answered.

An answer that refuses has ``error``, a word for programs, and ``message``, one line for people; with several problems
of a configuration or a census also all of them, ``problems``.
"""

from __future__ import annotations

import hmac
import json
from time import perf_counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workforce_sim.operate.service.metrics import Metrics
from workforce_sim.wording import counted

OPEN = ("/health", "/ready")
"""Places that need no token."""
OWN_HOSTS = ("localhost", "127.0.0.1", "[::1]", "::1")
METHODS = ("GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS")
UPLOADS = "/v1/censuses"
MOST_JSON = 4 << 20
"""Bytes of a request other than a census."""

ERRORS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "too_many",
    500: "internal",
    503: "unavailable",
}
MOST_PROBLEMS = 100


class Answer(JSONResponse):
    """JSON in ASCII, so that any text a client sent can be named in it."""

    def render(self, content: Any) -> bytes:
        """Return the content as bytes."""
        return json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> Answer:
    """Return an answer that refuses; of several lines the first is the message, which says how many more there are."""
    first, *others = lines = [line for line in message.split("\n") if line.strip()] or [ERRORS[status]]
    more = f" (and {counted(len(others), 'more problem')})" if others else ""
    problems = {"problems": lines[:MOST_PROBLEMS]} if others else {}
    return Answer({"error": ERRORS.get(status, "refused"), "message": f"{first}{more}", **problems}, status, headers)


class Door:
    """Checks token, host and size of a request before the application sees it, and counts it.

    Args:
        app: the application.
        token: that requests must bear; None where only this machine can ask.
        upload: bytes of a census file.
        metrics: what is counted.
    """

    def __init__(self, app: ASGIApp, token: str | None, upload: int, metrics: Metrics) -> None:
        self._app, self._upload, self._metrics = app, upload, metrics
        self._bearer = None if token is None else f"Bearer {token}".encode("latin-1")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            headers = dict(scope["headers"])
            wrong = self._wrong(scope, headers)
            most = self._upload if scope["path"] == UPLOADS else MOST_JSON
            passed_on = self._app if wrong is None else wrong
            await passed_on(scope, _limited(receive, headers.get(b"content-length"), most), sending)
        except Exception:  # answered and logged already: the traceback may have values of a request
            status = 500
        finally:
            path = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.request(method, path, status, perf_counter() - start)

    def _wrong(self, scope: Scope, headers: dict[bytes, bytes]) -> Answer | None:
        """Return what refuses a request; None where it may pass."""
        if self._bearer is None:
            host = headers.get(b"host", b"").decode("latin-1")
            own = host in OWN_HOSTS or host.rsplit(":", 1)[0] in OWN_HOSTS
            return None if own else refusal(403, "Host: without a token only requests to localhost are answered")
        if scope["path"] in OPEN or hmac.compare_digest(headers.get(b"authorization", b""), self._bearer):
            return None
        return refusal(
            401, "Authorization: expected Bearer and the token of the service", {"WWW-Authenticate": "Bearer"}
        )


def _limited(receive: Receive, announced: bytes | None, most: int) -> Receive:
    """Return what gives the body of a request, and refuses one of more bytes than allowed."""
    told = int(announced) if announced is not None and announced.isdigit() and len(announced) < 20 else 0
    read = 0

    async def receiving() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if max(read, told) > most:
            raise HTTPException(413, f"the request is larger than {most:,} bytes, the most that is taken here")
        return message

    return receiving
