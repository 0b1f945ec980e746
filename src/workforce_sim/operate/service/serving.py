"""A service that listens, until it is told to end. Needs FastAPI and uvicorn: the extra ``api``."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from workforce_sim.errors import RequestError
from workforce_sim.operate.service.app import application
from workforce_sim.operate.service.jobs import Jobs
from workforce_sim.operate.service.metrics import Metrics
from workforce_sim.operate.service.settings import Settings

LAST_PORT = 65_535
MOST_CONNECTIONS = 1_000
PATIENCE = 10
"""Seconds that requests have to end when the service is told to."""


def serve(settings: Settings, host: str, port: int, listening: Callable[[str], None]) -> None:
    """Serve until an interrupt or SIGTERM; jobs that run then go on at the next start.

    Args:
        settings: of the service.
        host: address to listen on.
        port: to listen on; 0 for any that is free.
        listening: called with the address once requests are taken.

    Raises:
        RequestError: for an address that cannot be listened on.
        LedgerError: for a folder that another service uses, or that cannot be used.
    """
    metrics = Metrics()
    with _ended_in_order(), _listening(host, port) as taken, Jobs(settings, metrics) as jobs:
        app = application(jobs, metrics)
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            ws="none",
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=PATIENCE,
        )
        shown = f"[{host}]" if ":" in host else host
        listening(f"http://{shown}:{taken.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[taken])


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does: uvicorn raises it again when requests have ended, and jobs end after that."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listening(host: str, port: int) -> socket.socket:
    if not 0 <= port <= LAST_PORT:
        raise RequestError(f"port {port}: no such port; choose one from 1024 to {LAST_PORT}, or 0 for any that is free")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=MOST_CONNECTIONS)
    except OSError as error:
        raise RequestError(f"{host}, port {port}: cannot be listened on ({error.strerror}); choose another") from None
