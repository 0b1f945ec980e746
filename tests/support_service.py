"""An application served on a loopback port, for tests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def served(app: Any, *, keep_alive: bool = False) -> Iterator[Any]:
    """Serve an application on a port of its own, and yield a client of it, which may keep its connection."""
    uvicorn, httpx = pytest.importorskip("uvicorn"), pytest.importorskip("httpx")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = "http://{}:{}".format(*listening.getsockname())
        try:
            kept = httpx.Limits(max_keepalive_connections=int(keep_alive))  # many a server closes them after an error
            with httpx.Client(base_url=address, timeout=60, trust_env=False, limits=kept) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
