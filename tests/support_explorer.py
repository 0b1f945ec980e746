"""An explorer served on a loopback port, and somebody who asks it, for tests."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workforce_sim.studies.explore.server import Explorer, Server

TODAY: dict[str, Any] = {"name": "Today", "moved": {}}


def moved(**levers: Any) -> dict[str, Any]:
    """Return a proposal with some levers moved, as a page asks for it."""
    return {"name": "Proposal", "moved": levers}


@dataclass(frozen=True)
class Visitor:
    """Somebody with the address of an explorer."""

    server: Server

    def ask(
        self, path: str, body: Any = None, *, token: str | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Return status, body and headers of an answer; a body that is given is posted, as JSON if it is no text."""
        client = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=60)
        sent = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        address = f"/{self.server.token if token is None else token}/{path}"
        try:
            client.request("GET" if sent is None else "POST", address, sent, dict(headers))
            answer = client.getresponse()
            return answer.status, answer.read(), dict(answer.headers)
        finally:
            client.close()

    def told(self, path: str, body: Any) -> Any:
        """Return the JSON of an answer to what is right."""
        status, found, _ = self.ask(path, body)
        assert status == 200, found
        return json.loads(found)

    def refused(self, path: str, body: Any) -> str:
        """Return why a request is refused."""
        status, found, _ = self.ask(path, body)
        assert status == 422, (status, found)
        return str(json.loads(found)["error"])

    def ranges(self, proposal: Mapping[str, Any], *, have: int = 0, whole: bool = False) -> Any:
        """Return what the page is told of today's design and a proposal."""
        return self.told("ranges", {"designs": [TODAY, proposal], "have": have, "whole": whole})


@contextmanager
def explored(source: Path, census: Path | None = None) -> Iterator[Visitor]:
    """Serve an explorer, and yield a visitor."""
    with Server(Explorer(source, census)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield Visitor(server)
        finally:
            server.shutdown()
            thread.join()
