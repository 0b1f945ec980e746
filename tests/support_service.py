"""An application served on a loopback port, for tests; the service of jobs, in this process or one of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from workforce_sim.operate.service.jobs import Jobs
from workforce_sim.operate.service.metrics import Metrics
from workforce_sim.operate.service.settings import TOKEN, ServiceLimits, Settings

SMALL: dict[str, Any] = {
    "simulation": {"start_year": 2025, "end_year": 2026, "target_growth_rate": 0.03},
    "workforce": {"total_termination_rate": 0.12},
    "census": {"size": 60},
    "random_seed": 42,
}
"""A configuration that takes no time."""
LONG = {**SMALL, "simulation": {**SMALL["simulation"], "end_year": 2054}, "census": {"size": 10_000}}
"""One that is under way for some seconds."""


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


@contextmanager
def service(folder: Path, *, token: str | None = None, jobs: int = 1, **limits: Any) -> Iterator[Any]:
    """Serve jobs on a folder from this process, and yield a client."""
    app = pytest.importorskip("workforce_sim.operate.service.app", exc_type=ModuleNotFoundError)
    carried_out = Jobs(Settings(folder, jobs, token, ServiceLimits(**limits)), metrics := Metrics())
    with carried_out, served(app.application(carried_out, metrics), keep_alive=True) as client:
        yield client


class Serving:
    """``workforce-sim serve`` in a process of its own, as if in a terminal of its own."""

    def __init__(self, folder: Path, *options: str, token: str | None = None) -> None:
        command = [sys.executable, "-m", "workforce_sim", "serve", "--out", str(folder), "--port", "0", *options]
        environment = {name: value for name, value in os.environ.items() if name != TOKEN}
        environment |= {TOKEN: token} if token else {}
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=environment, stderr=pipe, text=True, start_new_session=True)

    def __enter__(self) -> Any:
        """Return a client of it."""
        httpx = pytest.importorskip("httpx")
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert line.startswith("serving on "), line
        stderr, self._told = self.process.stderr, list[str]()
        self._drained = threading.Thread(target=lambda: self._told.extend(stderr))  # or a full pipe would stop it
        self._drained.start()
        address = line.split()[-1]
        self._client = httpx.Client(base_url=address, headers=self._headers, timeout=60, trust_env=False)
        return self._client

    def told(self) -> str:
        """Return what it wrote to standard error after its address, once it has ended."""
        self._drained.join()
        return "".join(self._told)

    def __exit__(self, *_: object) -> None:
        """End it by SIGKILL, as a crash would."""
        self.process.kill()
        self._drained.join()
        self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()
        self._client.close()


def submitted(client: Any, kind: str = "runs", **asked: Any) -> str:
    """Return the id of a job that was taken on."""
    answer = client.post(f"/v1/{kind}", json={"configuration": SMALL, **asked} if kind != "comparisons" else asked)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def ended(client: Any, job: str) -> Any:
    """Wait for the end of a job and return it."""
    found = client.get(f"/v1/jobs/{job}").json()
    while found["state"] in ("waiting", "running"):
        found = client.get(f"/v1/jobs/{job}", params={"wait": 30}).json()
    return found
