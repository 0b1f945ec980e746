"""The server of the explorer: on the loopback address alone, for those who know its token.

The address of every page and request begins with the token, which is new each time; all others are refused, and so is
a request whose host is not this computer, as of a page that another site opened.
"""

from __future__ import annotations

import hmac
import json
import secrets
import select
import socket
from collections.abc import Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from workforce_sim.config import with_changes
from workforce_sim.errors import RequestError, WorkforceSimError
from workforce_sim.plan.loading import load_config
from workforce_sim.studies.explore import views
from workforce_sim.studies.explore.design import ExploredDesign, design, settings
from workforce_sim.studies.explore.futures import Futures
from workforce_sim.studies.explore.page import explorer_page
from workforce_sim.wording import counted

LOOPBACK = "127.0.0.1"
LARGEST = 64 * 1024
"""Bytes of a request."""

TOO_WIDE = "Ranges are too wide, because years or assumptions vary: simulate all employees for the right ones."

SILENT = 30
"""Seconds after which a silent connection is closed."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Explorer:
    """A configuration and its census, opened to be explored.

    Args:
        source: path of the configuration.
        census: path of a census, in place of the configuration's.

    Raises:
        RequestError: for a configuration without a plan.
        ConfigError, CensusError: as ``simulate``.
    """

    def __init__(self, source: Path, census: Path | None = None) -> None:
        config = load_config(source)
        if not config.plan.enabled:
            raise RequestError(f"{source}: plan.enabled is false; there is no plan to explore")
        given = {"census.path": str(census.resolve())} if census is not None else {}
        self.base = with_changes(config, {**given, "output.path": None})
        self.settings = settings(self.base)
        self.futures = Futures(self.base)
        self.page = explorer_page(source.name, self.base, self.settings, self.futures)

    def ranges(self, asked: Mapping[str, Any], wanted: Callable[[], bool]) -> dict[str, Any] | None:
        """Return the parts of the page for two designs, after some more simulations; None if nobody waits for them."""
        whole, have = asked.get("whole") is True, asked.get("have", 0)
        if not isinstance(have, int) or have < 0:
            raise RequestError("have: expected how many simulations were seen, from 0")
        outcomes = []
        for each in self.designs(asked):
            found = self.futures.grown(each, have, whole=whole, wanted=wanted)
            if found is None:
                return None
            outcomes.append(found)
        count, target = min(each.count for each in outcomes), self.futures.target(whole=whole)
        done = counted(count, "simulation") if count >= target else f"{count:,} of {target:,} simulations"
        said = f"{done}, of {self._people(whole=whole)}"
        if any(self.futures.is_too_wide(each.design, whole=whole) for each in outcomes):
            said += f". {TOO_WIDE}"
        return {"parts": views.parts(outcomes), "count": count, "done": count >= target, "said": said}

    def _people(self, *, whole: bool) -> str:
        everybody = counted(len(self.futures.everybody), "employee")
        if whole or not self.futures.has_samples:
            return everybody
        return f"samples of {len(self.futures.samples[0]):,} of {everybody}, scaled up"

    def designs(self, asked: Mapping[str, Any]) -> list[ExploredDesign]:
        """Return the two designs of a request."""
        given = asked.get("designs")
        if not isinstance(given, list) or len(given) != 2:
            raise RequestError("designs: expected two")
        found = [self.design(each) for each in given]
        if found[0].name == found[1].name:
            raise RequestError("The two designs need different names.")
        return found

    def design(self, asked: Any) -> ExploredDesign:
        """Return one design of a request."""
        return design(self.base, self.settings, asked)

    def report(self, asked: Mapping[str, Any]) -> bytes:
        """Return the report of the designs of a request: of one where both are the same."""
        one, other = self.designs(asked)
        return self.futures.report([one] if one.moved == other.moved else [one, other])


class Server(ThreadingHTTPServer):
    """Serves an explorer on a loopback port, to those who know the token.

    Args:
        explorer: what is served.
        port: 0 for a free one.

    Raises:
        RequestError: for a port that cannot be had.
    """

    daemon_threads = True

    def __init__(self, explorer: Explorer, port: int = 0) -> None:
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            raise RequestError(f"port {port}: {error.strerror}; choose another one, or leave it out") from None
        self.explorer = explorer
        self.token = secrets.token_urlsafe(24)

    @cached_property
    def hosts(self) -> tuple[str, str]:
        """What a browser on this computer calls the server."""
        return f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def address(self) -> str:
        """The address of the page, with the token."""
        return f"http://{self.hosts[0]}/{self.token}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = SILENT

    def do_GET(self) -> None:
        """Answer with the page."""
        what = self._asked_for()
        if what == "":
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", self.server.explorer.page)
        elif what is not None:
            self._refuse(HTTPStatus.NOT_FOUND, "no such page")

    def do_POST(self) -> None:
        """Answer a request of the page."""
        what = self._asked_for()
        if what is None:
            return
        try:
            self._done(what, self._body())
        except WorkforceSimError as error:
            self._refuse(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        except ConnectionError:  # the browser has gone
            self.close_connection = True
        except Exception as error:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, f"an error of the program itself: {type(error).__name__}")
            raise

    def _done(self, what: str, asked: Mapping[str, Any]) -> None:
        explorer = self.server.explorer
        if what == "ranges":
            found = explorer.ranges(asked, self._is_there)
            if found is None:
                self.close_connection = True
                return
            self._json(HTTPStatus.OK, found)
        elif what == "configuration":
            text = explorer.design(asked.get("design")).written(explorer.base)
            self._answer(HTTPStatus.OK, "application/yaml", text.encode())
        elif what == "report":
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", explorer.report(asked))
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "no such page")

    def _asked_for(self) -> str | None:
        """Return what follows the token in the address; refuse who does not know it, and other hosts."""
        token, _, what = self.path.removeprefix("/").partition("/")
        known = hmac.compare_digest(token.encode(errors="replace"), self.server.token.encode())
        if known and self.headers.get("Host") in self.server.hosts:
            return what
        self._refuse(HTTPStatus.FORBIDDEN, "open the address that the explorer printed when it started")
        return None

    def _body(self) -> Mapping[str, Any]:
        """Return the body of a request."""
        size = self.headers.get("Content-Length", "")
        if not size.isdecimal() or int(size) > LARGEST:
            self.close_connection = True
            raise RequestError(f"expected a body of at most {LARGEST:,} bytes")
        try:
            found = json.loads(self.rfile.read(int(size)))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise RequestError("expected a JSON object")
        return found

    def _is_there(self) -> bool:
        """Return whether the browser still waits: it closes the connection when a lever has moved on."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return not readable or bool(self.connection.recv(1, socket.MSG_PEEK))

    def _json(self, status: HTTPStatus, found: Mapping[str, Any]) -> None:
        self._answer(status, "application/json", json.dumps(found).encode())

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._json(status, {"error": why})

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Return what the server calls itself: nothing of the versions of Python."""
        return "workforce-sim"

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: an address has the token in it."""
